"""Find mistakes in the catalog and in its contracts before any node runs."""

from __future__ import annotations

from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from ..errors import GoldenPathError


class ContractHooks:
    """Build all contracts before a run, so that mistakes in them cost seconds."""

    def __init__(self) -> None:
        """Start without a project, as in the worker processes of a parallel run."""
        self._context: KedroContext | None = None
        self._config: dict[str, Any] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember the project."""
        self._context = context

    @hook_impl
    def after_catalog_created(self, catalog: DataCatalog, conf_catalog: dict[str, Any]) -> None:
        """Give the contracts the dataset, file and month that they are for.

        Raises:
            GoldenPathError: An entry has a short form that nobody has written out.
        """
        for name, entry in conf_catalog.items():
            if isinstance(entry, dict) and "contract" in entry:
                raise GoldenPathError(
                    f"The catalog entry '{name}' has a 'contract', which is short for a "
                    "'validator' and read by kedro_golden_path.ConfigLoader: set "
                    "CONFIG_LOADER_CLASS = ConfigLoader in settings.py, or write the validator."
                )
        self._config = conf_catalog
        self._complete(catalog)

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Build the contract of every dataset that the pipeline uses.

        Raises:
            GoldenPathError: A catalog entry names a contract that cannot be built, or the pipeline
                names a dataset that does not exist.
        """
        # A command that runs nothing reads the settings as well, and needs none of it.
        from ..config.suggestions import check_datasets
        from .catalog import build
        from .pieces import refuse_pieces, takes_whole_frames

        check_datasets(pipeline, catalog)
        names = pipeline.datasets()
        for name in sorted(names):
            catalog.get(name)
        # Patterns have made some of them only now.
        self._complete(catalog)
        for name in sorted(names & catalog.validator_specs.keys()):
            if takes_whole_frames(build(name, catalog)):
                refuse_pieces(name, catalog, pipeline)

    def _complete(self, catalog: DataCatalog) -> None:
        """Do the part that `ConfigLoader` does, where another loader is used."""
        told = all("dataset" in spec.options for spec in catalog.validator_specs.values())
        if self._context and not told:
            from ..config.catalog import Surroundings
            from .catalog import complete

            project = Surroundings.of(self._context.config_loader, self._context.project_path)
            complete(catalog, self._config, project)

"""A mark on each dataset while it is saved, so that half of one is never read."""

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog

from ..runs.staging import begin_saving, end_saving


class SavingMarks:
    """Hooks that `Session` adds to those of the project; see `runs.staging`."""

    def __init__(self) -> None:
        """Start without a catalog; Kedro hands it over with each node."""
        self._catalog: DataCatalog | None = None

    @property
    def catalog(self) -> DataCatalog | None:
        """The catalog of the run, once there is one."""
        return self._catalog

    @hook_impl
    def before_pipeline_run(self, catalog: DataCatalog) -> None:
        """Keep the catalog at hand."""
        self._catalog = catalog

    @hook_impl
    def before_node_run(self, catalog: DataCatalog) -> None:
        """Keep the catalog at hand."""
        self._catalog = catalog

    @hook_impl(trylast=True)
    def before_dataset_saved(self, dataset_name: str) -> None:
        """Set the mark, after all others have agreed that the dataset is saved."""
        begin_saving(self._dataset(dataset_name))

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Take the mark away."""
        end_saving(self._dataset(dataset_name))

    def _dataset(self, name: str) -> Any:
        return self._catalog.get(name) if self._catalog else None

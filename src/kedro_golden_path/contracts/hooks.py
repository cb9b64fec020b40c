"""Find what cannot work, in the catalog and in its contracts, before any node runs."""

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline


class ContractHooks:
    """Build the contracts when the catalog is built."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Build the contract of every dataset that the pipeline touches.

        Raises:
            GoldenPathError: A catalog entry names a contract that cannot be built, or the pipeline
                names a dataset that does not exist.
        """
        # A command that runs nothing reads the settings as well, and needs none of it.
        from ..config.suggestions import check_datasets
        from .catalog import build

        check_datasets(pipeline, catalog)
        names = pipeline.datasets()
        for name in sorted(names):
            catalog.get(name)
        for name in sorted(names & catalog.validator_specs.keys()):
            build(name, catalog)

"""Note each save of a dataset that has ended, so that half of one is never read."""

from inspect import isgeneratorfunction

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from ..runs.area import note_saved_dataset


def note_saved(catalog: DataCatalog | None, name: str, node: Node) -> None:
    """Note that a save has ended.

    A generator saves its dataset in parts, and nobody says when the last one was saved: what it
    writes counts as complete when the process has succeeded.
    """
    if catalog is not None and not isgeneratorfunction(node.func):
        note_saved_dataset(catalog.get(name), name)


class SavedNotes:
    """Hooks that `Session` adds to those of the project; see `runs.area`."""

    def __init__(self) -> None:
        """Start without a catalog; Kedro hands it over with each node."""
        self.catalog: DataCatalog | None = None

    @hook_impl
    def before_pipeline_run(self, catalog: DataCatalog) -> None:
        """Keep the catalog at hand."""
        self.catalog = catalog

    @hook_impl
    def before_node_run(self, catalog: DataCatalog) -> None:
        """Keep the catalog at hand."""
        self.catalog = catalog

    @hook_impl(tryfirst=True)
    def after_dataset_saved(self, dataset_name: str, node: Node) -> None:
        """Note it."""
        note_saved(self.catalog, dataset_name, node)

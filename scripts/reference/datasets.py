"""The types of datasets that the package brings."""

from typing import Any

from kedro_golden_path import GateDecisionDataset, ModelDataset, MonthsDataset
from kedro_golden_path.spark import CollectedDataset, ParquetDataset

from .markdown import arguments, paragraphs, table
from .markdown import page as page_of

_TYPES = {
    "kedro_golden_path.MonthsDataset": MonthsDataset,
    "kedro_golden_path.ModelDataset": ModelDataset,
    "kedro_golden_path.GateDecisionDataset": GateDecisionDataset,
    "kedro_golden_path.spark.ParquetDataset": ParquetDataset,
    "kedro_golden_path.spark.CollectedDataset": CollectedDataset,
}


_AT_ONCE = "is written at once"
_STAGED = [
    ["`filepath` below `data_root`", "replaces the old file or directory"],
    ["the same with `versioned: true`", "is added to the other versions"],
    ["`partitions.PartitionedDataset`", "partitions are added to the others"],
    ["the same with `overwrite: true`", "replaces all others"],
    ["`CachedDataset` and other wrappers", "as the dataset that is wrapped"],
    ["`MemoryDataset`, models and metrics of MLflow", "nothing to publish"],
    ["a table of a database, a path elsewhere, a path that is appended to (`mode: a`)", _AT_ONCE],
    ["`partitions.IncrementalDataset`, and partitions that Spark writes", _AT_ONCE],
]
_OF_STAGING = """## What is staged

What a run writes is kept in `<data_root>/.runs/<run id>/` until the run has succeeded, and is then
published. Datasets that cannot be staged are named in a warning before the run begins. A run reads
what it has written itself, and everything else where it is published. Outside of a run, for example
in a notebook, datasets are written as Kedro writes them."""
_OF_FILES = """## Types of your own

A dataset type whose data is in files can say which ones, with a method `files()` that returns paths
or URLs by label: `{"": path}` for a single file. Summaries and messages show them, and the digests
of inputs are logged. Without the method, the attributes `_filepath` and `_path` count, which the
types of Kedro have."""


def page() -> str:
    """The page on the types."""
    return page_of(
        "Datasets",
        "Types of datasets that the package adds to those of Kedro, by the name that a catalog "
        "entry gives under `type`.",
        *(_described(name, kind) for name, kind in _TYPES.items()),
        _OF_STAGING,
        table(["dataset", "when the run has succeeded"], _STAGED),
        _OF_FILES,
    )


def _described(name: str, kind: Any) -> str:
    rows = [[f"`{key}`", text, default] for key, (text, default) in _arguments(kind).items()]
    keys = table(["key", "meaning", "default"], rows)
    return f"## `{name}`\n\n{paragraphs(kind)}" + (f"\n\n{keys}" if keys else "")


def _arguments(kind: Any) -> dict[str, tuple[str, str]]:
    return arguments(kind.__init__) if "__init__" in vars(kind) else {}

"""What saving a dataset does with what is there already; staging follows from it.

A dataset type says it with a class attribute `saving`, one of the values of `Saving`. The types of
kedro-datasets that write their whole file anew are known here. Of every other type it is assumed
that what it saves may depend on what is there: that is always right, and costs a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from inspect import unwrap
from typing import Any

from ..errors import GoldenPathError
from .entries import engine_of, type_of, with_place

PARTITIONED = "kedro_datasets.partitions.partitioned_dataset.PartitionedDataset"
INCREMENTAL = "kedro_datasets.partitions.incremental_dataset.IncrementalDataset"
MONTHS = "kedro_golden_path.datasets.months.MonthsDataset"
_MATPLOTLIB = "kedro_datasets.matplotlib.matplotlib_dataset.MatplotlibDataset"
# Those of them that have a file: they write it anew each time.
_WHOLE_FILES = (
    *("biosequence", "email", "geopandas", "holoviews", "json", "matlab", "networkx", "openxml"),
    *("pickle", "pillow", "plotly", "polars", "svmlight", "text", "yaml"),
    *(f"pandas.{kind}_dataset" for kind in ("csv", "excel", "feather", "generic", "hdf", "json")),
    *(f"pandas.{kind}_dataset" for kind in ("parquet", "xml")),
)
_OVERWRITING = ("w", "wb", "wt", "w+", "w+b", "wb+", "overwrite")
_PARTITIONING = ("partitionBy", "partition_by", "partition_cols", "partition_on")


class Saving(StrEnum):
    """What a save does with what is there."""

    REPLACES = "replaces"
    """All of it is written anew."""
    CHANGES = "changes"
    """The result may depend on what is there: rows are appended, a sheet or a version is added."""
    ADDS_FILES = "adds files"
    """Files are added to a directory; one that is written again is replaced."""
    ADDS_VERSION = "adds a version"
    """A version of a `versioned` dataset is added."""


def saving_of(entry: Mapping[str, Any]) -> Saving | None:
    """What a save of a dataset does with its file or directory.

    Args:
        entry: Its catalog entry.

    Returns:
        None if it has no file or directory, or one that cannot be moved elsewhere.

    Raises:
        GoldenPathError: Its type says something about its saves that is not known.
    """
    own = with_place(entry)
    kind = type_of(own) if own else None
    if not own:
        return None
    if entry.get("versioned", own.get("versioned", getattr(kind, "versioned", False))):
        return Saving.ADDS_VERSION
    if isinstance(declared := getattr(kind, "saving", None), str):
        return _declared(kind, declared)
    if kind is None:  # Kedro will say why it cannot be imported.
        return Saving.REPLACES
    if _name(kind) in (PARTITIONED, INCREMENTAL):
        return _saving_of_partitions(own)
    if "path" in own or _depends_on_mode(own):
        return Saving.CHANGES
    # Kedro wraps the method of each class; what is of interest is where its code comes from.
    saves = _name(unwrap(kind.save))
    if saves == f"{_MATPLOTLIB}.save":
        return Saving.REPLACES if own.get("overwrite") else Saving.ADDS_FILES
    module = saves.removeprefix("kedro_datasets.")
    known = module != saves and module.startswith(tuple(f"{each}." for each in _WHOLE_FILES))
    return Saving.REPLACES if known else Saving.CHANGES


def _declared(kind: Any, saving: str) -> Saving:
    try:
        return Saving(saving)
    except ValueError as error:
        known = ", ".join(repr(str(each)) for each in Saving)
        raise GoldenPathError(
            f"The dataset type {_name(kind)} says saving = {saving!r}, which is none of {known}."
        ) from error


def is_kind(entry: Mapping[str, Any], name: str) -> bool:
    """Whether a dataset, or the one that it wraps, is of exactly the type with this name."""
    kind = type_of(with_place(entry) or entry)
    return kind is not None and _name(kind) == name


def _saving_of_partitions(own: Mapping[str, Any]) -> Saving | None:
    # A partition that Spark wrote is a directory, which cannot be told from several files.
    if engine_of(own) == "spark":
        return None
    one = own.get("dataset")
    one = one if isinstance(one, Mapping) else {"type": one}
    if saving_of({**one, "filepath": "one"}) not in (Saving.REPLACES, Saving.ADDS_VERSION):
        return Saving.CHANGES
    return Saving.REPLACES if own.get("overwrite") else Saving.ADDS_FILES


def _depends_on_mode(own: Mapping[str, Any]) -> bool:
    """Whether the entry asks for more than that the file is written anew."""
    opened = (own.get("fs_args") or {}).get("open_args_save")
    top = {key: own[key] for key in ("mode", "write_mode", "file_format") if key in own}
    for key, value in _items({"": [top, own.get("save_args"), opened]}):
        if key in ("mode", "write_mode") and value and str(value) not in _OVERWRITING:
            return True
        if (key in _PARTITIONING or key == "append") and value:
            return True
        if key == "file_format" and value == "delta":
            return True
    return False


def _items(options: Any) -> Iterator[tuple[str, Any]]:
    """All keys and values of nested options."""
    if isinstance(options, Mapping):
        for key, value in options.items():
            yield str(key), value
            yield from _items(value)
    elif isinstance(options, list | tuple):
        for value in options:
            yield from _items(value)


def _name(kind: Any) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"

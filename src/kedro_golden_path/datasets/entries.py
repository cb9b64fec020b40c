"""What the catalog entry of a dataset says: its type, its engine, its path.

No dataset is made and nothing is read; a type is imported only if it has to be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from kedro.io import AbstractDataset, DatasetError
from kedro.io.core import parse_dataset_definition

_IN_MEMORY = ("MemoryDataset", "SharedMemoryDataset")
_PLACES = ("filepath", "path")
# What is known of these types without importing them, and pandas with them.
_OF_PANDAS = ("pandas.", "kedro_datasets.pandas.")


def type_of(entry: Mapping[str, Any]) -> type[AbstractDataset[Any, Any]] | None:
    """The class of a dataset; None if it cannot be imported, which Kedro reports later."""
    kind = entry.get("type")
    return _imported(kind) if isinstance(kind, str) else kind


def engine_of(entry: Mapping[str, Any]) -> str:
    """Whether the data of a dataset is a frame of `pandas` or of `spark`.

    Types of this package say so in their attribute `engine`. Other types are for Spark if they, or
    a class that they inherit from, are in a module for Spark.
    """
    wrapped = entry.get("dataset")
    if isinstance(wrapped, str) and type_of({"type": wrapped}):
        wrapped = {"type": wrapped}
    if isinstance(wrapped, dict):
        return engine_of(wrapped)
    if str(entry.get("type")).startswith(_OF_PANDAS):
        return "pandas"
    kind = type_of(entry)
    if kind is None:
        modules = [str(entry.get("type"))]
    elif engine := getattr(kind, "engine", None):
        return str(engine)
    else:
        modules = [base.__module__ for base in kind.__mro__]
    return "spark" if any("spark" in module.split(".") for module in modules) else "pandas"


def is_in_memory(entry: Mapping[str, Any]) -> bool:
    """Whether a dataset is lost when the process ends."""
    return str(entry.get("type", _IN_MEMORY[0])).rpartition(".")[2] in _IN_MEMORY


def with_place(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an entry that has the path: the entry itself, or the dataset that it wraps.

    Kedro's `CachedDataset` wraps one, for example. Empty if there is no path.
    """
    if any(isinstance(entry.get(key), str) for key in _PLACES):
        return entry
    wrapped = entry.get("dataset")
    return with_place(wrapped) if isinstance(wrapped, dict) else {}


def place_of(entry: Mapping[str, Any]) -> str:
    """The path or URL of a dataset's file or directory; empty if it has none."""
    own = with_place(entry)
    return next((str(own[key]) for key in _PLACES if isinstance(own.get(key), str)), "")


def is_raw(entry: Mapping[str, Any]) -> bool:
    """Whether a dataset lies in the layer of data that others deliver, `01_raw`."""
    return "/01_raw/" in f"/{place_of(entry)}"


def moved(entry: Mapping[str, Any], place: str, **options: Any) -> dict[str, Any]:
    """The entry of a dataset with another place; see `place_of`.

    Args:
        entry: The entry.
        place: The place.
        **options: What else is changed in the part of the entry that has the place.
    """
    for key in _PLACES:
        if isinstance(entry.get(key), str):
            return {**entry, key: place, **options}
    return {**entry, "dataset": moved(entry["dataset"], place, **options)}


def innermost(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an entry that says where the data is: the entry itself, or what it wraps."""
    wrapped = entry.get("dataset")
    return innermost(wrapped) if isinstance(wrapped, dict) else entry


def with_innermost(entry: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with another innermost part."""
    wrapped = entry.get("dataset")
    if isinstance(wrapped, dict):
        return {**entry, "dataset": with_innermost(wrapped, options)}
    return dict(options)


@cache
def _imported(kind: str) -> type[AbstractDataset[Any, Any]] | None:
    try:
        return parse_dataset_definition({"type": kind})[0]
    except (DatasetError, ImportError):
        return None

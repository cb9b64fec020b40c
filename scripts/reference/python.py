"""The public names of the package."""

import inspect
from collections.abc import Iterator
from typing import Any

import kedro_golden_path
from kedro_golden_path import errors, spark

from .markdown import first_line, table
from .markdown import page as page_of

# What a name is for, in the order in which a project meets them.
_PARTS = {
    "For `settings.py`": (
        "ConfigLoader",
        "Session",
        "ContractHooks",
        "TrackingHooks",
        "SparkHooks",
        "configure_process",
    ),
    "For contracts": ("rule", "Columns", "share", "Contract"),
    "For the catalog": ("MonthsDataset", "ModelDataset", "GateDecisionDataset"),
    "Errors": ("GoldenPathError", "ContractError"),
}


def page() -> str:
    """The page on the public names."""
    named = [name for names in _PARTS.values() for name in names]
    assert sorted(named) == sorted(kedro_golden_path.__all__)
    return page_of(
        "Python",
        "The public names of `kedro_golden_path`. Every other module is private and may change "
        "without notice. Importing the package, or one of its names, changes nothing in the "
        "process; a name is loaded when it is first used.",
        *_parts(),
        "## On Spark",
        "In `kedro_golden_path.spark`; the keys of the dataset types are in "
        "[Datasets](datasets.md).",
        _names(spark, [name for name in spark.__all__ if name not in named]),
        "## All errors",
        _errors(),
    )


def _parts() -> Iterator[str]:
    for title, names in _PARTS.items():
        yield f"## {title}"
        yield _names(kedro_golden_path, names)


def _names(module: Any, names: Any) -> str:
    rows = [[f"`{name}`", first_line(getattr(module, name))] for name in names]
    return table(["name", "what it is"], rows)


def _errors() -> str:
    return inspect.cleandoc(errors.__doc__ or "").partition("\n\n")[2]

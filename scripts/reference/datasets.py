"""The types of datasets that a project brings."""

import importlib
from typing import Any

from .markdown import arguments, paragraphs, table
from .markdown import page as page_of

_TYPES = (
    "datasets.MonthsDataset",
    "lifecycle.ModelDataset",
    "lifecycle.GateDecisionDataset",
    "spark.ParquetDataset",
    "spark.MonthsDataset",
    "spark.CollectedDataset",
)


def page(package: str) -> str:
    """The page on the types.

    Args:
        package: The package of the project.
    """
    return page_of(
        "Datasets",
        "Types of datasets that a project brings, beside those of Kedro. An entry of the catalog "
        "names them below `${globals:package}.golden_path`.",
        *(_described(f"{package}.golden_path", name) for name in _TYPES),
    )


def _described(platform: str, name: str) -> str:
    module, _, short = name.rpartition(".")
    kind: Any = getattr(importlib.import_module(f"{platform}.{module}"), short)
    rows = [[f"`{name}`", text, default] for name, (text, default) in _arguments(kind).items()]
    listed = table(["key", "meaning", "default"], rows)
    return f"## `{name}`\n\n{paragraphs(kind)}" + (f"\n\n{listed}" if listed else "")


def _arguments(kind: Any) -> dict[str, tuple[str, str]]:
    return arguments(kind.__init__) if "__init__" in vars(kind) else {}

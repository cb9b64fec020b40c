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


def page() -> str:
    """The page on the types."""
    return page_of(
        "Datasets",
        "Types of datasets that the package adds to those of Kedro, by the name that a catalog "
        "entry gives under `type`.",
        *(_described(name, kind) for name, kind in _TYPES.items()),
    )


def _described(name: str, kind: Any) -> str:
    rows = [[f"`{key}`", text, default] for key, (text, default) in _arguments(kind).items()]
    keys = table(["key", "meaning", "default"], rows)
    return f"## `{name}`\n\n{paragraphs(kind)}" + (f"\n\n{keys}" if keys else "")


def _arguments(kind: Any) -> dict[str, tuple[str, str]]:
    return arguments(kind.__init__) if "__init__" in vars(kind) else {}

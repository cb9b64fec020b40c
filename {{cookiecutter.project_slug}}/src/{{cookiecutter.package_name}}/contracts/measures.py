"""Measures that several contracts share."""

import narwhals as nw
from kedro_golden_path import share


def share_of_nulls(column: nw.Expr) -> nw.Expr:
    """The share of all rows that lack a value."""
    return share(column.is_null())


def is_whole_hour(moment: nw.Expr) -> nw.Expr:
    """Whether a moment is at the full hour."""
    return moment == moment.dt.truncate("1h")

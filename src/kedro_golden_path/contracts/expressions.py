"""The columns of a rule, as narwhals expressions that mean the same on every engine.

What engines disagree on has one meaning here:

- A moment in a literal is the moment that it is. (The import of pandera has pyarrow drop its
  offset; Spark reads one without a zone by the clock of the machine.)
- What is divided by zero is unknown, as a comparison with a missing value is, and so is a whole
  number that 64 bits do not hold. (Arrow would wrap around, Spark would fail.)
- A sum of whole numbers is a float, which has no such end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow

_COMPARISONS = {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"}
_WITH_AN_END = {"__add__", "__sub__", "__rsub__", "__mul__", "__pow__"}
_STILL_WHOLE = {"__neg__", "abs", "alias", "fill_null", "filter", "max", "min"}
_END = 2.0**63


class Column(nw.Expr):
    """An expression over columns. What is made of it is one as well."""

    @classmethod
    def of(cls, expression: nw.Expr) -> Column:
        """Another expression, in which literals and divisions have their one meaning."""
        # This is how narwhals makes the expressions of its own stable interface.
        return cls(*expression._nodes)

    def _with_binary(self, attr: str, other: Any) -> Column:
        # All operators of narwhals come by here.
        if attr in ("__truediv__", "__floordiv__", "__mod__"):
            other = _divisor(other)
        if attr in ("__rtruediv__", "__rfloordiv__", "__rmod__"):
            divisor: Column = _divisor(self)
            return super(Column, divisor)._with_binary(attr, other)
        other = _literal(other)
        if attr in _COMPARISONS and isinstance(other, Column) and type(self) is not type(other):
            # Only one of them was computed, as a float, which engines compare in different ways.
            return super(Column, self._as_float())._with_binary(attr, other._as_float())
        return super()._with_binary(attr, other)

    def _as_float(self) -> Column:
        return self

    def is_between(self, lower_bound: Any, upper_bound: Any, closed: Any = "both") -> Column:
        """See `narwhals.Expr.is_between`."""
        return super().is_between(_literal(lower_bound), _literal(upper_bound), closed)

    def is_in(self, other: Any) -> Column:
        """See `narwhals.Expr.is_in`."""
        values = (
            list(other) if isinstance(other, Iterable) and not isinstance(other, str) else other
        )
        if isinstance(values, list) and any(_literal(each) is not each for each in values):
            equal = [self == each for each in values]
            return Column.of(nw.any_horizontal(*equal, ignore_nulls=False))
        return super().is_in(values)


class WholeNumbers(Column):
    """An expression that is a column of whole numbers, or whole numbers that are made of some."""

    def _append_node(self, node: Any) -> Any:
        kind = WholeNumbers if node.name in _STILL_WHOLE else Column
        return kind(*self._nodes, node)

    def _with_binary(self, attr: str, other: Any) -> Any:
        computed = super()._with_binary(attr, other)
        whole = isinstance(other, WholeNumbers | int) and not isinstance(other, bool)
        if attr not in _WITH_AN_END or not whole:
            return computed
        about = other._as_float() if isinstance(other, WholeNumbers) else float(other)
        fits = nw.Expr.abs(super(Column, self._as_float())._with_binary(attr, about)) < _END
        return WholeNumbers.of(nw.when(fits).then(computed))

    def _as_float(self) -> Column:
        return as_floats(self)

    def sum(self) -> Any:
        """See `narwhals.Expr.sum`."""
        return super(Column, self._as_float()).sum()

    def cum_sum(self, *, reverse: bool = False) -> Any:
        """See `narwhals.Expr.cum_sum`."""
        return super(Column, self._as_float()).cum_sum(reverse=reverse)


class Columns:
    """The columns of the frame that a rule checks, as narwhals expressions."""

    def __init__(self, schema: pyarrow.Schema) -> None:
        """Start without any column used.

        Args:
            schema: The columns and their types.
        """
        self._schema = schema
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> nw.Expr:
        """The expression for the values of a column."""
        self.used.add(name)
        position = self._schema.get_field_index(name)
        whole = position >= 0 and pyarrow.types.is_integer(self._schema.field(position).type)
        return (WholeNumbers if whole else Column).of(nw.col(name))

    @property
    def rows(self) -> nw.Expr:
        """The expression for the number of rows."""
        return Column.of(nw.len())


def as_floats(whole: nw.Expr) -> Column:
    """Whole numbers as floats, also those that are too large to be exact."""
    # A cast would fail at the first of them on Arrow, a division is none for it.
    return Column.of(nw.Expr.__truediv__(whole, 1))


def _literal(value: Any) -> Any:
    """A literal that every engine reads alike: moments in UTC, and without zone as text."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if not isinstance(value, datetime) or value is pd.NaT:
        return value
    moment = value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return nw.lit(moment.isoformat(timespec="microseconds")).cast(nw.Datetime("us"))


def _divisor(value: Any) -> Any:
    if isinstance(value, nw.Expr):
        return Column.of(nw.when(Column.of(value) != 0).then(value))
    if isinstance(value, int | float) and not value:
        raise ZeroDivisionError("it divides by zero")
    return value

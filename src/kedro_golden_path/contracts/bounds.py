"""Comparisons of a column with the values that a check names, exact on every engine.

A value is first brought to the type of the column, so that neither engine converts the column: that
would round large integers, or fail on the first of them.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
import pyarrow

from .expressions import Column
from .types import narwhals_type

Compare = Callable[[Any, Any], Any]
_LARGEST_LITERAL = 2**63 - 1


def compared(column: Column, compare: Compare, value: Any, kind: pyarrow.DataType) -> nw.Expr:
    """The comparison of a column with one value.

    Args:
        column: The column.
        compare: One of the six comparisons in `operator`.
        value: What the check names.
        kind: The type of the column.

    Raises:
        ValueError: No value of that type can be compared with it.
    """
    value = typed(value, kind)
    if pyarrow.types.is_integer(kind):
        return _compared_whole(column, compare, value, kind)
    if pyarrow.types.is_floating(kind):
        value = nw.lit(value, narwhals_type(kind))
    return compare(column, value)  # type: ignore[no-any-return]


def is_one_of(column: Column, values: Iterable[Any], kind: pyarrow.DataType) -> nw.Expr:
    """True where the column has one of some values, unknown where it has none.

    Raises:
        ValueError: A value cannot be in a column of that type.
    """
    values = [value for value in values if not _is_missing(value)]
    if pyarrow.types.is_temporal(kind) and any(isinstance(value, str) for value in values):
        # pandas reads text as a time in comparisons, but not here.
        raise ValueError("it lists times as text; write pd.Timestamp(...)")
    there = [typed(value, kind) for value in values]
    plain = pyarrow.types.is_float64(kind) or not _needs_one_type(kind)
    if pyarrow.types.is_integer(kind):
        least, most = _limits(kind)
        there = [int(value) for value in there if least <= value <= most and value % 1 == 0]
        plain = all(value <= _LARGEST_LITERAL for value in there)
    if pyarrow.types.is_floating(kind) and 0 in there:
        # To Arrow, the two zeros of a float are different members.
        there += [0.0, -0.0]
    # Engines disagree on whether a missing value is a member, and on an empty list.
    known = nw.when(~column.is_null())
    if not there:
        return known.then(nw.lit(False))
    if plain:
        return known.then(column.is_in(there))
    return nw.any_horizontal(
        *(compared(column, operator.eq, value, kind) for value in there), ignore_nulls=False
    )


def typed(value: Any, kind: pyarrow.DataType) -> Any:
    """A value in the type of a column: whole numbers as exact fractions, or an infinity.

    Raises:
        ValueError: No value of that type can be compared with it.
    """
    if _is_missing(value):
        raise ValueError("it names a missing value, which nothing compares with")
    plain = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biuf" else value
    for is_of, convert in _CONVERSIONS:
        if is_of(kind):
            try:
                return convert(plain, kind)
            except (TypeError, ValueError, ArithmeticError) as error:
                why = str(error) or f"{value!r} is not of that type"
                raise ValueError(why) from error
    return plain


def _compared_whole(
    column: Column, compare: Compare, value: Any, kind: pyarrow.DataType
) -> nw.Expr:
    least, most = _limits(kind)
    if least <= value <= most:
        if value % 1 == 0:
            return compare(column, _whole(int(value), kind))  # type: ignore[no-any-return]
        if compare in (operator.lt, operator.le):
            return column <= _whole(math.floor(value), kind)
        if compare in (operator.gt, operator.ge):
            return column >= _whole(math.ceil(value), kind)
    # All values say the same, and missing ones nothing.
    same_for_all = bool(compare(0, value))
    return column >= _whole(least, kind) if same_for_all else column < _whole(least, kind)


def _whole(value: int, kind: pyarrow.DataType) -> nw.Expr:
    # Arrow makes no literal of the upper half of uint64.
    return nw.lit(str(value) if value > _LARGEST_LITERAL else value).cast(narwhals_type(kind))


def _limits(kind: pyarrow.DataType) -> tuple[int, int]:
    about = np.iinfo(kind.to_pandas_dtype())
    return int(about.min), int(about.max)


def _needs_one_type(kind: pyarrow.DataType) -> bool:
    """Whether members have to be of precisely the column's type."""
    return bool(pyarrow.types.is_floating(kind) or pyarrow.types.is_decimal(kind))


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _boolean(value: Any, _: pyarrow.DataType) -> bool:
    if not isinstance(value, bool | int | float) or value not in (0, 1):
        raise TypeError
    return bool(value)


def _exact(value: Any, _: pyarrow.DataType) -> Fraction | float:
    if not isinstance(value, int | float | Decimal | Fraction):
        raise TypeError
    return float(value) if value in (math.inf, -math.inf) else Fraction(value)


def _float(value: Any, kind: pyarrow.DataType) -> float:
    exact = _exact(value, kind)
    try:
        number = float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
    # What 32 bits hold of 0.1 is compared with what they hold of 0.1.
    return float(np.float32(number)) if pyarrow.types.is_float32(kind) else number


def _decimal(value: Any, kind: pyarrow.DataType) -> Decimal:
    _exact(value, kind)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _text(value: Any, _: pyarrow.DataType) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()
    return value


def _moment(value: Any, kind: pyarrow.DataType) -> datetime:
    if not isinstance(value, str | datetime | np.datetime64):
        raise TypeError
    moment = pd.Timestamp(value)
    if kind.tz and moment.tz is None and isinstance(value, str):
        # So does pandas.
        moment = moment.tz_localize(kind.tz)
    if bool(kind.tz) != (moment.tz is not None):
        has = ("no", "one") if kind.tz else ("a", "none")
        raise ValueError(f"{value} has {has[0]} time zone, and the column has {has[1]}")
    return moment.to_pydatetime(warn=False)


def _date(value: Any, _: pyarrow.DataType) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError
    return value


def _duration(value: Any, _: pyarrow.DataType) -> timedelta:
    if not isinstance(value, str | timedelta | np.timedelta64):
        raise TypeError
    return pd.Timedelta(value).to_pytimedelta()


_CONVERSIONS: list[tuple[Callable[[Any], bool], Callable[[Any, pyarrow.DataType], Any]]] = [
    (pyarrow.types.is_boolean, _boolean),
    (pyarrow.types.is_integer, _exact),
    (pyarrow.types.is_floating, _float),
    (pyarrow.types.is_decimal, _decimal),
    (pyarrow.types.is_large_string, _text),
    (pyarrow.types.is_timestamp, _moment),
    (pyarrow.types.is_date, _date),
    (pyarrow.types.is_duration, _duration),
]

"""The checks of a column that contracts know: what each means on every engine, and in words."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import narwhals as nw
import pandera.pandas as pa
import pyarrow
from pandera.api.function_dispatch import Dispatcher

from .bounds import Compare, compared, is_one_of, typed
from .expressions import Column
from .markdown import code
from .patterns import pattern_text, portable

Statistics = Mapping[str, Any]
Holds = Callable[[Column, Statistics, pyarrow.DataType], nw.Expr]


class ColumnCheck(NamedTuple):
    """A check of pandera's, by what it says of itself in `statistics`.

    `holds` is the expression that is true where a value of a column of some type passes. `words`
    say the same to a person, in Markdown. `bound` are the words before the value where a check is
    an upper or lower bound; `shows_values` is false where the words quote none of the column's
    values.
    """

    holds: Holds
    words: Callable[[Statistics], str]
    bound: str = ""
    shows_values: bool = True


def known_check(check: pa.Check) -> ColumnCheck | None:
    """What a check of a column means; None if it is none of pandera's own.

    A check is what it does, not what it is called: a function of one's own may have any name.
    """
    does = check._check_fn
    return COLUMN_CHECKS.get(does.__name__) if isinstance(does, Dispatcher) else None


def _comparison(words: str, compare: Compare, bound: bool = False) -> ColumnCheck:
    return ColumnCheck(
        lambda column, has, kind: compared(column, compare, _only(has), kind),
        lambda has: f"{words} {value(_only(has))}",
        bound=words if bound else "",
    )


def _only(statistics: Statistics) -> Any:
    return next(iter(statistics.values()))


def _in_range(column: Column, statistics: Statistics, kind: pyarrow.DataType) -> nw.Expr:
    above = operator.ge if statistics["include_min"] else operator.gt
    below = operator.le if statistics["include_max"] else operator.lt
    return compared(column, above, statistics["min_value"], kind) & compared(
        column, below, statistics["max_value"], kind
    )


def _range_in_words(has: Statistics) -> str:
    low = "from" if has["include_min"] else "above"
    high = "to" if has["include_max"] else "and below"
    return f"{low} {value(has['min_value'])} {high} {value(has['max_value'])}"


def _matches(anchored: bool) -> Holds:
    return lambda column, has, _: column.str.contains(portable(has["pattern"], anchored))


def _length(column: Column, statistics: Statistics, _: pyarrow.DataType) -> nw.Expr:
    exact = statistics.get("exact_value")
    least, most = (
        (exact, exact)
        if exact is not None
        else (statistics.get("min_value"), statistics.get("max_value"))
    )
    length = column.str.len_chars()
    least = 0 if least is None else least
    above: nw.Expr = length >= least
    return above if most is None else above & (length <= most)


def _length_in_words(has: Statistics) -> str:
    exact, least, most = (has.get(f"{name}_value") for name in ("exact", "min", "max"))
    if exact is not None:
        return f"{_characters(exact)} long"
    if least is not None and most is not None:
        return f"{least} to {_characters(most)} long"
    return f"at least {_characters(least)}" if most is None else f"at most {_characters(most)}"


def _characters(number: Any) -> str:
    return "1 character" if number == 1 else f"{number} characters"


def value(of_column: Any) -> str:
    """A value of a column in Markdown."""
    if isinstance(of_column, bool) or not isinstance(of_column, int | float):
        return code(str(of_column))
    # A year is not 1,987.
    return str(of_column) if abs(of_column) < 10_000 else f"{of_column:,}"


def _values(values: Iterable[Any]) -> str:
    return ", ".join(map(value, values))


COLUMN_CHECKS: dict[str, ColumnCheck] = {
    "equal_to": _comparison("is", operator.eq),
    "not_equal_to": _comparison("is not", operator.ne),
    "greater_than": _comparison("above", operator.gt, bound=True),
    "greater_than_or_equal_to": _comparison("at least", operator.ge, bound=True),
    "less_than": _comparison("below", operator.lt, bound=True),
    "less_than_or_equal_to": _comparison("at most", operator.le, bound=True),
    "in_range": ColumnCheck(_in_range, _range_in_words),
    "isin": ColumnCheck(
        lambda column, has, kind: is_one_of(column, has["allowed_values"], kind),
        lambda has: f"one of {_values(has['allowed_values'])}",
    ),
    "notin": ColumnCheck(
        lambda column, has, kind: ~is_one_of(column, has["forbidden_values"], kind),
        lambda has: f"none of {_values(has['forbidden_values'])}",
    ),
    "str_matches": ColumnCheck(
        _matches(anchored=True),
        lambda has: f"matches {code(pattern_text(has['pattern']))}",
    ),
    "str_contains": ColumnCheck(
        _matches(anchored=False),
        lambda has: f"contains {code(pattern_text(has['pattern']))}",
    ),
    "str_startswith": ColumnCheck(
        lambda column, has, kind: column.str.starts_with(typed(has["string"], kind)),
        lambda has: f"starts with {value(has['string'])}",
    ),
    "str_endswith": ColumnCheck(
        lambda column, has, kind: column.str.ends_with(typed(has["string"], kind)),
        lambda has: f"ends with {value(has['string'])}",
    ),
    "str_length": ColumnCheck(_length, _length_in_words, shows_values=False),
}

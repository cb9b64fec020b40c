"""The checks of a column that contracts know: what each means on every engine, and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import narwhals as nw

from .markdown import code
from .patterns import portable

Statistics = Mapping[str, Any]


class ColumnCheck(NamedTuple):
    """A check of pandera's, by what it says of itself in `statistics`.

    `holds` is the expression that is true where a value passes. `words` say the same to a person,
    in Markdown. `bound` are the words before the value where a check is an upper or lower bound;
    `shows_values` is false where the words quote none of the column's values.
    """

    holds: Callable[[nw.Expr, Statistics], nw.Expr]
    words: Callable[[Statistics], str]
    bound: str = ""
    shows_values: bool = True


def _bound(words: str, holds: Callable[[nw.Expr, Any], nw.Expr]) -> ColumnCheck:
    return ColumnCheck(
        lambda column, has: holds(column, _only(has)),
        lambda has: f"{words} {value(_only(has))}",
        bound=words,
    )


def _only(statistics: Statistics) -> Any:
    return next(iter(statistics.values()))


def _in_range(column: nw.Expr, statistics: Statistics) -> nw.Expr:
    least, most = statistics["min_value"], statistics["max_value"]
    above: nw.Expr = column >= least if statistics["include_min"] else column > least
    below: nw.Expr = column <= most if statistics["include_max"] else column < most
    return above & below


def _range_in_words(has: Statistics) -> str:
    low = "from" if has["include_min"] else "above"
    high = "to" if has["include_max"] else "and below"
    return f"{low} {value(has['min_value'])} {high} {value(has['max_value'])}"


def _is_in(column: nw.Expr, values: Any) -> nw.Expr:
    # Engines disagree on whether a missing value is a member.
    return nw.when(~column.is_null()).then(column.is_in(list(values)))


def _length(column: nw.Expr, statistics: Statistics) -> nw.Expr:
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
    "equal_to": ColumnCheck(
        lambda column, has: column == has["value"],
        lambda has: f"is {value(has['value'])}",
    ),
    "not_equal_to": ColumnCheck(
        lambda column, has: column != has["value"],
        lambda has: f"is not {value(has['value'])}",
    ),
    "greater_than": _bound("above", lambda column, least: column > least),
    "greater_than_or_equal_to": _bound("at least", lambda column, least: column >= least),
    "less_than": _bound("below", lambda column, most: column < most),
    "less_than_or_equal_to": _bound("at most", lambda column, most: column <= most),
    "in_range": ColumnCheck(_in_range, _range_in_words),
    "isin": ColumnCheck(
        lambda column, has: _is_in(column, has["allowed_values"]),
        lambda has: f"one of {_values(has['allowed_values'])}",
    ),
    "notin": ColumnCheck(
        lambda column, has: ~_is_in(column, has["forbidden_values"]),
        lambda has: f"none of {_values(has['forbidden_values'])}",
    ),
    "str_matches": ColumnCheck(
        lambda column, has: column.str.contains(portable(has["pattern"], anchored=True)),
        lambda has: f"matches {code(has['pattern'])}",
    ),
    "str_contains": ColumnCheck(
        lambda column, has: column.str.contains(portable(has["pattern"])),
        lambda has: f"contains {code(has['pattern'])}",
    ),
    "str_startswith": ColumnCheck(
        lambda column, has: column.str.starts_with(has["string"]),
        lambda has: f"starts with {value(has['string'])}",
    ),
    "str_endswith": ColumnCheck(
        lambda column, has: column.str.ends_with(has["string"]),
        lambda has: f"ends with {value(has['string'])}",
    ),
    "str_length": ColumnCheck(_length, _length_in_words, shows_values=False),
}

r"""Regular expressions that match the same text on every engine.

Python, RE2 (pandas, through Arrow) and Java (Spark) read the same pattern differently: what `\d`,
`\w` and `\s` stand for, where a line ends, which constructs exist at all. So a pattern is parsed
with Python's own parser and written again in the subset on which the three agree.
"""

import re
from collections.abc import Callable, Iterable
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pyarrow
import pyarrow.compute as pc

_CLASSES = {
    sre.CATEGORY_DIGIT: "0-9",
    sre.CATEGORY_WORD: "0-9A-Za-z_",
    sre.CATEGORY_SPACE: r"\t\n\x{b}\f\r ",
}
_OPPOSITES = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
    sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
}
_ANCHORS = {
    sre.AT_BEGINNING: r"\A",
    sre.AT_BEGINNING_STRING: r"\A",
    sre.AT_END: r"\z",
    sre.AT_END_STRING: r"\z",
}


def pattern_text(pattern: str | re.Pattern[str]) -> str:
    """A pattern as it is written, also of one that is compiled."""
    return pattern.pattern if isinstance(pattern, re.Pattern) else pattern


def portable(pattern: str | re.Pattern[str], anchored: bool = False) -> str:
    """Write a pattern so that every engine reads it as Python does with `re.ASCII`.

    A `$` means the end of the text, where Python would also accept a line break before it.

    Args:
        pattern: A regular expression of Python, as text or compiled.
        anchored: Whether it has to match from the first character, as `re.match` does.

    Returns:
        The same pattern in the syntax that RE2 and Java share.

    Raises:
        ValueError: The pattern is wrong, or uses what not every engine has (look-around,
            back-references, flags, possessive repeats).
    """
    flags = pattern.flags if isinstance(pattern, re.Pattern) else 0
    pattern = pattern_text(pattern)
    if not isinstance(pattern, str):
        raise ValueError(f"the pattern {pattern!r} is not text")
    try:
        parsed = parser.parse(pattern)
    except re.error as error:
        raise ValueError(f"the pattern {pattern!r} is not a regular expression: {error}") from error
    if (parsed.state.flags | flags) & ~re.UNICODE:
        raise ValueError(f"the pattern {pattern!r} sets flags; write out what they stand for")
    try:
        written = _sequence(parsed)
    except KeyError as error:
        raise ValueError(
            f"the pattern {pattern!r} uses {str(error.args[0]).lower()}, which engines read "
            "differently"
        ) from error
    # Alternatives stand in a group, so an anchor before them is one for all of them.
    if anchored and not written.startswith(r"\A"):
        written = r"\A" + written
    try:
        pc.match_substring_regex(pyarrow.array([""]), written)
    except pyarrow.ArrowInvalid as error:
        raise ValueError(f"the pattern {pattern!r} cannot be used: {error}") from error
    return written


def _sequence(items: Iterable[tuple[Any, Any]]) -> str:
    return "".join(_WRITERS[operation](argument) for operation, argument in items)


def _literal(code: int) -> str:
    character = chr(code)
    plain = character.isascii() and character.isalnum()
    return character if plain else r"\x{" + f"{code:x}" + "}"


def _set(items: list[tuple[Any, Any]]) -> str:
    negated = items[0][0] is sre.NEGATE
    members = items[negated:]
    if len(members) == 1 and members[0][1] in _OPPOSITES:
        negated, members = not negated, [(sre.CATEGORY, _OPPOSITES[members[0][1]])]
    parts = "".join(_SET_WRITERS[operation](argument) for operation, argument in members)
    return f"[^{parts}]" if negated else f"[{parts}]"


def _repeat(lazy: str) -> Callable[[Any], str]:
    def write(argument: Any) -> str:
        least, most, item = argument
        # Engines are faster without a group around a single character.
        single = len(item) == 1 and item[0][0] in _SINGLE
        repeated = _sequence(item) if single else f"(?:{_sequence(item)})"
        upper = "" if most is sre.MAXREPEAT else str(most)
        times = str(least) if least == most else f"{least},{upper}"
        return repeated + "{" + times + "}" + lazy

    return write


def _group(argument: Any) -> str:
    _, added, removed, item = argument
    if added or removed:
        raise KeyError("flags")
    return f"(?:{_sequence(item)})"


_SINGLE = {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}
_SET_WRITERS: dict[Any, Callable[[Any], str]] = {
    sre.LITERAL: _literal,
    sre.RANGE: lambda ends: f"{_literal(ends[0])}-{_literal(ends[1])}",
    sre.CATEGORY: lambda category: _CLASSES[category],
}
_WRITERS: dict[Any, Callable[[Any], str]] = {
    sre.LITERAL: _literal,
    sre.NOT_LITERAL: lambda code: f"[^{_literal(code)}]",
    sre.ANY: lambda _: r"[^\n]",
    sre.IN: _set,
    sre.BRANCH: lambda argument: f"(?:{'|'.join(map(_sequence, argument[1]))})",
    sre.SUBPATTERN: _group,
    sre.MAX_REPEAT: _repeat(""),
    sre.MIN_REPEAT: _repeat("?"),
    sre.AT: _ANCHORS.__getitem__,
}

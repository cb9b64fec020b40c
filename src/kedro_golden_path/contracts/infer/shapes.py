"""The shape that texts have in common, as a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_VALUES_FOR_A_PATTERN = 5
_VALUES_FOR_A_LETTER = 20
_LONGEST_PATTERN = 30
_PUNCTUATION = set("-_:/.,+() @#=")


def pattern_of(values: Sequence[str]) -> str:
    r"""The pattern that texts evidently have in common; empty if there is none.

    Evident are texts of one length with the same kinds of characters in the same places
    (`2013-04-07`, `EWR`), and codes of capitals and digits of nearly one length (`N725MQ`).
    """
    lengths = {len(value) for value in values}
    if len(values) < _VALUES_FOR_A_PATTERN or not 0 < max(lengths) <= _LONGEST_PATTERN:
        return ""
    if len(lengths) > 1:
        least, most = min(lengths), max(lengths)
        code = all(re.fullmatch("[0-9A-Z]+", value) for value in values)
        return f"^[0-9A-Z]{_times(least, most)}$" if code and most - least <= 2 else ""
    # A letter that is the same in so many values belongs to the format: the T of a time.
    fixed = len(values) >= _VALUES_FOR_A_LETTER
    places = [_place(set(characters), fixed) for characters in zip(*values, strict=True)]
    if "" in places or set(places) == {"[a-z]"}:
        return ""
    return f"^{''.join(_runs(_merged(places)))}$"


def _place(characters: set[str], fixed: bool) -> str:
    """The class of characters in one place; empty if they have none in common."""
    if len(characters) == 1:
        only = next(iter(characters))
        if only in _PUNCTUATION or (fixed and only.isascii() and only.isalpha()):
            return rf"\{only}" if only in ".+()" else only
    text = "".join(sorted(characters))
    classes = {r"\d": "[0-9]+", "[A-Z]": "[A-Z]+", "[a-z]": "[a-z]+", "[0-9A-Z]": "[0-9A-Z]+"}
    return next((name for name, all_of in classes.items() if re.fullmatch(all_of, text)), "")


def _merged(places: list[str]) -> list[str]:
    """Digits and capitals side by side with a mixture of both are a mixture by chance."""
    if "[0-9A-Z]" not in places:
        return places
    return ["[0-9A-Z]" if place in (r"\d", "[A-Z]") else place for place in places]


def _runs(places: Sequence[str]) -> Iterator[str]:
    start = 0
    for end in range(1, len(places) + 1):
        if end == len(places) or places[end] != places[start]:
            length = end - start
            yield places[start] + (_times(length) if length > 1 else "")
            start = end


def _times(*numbers: int) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"

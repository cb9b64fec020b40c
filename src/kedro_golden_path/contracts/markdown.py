"""Markdown: tables, text and code, safe from what stands in them."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines) + "\n"


def cell(words: str) -> str:
    """Text for a cell of a table."""
    return " ".join(words.split()).replace("|", r"\|")


def text(words: str) -> str:
    """Text that Markdown shows as it is; what stands in backquotes is code."""
    # The odd parts are code.
    parts = re.split(r"(`[^`]+`)", " ".join(words.split()))
    parts[::2] = [re.sub(r"([\\`*_<>\[\]])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def code(words: str) -> str:
    """Text as code, whatever backquotes it has."""
    fence = "`" * (max(map(len, re.findall("`+", words)), default=0) + 1)
    space = " " if "`" in words or not words.strip() else ""
    return f"{fence}{space}{words}{space}{fence}"


def anchor(name: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")

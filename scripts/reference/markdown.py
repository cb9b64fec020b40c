"""Pieces of a page in Markdown."""

import inspect
import re
from collections.abc import Iterable, Sequence
from typing import Any

_ARGUMENT = re.compile(r"^ {4}(\*{0,2}\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def page(title: str, *parts: str) -> str:
    """A page that is made of parts; those that are empty are left out."""
    note = "<!-- Written by `make reference`; do not edit. -->"
    return "\n\n".join([f"# {title}", note, *filter(None, parts)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing if it has no rows."""
    cells = [[cell.replace("\n", " ").replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(line)} |" for line in (heads, *cells)]
    lines.insert(1, "|---" * len(heads) + "|")
    return "\n".join(lines) if cells else ""


def code(value: Any) -> str:
    """A value as code; nothing if it is None or empty."""
    return "" if value in (None, "", [], {}) else f"`{value}`"


def paragraphs(thing: Any) -> str:
    """The docstring of a class or function up to its sections."""
    text = inspect.getdoc(thing) or ""
    return re.split(r"\n\n(?:Args|Returns|Raises|Attributes):\n", text)[0]


def first_line(thing: Any) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def arguments(function: Any) -> dict[str, tuple[str, str]]:
    """What a function's docstring says of each argument, and its default as it is written."""
    section = (inspect.getdoc(function) or "").partition("\nArgs:\n")[2].partition("\n\n")[0]
    said = {name: " ".join(text.split()) for name, text in _ARGUMENT.findall(section)}
    parameters = inspect.signature(function).parameters
    return {name: (text, _default(parameters[name.lstrip("*")])) for name, text in said.items()}


def _default(parameter: inspect.Parameter) -> str:
    if parameter.kind is parameter.VAR_KEYWORD:
        return ""
    return "must be given" if parameter.default is parameter.empty else code(parameter.default)

"""Guards: what others say becomes code, names, filters or lines only through one of these.

Each kind of place that acts on text has one guard. `docs/security.md` lists where text comes from,
what acts on it, and the guard in between.
"""

from __future__ import annotations

import json
import re

_PLAIN_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?")
# Everything up to the last @ of an address's server, and what follows a question mark.
_LOGIN = re.compile(r"\b(?P<scheme>[a-z][a-z0-9+.-]*://)(?P<user>[^/\s]*)@", re.IGNORECASE)
_QUERY = re.compile(r"(?P<address>\b[a-z][a-z0-9+.-]*://[^\s?'\"]+)\?[^\s'\"]*", re.IGNORECASE)


def is_plain_name(text: str) -> bool:
    """Whether text is one name of a file or directory, a tag, or an id, on every system.

    It is 1 to 128 letters and digits of ASCII, dots, hyphens and underscores, begins with a letter
    or a digit, and does not end with a dot.
    """
    return _PLAIN_NAME.fullmatch(text) is not None


def is_below(path: str) -> bool:
    """Whether a relative path stays below the directory that it is joined to."""
    first = re.split(r"[/\\]", path)[0]
    return not (path.startswith(("/", "\\")) or leads_out(path) or "\0" in path or ":" in first)


def leads_out(path: str) -> bool:
    """Whether a path goes up, and so may leave the directory that it seems to be in."""
    return ".." in re.split(r"[/\\]", path)


def printable(text: str) -> str:
    """Text for terminals, logs and tags: what would steer a terminal is written as an escape.

    Line breaks stay, since messages have several lines; see `one_line`.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def one_line(text: str) -> str:
    """Text that is part of a line, and cannot begin another one."""
    return printable(text).replace("\n", r"\n")


def without_credentials(text: str) -> str:
    """Text in which addresses have neither a password nor what follows a question mark.

    A user without a password stays where it is part of the address: in `ssh://git@…`.
    """
    text = _LOGIN.sub(_without_login, text)
    return _QUERY.sub(lambda found: found["address"], text)


def message(text: str) -> str:
    """A message for people, whatever stands in it."""
    return printable(without_credentials(text))


def json_line(text: str) -> str:
    """JSON that a terminal shows as it is; the same JSON to a parser."""
    return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)


def python_literal(text: str) -> str:
    """Text as a literal of Python, in double quotes where that needs no escapes."""
    quoted = ascii(text) if any(not c.isprintable() for c in text) else repr(text)
    return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted else quoted


def in_docstring(text: str) -> str:
    """Text as a part of a docstring, which it cannot end, and where nothing is an escape."""
    return one_line(text).replace("\\", "/").replace('"', "'")


def mlflow_equals(key: str, value: str) -> str:
    """A condition of an MLflow filter.

    Raises:
        ValueError: The value has both kinds of quotes, or another character that a filter cannot
            hold; nothing in MLflow can be equal to what is asked for in a filter.
    """
    quote = "'" if "'" not in value else '"'
    if quote in value or "\\" in value or not value.isprintable():
        raise ValueError(f"{value!a} cannot be searched for in MLflow")
    return f"{key} = {quote}{value}{quote}"


def _escaped(character: str) -> str:
    return ascii(character)[1:-1]


def _without_login(found: re.Match[str]) -> str:
    scheme, user = found["scheme"], found["user"].partition(":")[0]
    return f"{scheme}{user}@" if "ssh" in scheme.lower() else scheme

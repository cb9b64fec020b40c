"""The keys of the configuration, with the comments that explain them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from kedro_golden_path import ConfigLoader

from .markdown import code, table
from .markdown import page as page_of

# These have pages of their own.
_ELSEWHERE = ("airflow", "catalog")
_VARIABLE = re.compile(r"\$\{oc\.env:\s*(\w+)\s*(?:,\s*(.*?))?\}(?=[^}]*$)")
_REFERENCE = re.compile(r"^ *`(\$\{.*\})`: (.*(?:\n(?! *`).+)*)", re.MULTILINE)


class Key(NamedTuple):
    """A key of a file: its dotted name, its value and the comment above it."""

    name: str
    value: str
    comment: str


def page(conf: Path) -> str:
    """The page on the configuration.

    Args:
        conf: The directory of a project's configuration.
    """
    files = {
        file.relative_to(conf.parent).as_posix(): _keys(file)
        for environment in ("base", "prod", "spark", "test")
        for file in sorted((conf / environment).rglob("*.yml"))
        if not file.relative_to(conf / environment).parts[0].startswith(_ELSEWHERE)
    }
    return page_of(
        "Configuration",
        "The files of a project with the example. For the catalog see "
        "[Layout](../layout.md#in-a-catalog-entry), [Datasets](datasets.md) and "
        "[What a contract can say](contracts.md); for `airflow.yml`, "
        "[Keys of airflow.yml](airflow.md). How the environments are merged is in "
        "[Layout](../layout.md#environments).",
        "## What every file may refer to",
        table(["write", "get"], [[code(name), text] for name, text in _references()]),
        "## Environment variables",
        "The files read these; one without a default must be set.",
        table(["variable", "default", "where"], _variables(files)),
        *(part for name, keys in files.items() for part in (f"## {name}", _table(keys))),
    )


def _references() -> Iterator[tuple[str, str]]:
    for name, text in _REFERENCE.findall(ConfigLoader.__doc__ or ""):
        yield name, " ".join(text.split())


def _variables(files: dict[str, list[Key]]) -> Iterator[list[str]]:
    for file, keys in files.items():
        for key in keys:
            for name, default in _VARIABLE.findall(key.value):
                yield [code(name), code(default.strip('"')), f"`{key.name}` in `{file}`"]


def _table(keys: list[Key]) -> str:
    rows = [[code(key.name), code(key.value), key.comment] for key in keys]
    return table(["key", "value", "meaning"], rows)


def _keys(file: Path) -> list[Key]:
    text = file.read_text(encoding="utf-8")
    content = yaml.compose(text)
    return list(_below(content, text.splitlines(), ())) if content else []


def _below(node: yaml.Node, lines: list[str], above: tuple[str, ...]) -> Iterator[Key]:
    """The keys below a node; a mapping that has a comment comes before what it holds."""
    for key, value in node.value:
        path = (*above, key.value)
        comment = _comment(lines, key.start_mark.line)
        if not isinstance(value, yaml.MappingNode):
            yield Key(".".join(path), _written(value), comment)
            continue
        if comment:
            yield Key(".".join(path), "", comment)
        yield from _below(value, lines, path)


def _written(value: yaml.Node) -> str:
    if isinstance(value, yaml.SequenceNode):
        return f"[{', '.join(map(_written, value.value))}]"
    return str(value.value)


def _comment(lines: list[str], number: int) -> str:
    """The comment right above a line."""
    found: list[str] = []
    while number and lines[number - 1].lstrip().startswith("#"):
        number -= 1
        found.insert(0, lines[number].lstrip().removeprefix("#").strip())
    return " ".join(found)

"""Catalogs in the short form that the template has now: `contract: raw.Flights`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any

import yaml

from .plugin import NAME

_CATALOGS = ("conf/*/catalog*.yml", "conf/*/catalog*/*.yml")
_CONTRACT = f"{NAME}.Contract"
_PANDAS, _SPARK = "pandas.ParquetDataset", f"{NAME}.spark.ParquetDataset"
_TABLE = "${globals:table}"


@dataclass(frozen=True)
class _Entry:
    """An entry of a catalog: its key and value as YAML's nodes, and its environment."""

    file: str
    name: str
    key: yaml.Node
    value: yaml.MappingNode

    @property
    def env(self) -> str:
        return self.file.split("/")[1]

    def get(self, *names: str) -> yaml.Node | None:
        return next((v for k, v in self.value.value if k.value in names), None)

    def text(self, *names: str) -> str:
        node = self.get(*names)
        return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def shortened(files: Mapping[str, str], package: str) -> dict[str, str]:
    """The catalogs among some files, with their entries in the short form where they have one.

    Where an environment changes single keys of an entry, it and the entry have the same form. What
    Spark loads as a table is one everywhere, by the global `table`.

    Args:
        files: Texts by path in the project.
        package: The project's package.
    """
    catalogs = {name: text for name, text in files.items() if _is_catalog(name)}
    entries = [entry for name, text in catalogs.items() for entry in _entries(name, text)]
    tables = _tables(entries) if "conf/spark/globals.yml" in files else set()
    lines = {name: text.splitlines(keepends=True) for name, text in catalogs.items()}
    partly = {entry.name for entry in entries if _is_part(entry)}
    kept = {entry.name for entry in entries if not _can_be_short(entry, lines[entry.file])}
    # From the last entry to the first, so that line numbers stay right.
    for entry in sorted(entries, key=lambda entry: -entry.key.start_mark.line):
        text = lines[entry.file]
        if entry.name not in kept and (validator := entry.get("validator")):
            start, end = _span(entry, "validator")
            text[start:end] = _contract(entry, validator, text, package, entry.name in partly)
        if entry.name in tables:
            _make_table(entry, text)
    return {name: "".join(text) for name, text in lines.items() if "".join(text) != files[name]}


def _is_catalog(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in _CATALOGS)


def _entries(file: str, text: str) -> Iterator[_Entry]:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    for key, value in root.value if isinstance(root, yaml.MappingNode) else []:
        if isinstance(value, yaml.MappingNode) and not value.flow_style:
            yield _Entry(file, str(key.value), key, value)


def _tables(entries: list[_Entry]) -> set[str]:
    """The datasets whose type is all that Spark changes: from pandas to Spark."""
    ours = {e.name for e in entries if e.env == "base" and e.text("type") == _PANDAS}
    there = [e for e in entries if e.env == "spark" and e.name in ours]
    return {e.name for e in there if e.text("type") == _SPARK and len(e.value.value) == 1}


def _make_table(entry: _Entry, text: list[str]) -> None:
    if entry.env == "base":
        line = _span(entry, "type")[0]
        text[line] = text[line].replace(_PANDAS, _TABLE, 1)
    elif entry.env == "spark":
        start, end = entry.key.start_mark.line, _last_line(entry.value) + 1
        end += end < len(text) and not text[end].strip()
        del text[start:end]


def _is_part(entry: _Entry) -> bool:
    """Whether an environment changes single options of an entry's contract."""
    validator = entry.get("validator")
    return isinstance(validator, yaml.MappingNode) and "class" not in _keys(validator)


def _can_be_short(entry: _Entry, text: list[str]) -> bool:
    validator = entry.get("validator")
    if validator is None:
        return True
    if not isinstance(validator, yaml.MappingNode) or validator.flow_style:
        return False
    found = _keys(validator)
    options = found.get("options")
    if options is not None and (not isinstance(options, yaml.MappingNode) or options.flow_style):
        return False
    if "class" in found and (found["class"].value != _CONTRACT or not _schema(options)):
        return False
    start, end = _span(entry, "validator")
    has_comment = any(re.search(r"(^|\s)#", line) for line in text[start:end])
    return found.keys() <= {"class", "on", "options"} and not has_comment


def _contract(
    entry: _Entry, validator: yaml.Node, text: list[str], package: str, as_mapping: bool
) -> list[str]:
    """The lines of a `contract` in place of a `validator`."""
    found = _keys(validator)
    options = found.get("options")
    schema = _schema(options)
    for prefix in ("${globals:package}.contracts.", f"{package}.contracts."):
        schema = schema.removeprefix(prefix)
    when = str(found["on"].value) if "on" in found else ""
    place = f"/{entry.text('filepath', 'path')}"
    implied = "load" if "/01_raw/" in place else "save" if place != "/" else None
    indent = " " * entry.value.value[0][0].start_mark.column
    body = [f"{indent}  schema: {schema}\n"] if schema else []
    if when and (when != implied or _is_part(entry)):
        body.append(f'{indent}  "on": {when}\n')
    for key, value in options.value if options else []:
        if key.value != "schema":
            lines = text[key.start_mark.line : _last_line(value) + 1]
            body += [f"{indent}  {line[key.start_mark.column :]}" for line in lines]
    if len(body) == 1 and schema and not as_mapping:
        return [f"{indent}contract: {schema}\n"]
    return [f"{indent}contract:\n", *body]


def _keys(node: yaml.Node) -> dict[str, Any]:
    return {str(key.value): value for key, value in node.value}


def _schema(options: yaml.Node | None) -> str:
    schema = _keys(options).get("schema") if options else None
    return str(schema.value) if isinstance(schema, yaml.ScalarNode) else ""


def _span(entry: _Entry, name: str) -> tuple[int, int]:
    """The lines of a key and its value, without the one after them."""
    key, value = next((k, v) for k, v in entry.value.value if k.value == name)
    return key.start_mark.line, _last_line(value) + 1


def _last_line(node: yaml.Node) -> int:
    """The last line of a node; what YAML takes for its end may be the next token."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        children = [
            part
            for child in node.value
            for part in (child if isinstance(child, tuple) else [child])
        ]
        return max((_last_line(child) for child in children), default=node.start_mark.line)
    end = node.end_mark
    return int(end.line - (end.column == 0 and end.line > node.start_mark.line))

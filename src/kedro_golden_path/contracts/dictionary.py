"""The data dictionary: the contracts as a page for people.

It is made of the code and the base configuration alone: the same on every machine, in every
environment and for every month.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

import pandera.pandas as pa
from kedro.config import AbstractConfigLoader
from kedro.io import DataCatalog
from kedro.validation import ValidatorSpec

from ..config.project import globals_of
from ..datasets.entries import place_of
from .catalog import build
from .compiled import CompiledContract
from .rules import FrameRule, Rule
from .types import type_name
from .validator import Contract

# No data is of this month, so it can be recognised in a path.
MONTH_OF_NO_DATA = "9998-12"
_SOME_MONTH = re.compile(r"99\d\d-\d\d")
_LAYER = re.compile(r"(?:^|/)(\d\d_\w+)/")
_HIDDEN = "•••"
_HEAD = """# Data dictionary

<!-- Written by `kedro contracts docs` from the contracts and the catalog: change those. -->
"""
_NOTHING = """
No dataset is under contract yet. For a first contract from data that is there:
`kedro contracts infer DATASET`.
"""


@dataclass(frozen=True)
class Entry:
    """A dataset under contract."""

    name: str
    file: str
    modes: tuple[str, ...]
    max_quarantined: float
    contract: Contract

    @cached_property
    def layer(self) -> str:
        """The directory of the data's layer, such as `01_raw`; empty where there is none."""
        found = _LAYER.search(self.file)
        return found[1] if found else ""

    @property
    def compiled(self) -> CompiledContract:
        """What must be true of the data."""
        return self.contract.compiled


def data_dictionary(loader: AbstractConfigLoader) -> str:
    """Write the page.

    Args:
        loader: The base configuration, for `MONTH_OF_NO_DATA`.

    Raises:
        GoldenPathError: A contract cannot be built.
    """
    entries = sorted(_entries(loader["catalog"]), key=lambda each: (each.layer, each.name))
    if not entries:
        return _HEAD + _NOTHING
    owner = globals_of(loader).get("owner", "")
    parts = [_HEAD, _overview(entries)]
    first: dict[str, Entry] = {}
    layer = None
    for entry in entries:
        if entry.layer != layer:
            layer = entry.layer
            parts.append(f"## {layer or 'Without a layer'}\n")
        parts.append(_section(entry, owner, first.setdefault(entry.compiled.path, entry)))
    return "\n".join(parts)


def _entries(catalog: Mapping[str, Any]) -> Iterable[Entry]:
    for name, entry in catalog.items():
        if not isinstance(entry, dict) or "validator" not in entry:
            continue
        spec = ValidatorSpec.from_dataset_config(name, entry["validator"])
        # A pattern has no dataset in a catalog before it is used.
        alone = cast(DataCatalog, SimpleNamespace(validator_specs={name: spec}))
        contract = build(name, alone)
        if isinstance(contract, Contract):
            most = spec.options.get("max_quarantined", 0.01)
            yield Entry(name, _file(entry), spec.on, most, contract)


def _file(entry: Mapping[str, Any]) -> str:
    file = place_of(entry)
    if "months" in entry:
        file = f"{file.rstrip('/')}/month=YYYY-MM/{entry.get('file', '')}"
    return _SOME_MONTH.sub("YYYY-MM", file)


def _overview(entries: Sequence[Entry]) -> str:
    rows = [
        (f"[{entry.name}](#{_anchor(entry.name)})", _title(entry), entry.layer or "-")
        for entry in entries
    ]
    return _table(("dataset", "title", "layer"), rows)


def _section(entry: Entry, owner: str, first: Entry) -> str:
    schema = entry.compiled.schema
    facts = [
        ("owner", owner or "-"),
        ("file", _code(entry.file) if entry.file else "-"),
        ("checked", _when(entry.modes)),
        ("on failure", _on_failure(entry)),
        ("key", " and ".join(", ".join(map(_code, key)) for key in entry.compiled.keys) or "none"),
        ("other columns", "not allowed" if schema.strict else "allowed, not checked"),
        ("contract", _code(entry.compiled.path)),
    ]
    parts = [f"### {entry.name}\n", f"**{_text(_title(entry))}**\n"]
    if schema.description:
        parts.append(f"{_text(schema.description)}\n")
    parts.append(_table(("", ""), facts))
    if first is not entry:
        anchor = _anchor(first.name)
        parts.append(f"The columns and rules are those of [{first.name}](#{anchor}).\n")
        return "\n".join(parts)
    parts.append(_columns(entry.compiled))
    if rules := [
        rule for rule in entry.compiled.rules if isinstance(rule, FrameRule) or _many(rule)
    ]:
        rows = [_rule(rule, entry.compiled) for rule in rules]
        parts.append(_table(("rule", "holds for", "allowed", "meaning"), rows))
    return "\n".join(parts)


def _many(rule: Rule) -> bool:
    return not isinstance(rule, FrameRule) and rule.column is None


def _title(entry: Entry) -> str:
    return str(entry.compiled.schema.title or entry.compiled.path.rpartition(".")[2])


def _when(modes: Sequence[str]) -> str:
    words = {"load": "as it is read", "save": "before it is written"}
    return " and ".join(words[mode] for mode in modes)


def _on_failure(entry: Entry) -> str:
    if entry.contract.on_failure == "warn":
        return "the run warns and goes on; columns or types that are wrong stop it"
    if entry.contract.on_failure == "quarantine":
        return (
            f"bad rows are quarantined, up to {entry.max_quarantined:.2%} of them; more of them, "
            "or anything else, stops the run"
        )
    return "the run stops"


def _columns(compiled: CompiledContract) -> str:
    rows = []
    for name, column in compiled.schema.columns.items():
        sensitive = name in compiled.sensitive
        rows.append(
            (
                _code(name),
                _code(type_name(column)),
                "yes" if column.nullable else "no",
                ", ".join(_column_rules(column, sensitive)),
                _text(column.description or ""),
                "yes" if sensitive else "",
            )
        )
    return _table(("column", "type", "may be null", "rules", "description", "sensitive"), rows)


def _column_rules(column: pa.Column, sensitive: bool) -> list[str]:
    bounds: dict[str, Any] = {}
    words = []
    for check in column.checks:
        statistics = check.statistics or {}
        if check.name in _BOUNDS and not sensitive:
            bounds[str(check.name)] = next(iter(statistics.values()))
        elif sensitive and check.name not in _SAY_NOTHING_OF_VALUES:
            words.append(f"{str(check.name).replace('_', ' ')} {_HIDDEN}")
        else:
            words.append(_WORDS[str(check.name)](statistics))
    if bounds.keys() == {"greater_than_or_equal_to", "less_than_or_equal_to"}:
        words.insert(0, f"from {' to '.join(map(_value, bounds.values()))}")
    else:
        words[:0] = [f"{_BOUNDS[name]} {_value(value)}" for name, value in bounds.items()]
    if column.unique:
        words.append("unique")
    if (column.metadata or {}).get("period"):
        words.append("of the run's months")
    return words if column.required else [*words, "may be absent"]


def _rule(rule: Any, compiled: CompiledContract) -> tuple[str, ...]:
    if not isinstance(rule, FrameRule):
        return (rule.name, "each row", "", _text(rule.description))
    group = f"each {', '.join(map(_code, rule.by))}" if rule.by else "all rows together"
    return (rule.name, group, rule.bounds, _text(rule.description))


_BOUNDS = {
    "greater_than": "above",
    "greater_than_or_equal_to": "at least",
    "less_than": "below",
    "less_than_or_equal_to": "at most",
}
_SAY_NOTHING_OF_VALUES = {"str_length"}


def _in_range(has: Mapping[str, Any]) -> str:
    low = "from" if has["include_min"] else "above"
    high = "to" if has["include_max"] else "and below"
    return f"{low} {_value(has['min_value'])} {high} {_value(has['max_value'])}"


def _length(has: Mapping[str, Any]) -> str:
    exact, least, most = (has.get(f"{each}_value") for each in ("exact", "min", "max"))
    if exact is not None:
        return f"{_characters(exact)} long"
    if least is not None and most is not None:
        return f"{least} to {_characters(most)} long"
    return f"at least {_characters(least)}" if most is None else f"at most {_characters(most)}"


def _characters(number: Any) -> str:
    return "1 character" if number == 1 else f"{number} characters"


def _values(values: Iterable[Any]) -> str:
    return ", ".join(map(_value, values))


_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "equal_to": lambda has: f"is {_value(has['value'])}",
    "not_equal_to": lambda has: f"is not {_value(has['value'])}",
    **{
        name: lambda has, words=words: f"{words} {_value(next(iter(has.values())))}"  # type: ignore[misc]
        for name, words in _BOUNDS.items()
    },
    "in_range": _in_range,
    "isin": lambda has: f"one of {_values(has['allowed_values'])}",
    "notin": lambda has: f"none of {_values(has['forbidden_values'])}",
    "str_matches": lambda has: f"matches {_code(has['pattern'])}",
    "str_contains": lambda has: f"contains {_code(has['pattern'])}",
    "str_startswith": lambda has: f"starts with {_value(has['string'])}",
    "str_endswith": lambda has: f"ends with {_value(has['string'])}",
    "str_length": _length,
}


def _value(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _code(str(value))
    # A year is not 1,987.
    return str(value) if abs(value) < 10_000 else f"{value:,}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")


def _text(text: str) -> str:
    """Text that Markdown shows as it is; what stands in backquotes is code."""
    # The odd parts are code.
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    parts[::2] = [re.sub(r"([\\`*_<>\[\]])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _code(text: str) -> str:
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text or not text.strip() else ""
    return f"{fence}{space}{text}{space}{fence}"


def _anchor(name: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-")

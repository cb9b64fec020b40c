"""The data dictionary: the contracts as a page for people.

It is made of the code and the base configuration alone: the same on every machine, in every
environment and for every month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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
from .column_checks import known_check, value
from .compiled import CompiledContract
from .markdown import anchor, code, table, text
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
        (f"[{entry.name}](#{anchor(entry.name)})", _title(entry), entry.layer or "-")
        for entry in entries
    ]
    return table(("dataset", "title", "layer"), rows)


def _section(entry: Entry, owner: str, first: Entry) -> str:
    schema = entry.compiled.schema
    facts = [
        ("owner", owner or "-"),
        ("file", code(entry.file) if entry.file else "-"),
        ("checked", _when(entry.modes)),
        ("on failure", _on_failure(entry)),
        ("key", " and ".join(", ".join(map(code, key)) for key in entry.compiled.keys) or "none"),
        ("other columns", "not allowed" if schema.strict else "allowed, not checked"),
        ("contract", code(entry.compiled.path)),
    ]
    parts = [f"### {entry.name}\n", f"**{text(_title(entry))}**\n"]
    if schema.description:
        parts.append(f"{text(schema.description)}\n")
    parts.append(table(("", ""), facts))
    if first is not entry:
        place = anchor(first.name)
        parts.append(f"The columns and rules are those of [{first.name}](#{place}).\n")
        return "\n".join(parts)
    parts.append(_columns(entry.compiled))
    if rules := [
        rule for rule in entry.compiled.rules if isinstance(rule, FrameRule) or _many(rule)
    ]:
        rows = [_rule(rule, entry.compiled) for rule in rules]
        parts.append(table(("rule", "holds for", "allowed", "meaning"), rows))
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
                code(name),
                code(type_name(column)),
                "yes" if column.nullable else "no",
                ", ".join(_column_rules(column, sensitive)),
                text(column.description or ""),
                "yes" if sensitive else "",
            )
        )
    return table(("column", "type", "may be null", "rules", "description", "sensitive"), rows)


def _column_rules(column: pa.Column, sensitive: bool) -> list[str]:
    bounds: dict[str, Any] = {}
    words = []
    for check in column.checks:
        known, statistics = known_check(check), check.statistics or {}
        if known is None:
            continue  # A contract with such a check is refused when it is built.
        if known.bound and not sensitive:
            bounds[known.bound] = next(iter(statistics.values()))
        elif sensitive and known.shows_values:
            words.append(f"{str(check.name).replace('_', ' ')} {_HIDDEN}")
        else:
            words.append(known.words(statistics))
    if bounds.keys() == {"at least", "at most"}:
        words.insert(0, f"from {' to '.join(map(value, bounds.values()))}")
    else:
        words[:0] = [f"{bound} {value(of)}" for bound, of in bounds.items()]
    if column.unique:
        words.append("unique")
    if (column.metadata or {}).get("period"):
        words.append("of the run's months")
    return words if column.required else [*words, "may be absent"]


def _rule(rule: Any, compiled: CompiledContract) -> tuple[str, ...]:
    if not isinstance(rule, FrameRule):
        return (rule.name, "each row", "", text(rule.description))
    group = f"each {', '.join(map(code, rule.by))}" if rule.by else "all rows together"
    return (rule.name, group, rule.bounds, text(rule.description))

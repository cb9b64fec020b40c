"""Check data against a contract, and report what fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals as nw

from .compiled import CompiledContract
from .engines import Data, any_broken, figure_of
from .rules import FrameRule, RowRule, Rule
from .types import type_name

_LONGEST_VALUE = 80
_EXACT = 2**53


@dataclass(frozen=True)
class Failure:
    """A rule that failed.

    `kind` is `structure` (columns and types), `row` or `frame`; `count` is the number of columns,
    rows or groups.
    """

    kind: str
    rule: str
    column: str | None
    count: int
    examples: tuple[str, ...] = ()
    description: str = ""


@dataclass
class CheckResults:
    """The results of all checks."""

    rows: int = 0
    columns: int = 0
    rules: int = 0
    bad_rows: int = 0
    failures: list[Failure] = field(default_factory=list)
    measures: dict[str, float] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)

    @property
    def only_rows_are_bad(self) -> bool:
        """Whether only rules about rows failed."""
        return all(failure.kind == "row" for failure in self.failures)


def run_checks(
    data: Data, compiled: CompiledContract, examples: int, count_bad_rows: bool = False
) -> CheckResults:
    """Check all rules in one pass over the data, and one for each key and each grouping.

    Args:
        data: The data.
        compiled: The contract.
        examples: How many failing values to keep for each rule, at most.
        count_bad_rows: Whether to count the rows that break any rule over rows.
    """
    found = CheckResults(columns=len(data.names))
    found.failures += _structure(data, compiled)
    there = set(data.view.collect_schema().names())
    row_rules = _usable(compiled.row_rules, there, found)
    frame_rules = _usable(compiled.frame_rules, there, found)
    keys = [key for key in compiled.keys if there.issuperset(key)]
    found.rules = len(row_rules) + len(frame_rules) + len(keys) + len(compiled.schema.columns)
    try:
        values, groups = _figures(data, row_rules, frame_rules, count_bad_rows)
    except data.value_errors:
        # A sum may be too large for its type, for example. Other rules can still be computed.
        impossible = _impossible(data, [*row_rules, *frame_rules], compiled)
        if not impossible:
            raise
        found.failures += impossible.values()
        row_rules = [rule for rule in row_rules if rule not in impossible]
        frame_rules = [rule for rule in frame_rules if rule not in impossible]
        values, groups = _figures(data, row_rules, frame_rules, count_bad_rows)

    found.rows = int(values["rows"] or 0)
    found.bad_rows = int(values.get("bad_rows") or 0)
    counts = [int(values[f"row_{n}"] or 0) for n in range(len(row_rules))]
    found.failures += _row_failures(data, compiled, row_rules, counts, examples)
    for key in keys:
        if count := data.duplicates(key):
            found.failures.append(_key_failure(data, compiled, key, count, examples))
    for rule in frame_rules:
        if not rule.by and (found.rows or not rule.columns):
            _judge(rule, values[figure_of(rule)], compiled, found)
    for rule in frame_rules:
        if rule.by:
            _judge_groups(rule, groups[rule.by], compiled, found, examples)
    return found


def _figures(
    data: Data,
    row_rules: Sequence[RowRule],
    frame_rules: Sequence[FrameRule],
    count_bad_rows: bool,
) -> tuple[dict[str, Any], dict[tuple[str, ...], list[dict[str, Any]]]]:
    """What rules are judged by: the figures of the whole frame, and those of each grouping."""
    broken = {f"row_{n}": ~rule.holds for n, rule in enumerate(row_rules)}
    if count_bad_rows and row_rules:
        broken["bad_rows"] = any_broken(row_rules)
    measures = {figure_of(rule): rule.measure for rule in frame_rules if not rule.by}
    values = data.aggregate({"rows": nw.len(), **measures}, broken)
    groupings = dict.fromkeys(rule.by for rule in frame_rules if rule.by)
    return values, {
        by: data.groups(by, [rule for rule in frame_rules if rule.by == by]) for by in groupings
    }


def _impossible(
    data: Data, rules: Sequence[Rule], compiled: CompiledContract
) -> dict[Rule, Failure]:
    """The rules that cannot be computed from these very values."""
    failures = {}
    for rule in rules:
        if problem := data.problem(rule):
            hidden = compiled.sensitive.intersection(rule.columns)
            reason = "cannot be computed" + ("" if hidden else f": {_shortened(problem)}")
            failures[rule] = Failure("structure", rule.name, rule.column, 1, (reason,))
    return failures


def _structure(data: Data, compiled: CompiledContract) -> list[Failure]:
    schema, names = compiled.schema, data.names
    failures = [
        Failure("structure", "column_in_dataframe", name, 1, _why_absent(names))
        for name, column in schema.columns.items()
        if column.required and name not in names
    ]
    if schema.strict:
        failures += [
            Failure("structure", "column_in_schema", str(name), 1)
            for name in names
            if name not in schema.columns
        ]
    wanted = [name for name in schema.columns if name in names]
    if schema.ordered and [name for name in names if name in schema.columns] != wanted:
        order = [name for name in names if name in schema.columns]
        failures.append(
            Failure("structure", "column_ordered", None, 1, (f"found {', '.join(order)}",))
        )
    doubled = sorted({str(name) for name in names if names.count(name) > 1})
    failures += [Failure("structure", "unique_column_names", name, 1) for name in doubled]
    return failures + [
        Failure(
            "structure", f"dtype('{type_name(schema.columns[name])}')", name, 1, (f"found {kind}",)
        )
        for name, kind in data.wrong_types.items()
    ]


def _why_absent(names: Sequence[Any]) -> tuple[str, ...]:
    others = [name for name in names if not isinstance(name, str)]
    if not others:
        return ()
    return (f"found {others[0]!r} and other names that are no text; give names: in load_args",)


def _usable(rules: Iterable[Any], there: set[str], found: CheckResults) -> list[Any]:
    """The rules whose columns can be checked; the names of the others are noted."""
    usable = []
    for rule in rules:
        if there.issuperset(rule.columns):
            usable.append(rule)
        else:
            found.unchecked.append(rule.name)
    return usable


def _row_failures(
    data: Data,
    compiled: CompiledContract,
    rules: Sequence[RowRule],
    counts: Sequence[int],
    examples: int,
) -> list[Failure]:
    broken = [(rule, count) for rule, count in zip(rules, counts, strict=True) if count]
    shown = {rule: _columns_to_show(data, compiled, rule) for rule, _ in broken if examples}
    wanted = [(rule, columns) for rule, columns in shown.items() if columns]
    values = data.examples([(~rule.holds, columns) for rule, columns in wanted], examples)
    texts = {
        rule: tuple(_show(columns, row, rule.column is not None) for row in rows)
        for (rule, columns), rows in zip(wanted, values, strict=True)
    }
    return [
        Failure("row", rule.name, rule.column, count, texts.get(rule, ()), rule.description)
        for rule, count in broken
    ]


def _columns_to_show(data: Data, compiled: CompiledContract, rule: RowRule) -> list[str]:
    # A sensitive value could be guessed from the rest of its row and the rule.
    if rule.name == "not_nullable" or compiled.sensitive.intersection(rule.columns):
        return []
    key = compiled.keys[-1] if rule.column is None and compiled.keys else ()
    there = data.view.collect_schema().names()
    columns = dict.fromkeys((*key, *rule.columns))
    return [name for name in columns if name in there and name not in compiled.sensitive]


def _key_failure(
    data: Data, compiled: CompiledContract, key: tuple[str, ...], count: int, examples: int
) -> Failure:
    single = len(key) == 1
    shown: list[str] = []
    if not compiled.sensitive.intersection(key):
        shown = [_show(key, row, single) for row in data.duplicated_keys(key, examples)]
    name = "field_uniqueness" if single else f"multiple_fields_uniqueness({', '.join(key)})"
    return Failure("frame", name, key[0] if single else None, count, tuple(shown))


def _judge(rule: FrameRule, value: Any, compiled: CompiledContract, found: CheckResults) -> None:
    hidden = bool(compiled.sensitive.intersection(rule.columns))
    if rule.bounds and not hidden and value is not None:
        found.measures[rule.name] = float(value)
    if rule.is_broken_by(value):
        text = f"{_number(value)}, allowed: {rule.bounds}" if rule.bounds and not hidden else ""
        found.failures.append(
            Failure("frame", rule.name, None, 1, (text,) if text else (), rule.description)
        )


def _judge_groups(
    rule: FrameRule,
    groups: Iterable[Mapping[str, Any]],
    compiled: CompiledContract,
    found: CheckResults,
    examples: int,
) -> None:
    figure = figure_of(rule)
    bad = [group for group in groups if rule.is_broken_by(group[figure])]
    if not bad:
        return
    shown: tuple[str, ...] = ()
    if not compiled.sensitive.intersection(rule.columns):
        allowed = f", allowed: {rule.bounds}" if rule.bounds else ""
        shown = tuple(
            f"{_show(rule.by, [group[name] for name in rule.by])}: "
            f"{_number(group[figure])}{allowed}"
            for group in bad[:examples]
        )
    found.failures.append(Failure("frame", rule.name, None, len(bad), shown, rule.description))


def _number(value: Any) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        value = int(value)
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def _show(names: Sequence[str], values: Sequence[Any], alone: bool = False) -> str:
    if alone and len(values) == 1:
        text = _value(values[0])
    else:
        pairs = zip(names, values, strict=True)
        text = "(" + ", ".join(f"{name}={_value(value)}" for name, value in pairs) + ")"
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _value(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)

"""The output of the commands: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..console import new_table, plain, say
from ..guards import json_line, one_line
from ..json_safe import json_safe

if TYPE_CHECKING:
    import pandas as pd

    from ..contracts.validator import Contract
    from .checking import Result

HIDDEN = "•••"
_MOST_ROWS = 20
_MOST_COLUMNS = 6
_WIDEST = 1000


def progress(results: Sequence[Result]) -> None:
    """Show progress on a terminal while many or large datasets are read."""
    if sys.stderr.isatty():
        click.echo(
            f"\r\033[K{len(results)} checked: {one_line(results[-1].dataset)}", nl=False, err=True
        )


def print_results(results: Sequence[Result], absent: Sequence[str]) -> None:
    """Print a table, and what is wrong with each dataset that does not pass."""
    from ..contracts.validator import describe

    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    table = new_table("Dataset", "rows", "rules", "result")
    table.columns[-1].justify = "left"
    for each in results:
        rows, rules = f"{each.record['rows']:,}", str(each.record["rules"])
        if "error" in each.record:
            rows = rules = "-"
        passed = each.outcome == "passed"
        result = Text("passed" if passed else "failed", "green" if passed else "red")
        table.add_row(plain(each.dataset), rows, rules, result)
    if results:
        _print_table(table)
    for each in results:
        if each.outcome != "passed":
            lines = [f"  {each.note}"] if each.note else []
            lines = [*map(describe, each.failures), *lines]
            file = f" ({each.record['file']})" if each.record["file"] else ""
            say("\n" + "\n".join([f"{each.dataset}{file}:", *lines]))
    if absent:
        say(f"\nNot there: {', '.join(absent)}")
    if not results and not absent:
        click.echo("No dataset is under contract yet. To draft one: kedro contracts infer DATASET")


def quarantine_record(contract: Contract, rows: pd.DataFrame, released: int) -> dict[str, Any]:
    """The quarantined rows and their contract, as plain data."""
    from ..contracts.validator import shown

    return {
        "dataset": contract.dataset,
        "schema": contract.compiled.path,
        "quarantine": shown(contract.quarantine.file) if len(rows) else "",
        "quarantined": len(rows),
        "released": released,
        "rows": json.loads(rows.to_json(orient="records", date_format="iso")) if len(rows) else [],
    }


def print_quarantine(contract: Contract, rows: pd.DataFrame) -> None:
    """Print the first quarantined rows, and the rules that they break."""
    from ..contracts.engines import REASONS
    from ..contracts.validator import shown

    names = _telling_columns(contract, rows)
    table = new_table(*names, "reasons")
    for column in table.columns:
        column.justify = "left"
    for _, row in rows.head(_MOST_ROWS).iterrows():
        values = [
            HIDDEN if name in contract.compiled.sensitive else str(row[name]) for name in names
        ]
        table.add_row(*map(plain, [*values, "; ".join(row[REASONS])]))
    _print_table(table)
    more = f", of which {_MOST_ROWS} are shown" if len(rows) > _MOST_ROWS else ""
    count = "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
    say(
        f"\n{count} of '{contract.dataset}' quarantined{more}. All of them: "
        f"{shown(contract.quarantine.file)}"
    )


def _telling_columns(contract: Contract, rows: pd.DataFrame) -> list[str]:
    """The columns of keys and broken rules; without any, the first columns."""
    from ..contracts.engines import REASONS, reason

    broken = {each for reasons in rows[REASONS] for each in reasons}
    names = [name for key in contract.compiled.keys for name in key]
    for rule in contract.compiled.row_rules:
        if reason(rule) in broken:
            names += rule.columns
    there = [str(name) for name in rows.columns if name != REASONS]
    names = [name for name in dict.fromkeys(names) if name in there]
    return names or there[:_MOST_COLUMNS]


def print_json(value: Any) -> None:
    """Print plain data as JSON."""
    click.echo(json_line(json.dumps(json_safe(value), indent=2, ensure_ascii=False)))


def _print_table(table: Table) -> None:
    """Print a table in full, also where the terminal is narrow: values are for copying."""
    console = Console()
    widest = console.measure(table, options=console.options.update(max_width=_WIDEST)).maximum
    Console(width=max(console.width, widest)).print(table, soft_wrap=True)

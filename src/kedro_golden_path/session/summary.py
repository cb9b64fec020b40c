"""The summary at the end of a run: what was checked, decided and written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from mlflow.entities import Run
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..console import new_table, plain
from ..contracts import report
from ..datasets.files import location
from ..guards import message, one_line
from ..models.aliases import NEWEST, Move, moves
from ..runs.area import published_path
from ..tracking import names


def print_summary(
    run: Run,
    contracts: list[dict[str, Any]],
    pipeline: Pipeline,
    catalog: DataCatalog,
    project: Path,
    at_once: Mapping[str, str],
) -> None:
    """Print the summary of a successful run.

    Args:
        run: The finished MLflow run.
        contracts: What the contracts saw, see `results.close_results`.
        pipeline: The pipeline that was run.
        catalog: Its catalog.
        project: The project's directory; files in it are shown relative to it.
        at_once: The datasets that were written before the run had succeeded, and why.
    """
    console = Console()
    console.rule(plain(f"Run '{run.info.run_name}'"))
    parts = [_contracts(contracts), _figures(run.data.metrics), _gate(run.data.tags)]
    parts += [_outputs(pipeline, catalog, project), _at_once(at_once), _next_steps(run, project)]
    for part in filter(None, parts):
        # Paths and ids are for copying: they are never broken over lines.
        console.print(part, soft_wrap=True)
        console.print()


def _contracts(results: list[dict[str, Any]]) -> Table | None:
    if not results:
        return None
    results = report.collapse(results)
    optional = {
        "quarantined": [report.quarantined(result) for result in results],
        "broken rules": [len(result["failures"]) for result in results],
    }
    shown = {name: counts for name, counts in optional.items() if any(counts)}
    passed = all(result["outcome"] == "passed" for result in results)
    table = new_table("Contract passed for" if passed else "Contract of", "rows", "rules", *shown)
    for number, result in enumerate(results):
        counts = (result["rows"], result["rules"], *(each[number] for each in shown.values()))
        table.add_row(plain(result["dataset"]), *(f"{count:,}" for count in counts))
    return table


def _figures(metrics: Mapping[str, float]) -> Table | None:
    names = sorted(name for name in metrics if "/" not in name and f"baseline/{name}" in metrics)
    if not names:
        return None
    roles = {"challenger": "", "champion so far": "incumbent/", "baseline": "baseline/"}
    table = new_table("Figure", *roles)
    for name in names:
        figures = (metrics.get(f"{prefix}{name}") for prefix in roles.values())
        table.add_row(
            plain(name), *("-" if figure is None else f"{figure:.4f}" for figure in figures)
        )
    return table


def _gate(tags: Mapping[str, str]) -> Text | None:
    """The gate's decision, and what has become of aliases that did not move."""
    wanted = moves(tags)
    lines = [
        *_decision(tags, wanted),
        *(Text(message(str(move))) for move in wanted if move.left_alone),
    ]
    return Text("\n").join(lines) if lines else None


def _decision(tags: Mapping[str, str], wanted: Sequence[Move]) -> list[Text]:
    gate = {
        key: tags.get(names.GATE.of(key)) for key in ("reason", "promote", "challenger_version")
    }
    if gate["reason"] is None:
        return []
    version = gate["challenger_version"]
    asked = [move for move in wanted if move.version == version and move.alias != NEWEST]
    if gate["promote"] != "True":
        decision, style = "refused: stays a challenger", "bold yellow"
    elif any(move.left_alone for move in asked):
        decision, style = "promoted, but too late: stays a challenger", "bold yellow"
    elif any(not move.done for move in asked):
        decision, style = "promoted: the champion when the run is published", "bold green"
    else:
        decision, style = "promoted: now the champion", "bold green"
    head = Text.assemble((f"Model version {version} was ", "bold"), (decision, style))
    return [head, Text(message(gate["reason"]))]


def _outputs(pipeline: Pipeline, catalog: DataCatalog, project: Path) -> Text | None:
    files = {
        name: published_path(location(catalog.get(name))) for name in sorted(pipeline.outputs())
    }
    lines = [
        message(f"{one_line(name):<25} {one_line(file.removeprefix(f'{project.as_posix()}/'))}")
        for name, file in files.items()
        if file
    ]
    return Text("Written\n" + "\n".join(lines)) if lines else None


def _at_once(reasons: Mapping[str, str]) -> Text | None:
    lines = [f"{name:<25} {reason}" for name, reason in reasons.items()]
    title = "Written at once, not when the run had succeeded"
    return Text("\n".join([title, *lines])) if lines else None


def _next_steps(run: Run, project: Path) -> Text:
    generated = (project / "Makefile").is_file()
    ui, viz = ("make ui", "make viz") if generated else ("kedro mlflow ui", "kedro viz run")
    return Text(
        f"Look further: '{ui}' shows the MLflow run {run.info.run_id} (its artifact "
        f"contracts.html is the report on the data), '{viz}' the pipelines.",
        style="dim",
    )

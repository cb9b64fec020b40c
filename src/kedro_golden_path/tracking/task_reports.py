"""The report on the data of a run, as artifacts, metrics and tags of its MLflow run."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..contracts import report
from . import contract_figures, names
from .client import client

if TYPE_CHECKING:
    from mlflow.entities import Run

_LOGGER = logging.getLogger(__name__)
_TASK_REPORTS = names.TASK_REPORT.prefix.rstrip("/")
_RUNS_TO_LOOK_AT = 10
_SECONDS_TO_LOOK = 3.0


@dataclass(frozen=True)
class TaskReport:
    """The report of one process: all of a run's report, or one task's part of it.

    `error` is the type of the error that stopped the process, or None. `contracts` is what the
    contracts recorded, see `results.close_results`.
    """

    pipelines: list[str]
    environment: str | None
    error: str | None
    contracts: list[dict[str, Any]]


def keep_task_report(mlflow_run_id: str, task_id: str, part: TaskReport) -> None:
    """Store a task's report with the MLflow run; a later try of the task replaces it."""
    text = json.dumps(asdict(part))
    client().log_text(mlflow_run_id, text, names.TASK_REPORT.of(task_id))


def kept_task_reports(run: Run) -> list[TaskReport]:
    """The reports of all tasks, in the order in which their datasets were validated."""
    files = client().list_artifacts(run.info.run_id, _TASK_REPORTS)
    texts = [client().load_text(run, file.path) for file in files]
    parts = [TaskReport(**json.loads(text)) for text in texts]
    return sorted(parts, key=lambda part: min((each["at"] for each in part.contracts), default=0))


def log_report(mlflow_run_id: str, status: str, parts: Sequence[TaskReport]) -> None:
    """Log the report: as JSON, as a page, and in short as metrics and the tag `contracts`.

    Args:
        mlflow_run_id: The id of the MLflow run.
        status: `finished` or `failed`.
        parts: What the processes of the run have to say.
    """
    run = client().get_run(mlflow_run_id)
    results = [result for part in parts for result in part.contracts]
    datasets = {str(result["dataset"]) for result in results}
    made = report.build(_facts(run, status, parts), results, _previous(run, datasets))
    client().log_text(mlflow_run_id, report.to_json(made), names.REPORT_JSON)
    outcome = contract_figures.tag(made["contracts"])[: names.LONGEST_TAG]
    client().log(
        mlflow_run_id,
        metrics=contract_figures.metrics(made["contracts"]),
        tags={names.CONTRACTS: outcome},
    )
    client().log_text(mlflow_run_id, report.to_html(made), names.REPORT_PAGE)
    if status == "failed" and results:
        _LOGGER.info("Report on the data: %s/%s", run.info.artifact_uri, names.REPORT_PAGE)


def _facts(run: Run, status: str, parts: Sequence[TaskReport]) -> dict[str, Any]:
    pipelines = [name for part in parts for name in part.pipelines]
    return {
        "run_id": run.data.tags.get(names.RUN_ID),
        "mlflow_run_id": run.info.run_id,
        "name": run.info.run_name,
        "month": run.data.tags.get(names.MONTH, ""),
        "pipelines": list(dict.fromkeys(pipelines)),
        "environment": next((part.environment for part in parts), None),
        "status": status,
        # Its text may quote the data.
        "error": next((part.error for part in parts if part.error), None),
        "started": _moment(run),
        "reported": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _moment(run: Run) -> str:
    return datetime.fromtimestamp(run.info.start_time / 1000, UTC).isoformat(timespec="seconds")


def _previous(run: Run, datasets: set[str]) -> dict[str, dict[str, Any]]:
    """What the latest earlier reports say about the datasets; never fails."""
    found: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + _SECONDS_TO_LOOK
    try:
        for earlier in _earlier_runs(run) if datasets else ():
            known = _read_report(earlier)
            found |= {name: known[name] for name in datasets & known.keys() - found.keys()}
            if datasets == found.keys() or time.monotonic() > deadline:
                break
    except Exception as problem:
        _LOGGER.debug("The previous reports on the data cannot be read: %s", problem)
    return found


def _earlier_runs(run: Run) -> Iterable[Run]:
    runs = client().search_runs(
        [run.info.experiment_id],
        f"tags.{names.CONTRACTS} LIKE '%' AND attributes.start_time < {run.info.start_time}",
        order_by=["attributes.start_time DESC"],
        max_results=_RUNS_TO_LOOK_AT,
    )
    return (each for each in runs if each.info.status in ("FINISHED", "FAILED"))


def _read_report(run: Run) -> dict[str, dict[str, Any]]:
    about = {
        "mlflow_run_id": run.info.run_id,
        "run_name": run.info.run_name,
        "month": run.data.tags.get(names.MONTH, ""),
        "started": _moment(run),
    }
    try:
        text = client().load_text(run, names.REPORT_JSON)
        return report.as_previous(json.loads(text), about)
    except Exception as problem:  # If this report was deleted, an earlier one may exist.
        _LOGGER.debug("The report of run %s cannot be read: %s", run.info.run_id, problem)
        return {}

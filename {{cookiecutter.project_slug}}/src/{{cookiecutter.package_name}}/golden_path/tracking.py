"""What an MLflow run of this project holds beyond what kedro-mlflow logs."""

import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Generator, Iterable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import mlflow
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from mlflow import MlflowClient
from mlflow.entities import Metric, Run, RunTag
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH

from .contract import evidence, report
from .mlflow_store import prepare_store
from .provenance import describe_code, describe_inputs, location
from .summary import print_summary
from .watchdog import Watchdog

with warnings.catch_warnings(record=True):
    # Its classes make MLflow warn as they are defined, in a way that no filter reaches.
    import kedro_mlflow.mlflow  # noqa: F401

# It tells of each run that it opens and closes; the summary names the one that counts.
logging.getLogger("kedro_mlflow").setLevel(logging.WARNING)

_LOGGER = logging.getLogger(__name__)
_LONGEST_TAG = 5000
_REPORT = "contracts.json"
_PAGE = "contracts.html"
_RUNS_TO_LOOK_AT = 10
_SECONDS_TO_LOOK = 3.0
_RUN_FOR_WORKERS = "GOLDEN_PATH_MLFLOW_RUN"


class TrackingHooks:
    """One well-named run for each `kedro run`, with provenance, evidence and an honest end.

    A catalog entry asks for its data to be logged as well with `metadata: {mlflow: metrics}` (a
    flat mapping of numbers) or `metadata: {mlflow: artifact}` (the file).
    """

    def __init__(self) -> None:
        """Start without a run."""
        self._context: KedroContext | None = None
        self._catalog: DataCatalog | None = None
        self._watchdog: Watchdog | None = None

    @hook_impl(tryfirst=True)
    def after_context_created(self, context: KedroContext) -> None:
        """Have the store ready before kedro-mlflow connects to it."""
        self._context = context
        loader = context.config_loader
        config = loader["mlflow"]
        experiment = config.get("tracking", {}).get("experiment", {}).get("name")
        prepare_store(config["server"]["mlflow_tracking_uri"], experiment or context._package_name)

    @hook_impl(wrapper=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Name the run, let kedro-mlflow start it, then log parameters and provenance."""
        assert self._context is not None
        parameters = self._context.config_loader["parameters"]
        run_options = self._context.mlflow.tracking.run  # type: ignore[attr-defined]
        if run_options.name is None:
            run_options.name = _run_name(run_params, parameters.get("month"))
        evidence.open_evidence()
        result = yield
        if run := mlflow.active_run():
            uri, run_id = mlflow.get_tracking_uri(), run.info.run_id
            os.environ[_RUN_FOR_WORKERS] = f"{run_id} {uri}"
            self._watchdog = Watchdog(uri, run_id)
            inputs = [(name, catalog.get(name)) for name in sorted(pipeline.inputs())]
            mlflow.set_tags(
                describe_code(self._context.project_path)
                | describe_inputs(inputs)
                | {"owner": self._context.config_loader["globals"].get("owner", "")}
                | {"month": parameters.get("month", "")}
            )
            mlflow.log_params(_flatten(parameters))
        return result

    @hook_impl
    def before_node_run(self, node: Node, catalog: DataCatalog) -> None:
        """Keep catalog and run at hand, also in a worker process, which starts without them."""
        self._catalog = catalog
        if mlflow.active_run() is None and _RUN_FOR_WORKERS in os.environ:
            run_id, uri = os.environ[_RUN_FOR_WORKERS].split(" ", 1)
            mlflow.set_tracking_uri(uri)
            mlflow.start_run(run_id=run_id)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log the data where its catalog entry asks for it."""
        dataset = self._catalog.get(dataset_name) if self._catalog else None
        kind = (getattr(dataset, "metadata", None) or {}).get("mlflow")
        if kind is None or mlflow.active_run() is None:
            return
        if kind == "metrics":
            mlflow.log_metrics(data)
        else:
            _log_file(location(dataset))

    @hook_impl(wrapper=True)
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Report on the data, let kedro-mlflow close the run, print the summary."""
        contracts = evidence.close_evidence()
        _log_report(contracts, run_params)
        run = mlflow.active_run()
        result = yield
        self._release()
        if run and self._context:
            finished = mlflow.get_run(run.info.run_id)
            print_summary(finished, contracts, pipeline, catalog, self._context.project_path)
        return result

    @hook_impl(wrapper=True)
    def on_pipeline_error(
        self, error: Exception, run_params: dict[str, Any]
    ) -> Generator[None, Any, Any]:
        """Report on the data, log the error, then let kedro-mlflow close the run."""
        try:
            _log_report(evidence.close_evidence(), run_params, error)
        except Exception as problem:  # The error that stopped the run is the one to be seen.
            _LOGGER.warning("The report on the data could not be logged: %s", problem)
        if mlflow.active_run():
            mlflow.set_tag("error", str(error)[:_LONGEST_TAG])
        result = yield
        self._release()
        return result

    def _release(self) -> None:
        os.environ.pop(_RUN_FOR_WORKERS, None)
        if self._watchdog:
            self._watchdog.release()
            self._watchdog = None


def _run_name(run_params: dict[str, Any], month: str | None) -> str:
    names = "+".join(run_params.get("pipeline_names") or ["__default__"])
    return " ".join(filter(None, (names.replace("__default__", "default"), month)))


def _flatten(parameters: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Parameters by dotted names; those too long for MLflow are left to kedro-mlflow's strategy."""
    flat: dict[str, str] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{name}.")
        elif len(str(value)) <= MAX_PARAM_VAL_LENGTH:
            flat[f"{prefix}{name}"] = str(value)
    return flat


def _log_report(
    results: list[dict[str, Any]], run_params: dict[str, Any], error: Exception | None = None
) -> None:
    active = mlflow.active_run()
    if active is None:
        return
    run = mlflow.get_run(active.info.run_id)
    names = {str(result["dataset"]) for result in results}
    made = report.build(_facts(run, run_params, error), results, _previous(run, names))
    mlflow.log_text(report.to_json(made), _REPORT)
    now = int(time.time() * 1000)
    figures = report.metrics(made["contracts"])
    MlflowClient().log_batch(
        run.info.run_id,
        metrics=[Metric(name, value, now, 0) for name, value in figures.items()],
        tags=[RunTag("contracts", report.tag(made["contracts"])[:_LONGEST_TAG])],
    )
    mlflow.log_text(report.to_html(made), _PAGE)
    if error:
        _LOGGER.info("Report on the data: %s", mlflow.get_artifact_uri(_PAGE))


def _facts(run: Run, run_params: dict[str, Any], error: Exception | None) -> dict[str, Any]:
    return {
        "id": run.info.run_id,
        "name": run.info.run_name,
        "kedro_run_id": run_params.get("run_id"),
        "month": run.data.tags.get("month", ""),
        "pipelines": run_params.get("pipeline_names") or ["__default__"],
        "environment": run_params.get("env"),
        "status": "failed" if error else "finished",
        # Its text may quote the data.
        "error": type(error).__name__ if error else None,
        "started": _moment(run),
        "reported": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _moment(run: Run) -> str:
    return datetime.fromtimestamp(run.info.start_time / 1000, UTC).isoformat(timespec="seconds")


def _previous(run: Run, names: set[str]) -> dict[str, dict[str, Any]]:
    """What the latest earlier reports say of the datasets; whatever goes wrong, not an error."""
    found: dict[str, dict[str, Any]] = {}
    deadline = time.monotonic() + _SECONDS_TO_LOOK
    try:
        for earlier in _earlier_runs(run) if names else ():
            known = _read_report(earlier)
            found |= {name: known[name] for name in names & known.keys() - found.keys()}
            if names == found.keys() or time.monotonic() > deadline:
                break
    except Exception as problem:
        _LOGGER.debug("The previous reports on the data cannot be read: %s", problem)
    return found


def _earlier_runs(run: Run) -> Iterable[Run]:
    runs = MlflowClient().search_runs(
        [run.info.experiment_id],
        f"tags.contracts LIKE '%' AND attributes.start_time < {run.info.start_time}",
        order_by=["attributes.start_time DESC"],
        max_results=_RUNS_TO_LOOK_AT,
    )
    return (each for each in runs if each.info.status in ("FINISHED", "FAILED"))


def _read_report(run: Run) -> dict[str, dict[str, Any]]:
    about = {
        "run_id": run.info.run_id,
        "run_name": run.info.run_name,
        "month": run.data.tags.get("month", ""),
        "started": _moment(run),
    }
    try:
        text = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{_REPORT}")
        return report.as_previous(json.loads(text), about)
    except Exception as problem:  # A report that was deleted is no reason to look no further.
        _LOGGER.debug("The report of run %s cannot be read: %s", run.info.run_id, problem)
        return {}


def _log_file(file: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / PurePosixPath(file).name
        with fsspec.open(file, "rb") as stream:
            copy.write_bytes(stream.read())
        mlflow.log_artifact(str(copy), "reports")

"""Track a run in MLflow, beyond what kedro-mlflow logs."""

import logging
import os
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import parent_process
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import mlflow
from kedro.framework import project
from kedro.framework.context import KedroContext
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from mlflow.entities import Run
from requests import RequestException

from ..config.project import globals_of, parameters_of
from ..contracts import results
from ..contracts.sensitive import reason
from ..datasets.files import location
from ..errors import causes
from ..models.aliases import move_aliases
from ..models.pins import pin_models
from ..outcome import tell
from ..runs.dag_task import dag_task
from ..runs.termination import TOLD_TO_STOP, before_the_end
from ..tracking import names
from ..tracking.figures import figures_of
from ..tracking.provenance import describe_code, describe_inputs
from ..tracking.run import (
    RUN_FOR_WORKERS,
    Store,
    about,
    close_run,
    join_run,
    leave_if_superseded,
    log_parameters,
    open_run,
    run_name,
)
from ..tracking.settings import settle
from ..tracking.task_reports import TaskReport, keep_task_report, kept_task_reports, log_report
from ..tracking.watchdog import Watchdog
from .publication import hand_over
from .saved_notes import note_saved
from .summary import print_summary

# It reports each run that it opens and closes; the summary names the one that counts.
logging.getLogger("kedro_mlflow").setLevel(logging.WARNING)

_LOGGER = logging.getLogger(__name__)


class Tracker:
    """The implementation of `TrackingHooks`, with its heavy imports."""

    def __init__(self, context: KedroContext | None = None) -> None:
        """Start without a run.

        Args:
            context: The context; None in a worker process, which has only the catalog.
        """
        self._context = context
        self._catalog: DataCatalog | None = None
        self._datasets: set[str] = set()
        self._watchdog: Watchdog | None = None
        self._mlflow_run_id = ""
        self._opened_by_caller = False
        self._forget_termination: Callable[[], None] = lambda: None

    def prepare_store(self) -> None:
        """Prepare the store before kedro-mlflow connects to it."""
        self._settle()
        self._store.use()

    def look_at_store(self) -> None:
        """Tell MLflow where the store is, without creating anything in it."""
        self._settle()
        mlflow.set_tracking_uri(self._store.uri)

    def before_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Open the run or find it, let kedro-mlflow continue it, log where it comes from."""
        self._opened_by_caller = mlflow.active_run() is not None
        self._catalog, self._datasets = catalog, pipeline.datasets()
        run = mlflow.active_run() or self._open(run_params)
        self._mlflow_run_id = run.info.run_id
        self._forget_termination = before_the_end(self._close_terminated)
        options = self._loaded.mlflow.tracking.run
        options.id, options.name = run.info.run_id, run.info.run_name
        with self._failed_by_any_error():
            results.open_results()
            result = yield
            os.environ[RUN_FOR_WORKERS] = f"{run.info.run_id} {self._store.uri}"
            if dag_task() is None:
                self._watchdog = Watchdog(self._store.uri, run.info.run_id)
            inputs = [(name, catalog.get(name)) for name in sorted(pipeline.inputs())]
            mlflow.set_tags(describe_code(self._loaded.project_path) | describe_inputs(inputs))
            log_parameters(run, parameters_of(self._loaded.config_loader))
        return result

    def before_node(self, catalog: DataCatalog) -> None:
        """Remember the catalog, and join the run in a worker process."""
        self._catalog = catalog
        if mlflow.active_run() is None and RUN_FOR_WORKERS in os.environ:
            mlflow_run_id, uri = os.environ[RUN_FOR_WORKERS].split(" ", 1)
            mlflow.set_tracking_uri(uri)
            mlflow.start_run(run_id=mlflow_run_id)

    def before_saving(self, dataset_name: str) -> None:
        """Stop if a later try of the same task has started."""
        dataset = self._catalog.get(dataset_name) if self._catalog else None
        if isinstance(dataset, MemoryDataset):
            return
        if (task := dag_task()) and (run := mlflow.active_run()):
            leave_if_superseded(run.info.run_id, task)

    def after_saving(self, dataset_name: str, data: Any, node: Node) -> None:
        """Log the data where its catalog entry asks for it."""
        dataset = self._catalog.get(dataset_name) if self._catalog else None
        if parent_process():
            # A worker has the hooks of the settings only, not the `SavedNotes` of the session.
            note_saved(self._catalog, dataset_name, node)
        # A type may have a property of this name that is about something else, as Delta tables do.
        metadata = getattr(dataset, "metadata", None)
        kind = metadata.get("mlflow") if isinstance(metadata, Mapping) else None
        if kind is None or mlflow.active_run() is None:
            return
        if kind == "metrics":
            mlflow.log_metrics(figures_of(dataset_name, data))
        else:
            _log_file(location(dataset))

    def after_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> Generator[None, Any, Any]:
        """Publish the outputs, report on the data, close the run, print the summary."""
        with self._failed_by_any_error():
            part = _task_report(run_params)
            self._hand_over(part)
            result = yield
        self._stop_watchdog()
        run = mlflow.get_run(self._mlflow_run_id)
        at_once = getattr(self._loaded.config_loader, "written_at_once", {})
        print_summary(run, part.contracts, pipeline, catalog, self._loaded.project_path, at_once)
        return result

    def on_error(self, error: Exception, run_params: dict[str, Any]) -> Generator[None, Any, Any]:
        """Report on the data, log the error, then let kedro-mlflow close the run."""
        if any(isinstance(cause, RequestException) for cause in causes(error)):
            # The run has already waited for the server.
            os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
        try:
            self._report_failure(error, run_params)
        except Exception as problem:  # The error that stopped the run is the one to be seen.
            _LOGGER.warning("The report on the data could not be logged: %s", problem)
        result = yield
        self._stop_watchdog()
        return result

    @property
    def _loaded(self) -> Any:
        assert self._context is not None
        return self._context

    @property
    def _store(self) -> Store:
        return Store.of(self._loaded.config_loader["mlflow"], self._package)

    @property
    def _package(self) -> str:
        return str(self._loaded._package_name or project.PACKAGE_NAME)

    def _settle(self) -> None:
        settle(self._loaded.config_loader, self._loaded.project_path, self._package)

    def _open(self, run_params: dict[str, Any]) -> Run:
        if task := dag_task():
            run = join_run(self._store, task)
            tell(month=run.data.tags.get(names.MONTH, ""), mlflow_run=self._store.page(run))
            return run
        loader = self._loaded.config_loader
        tags = about(parameters_of(loader), globals_of(loader))
        name = run_name(run_params.get("pipeline_names") or [], tags[names.MONTH])
        run = open_run(self._store, run_params["run_id"], name, tags)
        pin_models(loader["catalog"], run.info.run_id)
        return run

    def _hand_over(self, part: TaskReport) -> None:
        """Hand the results to the DAG's closing tasks; outside a DAG, publish and close here."""
        loader = self._loaded.config_loader
        if task := dag_task():
            leave_if_superseded(self._mlflow_run_id, task)
            hand_over(loader)
            keep_task_report(self._mlflow_run_id, task.task_id, part)
            # Other tasks work for the run as well, or have closed it meanwhile: kedro-mlflow must
            # not end it.
            mlflow.end_run(mlflow.get_run(self._mlflow_run_id).info.status)
        else:
            hand_over(loader)
            move_aliases(self._mlflow_run_id)
            log_report(self._mlflow_run_id, "finished", [part])
            close_run(self._mlflow_run_id, "FINISHED")
            self._forget_termination()

    @contextmanager
    def _failed_by_any_error(self) -> Iterator[None]:
        """Close the run after an error outside of the nodes, which Kedro reports to no hook."""
        try:
            yield
        except Exception as error:
            results.close_results()
            close_run(self._mlflow_run_id, "FAILED", reason(error, self._catalog, self._datasets))
            # At exit, MLflow would call what is still active a success.
            while not self._opened_by_caller and mlflow.active_run():
                mlflow.end_run("FAILED")
            self._stop_watchdog()
            raise

    def _report_failure(self, error: Exception, run_params: dict[str, Any]) -> None:
        mlflow_run_id = self._mlflow_run_id
        if task := dag_task():
            leave_if_superseded(mlflow_run_id, task)
        told = reason(error, self._catalog, self._datasets)
        mlflow.set_tag(names.ERROR, told[: names.LONGEST_TAG])
        part = _task_report(run_params, error)
        if task:
            keep_task_report(mlflow_run_id, task.task_id, part)
            log_report(mlflow_run_id, "failed", kept_task_reports(mlflow.get_run(mlflow_run_id)))
        else:
            log_report(mlflow_run_id, "failed", [part])

    def _close_terminated(self) -> None:
        """Close the run when the process is told to stop."""
        if task := dag_task():
            leave_if_superseded(self._mlflow_run_id, task)
        close_run(self._mlflow_run_id, "FAILED", TOLD_TO_STOP)
        self._stop_watchdog()

    def _stop_watchdog(self) -> None:
        self._forget_termination()
        os.environ.pop(RUN_FOR_WORKERS, None)
        if self._watchdog:
            self._watchdog.stop()
            self._watchdog = None


def _task_report(run_params: dict[str, Any], error: Exception | None = None) -> TaskReport:
    return TaskReport(
        pipelines=run_params.get("pipeline_names") or ["__default__"],
        environment=run_params.get("env"),
        error=type(error).__name__ if error else None,
        contracts=results.close_results(),
    )


def _log_file(file: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / PurePosixPath(file).name
        with fsspec.open(file, "rb") as stream:
            copy.write_bytes(stream.read())
        mlflow.log_artifact(str(copy), names.FILES.prefix.rstrip("/"))

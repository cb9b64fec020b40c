"""The session behind `kedro run`: one identity for the run, one message for a problem."""

import logging
import sys
from collections.abc import Collection
from functools import partial
from typing import Any

from kedro.config import MissingConfigException
from kedro.framework.context import KedroContext
from kedro.framework.hooks import _create_hook_manager
from kedro.framework.session import KedroServiceSession
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline
from omegaconf.errors import OmegaConfBaseException

from ..config.loader import ConfigLoader
from ..contracts.sensitive import is_sensitive, reason
from ..errors import (
    ContractError,
    FailsAgainError,
    GoldenPathError,
    NotDeliveredError,
    causes,
    explain,
    is_not_delivered,
    raised_by_kedro,
)
from ..guards import one_line
from ..outcome import tell
from ..runs.dag_task import check_run_id, dag_task, die_with_parent, new_run_id
from ..runs.termination import ends_on_sigterm
from .hooks import TrackingHooks
from .publication import hand_over
from .saved_notes import SavedNotes
from .selection import select

_LOGGER = logging.getLogger(__name__)
_EXPLAIN_THEMSELVES = (DatasetError, MissingConfigException, OmegaConfBaseException)


class Session(KedroServiceSession):
    """Kedro's session, with an id for each run and one message for each problem.

    The id is Kedro's run id and dataset version, and nodes and catalog entries can use it as the
    parameter `run_id`. A run that gets the id of an earlier one as a parameter resumes it.
    """

    _run_id = ""
    _pipeline: Pipeline | None = None
    _pinned: Collection[str] = ()
    _loader: ConfigLoader | None = None

    @ends_on_sigterm()
    def run(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run pipelines; see `KedroServiceSession.run` for the arguments.

        Raises:
            GoldenPathError: The input, the configuration or a service is at fault. Errors in the
                project's own functions are raised as they are.
        """
        params = kwargs.get("runtime_params") or {}
        task = dag_task()
        if task:
            die_with_parent()
        self._run_id = check_run_id(task.run_id if task else params.get("run_id") or new_run_id())
        kwargs |= {"run_id": self._run_id, "runtime_params": params | {"run_id": self._run_id}}
        names = kwargs.get("pipeline_names") or ["__default__"]
        _LOGGER.info("Run %s of %s", self._run_id, one_line(", ".join(names)))
        self._pinned = kwargs.get("load_versions") or {}
        opened_by_caller = _active_mlflow_run()
        notes = SavedNotes()
        self._hook_manager.register(notes)
        try:
            self._pipeline = select(names, kwargs)
            result = super().run(*args, **kwargs)
            hand_over(self._loader)
            return result
        except _EXPLAIN_THEMSELVES as error:
            kind = _kind_for_dags(error) if task else GoldenPathError
            hidden = partial(is_sensitive, notes.catalog)
            raise kind(explain(error, hidden)) from error
        except Exception as error:
            if isinstance(error, ValueError) and raised_by_kedro(error):
                raise GoldenPathError(str(error)) from error
            if _is_of_mlflow(error):
                raise GoldenPathError(_explain_mlflow(error)) from error
            tell(reason=_reason(error, notes.catalog, self._pipeline))
            raise
        finally:
            self._pipeline = None
            self._hook_manager.unregister(notes)
            # Whatever went wrong outside the pipeline: MLflow would call it a success at exit.
            while not opened_by_caller and _active_mlflow_run():
                sys.modules["mlflow"].end_run("FAILED")

    def load_context(self, runtime_params: dict[str, Any] | None = None) -> KedroContext:
        """Load the context; outside of a run, only tell MLflow where its store is.

        Looking at data, as in a notebook, creates neither a store nor an experiment.
        """
        if self._pipeline is not None:
            return super().load_context(runtime_params)
        hooks, self._hook_manager = self._hook_manager, _create_hook_manager()
        tracking = None
        for _, plugin in hooks.list_name_plugin():
            if isinstance(plugin, TrackingHooks):
                tracking = plugin
            elif not type(plugin).__module__.startswith("kedro_mlflow."):
                self._hook_manager.register(plugin)
        try:
            context = super().load_context(runtime_params)
        finally:
            self._hook_manager = hooks
        if tracking is not None:
            tracking.look_at_store(context)
        return context

    def _get_config_loader(self, runtime_params: dict[str, Any] | None = None) -> ConfigLoader:
        loader = super()._get_config_loader(runtime_params)
        if not isinstance(loader, ConfigLoader):
            raise GoldenPathError(
                "SESSION_CLASS = Session stages the data of a run until the run has succeeded, and "
                "needs kedro_golden_path.ConfigLoader for that. Set CONFIG_LOADER_CLASS = "
                "ConfigLoader in settings.py."
            )
        self._loader = loader
        if self._pipeline is not None:
            loader.redirect_to_staging(self._run_id, self._pipeline, self._pinned)
        return loader


def _kind_for_dags(error: Exception) -> type[GoldenPathError]:
    """The error whose exit code tells a DAG what to do next."""
    if any(isinstance(cause, ContractError) for cause in causes(error)):
        return FailsAgainError
    return NotDeliveredError if is_not_delivered(error) else GoldenPathError


def _reason(error: Exception, catalog: DataCatalog | None, pipeline: Pipeline | None) -> str:
    told = reason(error, catalog, pipeline.datasets() if pipeline else ())
    return told if type(error).__name__ in told else f"{type(error).__name__}: {told}"


def _active_mlflow_run() -> Any:
    """MLflow's active run, without importing MLflow if nothing has needed it."""
    mlflow = sys.modules.get("mlflow")
    return mlflow.active_run() if mlflow else None


def _is_of_mlflow(error: Exception) -> bool:
    exceptions = sys.modules.get("mlflow.exceptions")
    return exceptions is not None and isinstance(error, exceptions.MlflowException)


def _explain_mlflow(error: Exception) -> str:
    """MLflow's message, or one that says what to do if the server has gone away."""
    gone = [cause for cause in causes(error) if type(cause).__module__.startswith("requests.")]
    if not gone:
        return explain(error)
    return (
        f"The MLflow server at {sys.modules['mlflow'].get_tracking_uri()} does not answer any more "
        f"({type(gone[-1]).__name__}). Nothing of this run is published. Check the server, and run "
        "the same command again."
    )

"""The MLflow run of a run: opened once, found again by every process, closed once."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from ..errors import GoldenPathError
from ..guards import mlflow_equals
from ..nested import leaves
from ..runs.dag_task import DagTask, process_token
from . import names
from .client import LONGEST_PARAMETER, MOST_PARAMETERS_AT_ONCE, client
from .store import prepare_store

if TYPE_CHECKING:
    from mlflow.entities import Run

_LOGGER = logging.getLogger(__name__)

# The MLflow run that a process works for, and its store, for the processes that it starts.
RUN_FOR_WORKERS = "GOLDEN_PATH_MLFLOW_RUN"


def is_tracked() -> bool:
    """Whether this process works for a run that somebody will publish and close."""
    return RUN_FOR_WORKERS in os.environ


class Store(NamedTuple):
    """An MLflow store and the experiment in it."""

    uri: str
    experiment: str

    @classmethod
    def of(cls, config: Mapping[str, Any], package: str) -> Store:
        """The store that `mlflow.yml` names; by default, the experiment has the package's name."""
        experiment = config.get("tracking", {}).get("experiment", {}).get("name")
        return cls(config["server"]["mlflow_tracking_uri"], experiment or package)

    def use(self, *, light: bool = False) -> None:
        """Prepare the store, and work with it from now on.

        Args:
            light: Do without importing MLflow where that is possible, see `client.use`.

        Raises:
            GoldenPathError: It does not answer, or refuses.
        """
        prepare_store(self.uri, self.experiment, light=light)

    def page(self, run: Run) -> str:
        """The address of a run's page, without what may be secret; empty without a server."""
        address = urlsplit(self.uri)
        if address.scheme not in ("http", "https"):
            return ""
        server = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path.rstrip('/')}"
        return f"{server}/#/experiments/{run.info.experiment_id}/runs/{run.info.run_id}"


def open_run(store: Store, run_id: str, name: str, tags: Mapping[str, str]) -> Run:
    """Open the MLflow run of a run: find it or create it, and set it to `RUNNING`.

    Args:
        store: Where; it must be in use.
        run_id: The id of the run.
        name: The name that a new MLflow run gets.
        tags: What is known about the run.
    """
    run = find_run(store, run_id)
    if run is None:
        experiment = client().get_experiment_by_name(store.experiment)
        assert experiment is not None  # The store is prepared.
        known = client().context_tags() | {names.RUN_ID: run_id, **tags}
        return client().create_run(experiment.experiment_id, run_name=name, tags=known)
    client().update_run(run.info.run_id, status="RUNNING")
    if names.ERROR in run.data.tags:
        # It may fail for another reason now.
        client().delete_tag(run.info.run_id, names.ERROR)
    client().log(run.info.run_id, tags=tags)
    return run


def find_run(store: Store, run_id: str) -> Run | None:
    """The MLflow run of a run, if it was opened."""
    experiment = client().get_experiment_by_name(store.experiment)
    if experiment is None:
        return None
    runs = client().search_runs(
        [experiment.experiment_id],
        mlflow_equals(f"tags.{names.RUN_ID}", run_id),
        order_by=["start_time"],
    )
    return runs[0] if runs else None


def tags_of(mlflow_run_id: str) -> dict[str, str]:
    """The tags that a run has now."""
    return dict(client().get_run(mlflow_run_id).data.tags)


def join_run(store: Store, task: DagTask) -> Run:
    """Find the MLflow run that a task works for, and note the task in its tags.

    Raises:
        GoldenPathError: There is none.
    """
    run = find_run(store, task.run_id)
    if run is None:
        raise GoldenPathError(
            f"The experiment '{store.experiment}' at {store.uri} has no MLflow run for the run "
            f"'{task.dag_run_id}' of the DAG '{task.dag_id}'. Its first task, open_run, opens it: "
            "clear that task and all tasks after it."
        )
    for key in run.data.tags:
        # What an earlier try of the task has read counts no more.
        if key.startswith(names.READ.prefix) and key.endswith(f"/{task.task_id}"):
            client().delete_tag(run.info.run_id, key)
    client().log(run.info.run_id, tags=task_tags(task))
    return run


def about(parameters: Mapping[str, Any], globals_: Mapping[str, Any]) -> dict[str, str]:
    """Tags with what is known of a run before it begins: its month and its owner."""
    return {
        names.MONTH: str(parameters.get("month", "")),
        names.OWNER: str(globals_.get("owner", "")),
    }


def task_tags(task: DagTask) -> dict[str, str]:
    """Tags with what the MLflow run says of a DAG run and of the task that is at work."""
    tags = {names.DAG_ID: task.dag_id, names.DAG_RUN_ID: task.dag_run_id}
    if task.log_url:
        tags[names.DAG_URL] = task.log_url.partition("/tasks/")[0]
    return tags | {
        names.DAG_TRY.of(task.task_id): str(task.try_number),
        names.PROCESS.of(task.task_id): process_token(),
    }


def leave_if_superseded(mlflow_run_id: str, task: DagTask) -> None:
    """End this process if another one has taken over its task.

    If Airflow loses contact with a task, it assumes that the task is dead and starts it again. An
    old process that is still alive must not write beside the new one.

    Args:
        mlflow_run_id: The id of the MLflow run.
        task: The task that this process is.
    """
    tag = names.PROCESS.of(task.task_id)
    if client().get_run(mlflow_run_id).data.tags.get(tag) != process_token():
        _LOGGER.error("Another try of the task '%s' has begun: this one ends.", task.task_id)
        # It must not write to MLflow or the data any more, not even that it failed.
        os._exit(1)


def log_parameters(run: Run, parameters: Mapping[str, Any]) -> None:
    """Log parameters by dotted names; those too long for MLflow are left to kedro-mlflow.

    Raises:
        GoldenPathError: The run was started with other values.
    """
    known = client().get_run(run.info.run_id).data.params
    texts: dict[str, str] = {}
    for name, value in leaves(parameters).items():
        texts[names.valid(name, texts)] = str(value)
    wanted = {name: text for name, text in texts.items() if len(text) <= LONGEST_PARAMETER}
    changed = sorted(key for key in wanted.keys() & known.keys() if wanted[key] != known[key])
    if changed:
        listed = "\n".join(f"  {key}: {known[key]} then, {wanted[key]} now" for key in changed)
        raise GoldenPathError(
            f"The run was begun with other parameters:\n{listed}\nOne run has one set of "
            "parameters. Start a new run with the new ones."
        )
    new = [(key, value) for key, value in wanted.items() if key not in known]
    for start in range(0, len(new), MOST_PARAMETERS_AT_ONCE):
        page = new[start : start + MOST_PARAMETERS_AT_ONCE]
        client().log(run.info.run_id, params=dict(page))


def run_name(pipelines: Iterable[str], month: str) -> str:
    """The name of a run in MLflow: its pipelines and its month."""
    names = "+".join(pipelines) or "default"
    return " ".join(filter(None, (names.replace("__default__", "default"), month)))


def close_run(mlflow_run_id: str, status: str, error: str | None = None) -> None:
    """Give an MLflow run its final status.

    Args:
        mlflow_run_id: The id of the MLflow run.
        status: `FINISHED` or `FAILED`.
        error: Why it failed, if that is known.
    """
    if error:
        client().set_tag(mlflow_run_id, names.ERROR, error[: names.LONGEST_TAG])
    elif status == "FINISHED" and names.ERROR in client().get_run(mlflow_run_id).data.tags:
        # A later try has succeeded.
        client().delete_tag(mlflow_run_id, names.ERROR)
    client().set_terminated(mlflow_run_id, status)

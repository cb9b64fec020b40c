"""The commands `kedro runs …`, which an orchestrator calls before and after the pipelines."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.cli.utils import CONTEXT_SETTINGS, _split_params, split_string
from kedro.framework.startup import ProjectMetadata

from ..config.loader import credentials_of
from ..config.project import data_root_of, globals_of, parameters_of
from ..console import say
from ..errors import FailsAgainError, GoldenPathError
from ..extras import require
from ..outcome import tell
from ..runs.area import Area, kept_runs, last_written
from ..runs.dag_task import DAG_RUN_ID, DagTask, dag_task, die_with_parent
from ..runs.publication import discard, publish
from ..runs.termination import TOLD_TO_STOP, before_the_end, ends_on_sigterm
from ..session.adopted import tracks
from .stored import loader_of

if TYPE_CHECKING:
    from kedro.config import AbstractConfigLoader
    from mlflow.entities import Run

    from ..tracking.run import Store

_SECONDS_OF_A_DAY = 24 * 60 * 60
_NOT_PUBLISHED = (
    "It was not published: a task failed or was stopped, or was run again without those after it. "
    "Clear the task that failed, or publish_run, with everything after it."
)
_NOT_TRACKED = "It is not tracked: TrackingHooks is not among the HOOKS in settings.py."


@click.group(context_settings=CONTEXT_SETTINGS)
def runs() -> None:
    """Open, publish and close a run that several processes work for; delete staged files.

    The DAGs that `kedro dags` writes call the first three; `kedro run` does the same by itself.
    """


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--env", "-e", metavar="NAME", help="The environment, as in kedro run."),
        click.option(
            "--params",
            type=click.UNPROCESSED,
            default="",
            callback=_split_params,
            metavar="NAME=VALUE,…",
            help="Parameters, as in kedro run: month=2013-05.",
        ),
    ):
        command = option(command)
    return click.pass_obj(command)


@runs.command("open")
@click.option("--name", default="", help="The name of the MLflow run, before its month.")
@click.option(
    "--pipelines", default="", callback=split_string, help="The pipelines of the run, for its name."
)
@_options
@ends_on_sigterm()
def open_(
    metadata: ProjectMetadata,
    name: str,
    pipelines: list[str],
    env: str | None,
    params: dict[str, Any],
) -> None:
    """Open the MLflow run of a DAG run, or find it if it was opened before.

    \b
    Exit code:
      0    Done.
      1    It failed.
      143  It was told to stop (SIGTERM).
    """  # noqa: D301
    task = _task()
    loader = _loader_of(metadata, env, params, task)
    if not tracks():
        _area_of(loader, metadata, task).mark_open()
        say(f"Run {task.run_id} begins. {_NOT_TRACKED}")
        return
    from ..models.pins import pin_models
    from ..tracking.names import MONTH
    from ..tracking.run import about, close_run, log_parameters, open_run, run_name, task_tags

    store = _store_of(metadata, loader)
    parameters = parameters_of(loader)
    tags = task_tags(task) | about(parameters, globals_of(loader))
    month = tags[MONTH]
    tell(month=month)
    run = open_run(store, task.run_id, run_name([name] if name else pipelines, month), tags)
    tell(mlflow_run=store.page(run))
    # A teardown does not run if its setup failed, so this setup cleans up after itself.
    _close_if_terminated(run)
    try:
        log_parameters(run, parameters)
        pin_models(loader["catalog"], run.info.run_id, anew=True)
    except BaseException as error:
        close_run(run.info.run_id, "FAILED", str(error))
        raise
    say(f"Run {task.run_id} of {month or 'no month'} is open as MLflow run {run.info.run_id}")


@runs.command("publish")
@_options
@ends_on_sigterm()
def publish_(metadata: ProjectMetadata, env: str | None, params: dict[str, Any]) -> None:
    """Publish the outputs of the run, and close it as finished.

    \b
    Exit code:
      0    Done.
      1    It failed.
      143  It was told to stop (SIGTERM).
    """  # noqa: D301
    task = _task()
    loader = _loader_of(metadata, env, params, task)
    if tracks():
        _publish_and_close(loader, _store_of(metadata, loader), metadata, task)
    else:
        _publish(loader, metadata, task)
        say(f"Run {task.run_id} is over. {_NOT_TRACKED}")


@runs.command("close")
@click.option("--error", default=_NOT_PUBLISHED, help="The reason, unless a task gave one.")
@_options
@ends_on_sigterm()
def close_(metadata: ProjectMetadata, error: str, env: str | None, params: dict[str, Any]) -> None:
    """Close a run: as failed, without publishing its outputs, unless it is published.

    Whether it is published, it asks the run itself. A run that was opened again and not published
    again is not.

    \b
    Exit code:
      0    It is published.
      65   It is not, and is closed as failed.
      1    It could not be closed.
      143  It was told to stop (SIGTERM).
    """  # noqa: D301
    task = _task()
    loader = _loader_of(metadata, env, params, task)
    if tracks():
        reason = _close(_store_of(metadata, loader), task, error)
    else:
        reason = error if _area_of(loader, metadata, task).is_open() else None
    if reason is not None:
        raise FailsAgainError(f"Run {task.run_id} has failed. {reason}")
    say(f"Run {task.run_id} is published.")


@runs.command()
@click.option(
    "--days",
    type=click.IntRange(min=0),
    default=30,
    show_default=True,
    help="Only runs that ended at least this many days ago.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--env", "-e", metavar="NAME", help="The environment, as in kedro run.")
@click.pass_obj
def clean(metadata: ProjectMetadata, days: int, yes: bool, env: str | None) -> None:
    """Delete the staged files of failed runs.

    It names the runs and asks before anything is deleted. Where nobody can answer, it stops there,
    unless it has --yes. Without its files, a run cannot be resumed. Runs that are active, and runs
    that the MLflow store does not know, are left alone. If runs are not tracked, the age of a run
    is that of the files.

    \b
    Exit code:
      0  Done.
      1  It failed, or you did not want it.
    """  # noqa: D301
    loader = loader_of(metadata, env, {})
    data_root = data_root_of(loader, metadata.project_path)
    ended = _ended_of(metadata, loader) if tracks() else _last_written_of(data_root)
    before = time.time() - days * _SECONDS_OF_A_DAY
    moments = {run_id: ended(run_id) for run_id in kept_runs(data_root)}
    over = [
        run_id
        for run_id, moment in moments.items()
        if moment and moment <= before and not Area(data_root, run_id).is_at_work()
    ]
    if over and not yes:
        runs = "\n".join(f"  {run_id}" for run_id in over)
        say(f"The staged files of these runs are deleted from {data_root}:\n{runs}")
        click.confirm("Nobody can bring them back. Delete them (--yes does not ask)?", abort=True)
    for run_id in over:
        discard(data_root, run_id, partial(credentials_of, loader))
        say(f"Removed {run_id}")


def _task() -> DagTask:
    task = dag_task()
    if task is None:
        raise GoldenPathError(
            "This command is for the run of a DAG, which the environment variable "
            f"{DAG_RUN_ID} names. The DAGs that 'kedro dags' writes set it; by hand, use "
            "'kedro run'."
        )
    die_with_parent()
    return task


def _loader_of(
    metadata: ProjectMetadata, env: str | None, params: dict[str, Any], task: DagTask
) -> AbstractConfigLoader:
    return loader_of(metadata, env, params | {"run_id": task.run_id})


def _store_of(metadata: ProjectMetadata, loader: AbstractConfigLoader) -> Store:
    require("mlflow", "TrackingHooks needs", "kedro_mlflow", "mlflow")
    from ..tracking.run import Store
    from ..tracking.settings import settle

    config = settle(loader, metadata.project_path, metadata.package_name)
    store = Store.of(config, metadata.package_name)
    store.use(light=True)
    return store


def _close(store: Store, task: DagTask, error: str) -> str | None:
    """Close the MLflow run; the reason why it has failed, or None if it is published."""
    from ..tracking.names import ERROR, MONTH
    from ..tracking.run import close_run, find_run
    from ..tracking.task_reports import kept_task_reports, log_report

    run = find_run(store, task.run_id)
    if run is None:
        return "It was never opened."
    tell(month=run.data.tags.get(MONTH, ""), mlflow_run=store.page(run))
    if run.info.status == "FINISHED":
        return None
    known = run.data.tags.get(ERROR)
    close_run(run.info.run_id, "FAILED", None if known else error)
    log_report(run.info.run_id, "failed", kept_task_reports(run))
    return known or error


def _publish_and_close(
    loader: AbstractConfigLoader, store: Store, metadata: ProjectMetadata, task: DagTask
) -> None:
    from ..models.aliases import move_aliases
    from ..tracking.names import MONTH
    from ..tracking.run import close_run, join_run, tags_of
    from ..tracking.task_reports import kept_task_reports, log_report
    from ..tracking.warnings import warnings

    run = join_run(store, task)
    tell(month=run.data.tags.get(MONTH, ""), mlflow_run=store.page(run))
    forget = _close_if_terminated(run)
    _publish(loader, metadata, task)
    moves = move_aliases(run.info.run_id)
    for move in moves:
        say(str(move))
    log_report(run.info.run_id, "finished", kept_task_reports(run))
    close_run(run.info.run_id, "FINISHED")
    forget()
    late = [str(move) for move in moves if move.left_alone]
    tell(warnings=[*late, *warnings(tags_of(run.info.run_id))])


def _close_if_terminated(run: Run) -> Callable[[], None]:
    from ..tracking.run import close_run

    return before_the_end(lambda: close_run(run.info.run_id, "FAILED", TOLD_TO_STOP))


def _publish(loader: AbstractConfigLoader, metadata: ProjectMetadata, task: DagTask) -> None:
    data_root = data_root_of(loader, metadata.project_path)
    for path in publish(data_root, task.run_id, partial(credentials_of, loader)):
        say(f"Published {path}")


def _area_of(loader: AbstractConfigLoader, metadata: ProjectMetadata, task: DagTask) -> Area:
    return Area(data_root_of(loader, metadata.project_path), task.run_id)


def _ended_of(
    metadata: ProjectMetadata, loader: AbstractConfigLoader
) -> Callable[[str], float | None]:
    """The function that tells when a run has ended, if it has, by what MLflow knows."""
    from ..tracking.run import find_run

    store = _store_of(metadata, loader)

    def ended(run_id: str) -> float | None:
        run = find_run(store, run_id)
        if run is None:
            say(f"Left alone, unknown to {store.uri}: {run_id}")
            return None
        over = run.info.end_time and run.info.status != "RUNNING"
        return run.info.end_time / 1000 if over else None

    return ended


def _last_written_of(data_root: str) -> Callable[[str], float | None]:
    """The function that tells when a run has last written something, which nobody else knows."""
    return lambda run_id: last_written(data_root, run_id)

"""Publish the outputs of a run when it has succeeded."""

from functools import partial

from kedro.config import AbstractConfigLoader

from ..config.loader import ConfigLoader, credentials_of
from ..runs.dag_task import dag_task
from ..runs.publication import publish


def hand_over(loader: AbstractConfigLoader | None) -> None:
    """Publish the outputs of a run; in a task of a DAG, leave that to the task `publish_run`.

    It is done once: by tracking before it closes its run, otherwise by `Session` at the end.

    Args:
        loader: The configuration that the run was made of.

    Raises:
        GoldenPathError: A file cannot be published.
    """
    if not isinstance(loader, ConfigLoader) or loader.staging is None:
        return
    staging, whole_run = loader.staging, dag_task() is None
    staging.finish(whole_run=whole_run)
    loader.staging = None
    if whole_run:
        publish(staging.area.root, staging.area.run_id, partial(credentials_of, loader))

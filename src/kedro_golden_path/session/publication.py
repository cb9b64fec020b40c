"""Publish the outputs of a run when it has succeeded."""

from kedro.config import AbstractConfigLoader

from ..config.loader import ConfigLoader
from ..runs.dag_task import dag_task
from ..runs.staging import publish


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
    loader.staging.complete()
    if dag_task() is None:
        publish(loader.staging)
    loader.staging = None

"""A process that outlives a run which is killed, and closes it in MLflow.

Nothing inside a process can report its own `kill -9`. A run therefore starts this module as a
child that only waits for its standard input to end: with the word `finished` all is well, without
it the run died and is set to FAILED.
"""

import subprocess
import sys

from .names import ERROR

_FINISHED = "finished"


class Watchdog:
    """The parent's handle on the process that watches it."""

    def __init__(self, tracking_uri: str, mlflow_run_id: str) -> None:
        """Start to watch over an MLflow run."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, tracking_uri, mlflow_run_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C and a kill of the process group are for the run, not for its watchdog.
            start_new_session=True,
            text=True,
        )

    def stop(self) -> None:
        """Tell it that the run was closed in an orderly way."""
        self._process.communicate(_FINISHED)


def _watch(tracking_uri: str, mlflow_run_id: str) -> None:
    if sys.stdin.read() == _FINISHED:
        return
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri)
    client.set_tag(mlflow_run_id, ERROR, "The process was killed.")
    client.set_terminated(mlflow_run_id, "FAILED")


if __name__ == "__main__":
    _watch(*sys.argv[1:])

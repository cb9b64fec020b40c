"""A process that outlives a killed run, and closes the run in MLflow.

No process can report its own `kill -9`. So a run starts this module as a child process that waits
for its standard input to end. If the input ends with the word `finished`, all is well; otherwise
the run died, and is set to FAILED.
"""

import os
import subprocess
import sys

from .names import ERROR

_FINISHED = "finished"
_STORE = "MLFLOW_TRACKING_URI"


class Watchdog:
    """The parent's handle on its watchdog process."""

    def __init__(self, tracking_uri: str, mlflow_run_id: str) -> None:
        """Start watching an MLflow run."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, mlflow_run_id],
            # An address may have a password, and everybody on the machine sees arguments.
            env=os.environ | {_STORE: tracking_uri},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C, or a kill of the process group, must not reach the watchdog.
            start_new_session=True,
            text=True,
        )

    def stop(self) -> None:
        """Tell the watchdog that the run was closed properly."""
        self._process.communicate(_FINISHED)


def _watch(mlflow_run_id: str) -> None:
    if sys.stdin.read() == _FINISHED:
        return
    from mlflow import MlflowClient

    client = MlflowClient(os.environ[_STORE])
    client.set_tag(mlflow_run_id, ERROR, "The process was killed.")
    client.set_terminated(mlflow_run_id, "FAILED")


if __name__ == "__main__":
    _watch(*sys.argv[1:])

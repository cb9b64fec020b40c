"""The run that a process works for: its own, or one that an orchestrator opened.

A run is opened once, one or more processes work for it, and it is closed once. `kedro run` does all
three. In a DAG, the first task opens the run, other tasks work for it, and the last ones publish
and close it. The environment variables below tell each task which run that is, so that tasks need
not pass anything to each other.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import threading
import time
import uuid
from dataclasses import dataclass

from kedro.io.core import generate_timestamp

DAG_ID = "GOLDEN_PATH_DAG_ID"
DAG_RUN_ID = "GOLDEN_PATH_DAG_RUN_ID"
TASK_ID = "GOLDEN_PATH_TASK_ID"
TRY_NUMBER = "GOLDEN_PATH_TRY_NUMBER"
LOG_URL = "GOLDEN_PATH_LOG_URL"
_PROCESS_TOKEN = "GOLDEN_PATH_PROCESS_TOKEN"

_LONGEST_READABLE_PART = 60
_SECONDS_BETWEEN_LOOKS = 1.0


@dataclass(frozen=True)
class DagTask:
    """The task of a DAG run that this process is.

    `log_url` is the address of its log in Airflow; the DAG run's own is the part before `/tasks/`.
    """

    dag_id: str
    dag_run_id: str
    task_id: str
    try_number: int
    log_url: str

    @property
    def run_id(self) -> str:
        """The id of the run: the same in all tasks and tries of the DAG run, and unique to it."""
        readable = re.sub(r"[^A-Za-z0-9.]+", "-", self.dag_run_id)[:_LONGEST_READABLE_PART]
        unique = hashlib.sha256(f"{self.dag_id}/{self.dag_run_id}".encode()).hexdigest()[:8]
        return f"{readable.strip('-.')}-{unique}"


def dag_task() -> DagTask | None:
    """The task that this process is, or None for a run of its own."""
    if DAG_RUN_ID not in os.environ:
        return None
    return DagTask(
        dag_id=os.environ.get(DAG_ID, ""),
        dag_run_id=os.environ[DAG_RUN_ID],
        task_id=os.environ.get(TASK_ID, ""),
        try_number=int(os.environ.get(TRY_NUMBER, "1")),
        log_url=os.environ.get(LOG_URL, ""),
    )


def process_token() -> str:
    """A token that tells this process and its workers from other tries of the same task."""
    return os.environ.setdefault(_PROCESS_TOKEN, uuid.uuid4().hex)


def new_run_id() -> str:
    """An id for a new run: the time, and random characters."""
    return f"{generate_timestamp()}-{uuid.uuid4().hex[:4]}"


def die_with_parent() -> None:
    """End this process when the one that started it is gone, so that two tries never overlap."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()

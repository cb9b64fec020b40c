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
from collections.abc import Callable
from dataclasses import dataclass

from kedro.io.core import generate_timestamp

from ..errors import GoldenPathError
from ..guards import is_plain_name

DAG_ID = "GOLDEN_PATH_DAG_ID"
DAG_RUN_ID = "GOLDEN_PATH_DAG_RUN_ID"
TASK_ID = "GOLDEN_PATH_TASK_ID"
TRY_NUMBER = "GOLDEN_PATH_TRY_NUMBER"
LOG_URL = "GOLDEN_PATH_LOG_URL"
_PROCESS_TOKEN = "GOLDEN_PATH_PROCESS_TOKEN"

# As Airflow has them.
_ID = re.compile(r"[\w.-]{0,250}")
_PAGE = re.compile(r"(https?:/)?/[!-~]+")
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
        return "-".join(filter(None, [readable.strip("-."), unique]))


def dag_task() -> DagTask | None:
    """The task that this process is, or None for a run of its own.

    Raises:
        GoldenPathError: What the environment says of it cannot be.
    """
    if DAG_RUN_ID not in os.environ:
        return None
    # The ids are parts of names of tags and artifacts, the address is a link.
    log_url = os.environ.get(LOG_URL, "")
    return DagTask(
        dag_id=_said(DAG_ID, _ID.fullmatch),
        dag_run_id=_said(DAG_RUN_ID, str.isprintable),
        task_id=_said(TASK_ID, _ID.fullmatch),
        try_number=int(_said(TRY_NUMBER, re.compile("[0-9]{1,9}").fullmatch, "1")),
        log_url=log_url if _PAGE.fullmatch(log_url) else "",
    )


def _said(variable: str, holds: Callable[[str], object], default: str = "") -> str:
    value = os.environ.get(variable, default)
    if holds(value):
        return value
    raise GoldenPathError(
        f"The environment variable {variable} is {value!a}, which no task of Airflow has. The DAGs "
        "that 'kedro dags' writes set it. Nothing was run or written."
    )


def process_token() -> str:
    """A token that tells this process and its workers from other tries of the same task."""
    return os.environ.setdefault(_PROCESS_TOKEN, uuid.uuid4().hex)


def new_run_id() -> str:
    """An id for a new run: the time, and random characters."""
    return f"{generate_timestamp()}-{uuid.uuid4().hex[:4]}"


def check_run_id(value: object) -> str:
    """The id of a run, which is a directory, a tag and a version of datasets.

    Raises:
        GoldenPathError: It cannot be all of these.
    """
    if is_plain_name(text := str(value)):
        return text
    raise GoldenPathError(
        f"{text!a} cannot be the id of a run: use up to 128 letters, digits, dots, hyphens "
        "and underscores, with a letter or a digit first and no dot at the end. Nothing was run or "
        "written. Without the parameter run_id, a run gets an id of its own."
    )


def die_with_parent() -> None:
    """End this process when the one that started it is gone, so that two tries never overlap."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()

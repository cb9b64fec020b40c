"""What is left of a run that is killed, races another one, or cannot reach its server."""

import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from support import Project, clean_environment, digests, free_port, spare_picture, wait_for
from support.processes import as_first_process, child_of

SLOW_SAVE = """
import pandas as pd

write = pd.DataFrame.to_parquet


def write_slowly(frame, stream, **options):
    content = write(frame, **options)
    half = len(content) // 2
    stream.write(content[:half])
    stream.flush()
    open({started!r}, "w").close()
    while True:
        pass


pd.DataFrame.to_parquet = write_slowly
"""


SLOW_PUBLISH = """
from kedro_golden_path.runs import publication


def publish(*_):
    open({started!r}, "w").close()
    while True:
        pass


publication.publish = publish
"""


def start_and_stop(
    project: Project,
    tmp_path: Path,
    stop: signal.Signals,
    slow: str,
    *command: str,
    first: bool = False,
    env: Mapping[str, str] | None = None,
) -> int:
    """Start a command of Kedro that gets stuck, stop it, and return its exit code."""
    started = tmp_path / "started"
    hook = tmp_path / "slow"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(slow.format(started=str(started)))
    kedro = [str(project.path / ".venv/bin/kedro"), *command]
    process = subprocess.Popen(
        [*(as_first_process() if first else ()), *kedro],
        cwd=project.path,
        env=clean_environment() | {"PYTHONPATH": str(hook)} | dict(env or {}),
        stdout=subprocess.DEVNULL,
    )
    wait_for(started.exists, "the command to get stuck")
    os.kill(child_of(process.pid) if first else process.pid, stop)
    return process.wait()


@pytest.mark.parametrize(
    ("stop", "first", "code"),
    [
        (signal.SIGKILL, False, -signal.SIGKILL),
        (signal.SIGTERM, True, 128 + signal.SIGTERM),
        (signal.SIGINT, False, 1),
    ],
)
def test_a_killed_run_leaves_the_old_files_and_is_failed(
    project: Project, tmp_path: Path, stop: signal.Signals, first: bool, code: int
) -> None:
    project.kedro("run", "--pipelines", "ingestion")
    before = digests(project.path / "data")
    command = ("run", "--pipelines", "ingestion")
    assert start_and_stop(project, tmp_path, stop, SLOW_SAVE, *command, first=first) == code
    assert digests(project.path / "data") == before
    wait_for(
        lambda: [run["status"] for run in project.store()["runs"]] == ["FINISHED", "FAILED"],
        "the killed run to be FAILED",
    )


def test_publishing_that_is_told_to_stop_fails_its_run(project: Project, tmp_path: Path) -> None:
    """As the first process of a container, which has no watchdog beside it."""
    env = {"GOLDEN_PATH_DAG_ID": "flights", "GOLDEN_PATH_DAG_RUN_ID": "manual__1"}
    project.kedro("runs", "open", env=env)
    stop, command = signal.SIGTERM, ("runs", "publish")
    code = start_and_stop(project, tmp_path, stop, SLOW_PUBLISH, *command, first=True, env=env)
    assert code == 128 + signal.SIGTERM
    (run,) = project.store()["runs"]
    assert run["status"] == "FAILED" and "told to stop" in run["tags"]["error"]


def test_the_first_write_of_a_killed_run_is_not_readable(project: Project, tmp_path: Path) -> None:
    start_and_stop(project, tmp_path, signal.SIGKILL, SLOW_SAVE, "run", "--pipelines", "ingestion")
    assert digests(project.path / "data/02_intermediate") == {}


def test_what_cannot_be_published_is_kept(project: Project) -> None:
    obstacle = project.path / "data/02_intermediate/planes"
    obstacle.write_text("a file where a directory has to be")
    output = project.kedro("run", "--pipelines", "ingestion", "--params", "run_id=mine", code=1)
    assert "cannot be published" in output and "Traceback" not in output
    (run,) = project.store()["runs"]
    assert run["status"] == "FAILED" and "cannot be published" in run["tags"]["error"]
    obstacle.unlink()
    project.kedro("run", "--pipelines", "ingestion", "--params", "run_id=mine")
    (run,) = project.store()["runs"]
    assert run["status"] == "FINISHED" and "error" not in run["tags"]


def test_two_first_runs_at_once(project: Project) -> None:
    spare_picture(project)
    runs = [
        project.start("kedro", "run", "--params", f"month={month}")
        for month in ("2013-04", "2013-05")
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(outputs)
    store = project.store()
    assert sorted(run["name"] for run in store["runs"]) == ["default 2013-04", "default 2013-05"]
    assert {run["status"] for run in store["runs"]} == {"FINISHED"}
    assert len(store["models"]["flight_delays"]["versions"]) == 2


def test_a_server_that_is_not_there_is_named(project: Project) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    output = project.kedro("run", code=1, env={"MLFLOW_TRACKING_URI": uri})
    assert f"The MLflow server at {uri} does not answer" in output
    assert "Connection refused" in output
    assert "Traceback" not in output
    assert "Running node" not in output
    assert digests(project.path / "data/02_intermediate") == {}


def test_a_server_that_accepts_and_says_nothing_is_given_up(project: Project) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        uri = f"http://127.0.0.1:{server.getsockname()[1]}"
        output = project.kedro("run", code=1, env={"MLFLOW_TRACKING_URI": uri})
    assert f"The MLflow server at {uri} does not answer (timed out)" in output
    assert "Running node" not in output

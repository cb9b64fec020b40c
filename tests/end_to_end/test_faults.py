"""What is left of a run that is killed, races another one, or cannot reach its server."""

import signal
import socket
from pathlib import Path

import pytest

from support import Project, digests, free_port, spare_picture, wait_for

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


def start_and_stop_while_saving(project: Project, tmp_path: Path, stop: signal.Signals) -> None:
    """Run ingestion again, and stop it when half of its first file has reached the disk."""
    started = tmp_path / "started"
    hook = tmp_path / "slow"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(SLOW_SAVE.format(started=str(started)))
    process = project.start(
        "kedro", "run", "--pipelines", "ingestion", env={"PYTHONPATH": str(hook)}
    )
    wait_for(started.exists, "the first half of a file")
    process.send_signal(stop)
    process.communicate()
    assert process.returncode != 0


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_killed_run_leaves_the_old_files_and_is_failed(
    project: Project, tmp_path: Path, stop: signal.Signals
) -> None:
    project.kedro("run", "--pipelines", "ingestion")
    before = digests(project.path / "data")
    start_and_stop_while_saving(project, tmp_path, stop)
    assert digests(project.path / "data") == before
    wait_for(
        lambda: [run["status"] for run in project.store()["runs"]] == ["FINISHED", "FAILED"],
        "the killed run to be FAILED",
    )


def test_the_first_write_of_a_killed_run_is_not_readable(project: Project, tmp_path: Path) -> None:
    start_and_stop_while_saving(project, tmp_path, signal.SIGKILL)
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

import re

import pytest

from kedro_golden_path.runs import dag_task as module
from kedro_golden_path.runs.dag_task import DagTask, dag_task, new_run_id
from kedro_golden_path.tracking.run import task_tags


def task(dag_id: str = "trips", dag_run_id: str = "manual__1", **other: str) -> DagTask:
    return DagTask(dag_id, dag_run_id, other.get("task_id", "ingestion"), 1, "")


def test_every_task_and_try_of_a_dag_run_has_one_run_id() -> None:
    again = DagTask("trips", "manual__1", "scoring", 3, "somewhere")
    assert task().run_id == again.run_id


def test_dag_runs_have_different_run_ids() -> None:
    long = "scheduled__" + "x" * 300
    names = ["manual__1", "manual--1", "manual__1+00:00", long, long + "y", "é", "/../.."]
    ids = {task(dag, name).run_id for name in names for dag in ("trips", "fares")}
    assert len(ids) == 2 * len(names)


@pytest.mark.parametrize("name", ["a/b", "../..", "manual__2013-05-01T00:00:00+00:00", "x" * 250])
def test_a_run_id_is_a_safe_name_of_a_directory(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]{0,79}|[0-9a-f-]+", task(dag_run_id=name).run_id)


def test_a_process_is_its_own_run_unless_it_is_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(module.DAG_RUN_ID, raising=False)
    assert dag_task() is None
    assert new_run_id() != new_run_id()
    monkeypatch.setenv(module._PROCESS_TOKEN, "one")
    monkeypatch.setenv(module.DAG_RUN_ID, "manual__1")
    monkeypatch.setenv(module.DAG_ID, "trips")
    monkeypatch.setenv(module.TASK_ID, "ingestion")
    monkeypatch.setenv(module.TRY_NUMBER, "2")
    url = "http://airflow/dags/trips/runs/manual__1"
    monkeypatch.setenv(module.LOG_URL, f"{url}/tasks/ingestion?try_number=2")
    found = dag_task()
    assert found is not None
    assert task_tags(found) == {
        "airflow.dag_id": "trips",
        "airflow.run_id": "manual__1",
        "airflow.url": url,
        "airflow.try.ingestion": "2",
        "process.ingestion": "one",
    }

"""The files of DAGs in the versions of Airflow that people run.

The newest one has its stories in `test_airflow.py`.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ENVIRONMENTS, Project, copy_project
from support.airflow_stack import Airflow, airflow_stack, ask_airflow

OLDEST = "3.0"
CONFIGURATION = """
defaults:
  airflow_version: {version}
  retries: 2
  retry_delay: 1s
  retry_exponential_backoff: 1.5
  start_date: 2013-04-01
dags:
  ingestion:
    publishes: [schedule]
  features:
    schedule: {{assets: [schedule]}}
  pods:
    pipelines: [ingestion]
    schedule: "@monthly"
    runs_on: kubernetes
    kubernetes: {{image: "registry.example.com/flight-delays:1.2", namespace: models}}
"""
WIRING = {
    "open_run": ["close_run", "ingestion"],
    "ingestion": ["close_run", "publish_run"],
    "publish_run": ["close_run", "trigger_flight_delays_features"],
    "close_run": [],
    "trigger_flight_delays_features": [],
}


def export(project: Project, version: str) -> Path:
    """Write the DAGs for a version of Airflow."""
    conf = project.path / "conf/airflow"
    conf.mkdir()
    (conf / "airflow_dags.yml").write_text(CONFIGURATION.format(version=version))
    project.kedro("dags", "--env", "airflow")
    return project.path / "dags"


@pytest.fixture(scope="module")
def worker(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its DAGs for the oldest Airflow, as a worker has it."""
    project = copy_project(installed, tmp_path_factory.mktemp("worker") / "project")
    export(project, OLDEST)
    months = project.path / "data/01_raw/flights"
    shutil.copy(months / "month=2013-01/flights.parquet", months / "month=2013-05/flights.parquet")
    return project


@pytest.fixture(scope="module")
def oldest(worker: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Airflow]:
    directory = tmp_path_factory.mktemp("airflow")
    dags = {"project": worker.path / "dags"}
    with airflow_stack(directory, dags, ENVIRONMENTS, version=OLDEST) as stack:
        for name in ("flight_delays_ingestion", "flight_delays_features"):
            stack.wait_for_dag(name)
            stack.unpause(name)
        yield stack


def test_the_oldest_airflow_runs_them(oldest: Airflow, worker: Project) -> None:
    """A month is published and handed on; one that breaks its contract is not even retried."""
    dag = "flight_delays_ingestion"
    oldest.trigger(dag, "april", {"month": "2013-04"})
    oldest.trigger(dag, "broken", {"month": "2013-05"})
    oldest.wait_for_run(dag, "april", {"success"}, timeout=300)
    oldest.wait_for_run(dag, "broken", {"failed"}, timeout=300)
    (triggered,) = oldest.api("GET", "/dags/flight_delays_features/dagRuns")["dag_runs"]
    oldest.wait_for_run("flight_delays_features", triggered["dag_run_id"], {"success"}, timeout=300)
    assert (worker.path / "data/04_feature/features/month=2013-04").is_dir()
    assert not (worker.path / "data/02_intermediate/schedule/month=2013-05").exists()
    (event,) = oldest.api("GET", "/assets/events")["asset_events"]
    assert event["extra"] == {"month": "2013-04"}
    runs = {run["tags"]["airflow.run_id"]: run for run in worker.store(oldest.mlflow_url)["runs"]}
    assert {runs[name]["status"] for name in ("april", triggered["dag_run_id"])} == {"FINISHED"}
    assert runs["broken"]["status"] == "FAILED"
    assert runs["broken"]["tags"]["airflow.try.ingestion"] == "1"


@pytest.mark.parametrize("version", ["3.1", "3.2"])
def test_those_between_read_them(project: Project, version: str, tmp_path: Path) -> None:
    dags = ask_airflow(
        "read_dags.py",
        export(project, version),
        directory=tmp_path,
        environments=ENVIRONMENTS,
        version=version,
    )
    assert dags["flight_delays_ingestion"]["downstream"] == WIRING
    assert dags["flight_delays_ingestion"]["fails_dag_run"] == ["close_run"]
    assert dags["flight_delays_features"]["timetable"] == "NullTimetable"
    assert dags["flight_delays_pods"]["timetable"] == "CronDataIntervalTimetable"
    (container,) = dags["flight_delays_pods"]["pods"]["ingestion"]["spec"]["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert dags["flight_delays_pods"]["pods"].keys() == WIRING.keys() - {
        "trigger_flight_delays_features"
    }

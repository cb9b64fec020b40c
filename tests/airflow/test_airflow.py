"""The exported DAGs on a real Airflow, with everything going wrong that goes wrong at night."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
import yaml

from support import ENVIRONMENTS, ROOT, Project, copy_project, spare_picture, wait_for
from support.airflow_stack import Airflow, airflow_stack
from support.pages import blocks_of
from support.sinks import Sinks, notification_sinks

ALL = "flight_delays_all"
INGESTION = "flight_delays_ingestion"
IMPATIENT = "flight_delays_impatient"
WATCHED = "flight_delays_watched"
NEVER = "flight_delays_never"
BROKEN = "waits_in_training_broken"
STAGES = ["ingestion", "features", "training", "scoring"]
# Many tries in quick succession; no schedule, but for those that have one in the example.
CONFIGURATION = """
defaults:
  retries: 9
  retry_delay: 1s
  max_active_runs: 8
  start_date: 2013-04-01
  poke_interval: 3s
  venv:
    project: {project}

dags:
  all:
    pipelines: [ingestion, features, training, scoring]
  ingestion: {{}}
  impatient:
    pipelines: [ingestion]
    retries: 0
    tasks:
      ingestion:
        execution_timeout: 20s
  watched:
    pipelines: [ingestion, features]
  never:
    pipelines: [ingestion]
    deadline: 2s
  training:
    pipelines: [ingestion, features, training]
    schedule: "@monthly"
    publishes: [features, champion]
  scoring:
    schedule:
      assets: [features, champion]
"""
# What a task does on its first try, by the beginning of its DAG run's id.
ACCIDENTS = """
import os
import signal

name = os.environ.get("GOLDEN_PATH_DAG_RUN_ID", "")
task = os.environ.get("GOLDEN_PATH_TASK_ID", "")
first = os.environ.get("GOLDEN_PATH_TRY_NUMBER") == "1"


def die():
    os.kill(os.getpid(), signal.SIGKILL)


if first and name.startswith("killed_computing") and not task.endswith("_run"):
    from kedro.pipeline.node import Node

    run = Node.run

    def run_and_die(self, inputs=None):
        run(self, inputs)
        die()

    Node.run = run_and_die

if first and name.startswith("killed_saving") and not task.endswith("_run"):
    import pandas as pd

    write = pd.DataFrame.to_parquet

    def write_half_and_die(frame, stream, **options):
        content = write(frame, **options)
        stream.write(content[: len(content) // 2])
        stream.flush()
        die()

    pd.DataFrame.to_parquet = write_half_and_die

if first and name.endswith("hasty"):
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"

if first and name.startswith("waits_in_" + task):
    import time
    from pathlib import Path

    from kedro.pipeline.node import Node

    run = Node.run

    def run_and_wait(self, inputs=None):
        place = Path(os.environ["ACCIDENTS"])
        (place / (name + ".waits")).touch()
        while not (place / (name + ".goes_on")).exists():
            time.sleep(0.1)
        return run(self, inputs)

    Node.run = run_and_wait
"""
# What tells one run from another, and nothing about the data.
OF_THE_RUN = ["run_id", "model_version", "challenger_version", "version", "reason"]

Alone = Future[dict[str, Any]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where accidents are described, and signal each other."""
    place = tmp_path_factory.mktemp("accidents")
    (place / "sitecustomize.py").write_text(ACCIDENTS)
    return place


def snippet(beginning: str) -> str:
    """What the page on Airflow tells its readers to write."""
    (found,) = (
        block.body
        for block in blocks_of(ROOT / "docs/airflow.md")
        if block.body.startswith(beginning)
    )
    return found


@pytest.fixture(scope="module")
def deployed(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its DAGs, as a worker has it."""
    project = copy_project(installed, tmp_path_factory.mktemp("worker") / "project")
    spare_picture(project)
    conf = project.path / "conf/airflow"
    conf.mkdir()
    configuration = yaml.safe_load(CONFIGURATION.format(project=project.path))
    notifications = yaml.safe_load(
        snippet("defaults:\n  venv:\n    project: /opt/flight-delays\n  not")
    )
    del notifications["defaults"]["venv"]
    configuration["defaults"] |= notifications["defaults"]
    (conf / "airflow.yml").write_text(yaml.safe_dump(configuration))
    project.kedro("dags", "--env", "airflow")
    (project.path / "dags/report.py").write_text(snippet("from airflow.sdk"))
    return project


@pytest.fixture(scope="module")
def alone(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    """What `kedro run` makes of each month, with the champion of April; made beside the tests."""
    project = copy_project(installed, tmp_path_factory.mktemp("alone") / "project")
    spare_picture(project)
    with ThreadPoolExecutor() as beside:
        yield beside.submit(run_alone, project)


def run_alone(project: Project) -> dict[str, Any]:
    made = {}
    for month in ("2013-04", "2013-05", "2013-06", "2013-07"):
        project.run("kedro", "run", "--params", f"month={month}")
        made[month] = results(project, month)
        set_champion(project, f"sqlite:///{project.path / 'mlflow.db'}", "1")
    return made


@pytest.fixture(scope="module")
def sinks() -> Iterator[Sinks]:
    with notification_sinks() as sinks:
        yield sinks


@pytest.fixture(scope="module")
def airflow(
    deployed: Project, place: Path, sinks: Sinks, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Airflow]:
    mail = {"disable_ssl": True, "disable_tls": True}
    connections: dict[str, dict[str, Any]] = {
        "SMTP_DEFAULT": {"conn_type": "smtp", "port": sinks.mail_port, "extra": mail},
        "SLACK_DEFAULT": {"password": f"http://127.0.0.1:{sinks.web_port}/slack"},
        "HTTP_DEFAULT": {"port": sinks.web_port},
    }
    local: dict[str, Any] = {"conn_type": "http", "host": "127.0.0.1"}
    environment = {
        **{f"AIRFLOW_CONN_{key}": json.dumps(local | own) for key, own in connections.items()},
        "PYTHONPATH": str(place),
        "ACCIDENTS": str(place),
        # With the server gone, the client gives up after a minute rather than several.
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "6",
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    }
    directory = tmp_path_factory.mktemp("airflow")
    dags = {"project": deployed.path / "dags"}
    with airflow_stack(directory, dags, ENVIRONMENTS, environment) as stack:
        for name in ("all", "ingestion", "impatient", "scoring", "watched"):
            stack.wait_for_dag(f"flight_delays_{name}")
            stack.unpause(f"flight_delays_{name}")
        stack.wait_for_dag("report")
        stack.wait_for_dag(NEVER)
        yield stack


@pytest.fixture(scope="module")
def backfill(airflow: Airflow, deployed: Project) -> list[str]:
    """The runs of a backfill, begun without a champion; other tests go on beside it."""
    dag = "flight_delays_training"
    airflow.api("PATCH", "/dags/flight_delays_scoring", {"is_paused": True})
    remove_champion(deployed, airflow.mlflow_url)
    airflow.unpause(dag)
    airflow.cli(*shlex.split(snippet("airflow backfill"))[1:])
    return [f"backfill__2013-{month:02}-01T00:00:00+00:00" for month in range(7, 11)]


def set_champion(project: Project, store: str, version: str) -> None:
    """Make a version the champion by hand."""
    alias = f"'flight_delays', 'champion', '{version}'"
    project.evaluate(f"MlflowClient({store!r}).set_registered_model_alias({alias})")


def remove_champion(project: Project, store: str) -> None:
    """Go back to before the first model."""
    alias = "'flight_delays', 'champion'"
    project.evaluate(f"MlflowClient({store!r}).delete_registered_model_alias({alias})")


def results(project: Project, month: str) -> dict[str, Any]:
    """All that is published of a month, but for what tells one run from another."""
    found: dict[str, Any] = {}
    for path in sorted((project.path / "data").glob(f"0[2-8]*/**/month={month}/*")):
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
            rows = frame.drop(columns=OF_THE_RUN, errors="ignore")
            found[path.name] = pd.util.hash_pandas_object(rows).sum()
        elif path.suffix == ".json":
            found[path.name] = without_run(json.loads(path.read_text()))
        else:
            found[path.name] = "there"
    return found


def without_run(content: Any) -> Any:
    if isinstance(content, dict):
        return {k: without_run(v) for k, v in content.items() if k not in OF_THE_RUN}
    return content


def mlflow_runs(airflow: Airflow, project: Project, *names: str) -> dict[str, dict[str, Any]]:
    """The MLflow runs of DAG runs; there must be exactly one for each."""
    runs = project.store(airflow.mlflow_url)["runs"]
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        (found[name],) = (run for run in runs if run["tags"].get("airflow.run_id") == name)
    return found


def start(airflow: Airflow, dag: str, name: str, month: str) -> None:
    airflow.trigger(dag, name, {"month": month})


def finish(airflow: Airflow, dag: str, *names: str, state: str = "success") -> None:
    for name in names:
        airflow.wait_for_run(dag, name, {state}, timeout=400)


@contextmanager
def broken(path: Path) -> Iterator[None]:
    """Deliver the flights of another month in a file."""
    content = path.read_bytes()
    path.write_bytes((path.parents[1] / "month=2013-01/flights.parquet").read_bytes())
    yield
    path.write_bytes(content)


def test_the_first_two_runs_at_once(airflow: Airflow, deployed: Project) -> None:
    start(airflow, INGESTION, "first", "2013-01")
    start(airflow, INGESTION, "second", "2013-02")
    finish(airflow, INGESTION, "first", "second")
    runs = mlflow_runs(airflow, deployed, "first", "second")
    assert {run["status"] for run in runs.values()} == {"FINISHED"}


def test_a_partition_key_sets_no_parameter(airflow: Airflow) -> None:
    dag, name = "flight_delays_scoring", "hostile"
    body = {"dag_run_id": name, "logical_date": None, "partition_key": "2013-03,gate.margin=-5"}
    airflow.api("POST", f"/dags/{dag}/dagRuns", body)
    finish(airflow, dag, name, state="failed")
    (opening,) = (
        each for each in airflow.task_instances(dag, name) if each["task_id"] == "open_run"
    )
    assert (opening["state"], opening["try_number"]) == ("failed", 1)
    assert "'2013-03,gate.margin=-5' is not a month" in airflow.logs(dag, name, "open_run")


@pytest.mark.usefixtures("alone")
def test_a_run_outlives_the_scheduler(airflow: Airflow, deployed: Project) -> None:
    name = "waits_in_ingestion_scheduler"
    start(airflow, INGESTION, name, "2013-01")
    place = Path(airflow.env["ACCIDENTS"])
    wait_for((place / f"{name}.waits").exists, "the task")
    airflow.stop_scheduler(signal.SIGKILL)
    airflow.start_scheduler()
    (place / f"{name}.goes_on").touch()
    finish(airflow, INGESTION, name)
    assert mlflow_runs(airflow, deployed, name)[name]["status"] == "FINISHED"


def test_mlflow_goes_away_for_half_a_minute(airflow: Airflow, deployed: Project) -> None:
    """One run is patient, and waits; one gives up, and is tried again; one is not even begun."""
    patient, hasty, late = "waits_in_ingestion_patient", "waits_in_ingestion_hasty", "late"
    place = Path(airflow.env["ACCIDENTS"])
    start(airflow, INGESTION, patient, "2013-02")
    start(airflow, INGESTION, hasty, "2013-03")
    for name in (patient, hasty):
        wait_for((place / f"{name}.waits").exists, "the task")
    gone = time.monotonic()
    airflow.stop_mlflow()
    start(airflow, IMPATIENT, late, "2013-11")
    for name in (patient, hasty):
        (place / f"{name}.goes_on").touch()
    airflow.wait_for_task(INGESTION, hasty, "ingestion", {"up_for_retry"})
    finish(airflow, IMPATIENT, late, state="failed")
    time.sleep(max(0, gone + 30 - time.monotonic()))
    airflow.start_mlflow()
    finish(airflow, INGESTION, patient, hasty)
    runs = mlflow_runs(airflow, deployed, patient, hasty)
    assert {run["status"] for run in runs.values()} == {"FINISHED"}
    assert runs[patient]["tags"]["airflow.try.ingestion"] == "1"
    assert int(runs[hasty]["tags"]["airflow.try.ingestion"]) > 1
    assert "does not answer any more" in airflow.logs(INGESTION, hasty, "ingestion")
    log = airflow.logs(IMPATIENT, late, "open_run")
    assert f"The MLflow server at {airflow.mlflow_url} does not answer" in log
    assert "Traceback" not in log.partition("Post Execute")[0]
    assert results(deployed, "2013-11") == {}


def test_a_dag_run_is_one_mlflow_run(airflow: Airflow, deployed: Project, alone: Alone) -> None:
    start(airflow, ALL, "april", "2013-04")
    finish(airflow, ALL, "april")
    assert results(deployed, "2013-04") == alone.result()["2013-04"]
    run = mlflow_runs(airflow, deployed, "april")["april"]
    assert (run["name"], run["status"]) == ("flight_delays_all 2013-04", "FINISHED")
    assert run["tags"]["airflow.dag_id"] == ALL
    assert run["tags"]["airflow.url"] == f"{airflow.url}/dags/{ALL}/runs/april"
    assert {run["tags"][f"airflow.try.{stage}"] for stage in STAGES} == {"1"}
    assert {"contracts.html", "reports/roc.png"} <= set(run["artifacts"])


def test_runs_that_overlap_do_not_meet(airflow: Airflow, deployed: Project, alone: Alone) -> None:
    """In two, each stage is killed once; the first to be published has the champion."""
    killed = {"killed_computing": "2013-05", "killed_saving": "2013-06"}
    months = killed | {"july": "2013-07"}
    for name, month in months.items():
        start(airflow, ALL, name, month)
    finish(airflow, ALL, *months)
    for month in set(months.values()):
        assert results(deployed, month) == alone.result()[month], month
    runs = mlflow_runs(airflow, deployed, *months)
    for name, run in runs.items():
        assert run["status"] == "FINISHED" and "error" not in run["tags"]
        assert run["tags"]["model.flight_delays.incumbent"] == "1"
        tries = {run["tags"][f"airflow.try.{stage}"] for stage in STAGES}
        assert tries == {"2" if name in killed else "1"}
    model = deployed.store(airflow.mlflow_url)["models"]["flight_delays"]
    made = [each["mlflow_run"] for each in model["versions"].values()]
    assert len(made) == len(set(made))
    won = [run["tags"] for run in runs.values() if run["tags"]["gate.promote"] == "True"]
    champion = str(model["aliases"]["champion"])
    (first,) = (tags for tags in won if tags["alias.flight_delays.champion"] == champion)
    assert first["move.flight_delays.champion"] == "done" and len(won) > 1
    for tags in (tags for tags in won if tags is not first):
        assert tags["move.flight_delays.champion"] == f"superseded by {champion}"
        assert model["versions"][tags["gate.challenger_version"]]["gate.superseded_by"] == champion


def test_a_broken_contract_stops_its_month_alone(airflow: Airflow, deployed: Project) -> None:
    april, may = results(deployed, "2013-04"), results(deployed, "2013-05")
    models = deployed.store(airflow.mlflow_url)["models"]
    with broken(deployed.path / "data/01_raw/flights/month=2013-05/flights.parquet"):
        start(airflow, ALL, BROKEN, "2013-05")
        start(airflow, INGESTION, "next", "2013-06")
        finish(airflow, INGESTION, "next")
        finish(airflow, ALL, BROKEN, state="failed")
    run = mlflow_runs(airflow, deployed, BROKEN)[BROKEN]
    assert run["status"] == "FAILED" and "breaks its contract" in run["tags"]["error"]
    assert run["tags"]["airflow.try.ingestion"] == "1"
    assert run["tags"]["contracts"].startswith("failed") and "contracts.html" in run["artifacts"]
    assert (results(deployed, "2013-04"), results(deployed, "2013-05")) == (april, may)
    assert deployed.store(airflow.mlflow_url)["models"] == models


def test_a_cleared_run_meets_the_champion_of_now_and_undoes_nothing(
    airflow: Airflow, deployed: Project
) -> None:
    """The champion changes before an older month is repaired, and again while it is at work."""
    store = deployed.store(airflow.mlflow_url)["models"]["flight_delays"]["versions"]
    july = max((number for number in store if store[number]["month"] == "2013-07"), key=int)
    set_champion(deployed, airflow.mlflow_url, july)
    clear(airflow, ALL, BROKEN, "ingestion")
    airflow.wait_for_task(ALL, BROKEN, "training", {"running"}, timeout=400)
    place = Path(airflow.env["ACCIDENTS"])
    wait_for((place / f"{BROKEN}.waits").exists, "the task")
    set_champion(deployed, airflow.mlflow_url, "1")
    (place / f"{BROKEN}.goes_on").touch()
    finish(airflow, ALL, BROKEN)
    tags = mlflow_runs(airflow, deployed, BROKEN)[BROKEN]["tags"]
    assert tags["model.flight_delays.incumbent"] == july
    assert f"the champion (version {july}) was made for 2013-07" in tags["gate.reason"]
    aliases = deployed.store(airflow.mlflow_url)["models"]["flight_delays"]["aliases"]
    assert aliases == {"champion": 1, "challenger": int(tags["gate.challenger_version"])}


def test_the_disk_is_full(airflow: Airflow, deployed: Project) -> None:
    before = results(deployed, "2013-01")
    data = deployed.path / "data"
    with small_disk(data, free=200_000):
        start(airflow, IMPATIENT, "disk_full", "2013-01")
        finish(airflow, IMPATIENT, "disk_full", state="failed")
        assert results(deployed, "2013-01") == before
    assert "No space left on device" in airflow.logs(IMPATIENT, "disk_full", "ingestion")
    run = mlflow_runs(airflow, deployed, "disk_full")["disk_full"]
    assert run["status"] == "FAILED" and "No space left on device" in run["tags"]["error"]


@pytest.mark.usefixtures("backfill")
def test_a_task_taken_for_dead_writes_no_more(airflow: Airflow, deployed: Project) -> None:
    name = "waits_in_ingestion_orphan"
    start(airflow, INGESTION, name, "2013-01")
    place = Path(airflow.env["ACCIDENTS"])
    wait_for((place / f"{name}.waits").exists, "the task")
    (task,) = (
        one for one in airflow.task_instances(INGESTION, name) if one["task_id"] == "ingestion"
    )
    os.kill(parent_of(task["pid"]), signal.SIGKILL)
    finish(airflow, INGESTION, name)
    assert processes_of(name) != []
    before = results(deployed, "2013-01")
    (place / f"{name}.goes_on").touch()
    wait_for(lambda: processes_of(name) == [], "the first try to end")
    assert results(deployed, "2013-01") == before
    run = mlflow_runs(airflow, deployed, name)[name]
    assert (run["status"], run["tags"]["airflow.try.ingestion"]) == ("FINISHED", "2")


def test_a_task_that_takes_too_long(airflow: Airflow, deployed: Project) -> None:
    name = "waits_in_ingestion_too_long"
    start(airflow, IMPATIENT, name, "2013-01")
    finish(airflow, IMPATIENT, name, state="failed")
    assert mlflow_runs(airflow, deployed, name)[name]["status"] == "FAILED"
    assert processes_of(name) == []


def test_marked_as_failed_by_hand(airflow: Airflow, deployed: Project) -> None:
    task, run = names = [f"waits_in_ingestion_marked_{what}" for what in ("task", "run")]
    place = Path(airflow.env["ACCIDENTS"])
    for name in names:
        start(airflow, INGESTION, name, "2013-01")
    for name in names:
        wait_for((place / f"{name}.waits").exists, "the task")
    path = f"/dags/{INGESTION}/dagRuns"
    airflow.api("PATCH", f"{path}/{task}/taskInstances/ingestion", {"new_state": "failed"})
    airflow.api("PATCH", f"{path}/{run}", {"state": "failed"})
    for name in names:
        airflow.wait_for_task(INGESTION, name, "close_run", {"failed"})
    finish(airflow, INGESTION, *names, state="failed")
    statuses = [each["status"] for each in mlflow_runs(airflow, deployed, *names).values()]
    assert statuses == ["FAILED", "FAILED"]
    wait_for(lambda: not any(map(processes_of, names)), "the tasks to end")
    statuses = [each["status"] for each in mlflow_runs(airflow, deployed, *names).values()]
    assert statuses == ["FAILED", "FAILED"]


def clear(airflow: Airflow, dag: str, name: str, task: str, *, downstream: bool = True) -> None:
    body = {"dry_run": False, "dag_run_id": name, "task_ids": [task]}
    body |= {"only_failed": False, "include_downstream": downstream}
    airflow.api("POST", f"/dags/{dag}/clearTaskInstances", body)


def test_a_run_that_never_starts_misses_its_deadline(airflow: Airflow, sinks: Sinks) -> None:
    start(airflow, NEVER, "never_starts", "2013-01")
    wait_for(lambda: sinks.with_text("never_starts") != {}, "the notification")
    assert sinks.with_text("never_starts") == {
        "/alerts": f"{NEVER}: never_starts has missed its deadline"
    }
    assert airflow.api("GET", f"/dags/{NEVER}/dagRuns/never_starts")["state"] == "queued"


def test_late_data_is_waited_for_and_bad_data_is_told_about(
    airflow: Airflow, deployed: Project, sinks: Sinks
) -> None:
    """A run without a month works on the last complete one, for which there is no data yet."""
    name = airflow.trigger(WATCHED, "late_and_bad")
    airflow.wait_for_task(WATCHED, name, "ingestion", {"up_for_reschedule"})
    first = datetime.now(UTC).replace(day=1)
    month = (first - timedelta(days=1)).strftime("%Y-%m")
    assert "The months that are there: 2013-01, 2013-02" in airflow.logs(WATCHED, name, "ingestion")
    raw = deployed.path / "data/01_raw/flights"
    delivered = raw / f"month={month}/flights.parquet"
    shutil.copytree(raw / "month=2013-01", delivered.parent)
    finish(airflow, WATCHED, name, state="failed")
    shutil.rmtree(delivered.parent)
    states = {each["task_id"]: each for each in airflow.task_instances(WATCHED, name)}
    assert (states["ingestion"]["state"], states["ingestion"]["try_number"]) == ("failed", 1)
    run = mlflow_runs(airflow, deployed, name)[name]
    assert (run["status"], run["tags"]["month"]) == ("FAILED", month)
    reason = "breaks its contract before it was written."
    page = f"{airflow.mlflow_url}/#/experiments/1/runs/{run['id']}"
    link = f"/dags/{WATCHED}/dagRuns/{name}/taskInstances/ingestion/links"
    assert airflow.api("GET", link)["extra_links"] == {"MLflow run": page}
    assert reason in airflow.logs(WATCHED, name, "ingestion").rpartition("Task failed")[2]
    wait_for(lambda: len(sinks.with_text(name)) == 3, "the notifications")
    for text in sinks.with_text(name).values():
        told = unescape(text)
        for part in (f"{WATCHED}, {month}:", reason, f"/dags/{WATCHED}/runs/{name}", page):
            assert part in told
    assert sinks.with_text(name)["mail"].startswith("operators@example.com\n")


def test_a_finished_run_that_is_cleared_has_to_be_published_again(
    airflow: Airflow, deployed: Project, sinks: Sinks
) -> None:
    """What is cleared runs alone at first, then with what follows, then on a broken delivery."""
    name, month = "cleared", "2013-03"

    def status() -> str:
        return str(mlflow_runs(airflow, deployed, name)[name]["status"])

    start(airflow, WATCHED, name, month)
    finish(airflow, WATCHED, name)
    assert status() == "FINISHED" and sinks.with_text(name) == {}
    before = results(deployed, month)
    clear(airflow, WATCHED, name, "features", downstream=False)
    finish(airflow, WATCHED, name, state="failed")
    assert status() == "FAILED"
    wait_for(lambda: len(sinks.with_text(name)) == 3, "the notifications")
    assert "Clear the task that failed, or publish_run" in sinks.with_text(name)["/alerts"]
    clear(airflow, WATCHED, name, "publish_run")
    finish(airflow, WATCHED, name)
    run = mlflow_runs(airflow, deployed, name)[name]
    assert run["status"] == "FINISHED" and "error" not in run["tags"]
    assert results(deployed, month) == before
    sinks.forget(name)
    with broken(deployed.path / f"data/01_raw/flights/month={month}/flights.parquet"):
        clear(airflow, WATCHED, name, "ingestion")
        finish(airflow, WATCHED, name, state="failed")
    assert status() == "FAILED" and results(deployed, month) == before
    wait_for(lambda: len(sinks.with_text(name)) == 3, "the notifications")


def test_a_backfill_is_the_replay(
    airflow: Airflow, deployed: Project, sinks: Sinks, backfill: list[str]
) -> None:
    finish(airflow, "flight_delays_training", *backfill)
    runs = mlflow_runs(airflow, deployed, *backfill)
    months = [run["tags"]["month"] for run in runs.values()]
    assert months == [f"2013-{month:02}" for month in range(6, 10)]
    promoted = [run["tags"]["gate.promote"] for run in runs.values()]
    assert promoted == ["True", "True", "False", "False"]
    told = [sinks.with_text(quote(name)).get("/alerts", "") for name in backfill]
    assert [" was not promoted. Refused: on " in each for each in told] == [
        each == "False" for each in promoted
    ]


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def processes_of(name: str) -> list[str]:
    """The processes that work for a DAG run."""
    wanted = f"GOLDEN_PATH_DAG_RUN_ID={name}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
    return found


@contextmanager
def small_disk(directory: Path, free: int) -> Iterator[None]:
    """Put a directory onto a file system that has little room left."""
    block = 4096
    sizes = [path.stat().st_size for path in directory.rglob("*") if path.is_file()]
    used = sum(-(-size // block) * block for size in sizes)
    aside = directory.with_name("data_aside")
    directory.rename(aside)
    directory.mkdir()
    size = f"size={used + free}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(directory)], check=True)
    try:
        shutil.copytree(aside, directory, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", str(directory)], check=True)
        directory.rmdir()
        aside.rename(directory)

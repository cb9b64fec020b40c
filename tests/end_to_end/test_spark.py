"""The environment `spark` for real: a cluster of two workers, which have none of our code."""

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support import LOCKED_PLUGIN, Project, clean_environment, free_port, share_bytecode, wait_for

MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
MONTH = "2013-04"
SAME = ("dataset", "outcome", "rows", "columns", "rules", "failures", "unchecked")


@dataclass
class Cluster:
    """A standalone cluster."""

    master: str
    page: str
    work: Path

    def state(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.page}/json/", timeout=5) as answer:
            state: dict[str, Any] = json.load(answer)
        return state

    def workers(self) -> int:
        try:
            return sum(worker["state"] == "ALIVE" for worker in self.state()["workers"])
        except OSError:
            return 0


@pytest.fixture(scope="module")
def spark_project(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with Spark in an environment of its own: the shared one stays without."""
    path = tmp_path_factory.mktemp("spark") / "project"
    shutil.copytree(installed, path, ignore=shutil.ignore_patterns(".venv", ".*_cache"))
    subprocess.run(["make", "install-spark"], cwd=path, check=True)
    share_bytecode(path / ".venv")
    return Project(path, forks=False)


@pytest.fixture
def cluster(spark_project: Project, tmp_path: Path) -> Iterator[Cluster]:
    """A master and two workers of one core each."""
    port, page = free_port(), free_port()
    address = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
    found = Cluster(f"spark://127.0.0.1:{port}", f"http://127.0.0.1:{page}", tmp_path / "work")
    with ExitStack() as running:
        running.enter_context(_process(spark_project, tmp_path / "master.log", MASTER, *address))
        for n in range(2):
            worker = ["--host", "127.0.0.1", "--webui-port", str(free_port()), "--cores", "1"]
            worker += ["--memory", "2g", "--work-dir", str(found.work / str(n)), found.master]
            running.enter_context(
                _process(spark_project, tmp_path / f"worker{n}.log", WORKER, *worker)
            )
        wait_for(lambda: found.workers() == 2, f"two workers on {found.page}")
        yield found


@contextmanager
def _process(project: Project, log: Path, *command: str) -> Iterator[None]:
    (home,) = (project.path / ".venv/lib").resolve().glob("python*/site-packages/pyspark")
    with log.open("w") as stream:
        process = subprocess.Popen(
            # `exec`s Java, so that the process is the service itself.
            [str(home / "bin/spark-class"), *command],
            cwd=log.parent,
            env=clean_environment()
            | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_NO_DAEMONIZE": "1"},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def python_of_workers(spark_project: Project, tmp_path: Path) -> str:
    """The Python of an environment with all that is locked, but without the plugin."""
    lock = (spark_project.path / "requirements-spark.lock").read_text()
    others, number = LOCKED_PLUGIN.subn("", lock)
    assert number == 1
    (tmp_path / "workers.lock").write_text(others)
    python, uv = tmp_path / "workers/bin/python", spark_project.path / ".venv/bin/uv"
    venv = ("venv", "--quiet", "--python", spark_project.python, python.parents[1])
    sync = ("pip", "sync", "--quiet", "--require-hashes", "--python", python, "workers.lock")
    for command in (venv, sync):
        subprocess.run([uv, *command], cwd=tmp_path, check=True)
    share_bytecode(tmp_path / "workers")
    return str(python)


def test_a_month_runs_on_a_cluster(
    spark_project: Project, cluster: Cluster, python_of_workers: str
) -> None:
    spark_project.kedro("run", "--params", f"month={MONTH}")
    predictions = f"data/07_model_output/predictions/month={MONTH}/predictions.parquet"
    columns = "['carrier', 'flight', 'month', 'probability', 'decision']"
    read = f"pd.read_parquet('{predictions}').sort_values(['scheduled_hour', 'carrier', 'flight'])"
    on_pandas = spark_project.evaluate(f"{read}[{columns}].to_dict('list')")

    output = spark_project.kedro(
        *("run", "--env", "spark", "--pipelines", "ingestion,features,scoring"),
        *("--params", f"month={MONTH}"),
        env={
            "SPARK_MASTER": cluster.master,
            "SPARK_EXECUTOR_MEMORY": "1g",
            "PYSPARK_PYTHON": python_of_workers,
        },
    )

    assert "Contract passed for" in output
    assert "\tat org.apache" not in output
    (application,) = cluster.state()["completedapps"]
    assert application["state"] == "FINISHED"
    # Each worker keeps what its executors printed; both have run some.
    printed = cluster.work.glob("*/app-*/*/stderr")
    assert {file.relative_to(cluster.work).parts[0] for file in printed} == {"0", "1"}
    assert (spark_project.path / predictions).is_dir()
    on_spark = spark_project.evaluate(f"{read}[{columns}].to_dict('list')")
    assert on_spark.pop("probability") == pytest.approx(on_pandas.pop("probability"), rel=1e-9)
    assert on_spark == on_pandas
    reports_of_pandas, reports_of_spark = _reports(spark_project)
    assert len(reports_of_spark) >= 13
    for dataset, (report, measures) in reports_of_spark.items():
        assert report == reports_of_pandas[dataset][0]
        assert measures == pytest.approx(reports_of_pandas[dataset][1], rel=1e-9)


def _reports(project: Project) -> list[dict[str, tuple[dict[str, Any], dict[str, float]]]]:
    """What the contracts of each run reported, oldest run first."""
    files = sorted(project.path.glob("mlruns/**/contracts.json"), key=lambda f: f.stat().st_mtime)
    return [
        {
            each["dataset"]: ({key: each[key] for key in SAME}, each["measures"])
            for each in json.loads(file.read_text())["contracts"]
        }
        for file in files
    ]


def test_a_cluster_that_is_not_there_is_one_message(spark_project: Project) -> None:
    output = spark_project.kedro(
        *("run", "--env", "spark"), code=1, env={"SPARK_MASTER": f"spark://127.0.0.1:{free_port()}"}
    )
    assert "cannot be reached" in output and "SPARK_MASTER" in output
    assert "Traceback" not in output and "\tat " not in output


def test_an_environment_without_spark_is_one_message(project: Project) -> None:
    output = project.kedro("run", "--env", "spark", code=1)
    assert "make install-spark" in output and "Traceback" not in output

"""A run that several processes work for, as the tasks of a DAG do."""

from support import Project, digests

MONTH = "month=2013-04"


class DagRun:
    """A DAG run without Airflow: each task is a process with the variables that Airflow gives."""

    def __init__(self, project: Project, name: str) -> None:
        self.project = project
        self.name = name

    def variables(self, task: str, attempt: int = 1) -> dict[str, str]:
        return {
            "GOLDEN_PATH_DAG_ID": "flight_delays",
            "GOLDEN_PATH_DAG_RUN_ID": self.name,
            "GOLDEN_PATH_TASK_ID": task,
            "GOLDEN_PATH_TRY_NUMBER": str(attempt),
            "GOLDEN_PATH_LOG_URL": f"http://airflow/dags/d/runs/{self.name}/tasks/{task}",
        }

    def task(self, task: str, *command: str, params: str = MONTH, code: int = 0) -> str:
        return self.project.kedro(*command, "--params", params, code=code, env=self.variables(task))

    def open(self, params: str = MONTH) -> None:
        self.task("open_run", "runs", "open", "--name", "flight_delays", params=params)

    def stage(self, name: str, params: str = MONTH, code: int = 0) -> str:
        return self.task(name, "run", "--pipelines", name, params=params, code=code)

    def publish(self) -> str:
        return self.task("publish_run", "runs", "publish")

    def close(self, code: int = 65) -> str:
        return self.task("close_run", "runs", "close", code=code)


def published(project: Project) -> dict[str, bytes]:
    return {
        name: content
        for name, content in digests(project.path / "data").items()
        if not name.startswith((".runs", "01_raw")) and not name.endswith(".gitkeep")
    }


def test_a_failed_run_changes_nothing_and_says_why(project: Project) -> None:
    project.kedro("run", "--pipelines", "ingestion")
    before = published(project)
    run = DagRun(project, "manual__1")
    run.open()
    flights = project.path / "data/01_raw/flights/month=2013-04/flights.parquet"
    flights.write_bytes((flights.parents[1] / "month=2013-05/flights.parquet").read_bytes())
    assert "breaks its contract" in run.stage("ingestion", code=65)
    run.close()
    assert published(project) == before
    _, logged = project.store()["runs"]
    assert logged["status"] == "FAILED"
    assert "breaks its contract" in logged["tags"]["error"]
    assert logged["tags"]["contracts"].startswith("failed")
    assert "contracts.html" in logged["artifacts"]


def test_runs_of_the_same_month_do_not_see_each_other(project: Project) -> None:
    first, second = DagRun(project, "manual__1"), DagRun(project, "manual__2")
    for run in (first, second):
        run.open()
        run.stage("ingestion")
    column = "pd.read_parquet('data/{}').seats.sum()"
    planes = "data/01_raw/planes.parquet"
    project.evaluate(f"pd.read_parquet('{planes}').assign(seats=9).to_parquet('{planes}')")
    second.stage("ingestion")
    first.publish()
    path = "02_intermediate/planes/month=2013-04/planes.parquet"
    before = project.evaluate(column.format(path))
    second.publish()
    assert project.evaluate(column.format(path)) < before


def test_a_run_keeps_its_parameters(project: Project) -> None:
    run = DagRun(project, "manual__1")
    run.open()
    output = run.stage("ingestion", params=f"{MONTH},scoring.threshold=0.9", code=1)
    assert "scoring.threshold: 0.3 then, 0.9 now" in output
    assert project.store()["runs"][0]["status"] == "FAILED"
    run.stage("ingestion")


def test_a_run_that_cannot_be_opened_is_closed(project: Project) -> None:
    run = DagRun(project, "manual__1")
    run.open()
    other = f"{MONTH},scoring.threshold=0.9"
    output = run.task("open_run", "runs", "open", params=other, code=1)
    assert "scoring.threshold: 0.3 then, 0.9 now" in output
    (logged,) = project.store()["runs"]
    assert logged["status"] == "FAILED" and "other parameters" in logged["tags"]["error"]


def test_a_task_of_a_run_that_was_never_opened_says_what_to_do(project: Project) -> None:
    run = DagRun(project, "manual__1")
    assert "open_run" in run.stage("ingestion", code=1)
    assert "never opened" in run.close()
    output = project.kedro("runs", "publish", code=1)
    assert "GOLDEN_PATH_DAG_RUN_ID" in output and "Traceback" not in output


def test_a_run_of_its_own_can_be_gone_on_with(project: Project) -> None:
    planes = project.path / "data/01_raw/planes.parquet"
    content = planes.read_bytes()
    planes.write_bytes(b"broken")
    mine = f"{MONTH},run_id=mine"
    project.kedro("run", "--pipelines", "ingestion", "--params", mine, code=1)
    assert published(project) == {}
    planes.write_bytes(content)
    nodes = "clean_planes,clean_airports,clean_airlines"
    project.kedro("run", "--pipelines", "ingestion", "--nodes", nodes, "--params", mine)
    (logged,) = project.store()["runs"]
    assert logged["status"] == "FINISHED"
    assert len(published(project)) == 3


def test_what_failed_runs_keep_can_be_removed(project: Project) -> None:
    failed, busy = DagRun(project, "failed"), DagRun(project, "busy")
    for run in (failed, busy):
        run.open()
        run.stage("ingestion")
    failed.close()
    kept = project.path / "data/.runs"
    (kept / "of-another-store").mkdir()
    assert "Removed" not in project.kedro("runs", "clean")
    output = project.kedro("runs", "clean", "--yes", "--days", "0")
    assert "Removed failed-" in output and "of-another-store" in output
    left = sorted(path.name.partition("-")[0] for path in kept.iterdir())
    assert left == ["busy", "of"]
    busy.publish()
    assert "02_intermediate/planes/month=2013-04/planes.parquet" in published(project)

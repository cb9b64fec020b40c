from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from kedro_golden_path import TrackingHooks
from kedro_golden_path.tracking import task_reports
from unit.contracts.outcomes import RUN, failed, result, text


@pytest.fixture
def store(mlflow_store: Path, request: pytest.FixtureRequest) -> Iterator[MlflowClient]:
    name = request.node.name
    mlflow.create_experiment(name, artifact_location=(mlflow_store / name).as_uri())
    mlflow.set_experiment(name)
    yield MlflowClient()
    while mlflow.active_run():
        mlflow.end_run()


def logged(
    *results: dict[str, Any], month: str = "2020-01", error: Exception | None = None, end: str = ""
) -> Run:
    with mlflow.start_run(run_name=f"default {month}", tags={"month": month}) as run:
        part = task_reports.TaskReport(
            ["__default__"], None, type(error).__name__ if error else None, [*results]
        )
        task_reports.log_report(run.info.run_id, "failed" if error else "finished", [part])
    if end:
        MlflowClient().update_run(run.info.run_id, status=end)
    return mlflow.get_run(run.info.run_id)


def contracts(run: Run) -> dict[str, dict[str, Any]]:
    loaded = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/contracts.json")
    return {each["dataset"]: each for each in loaded["contracts"]}


def test_a_run_holds_its_report(store: MlflowClient) -> None:
    run = logged(failed(), error=KeyError("secret"), month="2020-02")
    assert run.data.tags["contracts"] == "failed: trips"
    assert run.data.metrics["contracts/trips/failures"] == 1
    html = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/contracts.html")
    assert "'trips' broke its contract" in text(html)
    told = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/contracts.json")["run"]
    assert told.keys() == RUN.keys()
    assert told["mlflow_run_id"] == run.info.run_id
    assert (told["month"], told["status"]) == ("2020-02", "failed")
    assert told["error"] == "KeyError" and "secret" not in html


def test_the_previous_run_is_the_latest_that_has_the_dataset(store: MlflowClient) -> None:
    logged(result("a", rows=1), result("b", rows=1), month="2020-01")
    earlier = logged(failed("a", rows=2), month="2020-02", end="FAILED")
    logged(result("a", rows=3), month="2020-03", end="KILLED")
    logged(result("a", rows=4), month="2020-04", end="RUNNING")
    with mlflow.start_run(run_name="without a report"):
        pass
    found = contracts(logged(result("a"), result("b"), result("c"), month="2020-05"))
    assert found["c"]["previous"] is None
    assert found["b"]["previous"]["month"] == "2020-01"
    previous = found["a"]["previous"]
    assert (previous["mlflow_run_id"], previous["rows"]) == (earlier.info.run_id, 2)
    assert previous["failures"] == [{"kind": "row", "rule": "isin", "column": "city", "count": 12}]


def test_no_more_runs_are_looked_at_than_necessary(
    store: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    read = task_reports._read_report

    def spy(run: Run) -> dict[str, dict[str, Any]]:
        looked_at.append(run.info.run_id)
        return read(run)

    monkeypatch.setattr(task_reports, "_read_report", spy)
    runs = [logged(result("a")).info.run_id for _ in range(12)]
    looked_at.clear()
    logged(result("a"))
    assert looked_at == [runs[-1]]
    looked_at.clear()
    logged(result("new"))
    assert len(looked_at) == 10


def test_a_report_that_is_gone_is_passed_over(store: MlflowClient) -> None:
    logged(result("a"), month="2020-01")
    store.set_tag(logged(month="2020-02").info.run_id, "contracts", "passed")
    gone = logged(result("a"), month="2020-03")
    (Path(gone.info.artifact_uri.removeprefix("file://")) / "contracts.json").write_text("[")
    assert contracts(logged(result("a")))["a"]["previous"]["month"] == "2020-01"


def test_a_lookup_that_fails_is_no_error(
    store: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged(result("a"))

    def fail(*_: Any, **__: Any) -> None:
        raise MlflowException("no answer")

    monkeypatch.setattr(MlflowClient, "search_runs", fail)
    run = logged(result("a"))
    assert contracts(run)["a"]["previous"] is None
    assert run.data.tags["contracts"] == "passed"


def test_a_report_that_cannot_be_logged_does_not_hide_the_error(
    store: MlflowClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise MlflowException("no answer")

    monkeypatch.setattr(MlflowClient, "log_text", fail)
    hooks = TrackingHooks()
    with mlflow.start_run() as run:
        hooks._tracker._mlflow_run_id = run.info.run_id
        next(hooks.on_pipeline_error(KeyError("the error"), {}))
    assert "no answer" in caplog.text
    assert store.get_run(run.info.run_id).data.tags["error"] == "'the error'"

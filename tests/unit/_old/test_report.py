import json
import math
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException
from mlflow.utils.validation import _validate_metric_name

from {{ cookiecutter.package_name }}.golden_path import reporting, tracking
from {{ cookiecutter.package_name }}.golden_path.contract import (
    Contract,
    ContractError,
    evidence,
    report,
)

RUN = {
    "id": "1f",
    "name": "default 2020-02",
    "kedro_run_id": "2020-02-01T00.00.00.000Z-ab12",
    "month": "2020-02",
    "pipelines": ["__default__"],
    "environment": None,
    "status": "finished",
    "error": None,
    "started": "2020-02-01T03:00:00+00:00",
    "reported": "2020-02-01T03:00:09+00:00",
}
BEFORE = {
    "run_id": "0f",
    "run_name": "default 2020-01",
    "month": "2020-01",
    "started": "2020-01-01T03:00:00+00:00",
    "outcome": "warned",
    "rows": 800,
    "failures": [],
    "measures": {},
}


def failure(rule: str = "isin", kind: str = "row", **other: Any) -> dict[str, Any]:
    known = {"column": "city", "count": 12, "examples": ["'Bonn'"], "description": ""}
    return {"kind": kind, "rule": rule, **known, **other}


def result(dataset: str = "trips", outcome: str = "passed", **other: Any) -> dict[str, Any]:
    known = {
        "dataset": dataset,
        "file": f"data/{dataset}.parquet",
        "schema": "somewhere.contracts.raw.Trips",
        "outcome": outcome,
        "rows": 1000,
        "columns": 3,
        "rules": 7,
        "passed": 1000,
        "quarantined": 0,
        "quarantine": "",
        "failures": [],
        "measures": {},
        "unchecked": [],
        "at": 1.0,
        "seconds": 0.5,
    }
    return known | other


def broken(dataset: str = "trips", **other: Any) -> dict[str, Any]:
    return result(dataset, "broken", **{"failures": [failure()], "passed": 0, **other})


def quarantined(dataset: str = "trips", rows: int = 12, **other: Any) -> dict[str, Any]:
    file = f"data/quarantine/{dataset}/rows.parquet"
    known = {"failures": [failure(count=rows)], "quarantined": rows, "quarantine": file}
    return result(dataset, "quarantined", **known | {"passed": 1000 - rows} | other)


def page(*results: dict[str, Any], previous: dict[str, Any] | None = None, **run: Any) -> str:
    return report.to_html(report.build(RUN | run, results, previous or {}))


def text(html: str) -> str:
    body = html[html.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def sections(html: str) -> list[tuple[str, bool]]:
    found = re.findall(r'<details class="box \w+"( open)?>\s*<summary>(\S+)', html)
    return [(name, bool(is_open)) for is_open, name in found]


@pytest.mark.parametrize(
    ("results", "status", "expected"),
    [
        ([result()], "finished", ["The contract held."]),
        ([result("a"), result("b"), result("b")], "finished", ["All 2 contracts held."]),
        (
            [result("a"), broken("b"), quarantined("c", 1)],
            "failed",
            [
                "'b' broke its contract, so the run was stopped.",
                "1 row of 'c' was quarantined.",
                "The other contract held.",
            ],
        ),
        (
            [quarantined(name, 1000) for name in "abcd"],
            "finished",
            ["4,000 rows of 4 datasets ('a', 'b', 'c', …) were quarantined."],
        ),
        (
            [result("a", "warned", failures=[failure()])],
            "finished",
            ["'a' broke its contract; the run only warns of that."],
        ),
        (
            [result()],
            "failed",
            ["The run failed, not by a contract: KeyError.", "The contract held."],
        ),
        ([], "finished", ["No data was checked in this run."]),
    ],
)
def test_the_verdict(results: list[dict[str, Any]], status: str, expected: list[str]) -> None:
    run: dict[str, Any] = {"status": status}
    run["error"] = "KeyError" if status == "failed" else None
    assert report.verdict(run, results) == expected
    assert text(report.to_html(report.build(RUN | run, results, {}))).startswith(
        f"Data quality report {' '.join(expected)}"
    )


def test_datasets_with_something_to_say_have_a_section_and_broken_ones_are_open() -> None:
    html = page(
        result("silent"),
        result("measured", measures={"mean": 1.5}),
        quarantined("aside"),
        broken("bad"),
        result("same", previous=None),
        previous={"same": BEFORE | {"rows": 1000}, "silent": BEFORE | {"rows": 1000}},
    )
    assert sections(html) == [("bad", True), ("aside", False), ("measured", False)]


def test_a_dataset_that_is_checked_several_times_is_one_row() -> None:
    first, second = broken(at=1.0), broken(at=2.0, seconds=0.25)
    second["failures"] = [failure(examples=["'Rome'"])]
    other = broken(rows=999)
    rows = report.collapse([first, second, other])
    assert [(row["rows"], row["times"], row["seconds"]) for row in rows] == [
        (1000, 2, 0.75),
        (999, 1, 0.5),
    ]
    assert (first["seconds"], "times" in first) == (0.5, False)
    assert "checked 2 times" in text(page(first, second))
    assert "checked" not in text(page(first)).partition("In detail")[0]


def test_the_worst_comes_first() -> None:
    warned = result("warned", "warned", failures=[failure()])
    rows = report.collapse([result("passed"), warned, broken("broken"), quarantined("aside")])
    assert [row["dataset"] for row in rows] == ["broken", "aside", "warned", "passed"]


def test_broken_rules_are_shown_with_their_share_of_rows() -> None:
    shown = text(page(broken(rows=40_000, failures=[failure(description="Cities we fly to.")])))
    assert "isin on city Cities we fly to. 12 rows (0.03%) 'Bonn'" in shown
    assert "under 0.01%" in text(page(broken(rows=1_000_000)))
    assert "over 99.99%" in text(page(broken(rows=100_000, failures=[failure(count=99_999)])))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ({"mode": "load"}, "Repair the source of data/trips.parquet"),
        ({"mode": "save"}, "Look at the node that makes trips"),
        ({}, "If the data was delivered, repair its source"),
    ],
)
def test_the_page_says_what_to_do(mode: dict[str, str], expected: str) -> None:
    shown = text(page(broken(**mode)))
    assert expected in shown
    assert "change Trips in src/somewhere/contracts/raw.py" in shown


def test_the_page_says_where_the_quarantine_is() -> None:
    shown = text(page(quarantined()))
    assert "without 12 of 1,000 rows (1.20%)" in shown
    assert "kedro contracts quarantine trips" in shown
    assert "data/quarantine/trips/rows.parquet" in shown


def test_a_dataset_is_compared_with_its_previous_run() -> None:
    before = BEFORE | {
        "failures": [failure("gone"), failure("stays"), failure("hidden")],
        "measures": {"mean": 1.25},
    }
    now = broken(
        failures=[failure("stays"), failure("new")],
        measures={"mean": 12345.678},
        bounds={"mean": "at most 10"},
        unchecked=["hidden"],
    )
    shown = text(page(now, previous={"trips": before}))
    assert "+25.0% rows, 1 new failure, 1 failure gone" in shown
    assert "mean 12,345.7 at most 10 1.25" in shown
    assert "Rows: 800 → 1,000 (+25.0%) New: new on city Gone: gone on city (12 before)" in shown
    assert "'default 2020-01', month 2020-01, 2020-01-01 03:00:00 UTC, MLflow run 0f" in shown


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (1000, 1000, "no change"),
        (1000, 900, "-10.0% rows"),
        (0, 1000, "+1,000 rows"),
        (1_000_000, 1_000_001, "+1 rows"),
        (10, 1000, "+9,900% rows"),
    ],
)
def test_changes_of_the_number_of_rows(before: int, now: int, expected: str) -> None:
    change = report.compare(result(rows=now) | {"previous": BEFORE | {"rows": before}})
    assert change and change["short"] == expected


def test_what_the_data_says_is_text_on_the_page() -> None:
    evil = "<script>alert('x')</script><img src=x>"
    data = broken(
        evil,
        failures=[failure(evil, column=evil, examples=[evil], description=evil)],
        unchecked=[evil],
        measures={evil: 1.0},
        file=evil,
    )
    html = page(data, previous={evil: BEFORE | {"run_name": evil}}, name=evil, error=evil)
    assert "<script" not in html and "<img" not in html
    assert html.count("&lt;script&gt;") >= 9


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page(broken(), quarantined("other"), previous={"trips": BEFORE})
    assert not re.search(r"https?:|//|src=|@import|url\(|<link|<script", html)
    assert 'name="viewport"' in html


def test_the_json_is_valid_whatever_is_in_the_measures() -> None:
    measures = {
        "nan": math.nan,
        "inf": math.inf,
        "numpy": np.int64(3),
        "bad": np.float64("nan"),
        "time": pd.Timestamp("2020-01-01"),
        "half": "\ud800",
    }
    built = report.build(RUN, [result(measures=measures)], {})
    read = json.loads(report.to_json(built), parse_constant=pytest.fail)
    assert read["contracts"][0]["measures"] == {
        "nan": None,
        "inf": None,
        "numpy": 3,
        "bad": None,
        "time": "2020-01-01 00:00:00",
        "half": "?",
    }
    assert read["contracts"][0]["previous"] is None
    assert read["run"] == RUN
    assert "no number" in text(report.to_html(built))
    assert report.metrics(built["contracts"]).keys() >= {"contracts/trips/numpy"}
    assert "contracts/trips/nan" not in report.metrics([result(measures=measures)])


def test_the_metrics_count_each_dataset_once_and_by_its_worst_result() -> None:
    figures = report.metrics(
        [
            result("a", rows=6),
            broken("a", rows=4),
            broken("a", rows=5),
            result("a", rows=7, measures={"mean": 2.0}),
            quarantined("b"),
            quarantined("b"),
            broken("c", quarantined=12),
            result("d", measures={"rows": 1}),
        ]
    )
    assert figures == {
        "contracts/datasets": 4,
        "contracts/broken": 2,
        "contracts/quarantined_rows": 12,
        "contracts/seconds": 4.0,
        "contracts/a/rows": 5,
        "contracts/a/failures": 1,
        "contracts/a/quarantined": 0,
        "contracts/b/rows": 1000,
        "contracts/b/failures": 1,
        "contracts/b/quarantined": 12,
        "contracts/c/rows": 1000,
        "contracts/c/failures": 1,
        "contracts/c/quarantined": 0,
        "contracts/d/rows": 1000,
        "contracts/d/failures": 0,
        "contracts/d/quarantined": 0,
    }


@pytest.mark.parametrize("name", ["a@pandas", "{x}#1", "..", "a/../b", "a//b", "x" * 400, "a:b"])
def test_mlflow_takes_the_names_of_all_metrics(name: str) -> None:
    figures = report.metrics([result(name, measures={name: 1.0})])
    for metric in figures:
        _validate_metric_name(metric)
        assert len(metric) <= 250
    assert len(figures) == 8


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result("a")], "passed"),
        ([], "none checked"),
        ([broken("a"), result("b"), broken("c")], "broken: a, c"),
        ([quarantined("a"), quarantined("a")], "quarantined: a (12 rows)"),
        ([result("a", "warned", failures=[failure()])], "warned: a"),
        ([quarantined("a", 1), broken("b")], "broken: b; quarantined: a (1 row)"),
    ],
)
def test_the_tag(results: list[dict[str, Any]], expected: str) -> None:
    assert report.tag(results) == expected


class People(pa.DataFrameModel):
    """What a sensitive column looks like."""

    name: str = pa.Field(str_matches="^[A-Z]", metadata={"sensitive": True})
    city: str = pa.Field(isin=["Oslo", "Rome"])


def test_values_of_sensitive_columns_are_not_in_the_report() -> None:
    frame = pd.DataFrame({"name": ["ada lovelace", "Kay"], "city": ["Bonn", "Oslo"]})
    evidence.open_evidence()
    with pytest.raises(ContractError):
        Contract(f"{__name__}.People", dataset="people").validate(frame)
    built = report.build(RUN, evidence.close_evidence(), {})
    shown = report.to_html(built) + report.to_json(built)
    assert "Bonn" in shown and "str_matches" in shown
    assert "lovelace" not in shown


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
        part = reporting.TaskReport(
            ["__default__"], None, type(error).__name__ if error else None, [*results]
        )
        reporting.log_report(run.info.run_id, "failed" if error else "finished", [part])
    if end:
        MlflowClient().update_run(run.info.run_id, status=end)
    return mlflow.get_run(run.info.run_id)


def contracts(run: Run) -> dict[str, dict[str, Any]]:
    loaded = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/contracts.json")
    return {each["dataset"]: each for each in loaded["contracts"]}


def test_a_run_holds_its_report(store: MlflowClient) -> None:
    run = logged(broken(), error=KeyError("secret"), month="2020-02")
    assert run.data.tags["contracts"] == "broken: trips"
    assert run.data.metrics["contracts/trips/failures"] == 1
    html = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/contracts.html")
    assert "'trips' broke its contract" in text(html)
    told = mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/contracts.json")["run"]
    assert told.keys() == RUN.keys()
    assert (told["id"], told["month"], told["status"]) == (run.info.run_id, "2020-02", "failed")
    assert told["error"] == "KeyError" and "secret" not in html


def test_the_previous_run_is_the_latest_that_has_the_dataset(store: MlflowClient) -> None:
    logged(result("a", rows=1), result("b", rows=1), month="2020-01")
    failed = logged(broken("a", rows=2), month="2020-02", end="FAILED")
    logged(result("a", rows=3), month="2020-03", end="KILLED")
    logged(result("a", rows=4), month="2020-04", end="RUNNING")
    with mlflow.start_run(run_name="without a report"):
        pass
    found = contracts(logged(result("a"), result("b"), result("c"), month="2020-05"))
    assert found["c"]["previous"] is None
    assert found["b"]["previous"]["month"] == "2020-01"
    previous = found["a"]["previous"]
    assert (previous["run_id"], previous["rows"]) == (failed.info.run_id, 2)
    assert previous["failures"] == [{"kind": "row", "rule": "isin", "column": "city", "count": 12}]


def test_no_more_runs_are_looked_at_than_necessary(
    store: MlflowClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    read = reporting._read_report

    def spy(run: Run) -> dict[str, dict[str, Any]]:
        looked_at.append(run.info.run_id)
        return read(run)

    monkeypatch.setattr(reporting, "_read_report", spy)
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
    hooks = tracking.TrackingHooks()
    with mlflow.start_run() as run:
        hooks._run_id = run.info.run_id
        next(hooks.on_pipeline_error(KeyError("the error"), {}))
    assert "no answer" in caplog.text
    assert store.get_run(run.info.run_id).data.tags["error"] == "'the error'"

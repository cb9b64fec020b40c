"""What contracts report of a run, made up."""

import re
from html import unescape
from typing import Any

RUN = {
    "run_id": "2020-02-01T00.00.00.000Z-ab12",
    "mlflow_run_id": "1f",
    "name": "default 2020-02",
    "month": "2020-02",
    "pipelines": ["__default__"],
    "environment": None,
    "status": "finished",
    "error": None,
    "started": "2020-02-01T03:00:00+00:00",
    "reported": "2020-02-01T03:00:09+00:00",
}
BEFORE = {
    "mlflow_run_id": "0f",
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


def failed(dataset: str = "trips", **other: Any) -> dict[str, Any]:
    return result(dataset, "failed", **{"failures": [failure()], "passed": 0, **other})


def quarantined(dataset: str = "trips", rows: int = 12, **other: Any) -> dict[str, Any]:
    file = f"data/quarantine/{dataset}/rows.parquet"
    known = {"failures": [failure(count=rows)], "quarantined": rows, "quarantine": file}
    return result(dataset, "quarantined", **known | {"passed": 1000 - rows} | other)


def text(html: str) -> str:
    """What is to be read on a page."""
    body = html[html.index("<body>") :]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

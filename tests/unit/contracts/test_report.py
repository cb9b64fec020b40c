import json
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from kedro_golden_path import Contract, ContractError
from kedro_golden_path.contracts import report
from kedro_golden_path.contracts.results import close_results, open_results
from unit.contracts.outcomes import BEFORE, RUN, failed, failure, quarantined, result, text


def page(*results: dict[str, Any], previous: dict[str, Any] | None = None, **run: Any) -> str:
    return report.to_html(report.build(RUN | run, results, previous or {}))


def sections(html: str) -> list[tuple[str, bool]]:
    found = re.findall(r'<details class="box \w+"( open)?>\s*<summary>(\S+)', html)
    return [(name, bool(is_open)) for is_open, name in found]


@pytest.mark.parametrize(
    ("results", "status", "expected"),
    [
        ([result()], "finished", ["The contract passed."]),
        ([result("a"), result("b"), result("b")], "finished", ["All 2 contracts passed."]),
        (
            [result("a"), failed("b"), quarantined("c", 1)],
            "failed",
            [
                "'b' broke its contract, so the run was stopped.",
                "1 row of 'c' was quarantined.",
                "The other contract passed.",
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
            ["The run failed, not by a contract: KeyError.", "The contract passed."],
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
        failed("bad"),
        result("same", previous=None),
        previous={"same": BEFORE | {"rows": 1000}, "silent": BEFORE | {"rows": 1000}},
    )
    assert sections(html) == [("bad", True), ("aside", False), ("measured", False)]


def test_a_dataset_that_is_checked_several_times_is_one_row() -> None:
    first, second = failed(at=1.0), failed(at=2.0, seconds=0.25)
    second["failures"] = [failure(examples=["'Rome'"])]
    other = failed(rows=999)
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
    rows = report.collapse([result("passed"), warned, failed("broken"), quarantined("aside")])
    assert [row["dataset"] for row in rows] == ["broken", "aside", "warned", "passed"]


def test_broken_rules_are_shown_with_their_share_of_rows() -> None:
    shown = text(page(failed(rows=40_000, failures=[failure(description="Cities we fly to.")])))
    assert "isin on city Cities we fly to. 12 rows (0.03%) 'Bonn'" in shown
    assert "under 0.01%" in text(page(failed(rows=1_000_000)))
    assert "over 99.99%" in text(page(failed(rows=100_000, failures=[failure(count=99_999)])))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ({"mode": "load"}, "Repair the source of data/trips.parquet"),
        ({"mode": "save"}, "Look at the node that makes trips"),
        ({}, "If the data was delivered, repair its source"),
    ],
)
def test_the_page_says_what_to_do(mode: dict[str, str], expected: str) -> None:
    shown = text(page(failed(**mode)))
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
    now = failed(
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
    data = failed(
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
    html = page(failed(), quarantined("other"), previous={"trips": BEFORE})
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


class People(pa.DataFrameModel):
    """What a sensitive column looks like."""

    name: str = pa.Field(str_matches="^[A-Z]", metadata={"sensitive": True})
    city: str = pa.Field(isin=["Oslo", "Rome"])


def test_values_of_sensitive_columns_are_not_in_the_report() -> None:
    frame = pd.DataFrame({"name": ["ada lovelace", "Kay"], "city": ["Bonn", "Oslo"]})
    open_results()
    with pytest.raises(ContractError):
        Contract(f"{__name__}.People", dataset="people").validate(frame)
    built = report.build(RUN, close_results(), {})
    shown = report.to_html(built) + report.to_json(built)
    assert "Bonn" in shown and "str_matches" in shown
    assert "lovelace" not in shown

import math
from typing import Any

import numpy as np
import pytest
from mlflow.utils.validation import _validate_metric_name

from kedro_golden_path.tracking.contract_figures import metrics, tag
from unit.contracts.outcomes import failed, failure, quarantined, result


def test_measures_that_are_no_numbers_are_left_out() -> None:
    figures = metrics([result(measures={"nan": math.nan, "numpy": np.int64(3)})])
    assert figures["contracts/trips/numpy"] == 3
    assert "contracts/trips/nan" not in figures


def test_the_metrics_count_each_dataset_once_and_by_its_worst_result() -> None:
    figures = metrics(
        [
            result("a", rows=6),
            failed("a", rows=4),
            failed("a", rows=5),
            result("a", rows=7, measures={"mean": 2.0}),
            quarantined("b"),
            quarantined("b"),
            failed("c", quarantined=12),
            result("d", measures={"rows": 1}),
        ]
    )
    assert figures == {
        "contracts/datasets": 4,
        "contracts/failed": 2,
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
    figures = metrics([result(name, measures={name: 1.0})])
    for metric in figures:
        _validate_metric_name(metric)  # type: ignore[no-untyped-call]
        assert len(metric) <= 250
    assert len(figures) == 8


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result("a")], "passed"),
        ([], "none checked"),
        ([failed("a"), result("b"), failed("c")], "failed: a, c"),
        ([quarantined("a"), quarantined("a")], "quarantined: a (12 rows)"),
        ([result("a", "warned", failures=[failure()])], "warned: a"),
        ([quarantined("a", 1), failed("b")], "failed: b; quarantined: a (1 row)"),
    ],
)
def test_the_tag(results: list[dict[str, Any]], expected: str) -> None:
    assert tag(results) == expected

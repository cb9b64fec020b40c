"""A contract says the same of generated frames, whatever the engine."""

from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from kedro_golden_path.spark import ParquetDataset
from unit.contracts import made
from unit.contracts.fuzzed import PROFILE, Drawn, columns, frame_of, model_of
from unit.spark.verdicts import without_examples

# What takes time is a job of Spark's, however many columns it looks at; each key is one more.
FRAMES = st.lists(columns(spark=True), min_size=12, max_size=12)
RULES = {
    "no_column_is_empty": lambda d: ~(d["c0"].is_null() & d["c1"].is_null()),
    "gaps": (lambda d: (d["c0"].is_null()).any(), {}),
    "rows": (lambda d: d.rows, {"ge": 6}),
}


@settings(PROFILE, max_examples=PROFILE.max_examples // 8)
@given(drawn=FRAMES)
def test_the_verdict_is_the_same(drawn: list[Drawn], spark: SparkSession, tmp_path: Path) -> None:
    for each in drawn[1:]:
        each.says.pop("unique", None)
    model, frame = model_of(drawn, RULES), frame_of(drawn)
    file = str(tmp_path / "frame.parquet")
    frame.to_parquet(file, coerce_timestamps="us", allow_truncated_timestamps=True)
    options: dict[str, Any] = {"examples": 0, "on_failure": "quarantine"}
    on_pandas = made.contract(model, **options).run_checks(frame)
    on_spark = made.contract(model, "spark", **options)
    found = on_spark.run_checks(ParquetDataset(filepath=file).load())
    assert without_examples(found) == without_examples(on_pandas)

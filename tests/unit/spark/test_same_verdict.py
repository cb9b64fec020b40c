"""A contract says the same of the same data, whatever the engine."""

from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
from hypothesis import HealthCheck, given, settings
from pyspark.sql import SparkSession

from kedro_golden_path import Contract
from unit.contracts.generated import SCHEMA, tables
from unit.spark.verdicts import verdict

# A row is counted as bad once, whatever it breaks.
ON_PANDAS = Contract(SCHEMA, on_failure="quarantine", examples=100)
ON_SPARK = Contract(SCHEMA, on_failure="quarantine", examples=100, engine="spark")


@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(table=tables())
def test_generated_tables(table: pyarrow.Table, spark: SparkSession, tmp_path: Path) -> None:
    file = str(tmp_path / "table.parquet")
    pyarrow.parquet.write_table(table, file)
    on_pandas = verdict(ON_PANDAS.run_checks(pd.read_parquet(file)))
    assert on_pandas == verdict(ON_SPARK.run_checks(spark.read.parquet(file)))

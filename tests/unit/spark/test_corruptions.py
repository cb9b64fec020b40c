"""The catalogue of corruptions once more: on Spark, the same rules report the same counts.

It looks at every sixth of them; with `SPARK_CORRUPTIONS_EVERY=1`, at all.
"""

import os
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError
from pyspark.sql import SparkSession

from kedro_golden_path.errors import explain
from unit.example.corruptions import CORRUPTIONS, Corruption, contract_of, write

SPARK_PARQUET = "kedro_golden_path.spark.ParquetDataset"
READABLE = [corruption for corruption in CORRUPTIONS if corruption.spark_can_read]
EVERY = int(os.environ.get("SPARK_CORRUPTIONS_EVERY", "6"))


@pytest.mark.parametrize("corruption", READABLE[::EVERY], ids=lambda corruption: corruption.name)
def test_corruptions(corruption: Corruption, spark: SparkSession, tmp_path: Path) -> None:
    file = str(write(corruption, tmp_path))
    on_spark = contract_of(corruption.contract, "spark").run_checks(spark.read.parquet(file))
    found = [(each.rule, each.column, each.count) for each in on_spark.failures]
    assert corruption.expected() in found
    on_pandas = contract_of(corruption.contract).run_checks(pd.read_parquet(file))
    assert sorted(found, key=str) == sorted(
        ((each.rule, each.column, each.count) for each in on_pandas.failures), key=str
    )


@pytest.mark.parametrize("size", [0, 10_000], ids=["empty", "truncated"])
def test_a_file_that_broke_off_is_named_with_its_dataset(
    size: int, spark: SparkSession, tmp_path: Path
) -> None:
    untouched = Corruption("flights", lambda frame: frame, rule="", contract="raw.FlightsRaw")
    file = write(untouched, tmp_path)
    file.write_bytes(file.read_bytes()[:size])
    entry = {"type": SPARK_PARQUET, "filepath": str(file)}
    catalog = DataCatalog.from_config({"flights_raw": entry})
    with pytest.raises(DatasetError) as error:
        catalog.load("flights_raw")
    message = explain(error.value)
    assert message.startswith("'flights_raw' cannot be read: ")
    assert str(file) in message
    assert "\tat " not in message

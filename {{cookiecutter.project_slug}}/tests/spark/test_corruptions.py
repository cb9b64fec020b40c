"""The catalogue of corruptions once more: on Spark, the same rules report the same counts."""

from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from contracts.corruptions import CORRUPTIONS, Corruption, contract_of, write

READABLE = [corruption for corruption in CORRUPTIONS if corruption.spark_can_read]


@pytest.mark.parametrize("corruption", READABLE, ids=lambda corruption: corruption.name)
def test_corruptions(corruption: Corruption, spark: SparkSession, tmp_path: Path) -> None:
    file = str(write(corruption, tmp_path))
    on_spark = contract_of(corruption.contract, "spark").inspect(spark.read.parquet(file))
    found = [(each.rule, each.column, each.count) for each in on_spark.failures]
    assert corruption.expected() in found
    on_pandas = contract_of(corruption.contract).inspect(pd.read_parquet(file))
    assert sorted(found, key=str) == sorted(
        ((each.rule, each.column, each.count) for each in on_pandas.failures), key=str
    )

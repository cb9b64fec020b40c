"""Months as one frame, and the place where data becomes pandas."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from pyspark.sql import SparkSession

from kedro_golden_path import MonthsDataset
from kedro_golden_path.errors import explain
from kedro_golden_path.spark import CollectedDataset, ParquetDataset

SPARK_PARQUET = "kedro_golden_path.spark.ParquetDataset"


def months(path: Path, *wanted: str) -> MonthsDataset:
    return MonthsDataset(
        path=str(path), file="table.parquet", months=list(wanted), dataset={"type": SPARK_PARQUET}
    )


@pytest.fixture
def two_months(spark: SparkSession, tmp_path: Path) -> Path:
    """One month as pandas writes it, one as Spark does; the second has one more column."""
    first = tmp_path / "month=2013-01"
    first.mkdir()
    data = pd.DataFrame({"id": [1, 2], "month": "2013-01"})
    data.to_parquet(first / "table.parquet", index=False)
    later = spark.createDataFrame([(3, "2013-02", "x")], "id long, month string, more string")
    ParquetDataset(filepath=str(tmp_path / "month=2013-02/table.parquet")).save(later)
    return tmp_path


def test_a_month_in_the_path_is_no_column(two_months: Path) -> None:
    frame = ParquetDataset(filepath=str(two_months / "month=2013-02/table.parquet")).load()
    assert frame.dtypes == [("id", "bigint"), ("month", "string"), ("more", "string")]


def test_months_are_one_frame(two_months: Path) -> None:
    rows = months(two_months, "2013-01", "2013-02").load().orderBy("id").collect()
    assert [tuple(row) for row in rows] == [
        *((1, "2013-01", None), (2, "2013-01", None), (3, "2013-02", "x")),
    ]


def test_a_missing_month_is_an_error(two_months: Path) -> None:
    dataset = months(two_months, "2013-01", "2013-03")
    with pytest.raises(DatasetError, match=r"1 of the 2 months.*\n.*month=2013-03/table.parquet"):
        dataset.load()
    assert not dataset.exists()


def test_a_missing_file_is_explained(spark: SparkSession, two_months: Path) -> None:
    file = two_months / "month=2013-03/table.parquet"
    with pytest.raises(DatasetError) as caught:
        ParquetDataset(filepath=str(file)).load()
    message = "table.parquet does not exist. The months that are there: 2013-01, 2013-02. "
    assert message in explain(caught.value)


def test_only_frames_of_spark_are_saved(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="from a Spark frame, not from dict"):
        ParquetDataset(filepath=str(tmp_path / "table.parquet")).save({})


@pytest.fixture
def table(tmp_path: Path) -> pd.DataFrame:
    number = np.arange(1_000)
    hours = pd.Timestamp("2013-01-01T00Z") + pd.to_timedelta(number, unit="h")
    return pd.DataFrame(
        {
            "hour": pd.Series(hours).astype("datetime64[us, UTC]"),
            "text": pd.Series("x", index=number).mask(number % 7 == 0),
            "number": number,
            "float": np.where(number % 5 == 0, np.nan, number),
            "late": number % 2 == 0,
        }
    ).astype({"text": "str"})


def test_collected_data_are_what_pandas_has(
    spark: SparkSession, tmp_path: Path, table: pd.DataFrame
) -> None:
    dataset = CollectedDataset(filepath=str(tmp_path / "table.parquet"))
    # Several files, in an order that must survive.
    frame = spark.createDataFrame(table).repartition(4).sort("hour")
    dataset.save(frame)
    loaded = dataset.load()
    pd.testing.assert_frame_equal(loaded, table)
    assert "object" not in set(map(str, loaded.dtypes))


def test_too_much_to_collect_is_refused_before_it_is_read(
    spark: SparkSession, tmp_path: Path, table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "table.parquet")
    CollectedDataset(filepath=file).save(spark.createDataFrame(table))

    def read(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(pd, "read_parquet", read)
    with pytest.raises(DatasetError, match=r"1,000 rows of 5 columns.*'max_gigabytes'"):
        CollectedDataset(filepath=file, max_gigabytes=0.00001).load()

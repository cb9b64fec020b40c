"""A Spark dataset is the old one or the new one, whatever happens in between."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from kedro.io import DatasetError
from pyspark.sql import DataFrame, SparkSession

from kedro_golden_path.spark import ParquetDataset
from kedro_golden_path.spark import files as spark_files
from kedro_golden_path.spark.files import remove_beside, write_beside

PATIENCE_SECONDS = 120


@pytest.fixture
def target(spark: SparkSession, tmp_path: Path) -> Path:
    """A dataset with the single row 0, below a directory that looks like a partition."""
    target = tmp_path / "month=2013-04" / "table.parquet"
    ParquetDataset(filepath=str(target)).save(spark.range(1))
    return target


def names(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir())


def ids(target: Path) -> list[int]:
    return sorted(pd.read_parquet(target)["id"].tolist())


def breaking(frame: DataFrame) -> DataFrame:
    """The frame, but the last of its rows cannot be computed."""

    def compute(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            if 99 in batch["id"].to_pylist():
                raise ValueError("row 99")
            yield batch

    return frame.mapInArrow(compute, frame.schema)


def test_what_is_staged_is_not_seen(spark: SparkSession, target: Path) -> None:
    staged = write_beside(spark.range(5), str(target))
    assert staged.count() == 5
    assert staged.dtypes == spark.range(5).dtypes
    assert ids(target) == [0]
    assert pd.read_parquet(target.parent)["id"].tolist() == [0]


def test_what_is_staged_is_not_computed_again(
    spark: SparkSession, target: Path, tmp_path: Path
) -> None:
    source = ParquetDataset(filepath=str(tmp_path / "source.parquet"))
    source.save(spark.range(5))
    staged = write_beside(source.load(), str(target))
    (tmp_path / "source.parquet").rename(tmp_path / "gone")
    ParquetDataset(filepath=str(target)).save(staged)
    assert ids(target) == [0, 1, 2, 3, 4]
    assert names(target) == ["table.parquet"]


def test_what_is_discarded_leaves_nothing(spark: SparkSession, target: Path) -> None:
    remove_beside(write_beside(spark.range(5), str(target)))
    remove_beside(spark.range(5))
    assert ids(target) == [0]
    assert names(target) == ["table.parquet"]


def test_a_dataset_can_be_made_from_itself(target: Path) -> None:
    dataset = ParquetDataset(filepath=str(target))
    dataset.save(dataset.load().selectExpr("id + 7 as id"))
    assert ids(target) == [7]


def test_a_job_that_fails_half_way_leaves_the_old_data(spark: SparkSession, target: Path) -> None:
    frame = breaking(spark.range(0, 100, 1, 10))
    with pytest.raises(DatasetError, match="could not be computed") as caught:
        ParquetDataset(filepath=str(target)).save(frame)
    assert "at org.apache" not in str(caught.value)
    assert ids(target) == [0]
    assert names(target) == ["table.parquet"]


def test_a_rename_that_fails_leaves_the_old_data(
    spark: SparkSession, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = spark_files._rename

    def fail_on_staged(filesystem: Any, source: Any, to: Any) -> None:
        if source.getName().endswith(".tmp"):
            raise OSError("no")
        rename(filesystem, source, to)

    monkeypatch.setattr(spark_files, "_rename", fail_on_staged)
    with pytest.raises(DatasetError):
        ParquetDataset(filepath=str(target)).save(spark.range(5))
    assert ids(target) == [0]


WRITER = """
import sys, time
from pathlib import Path
from kedro_golden_path.spark import ParquetDataset, session

target, marker = sys.argv[1:]
session._Settings.options = {"spark.master": "local[2]"}

def slow(batches):
    for batch in batches:
        if 99 in batch["id"].to_pylist():
            Path(marker).touch()
            time.sleep(600)
        yield batch

frame = session.spark_session().range(0, 100, 1, 10)
ParquetDataset(filepath=target).save(frame.mapInArrow(slow, frame.schema))
"""


def test_a_driver_that_is_killed_leaves_the_old_data(target: Path, tmp_path: Path) -> None:
    marker = tmp_path / "writing"
    with (tmp_path / "log").open("w") as log:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(target), str(marker)],
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not marker.exists():
            assert writer.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < deadline, "the writer never began"
            time.sleep(0.05)
    finally:
        os.killpg(writer.pid, signal.SIGKILL)
        writer.wait()
    assert ids(target) == [0]
    left = [name for name in names(target) if not name.startswith(".")]
    assert left == ["table.parquet"]


def test_a_directory_takes_the_place_of_a_file_of_pandas(
    spark: SparkSession, tmp_path: Path
) -> None:
    target = tmp_path / "table.parquet"
    pd.DataFrame({"id": [7]}).to_parquet(target)
    dataset = ParquetDataset(filepath=str(target))
    assert [row.id for row in dataset.load().collect()] == [7]
    dataset.save(spark.range(2))
    assert ids(target) == [0, 1]
    assert names(target) == ["table.parquet"]


def test_s3_is_s3a_for_hadoop() -> None:
    assert spark_files.hadoop_url("s3://bucket/key") == "s3a://bucket/key"
    assert spark_files.hadoop_url("s3a://bucket/key") == "s3a://bucket/key"
    assert spark_files.hadoop_url("/data/s3://odd") == "/data/s3://odd"

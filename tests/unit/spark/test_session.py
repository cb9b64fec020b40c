"""What the session does about the traps of Spark, and what it says when it cannot start."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.spark import ParquetDataset, session
from kedro_golden_path.spark.session import spark_session


def test_a_null_among_strings_stays_null(spark: SparkSession) -> None:
    frame = spark.createDataFrame(pd.DataFrame({"text": ["x", None]}))
    assert frame.filter("text is null").count() == 1
    assert frame.toPandas()["text"].isna().tolist() == [False, True]


def test_workers_run_the_interpreter_of_the_driver(spark: SparkSession) -> None:
    def interpreter(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_pydict({"path": [sys.executable]})

    (row,) = spark.range(1).mapInArrow(interpreter, "path string").collect()
    assert row.path == sys.executable


def test_text_becomes_a_time_in_utc(spark: SparkSession) -> None:
    assert [row.zone for row in spark.sql("select current_timezone() as zone").collect()] == ["UTC"]
    frame = spark.createDataFrame(
        [("2013-07-01T10:00:00Z",), ("2013-07-01T12:00:00+02:00",)], "t string"
    )
    moment = nw.col("t").str.to_datetime().cast(nw.Datetime("us", time_zone="UTC"))
    hours = nw.from_native(frame).select(hour=moment.dt.hour()).collect()
    assert hours["hour"].to_list() == [10, 10]


def test_times_survive_the_way_to_spark_and_back(spark: SparkSession, tmp_path: Path) -> None:
    hour = pd.to_datetime(pd.Series(["2013-03-10T02:30", "2013-07-01T10:00"])).astype(
        "datetime64[us]"
    )
    data = pd.DataFrame({"aware": hour.dt.tz_localize("UTC"), "naive": hour})
    data.to_parquet(tmp_path / "pandas.parquet")

    frame = ParquetDataset(filepath=str(tmp_path / "pandas.parquet")).load()
    assert dict(frame.dtypes) == {"aware": "timestamp", "naive": "timestamp_ntz"}
    ParquetDataset(filepath=str(tmp_path / "spark.parquet")).save(frame)

    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "spark.parquet"), data)
    (part, *_) = (tmp_path / "spark.parquet").glob("*.parquet")
    assert pq.read_schema(part).field("aware").type == pa.timestamp("us", "UTC")
    assert pq.ParquetFile(part).schema.column(0).physical_type == "INT64"


def test_a_failed_query_is_not_logged_as_json(
    spark: SparkSession, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        spark.sql("select 1 / id from range(1)").collect()
    frame = spark.range(1)
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        frame.select(1 / frame["id"]).collect()
    assert "DIVIDE_BY_ZERO" not in capfd.readouterr().err


def test_a_session_that_is_there_is_used_and_not_stopped(spark: SparkSession) -> None:
    made = session._Settings.made
    session._Settings.made = None
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    try:
        assert spark_session() is SparkSession.getActiveSession()
        assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
        session.stop_session()
        assert spark.range(1).count() == 1
    finally:
        session._Settings.made = made


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(SparkSession, "getActiveSession", lambda: None)
    monkeypatch.setattr(session._Settings, "made", None)
    return monkeypatch


def configure(patch: pytest.MonkeyPatch, **options: Any) -> None:
    patch.setattr(session._Settings, "options", options)


def test_a_master_out_of_reach_is_one_message(no_session: pytest.MonkeyPatch) -> None:
    configure(no_session, **{"spark.master": "spark://127.0.0.1:9,127.0.0.1:10"})
    with pytest.raises(GoldenPathError) as caught:
        spark_session()
    assert "127.0.0.1:9: " in caught.value.message and "SPARK_MASTER" in caught.value.message


def test_a_machine_without_java_is_one_message(
    no_session: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(no_session)
    no_session.setenv("PATH", str(tmp_path))
    no_session.delenv("JAVA_HOME", raising=False)
    with pytest.raises(GoldenPathError, match="needs Java 17"):
        spark_session()
    no_session.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(GoldenPathError, match="JAVA_HOME="):
        spark_session()


def test_an_environment_without_spark_is_one_message(no_session: pytest.MonkeyPatch) -> None:
    no_session.setattr(session, "find_spec", lambda name: None)
    with pytest.raises(GoldenPathError, match="make install-spark"):
        spark_session()

"""What a contract does with data that is on Spark."""

from pathlib import Path

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from kedro_golden_path import (
    Columns,
    Contract,
    ContractError,
    rule,
)
from kedro_golden_path.spark import ParquetDataset


class Trips(pa.DataFrameModel):
    """The contract that these tests break."""

    trip: int = pa.Field(ge=1, unique=True)
    fare: float = pa.Field(nullable=True, le=100)
    tip: float = pa.Field(nullable=True)

    class Config:
        unique = ["trip", "fare"]

    @rule
    @classmethod
    def tip_is_below_fare(cls, trips: Columns) -> nw.Expr:
        return trips["tip"] < trips["fare"]

    @rule(by="fare", ge=1)
    @classmethod
    def trips_of_a_fare(cls, trips: Columns) -> nw.Expr:
        return trips.rows


GOOD = pd.DataFrame({"trip": range(1, 101), "fare": 10.0, "tip": 1.0})
BAD = GOOD.assign(fare=GOOD["fare"].where(GOOD["trip"] != 3, 500.0)).assign(
    tip=GOOD["tip"].mask(GOOD["trip"].isin([3, 7]), 600.0)
)


def contract(directory: Path, mode: str = "save", on_failure: str = "quarantine") -> Contract:
    return Contract(
        f"{__name__}.Trips",
        on_failure=on_failure,
        max_quarantined=0.05,
        dataset="trips",
        file=str(directory / "trips.parquet"),
        mode=mode,
        engine="spark",
        quarantine=str(directory / "quarantine/trips"),
    )


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def save(directory: Path, frame: DataFrame) -> list[int]:
    """Pass a frame through its contract, save what passed, and read it again."""
    passed = contract(directory).validate(frame)
    ParquetDataset(filepath=str(directory / "trips.parquet")).save(passed)
    return sorted(pd.read_parquet(directory / "trips.parquet")["trip"])


@pytest.fixture
def bad(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(BAD)


@pytest.fixture
def good(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(GOOD)


def test_bad_rows_are_put_aside_and_the_rest_is_saved(tmp_path: Path, bad: DataFrame) -> None:
    assert save(tmp_path, bad) == [n for n in range(1, 101) if n not in (3, 7)]
    aside = contract(tmp_path).quarantine.rows().sort_values("trip", ignore_index=True)
    assert [list(reasons) for reasons in aside.pop("_reasons")] == [
        ["fare: less_than_or_equal_to(100)", "tip_is_below_fare"],
        ["tip_is_below_fare"],
    ]
    pd.testing.assert_frame_equal(aside, BAD[BAD["trip"].isin([3, 7])].reset_index(drop=True))
    assert files(tmp_path) == ["quarantine", "trips.parquet"]


def test_released_rows_pass_from_then_on(tmp_path: Path, bad: DataFrame) -> None:
    save(tmp_path, bad)
    assert contract(tmp_path).quarantine.release() == 2
    assert save(tmp_path, bad) == list(range(1, 101))
    assert contract(tmp_path).quarantine.rows().empty


def test_a_repaired_source_leaves_nothing_aside(
    tmp_path: Path, bad: DataFrame, good: DataFrame
) -> None:
    save(tmp_path, bad)
    assert save(tmp_path, good) == list(range(1, 101))
    assert contract(tmp_path).quarantine.rows().empty


def test_nothing_is_left_of_what_breaks_its_contract(
    tmp_path: Path, bad: DataFrame, good: DataFrame
) -> None:
    save(tmp_path, good)
    with pytest.raises(ContractError, match="tip_is_below_fare failed 2 times"):
        contract(tmp_path, on_failure="error").validate(bad)
    assert files(tmp_path) == ["trips.parquet"]
    assert len(pd.read_parquet(tmp_path / "trips.parquet")) == 100


def test_not_a_number_is_missing_and_stays_what_it_is(tmp_path: Path, spark: SparkSession) -> None:
    frame = spark.sql(
        "select id + 1 as trip, if(id = 0, double('nan'), 10.0D) as fare, "
        "if(id = 1, 600.0D, 1.0D) as tip from range(100)"
    )
    passed = contract(tmp_path).validate(frame)
    assert passed.count() == 99
    assert passed.where("isnan(fare)").count() == 1


@pytest.mark.parametrize("mode", ["load", "save"])
def test_valid_data_take_one_job_and_one_for_each_key_and_grouping(
    mode: str, tmp_path: Path, spark: SparkSession, good: DataFrame
) -> None:
    good.write.parquet(str(tmp_path / "source"))
    frame = spark.read.parquet(str(tmp_path / "source"))
    context = spark.sparkContext
    context.setJobGroup(mode, mode)
    contract(tmp_path, mode).validate(frame)
    jobs = len(context.statusTracker().getJobIdsForGroup(mode))
    context.setJobGroup("", "")
    aggregate, keys, groupings, write = 1, 2, 1, int(mode == "save")
    assert jobs <= aggregate + keys + groupings + write


def test_the_data_is_computed_once(tmp_path: Path, spark: SparkSession, good: DataFrame) -> None:
    calls = spark.sparkContext.accumulator(0)

    def count(batches):  # type: ignore[no-untyped-def]
        for batch in batches:
            calls.add(len(batch))
            yield batch

    counted = good.repartition(1).mapInPandas(count, good.schema)
    save(tmp_path, counted)
    assert calls.value == 100


class Widest(pa.DataFrameModel):
    """A contract with a rule that pandas can evaluate and Spark cannot."""

    trip: int

    @rule(le=100)
    @classmethod
    def widest(cls, trips: Columns) -> nw.Expr:
        return nw.max_horizontal(trips["trip"].max())


def test_a_rule_that_spark_cannot_evaluate_is_refused_before_a_run(spark: SparkSession) -> None:
    Contract(f"{__name__}.Widest").rehearse()
    with pytest.raises(ValueError, match="the rule 'widest' cannot be evaluated"):
        Contract(f"{__name__}.Widest", engine="spark").rehearse()

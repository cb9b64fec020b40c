"""Save a wide table on Spark with pandera's own Spark backend: `… DATA RUNS`.

The counterpart of validate_spark.py, in an environment without the project. pandera checks the
frame that is to be saved, as Kedro's adapter has it do, so the join is computed for each look.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import pandera.pyspark as pa
import pyspark.sql.types as T
from measure import BenchmarkError, alternate
from pyspark.sql import SparkSession
from wide_table import CODES

WITHOUT, WITH = "saved, pandera's process", "saved, pandera's Spark backend with key"


def schema() -> pa.DataFrameSchema:
    """The rules of the contract as far as the backend has them: no rule over two columns."""
    between = pa.Check.in_range
    floats = {
        f"f{n}": pa.Column(T.DoubleType(), between(0.0, 100.0), nullable=n % 2 == 0)
        for n in range(8)
    }
    integers = {f"i{n}": pa.Column(T.LongType(), between(0, 1000)) for n in range(6)}
    return pa.DataFrameSchema(
        {
            "id": pa.Column(T.LongType(), pa.Check.ge(0)),
            **floats,
            **integers,
            "s0": pa.Column(T.StringType(), pa.Check.str_matches("^[A-Z]{2}[0-9]{3}$")),
            "s1": pa.Column(T.StringType(), pa.Check.isin(CODES)),
            "s2": pa.Column(T.StringType(), pa.Check.str_length(5, 5)),
            "begun": pa.Column(T.TimestampType()),
            "ended": pa.Column(T.TimestampType()),
        },
        strict=True,
        unique=["id"],
    )


def main(data: str, runs: str) -> None:
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.driver.memory", "4g")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    directory = Path(data)
    left, right = (spark.read.parquet(str(directory / name)) for name in ("left", "right"))
    joined = left.join(right.hint("merge"), "id")
    target = str(directory / "pandera.parquet")
    rules = schema()
    jobs: dict[str, int] = {}

    def save() -> None:
        joined.write.mode("overwrite").option("compression", "snappy").parquet(target)

    def validate_and_save() -> None:
        found: Any = rules.validate(joined).pandera.errors
        if errors := dict(found):
            raise BenchmarkError(f"pandera found errors in valid data: {errors}")
        save()

    def timed(name: str, work: Callable[[], None]) -> float:
        context = spark.sparkContext
        context.setJobGroup(name, name)
        before = len(context.statusTracker().getJobIdsForGroup(name))
        started = perf_counter()
        work()
        seconds = perf_counter() - started
        jobs[name] = len(context.statusTracker().getJobIdsForGroup(name)) - before
        return seconds

    samples = alternate(
        {WITHOUT: partial(timed, WITHOUT, save), WITH: partial(timed, WITH, validate_and_save)},
        int(runs),
        once={WITH},
    )
    seconds = {name: sample.seconds for name, sample in samples.items()}
    print(json.dumps({"seconds": seconds, "jobs": jobs}))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])

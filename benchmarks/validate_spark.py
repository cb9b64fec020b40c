"""Save a wide table with and without a contract on Spark: `validate_spark.py PROJECT DATA RUNS`.

It runs in the environment of a generated project, and prints seconds and Spark jobs of each
contestant as a line of JSON. The table is computed by a join of the tables in DATA.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from measure import BenchmarkError, alternate
from spark_session import project_session
from wide_table import CODES

WITHOUT, WITHOUT_KEY, WITH_KEY = "saved", "saved, contract without key", "saved, contract with key"
NATIVE = "saved, then one hand-written aggregate"


def main(project: str, data: str, runs: str) -> None:
    spark = project_session(Path(project))
    from kedro_golden_path import Contract
    from kedro_golden_path.spark import ParquetDataset

    directory = Path(data)
    left, right = (spark.read.parquet(str(directory / name)) for name in ("left", "right"))
    joined = left.join(right.hint("merge"), "id")
    target = str(directory / "table.parquet")
    dataset = ParquetDataset(filepath=target)

    def under_contract(model: str) -> None:
        contract = Contract(
            f"wide_contract.{model}", dataset="table", file=target, mode="save", engine="spark"
        )
        dataset.save(contract.validate(joined))

    def with_aggregate() -> None:
        dataset.save(joined)
        if failing := count_failing(dataset.load()):
            raise BenchmarkError(f"the hand-written aggregate counts {failing} failing cells")

    saved: dict[str, int] = {}
    jobs: dict[str, int] = {}

    def timed(name: str, save: Callable[[], None]) -> float:
        spark.sparkContext.setJobGroup(name, name)
        before = len(spark.sparkContext.statusTracker().getJobIdsForGroup(name))
        started = perf_counter()
        save()
        seconds = perf_counter() - started
        after = len(spark.sparkContext.statusTracker().getJobIdsForGroup(name))
        jobs[name] = after - before
        spark.sparkContext.setJobGroup("", "")
        if name not in saved:
            saved[name] = fingerprint(dataset.load())
        return seconds

    contestants: dict[str, Callable[[], None]] = {
        WITHOUT: lambda: dataset.save(joined),
        WITHOUT_KEY: lambda: under_contract("WideWithoutKey"),
        WITH_KEY: lambda: under_contract("Wide"),
        NATIVE: with_aggregate,
    }
    samples = alternate(
        {name: partial(timed, name, save) for name, save in contestants.items()}, int(runs)
    )
    if len(set(saved.values())) != 1:
        raise BenchmarkError("the contestants saved different rows")
    seconds = {name: sample.seconds for name, sample in samples.items()}
    print(json.dumps({"seconds": seconds, "jobs": jobs}))
    spark.stop()


def count_failing(frame: Any) -> int:
    """Count the cells that break a rule in one pass, as one would write it for Spark by hand."""
    from pyspark.sql import functions as F

    def count(bad: Any) -> Any:
        return F.sum(F.when(bad, 1).otherwise(0))

    floats, integers = [f"f{n}" for n in range(8)], [f"i{n}" for n in range(6)]
    texts, moments = ["s0", "s1", "s2"], ["begun", "ended"]
    nullable = {"f0", "f2", "f4", "f6"}
    checks = [
        *(F.col(name).isNull() for name in frame.columns if name not in nullable),
        *((F.col(name) < 0) | (F.col(name) > 100) for name in floats),
        *((F.col(name) < 0) | (F.col(name) > 1000) for name in integers),
        F.col("id") < 0,
        ~F.col(texts[0]).rlike("^[A-Z]{2}[0-9]{3}$"),
        ~F.col(texts[1]).isin(CODES),
        F.length(texts[2]) != 5,
        F.col(moments[0]) > F.col(moments[1]),
    ]
    counts = [count(check).alias(f"c{n}") for n, check in enumerate(checks)]
    row = frame.agg(F.count("*").alias("rows"), *counts).first()
    if not 1 <= row["rows"] <= 20_000_000:
        raise BenchmarkError(f"{row['rows']} rows were saved")
    return int(sum(row[f"c{n}"] for n in range(len(checks))))


def fingerprint(frame: Any) -> int:
    """A number that depends on all values, and not on the order of rows."""
    from pyspark.sql import functions as F

    row = frame.select(F.xxhash64(*frame.columns).alias("hash")).agg(
        F.count("*"), F.bit_xor("hash")
    )
    return hash(tuple(row.first()))


if __name__ == "__main__":
    main(*sys.argv[1:])

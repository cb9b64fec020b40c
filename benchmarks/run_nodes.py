"""Run nodes of the example in two ways on one engine: `run_nodes.py ENGINE PROJECT DATA RUNS`.

It runs in the environment of a generated project, and prints seconds by node and way as JSON.
"""

import gc
import importlib
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Protocol

import pandas as pd
from measure import BenchmarkError, alternate
from plain_nodes_pandas import KEY

PIPELINES = "flight_delays.pipelines"
Frames = tuple[Any, ...]


class Engine(Protocol):
    """What differs between engines in this benchmark."""

    def read(self, path: Path) -> Any: ...

    def finish(self, frames: Frames) -> Frames:
        """Compute what was not computed yet."""

    def rows(self, frame: Any) -> pd.DataFrame:
        """All rows in memory, in a fixed order."""


class Pandas:
    def read(self, path: Path) -> Any:
        return pd.read_parquet(path)

    def finish(self, frames: Frames) -> Frames:
        return frames

    def rows(self, frame: Any) -> pd.DataFrame:
        rows: pd.DataFrame = frame
        return rows


class Spark:
    def __init__(self, project: Path) -> None:
        from spark_session import project_session

        self._spark = project_session(project)

    def read(self, path: Path) -> Any:
        return self._spark.read.parquet(str(path))

    def finish(self, frames: Frames) -> Frames:
        for frame in frames:
            frame.write.format("noop").mode("overwrite").save()
        return frames

    def rows(self, frame: Any) -> pd.DataFrame:
        rows: pd.DataFrame = frame.toPandas()
        key = [name for name in (*KEY, "origin", "observed_hour") if name in rows]
        return rows.sort_values(key, ignore_index=True)


def main(engine_name: str, project_name: str, data: str, runs: str) -> None:
    project = Path(project_name)
    raw = project / "data/01_raw"
    engine: Engine = Pandas() if engine_name == "pandas" else Spark(project)
    ways = {
        "narwhals": {
            **vars(importlib.import_module(f"{PIPELINES}.ingestion.nodes")),
            **vars(importlib.import_module(f"{PIPELINES}.features.nodes")),
        },
        "plain": vars(importlib.import_module(f"plain_nodes_{engine_name}")),
    }
    ingestion = ways["narwhals"]
    tables = {name: engine.read(raw / f"{name}.parquet") for name in ("planes", "airports")}
    known = [
        ingestion["clean_weather"](engine.read(raw / "weather.parquet")),
        *(ingestion[f"clean_{name}"](table) for name, table in tables.items()),
    ]

    def inputs(flights: Path, weather: Path) -> dict[str, Frames]:
        table = engine.read(flights)
        schedule = ingestion["split_flights"](table)[0]
        return {
            "split_flights": (table,),
            "clean_weather": (engine.read(weather),),
            "build_features": (schedule, *known),
        }

    def run(way: str, node: str, arguments: Frames) -> Frames:
        result = ways[way][node](*arguments)
        return engine.finish(result if isinstance(result, tuple) else (result,))

    # It warms both up as well.
    month = raw / "flights/month=2013-05/flights.parquet"
    for node, arguments in inputs(month, raw / "weather.parquet").items():
        frames = [[engine.rows(f) for f in run(way, node, arguments)] for way in ways]
        for one, other in zip(*frames, strict=True):
            try:
                pd.testing.assert_frame_equal(one, other)
            except AssertionError as error:
                raise BenchmarkError(f"{node} differs on {engine_name}: {error}") from error

    def timed(way: str, node: str, arguments: Frames) -> float:
        gc.collect()
        started = perf_counter()
        run(way, node, arguments)
        return perf_counter() - started

    seconds: dict[str, dict[str, tuple[float, ...]]] = {}
    repeated = Path(data)
    for node, arguments in inputs(repeated / "flights", repeated / "weather").items():
        contestants: dict[str, Callable[[], float]] = {
            way: partial(timed, way, node, arguments) for way in ways
        }
        samples = alternate(contestants, int(runs), warm_up=False)
        seconds[node] = {way: sample.seconds for way, sample in samples.items()}
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The example's nodes, written once for all engines, against such written for one engine."""

import math
import shutil
from pathlib import Path

import pandas as pd
from measure import Sample, answer
from projects import generate, install, install_spark
from report import Goal, Report

SCRIPT = Path(__file__).with_name("run_nodes.py")
ROWS = 10_000_000  # at least, by repeating the year's flights and the weather
TURNS = {"pandas": 3, "spark": 2}
RATIO = 1.1


def measure(directory: Path, runs: int) -> Report:
    """Run each node in both ways, in turns in one process for each engine."""
    generate(directory)
    project = directory / "flight-delays"
    install(project)
    install_spark(project)
    raw, repeated = project / "data/01_raw", directory / "repeated"
    repeat(sorted(raw.glob("flights/month=*/flights.parquet")), repeated / "flights")
    repeat([raw / "weather.parquet"], repeated / "weather")
    samples: dict[str, Sample] = {}
    goals = []
    for engine, turns in TURNS.items():
        result = answer(
            [
                project / ".venv/bin/python",
                SCRIPT,
                engine,
                project,
                repeated,
                str(min(runs, turns)),
            ],
            cwd=directory,
            PYTHONPATH=str(project / "src"),
            PYTHONDONTWRITEBYTECODE="1",
        )
        for node, seconds in result.items():
            ours, plain = (Sample(tuple(seconds[way])) for way in ("narwhals", "plain"))
            samples[f"{node}, narwhals on {engine}"] = ours
            samples[f"{node}, plain {engine}"] = plain
            goals.append(Goal(f"{node} on {engine}", ours.median / plain.median, "", RATIO))
    return Report(f"Nodes on {ROWS:,} rows", samples, goals)


def repeat(files: list[Path], directory: Path) -> None:
    """Write the rows of some files as one file, and that as often as it takes."""
    directory.mkdir(parents=True)
    rows = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)
    rows.to_parquet(directory / "0.parquet", index=False)
    for number in range(1, math.ceil(ROWS / len(rows))):
        shutil.copy(directory / "0.parquet", directory / f"{number}.parquet")

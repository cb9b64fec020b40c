"""A contract on pandas, against the same rules by hand, by pandera and by Great Expectations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import BenchmarkError, alternate, answer
from projects import generate, install, make_environment
from report import Goal, Report
from wide_table import failing_cells, write_table

SCRIPT = Path(__file__).with_name("validate_pandas.py")
ROWS = 10_000_000
TURNS = 3
RATIO, FAILING_RATIO, GIGABYTES = 1.25, 1.2, 0.6
GREAT_EXPECTATIONS = ("great-expectations==1.24.*", "pandas>=3.1,<4", "pyarrow>=25")
OTHERS = {"Kedro's pandera adapter": "kedro-adapter", "Great Expectations": "great-expectations"}


def measure(directory: Path, runs: int) -> Report:
    """Validate a table that keeps its contract, and one with a million cells that do not."""
    generate(directory)
    project = directory / "flight-delays"
    install(project)
    pythons = {"great-expectations": make_environment(directory / "gx", *GREAT_EXPECTATIONS)}
    tables = {"valid": directory / "valid.parquet", "failing": directory / "failing.parquet"}
    failing = {"valid": 0, "failing": failing_cells(ROWS)}
    for kind, file in tables.items():
        write_table(file, ROWS, failing=kind == "failing")
    memory: dict[str, float] = {}

    def validate(name: str, way: str, kind: str) -> Callable[[], float]:
        def measured() -> float:
            result: dict[str, Any] = answer(
                [pythons.get(way, project / ".venv/bin/python"), SCRIPT, way, tables[kind]],
                cwd=directory,
                PYTHONPATH=str(project / "src"),
                PYTHONDONTWRITEBYTECODE="1",
                GX_ANALYTICS_ENABLED="false",
            )
            if result["failing"] != failing[kind]:
                raise BenchmarkError(
                    f"{name} found {result['failing']:,} failing cells in the {kind} table, which "
                    f"has {failing[kind]:,}"
                )
            memory[name] = max(memory.get(name, 0.0), result["gigabytes"])
            return float(result["seconds"])

        return measured

    ours, by_hand, broken = "golden path", "by hand, vectorised", "golden path, failing cells"
    contestants = {
        ours: validate(ours, "golden-path", "valid"),
        by_hand: validate(by_hand, "by-hand", "valid"),
        broken: validate(broken, "golden-path", "failing"),
        f"{by_hand}, failing cells": validate(f"{by_hand}, failing cells", "by-hand", "failing"),
    }
    others = {
        **{name: validate(name, way, "valid") for name, way in OTHERS.items()},
        **{
            f"{name}, failing cells": validate(f"{name}, failing cells", way, "failing")
            for name, way in OTHERS.items()
        },
    }
    samples = alternate(contestants | others, min(runs, TURNS), once=others, warm_up=False)
    seconds = {name: sample.median for name, sample in samples.items()}
    goals = [
        Goal("golden path / by hand", seconds[ours] / seconds[by_hand], "", RATIO),
        Goal("extra memory of the golden path", memory[ours], "GB", GIGABYTES),
        Goal("with failing cells / without", seconds[broken] / seconds[ours], "", FAILING_RATIO),
        *(
            Goal(f"extra memory, {name}", gigabytes, "GB")
            for name, gigabytes in memory.items()
            if name != ours
        ),
    ]
    return Report(f"Contract on pandas, {ROWS:,} rows x 20 columns", samples, goals)

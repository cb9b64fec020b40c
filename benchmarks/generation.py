"""Generation of a project, against `kedro new`."""

import shutil
from pathlib import Path

from measure import alternate
from projects import generate, generate_plain
from report import Goal, Report

SECONDS = 1.0
RATIO = 0.5


def measure(directory: Path, runs: int) -> Report:
    def golden_path() -> float:
        shutil.rmtree(directory / "golden-path", ignore_errors=True)
        return generate(directory / "golden-path")

    def kedro_new() -> float:
        shutil.rmtree(directory / "kedro-new", ignore_errors=True)
        return generate_plain(directory / "kedro-new", "Flight Delays")

    samples = alternate(
        {"cookiecutter, default answers": golden_path, "kedro new, no tools": kedro_new}, runs
    )
    ours, theirs = (sample.median for sample in samples.values())
    goals = [
        Goal("generation", ours, "s", SECONDS),
        Goal("generation / kedro new", ours / theirs, "", RATIO),
    ]
    return Report("Generation", samples, goals)

"""Run commands, time them side by side, and summarise what was measured."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BenchmarkError(Exception):
    """A benchmark cannot be trusted; the message says why."""


@dataclass(frozen=True)
class Sample:
    """Measurements of one thing, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, object]:
        return {
            "n": len(self.seconds),
            "median": round(self.median, 3),
            "min": round(min(self.seconds), 3),
            "max": round(max(self.seconds), 3),
            "seconds": [round(value, 3) for value in self.seconds],
        }


def timed(command: Sequence[str | Path], cwd: Path, **env: str) -> float:
    """Run a command and return its wall time, from the start of the process to its end.

    Raises:
        BenchmarkError: The command failed.
    """
    return _run(command, cwd, env)[0]


def cpu(command: Sequence[str | Path], cwd: Path, **env: str) -> float:
    """Run a command and return the CPU seconds of it and of the processes that it waited for.

    Raises:
        BenchmarkError: The command failed.
    """
    before = os.times()
    _run(command, cwd, env)
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def answer(command: Sequence[str | Path], cwd: Path, **env: str) -> Any:
    """Run a command that measures itself and return what it says as JSON in its last line.

    Raises:
        BenchmarkError: The command failed.
    """
    return json.loads(_run(command, cwd, env)[1].splitlines()[-1])


def alternate(
    contestants: Mapping[str, Callable[[], float]],
    runs: int,
    once: Collection[str] = (),
    warm_up: bool = True,
) -> dict[str, Sample]:
    """Measure the contestants in turns (A B A B …), so that a busy moment hits all of them.

    Each one runs once before anything counts: byte code is compiled, file caches are warm; without
    `warm_up` they see to that themselves. Those in `once` take too long for several turns, and run
    in the first turn that counts and in no other.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(0 if warm_up else 1, runs + 1):
        for name, measure in contestants.items():
            if name in once and turn != 1:
                continue
            value = measure()
            if turn:
                seconds[name].append(value)
    return {name: Sample(tuple(values)) for name, values in seconds.items()}


def _run(command: Sequence[str | Path], cwd: Path, env: dict[str, str]) -> tuple[float, str]:
    arguments = [str(part) for part in command]
    started = time.perf_counter()
    done = subprocess.run(
        arguments,
        cwd=cwd,
        env=_clean_environment() | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )
    seconds = time.perf_counter() - started
    if done.returncode != 0:
        raise BenchmarkError(
            f"'{' '.join(arguments)}' in {cwd} failed with exit code {done.returncode}:\n"
            f"{(done.stdout + done.stderr)[-4000:]}"
        )
    return seconds, done.stdout


def _clean_environment() -> dict[str, str]:
    """This process's environment without what changes how one of the contestants behaves."""
    foreign = ("AWS_", "COOKIECUTTER_", "GOLDEN_PATH_", "KEDRO_", "MLFLOW_", "OMP_", "PYTHON")
    foreign_to_spark = ("PYSPARK_", "SPARK_")
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(foreign + foreign_to_spark)
    }

"""Run the tests, the quick parts first, and say where the time went and what was not tested.

`make test` runs all parts, `make test PARTS="lint unit-3.11"` runs some. Those that leave a
processor idle run beside the others; what they print comes at the end. When a part fails, nothing
more is begun, and what runs beside it is ended.
"""

import os
import platform
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import IO

from support import ENVIRONMENTS, PYTHONS, ROOT, interpreter

BIN = Path(sys.executable).parent
REPORTS = ROOT / "build/tests"
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
# What no test looks at; what a test could not do on this machine, it says itself.
NOT_TESTED = [
    f"each kind of dataset and of bad data with other Pythons than {OURS}: their tables run once",
    f"other systems than {platform.system()}: neither Windows nor macOS",
    "Docker: no image is built, and the development container is not started",
    "Kubernetes: pods are checked against its schema and end on a stand-in, but run on no cluster",
    "a cloud: moto stands for S3, and a directory on loopback for a package index",
    "Spark on several machines, on YARN, Kubernetes or Databricks, and with S3",
    "Airflow 3.1 and 3.2: they read the DAGs, but run none",
    "a browser: pages and reports are parsed, but not looked at",
]

Commands = Iterator[Sequence[str | Path]]


def lint() -> Commands:
    """Look at the code of this repository; what the template renders is linted by its tests."""
    yield BIN / "ruff", "check", "."
    yield BIN / "ruff", "format", "--check", "."
    yield (BIN / "mypy",)


def pytest(name: str, *arguments: str, python: Path = BIN / "python") -> Commands:
    """Run tests, and write a report that `main` reads."""
    yield python, "-m", "pytest", *arguments, f"--junitxml={REPORTS / name}.xml"


def unit(version: str) -> Commands:
    """Run the tests of the package in an environment of another Python, without Spark's."""
    directory = ENVIRONMENTS / f"unit-{version}"
    python, uv = directory / "bin/python", (BIN / "uv", "pip")
    venv = ("venv", "--quiet", "--allow-existing", "--python", interpreter(version), directory)
    yield BIN / "uv", *venv
    lock = ROOT / "requirements.lock"
    yield *uv, "sync", "--quiet", "--require-hashes", "--python", python, lock
    itself = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    yield *uv, "install", "--quiet", "--python", python, *itself
    options = ("-m", "not spark and not one_python", "--numprocesses", "0")
    yield from pytest(f"unit-{version}", "tests/unit", *options, python=python)


PARTS: dict[str, Callable[[], Commands]] = {
    "lint": lint,
    f"unit-{OURS}": partial(pytest, f"unit-{OURS}", "tests/unit"),
    **{f"unit-{each}": partial(unit, each) for each in PYTHONS if each != OURS},
    **{
        each: partial(pytest, each, f"tests/{each}")
        for each in ("template", "end_to_end", "update")
    },
    # Its tests share one Airflow, and start together what can run together.
    "airflow": partial(pytest, "airflow", "tests/airflow", "--numprocesses", "0"),
}
# They use one processor, and Airflow waits as much as it computes.
BESIDE = ("lint", *(f"unit-{each}" for each in PYTHONS if each != OURS), "airflow")


class PartError(Exception):
    """A part has failed."""


class Lane:
    """Parts that run one after the other."""

    def __init__(self, names: Sequence[str], output: IO[str] | None = None) -> None:
        self._names = names
        # Airflow takes tasks for dead that get no turn; whoever runs beside it waits instead.
        self._before = () if output else ("nice",)
        self._output = output
        self._process: subprocess.Popen[bytes] | None = None
        self._ends = False
        self._alone = threading.Lock()
        self.seconds: dict[str, float] = {}

    def run(self) -> None:
        """Run the parts.

        Raises:
            PartError: One has failed, or was ended; its name.
        """
        for name in self._names:
            begun = time.monotonic()
            passed = all(self._call(command) == 0 for command in PARTS[name]())
            self.seconds[name] = time.monotonic() - begun
            if not passed:
                raise PartError(name)

    def _call(self, command: Sequence[str | Path]) -> int:
        with self._alone:
            if self._ends:
                return 1
            self._process = subprocess.Popen(
                [*self._before, *command],
                cwd=ROOT,
                stdout=self._output,
                stderr=self._output and subprocess.STDOUT,
            )
        return self._process.wait()

    def end(self) -> None:
        """Interrupt what runs, as Ctrl-C does, and begin nothing more."""
        with self._alone:
            self._ends = True
            if self._process:
                self._process.send_signal(signal.SIGINT)


def main(names: Sequence[str]) -> int:
    """Run parts.

    Args:
        names: The parts; none for all of them.

    Returns:
        The exit code: 1 if one has failed.
    """
    if unknown := set(names) - set(PARTS):
        raise SystemExit(f"No part: {', '.join(sorted(unknown))}. The parts: {', '.join(PARTS)}.")
    # mypy would take the directory airflow in PYTHONPATH, which `support` came from, for Airflow.
    # The next are what make tells a make that it starts; those of the tests are not its own. With
    # the last, which images of Python set, each process would compile all that it imports.
    for variable in ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONDONTWRITEBYTECODE"):
        os.environ.pop(variable, None)
    chosen = [name for name in PARTS if name in names or not names]
    first = [name for name in chosen if name not in BESIDE]
    beside = [name for name in chosen if name in BESIDE]
    begun = time.monotonic()
    REPORTS.mkdir(parents=True, exist_ok=True)
    with (REPORTS / "beside.txt").open("w+") as output:
        lanes = [Lane(first), Lane(beside, output if first else None)]
        failed = run_beside_each_other(lanes)
        output.seek(0)
        print(output.read())
    seconds = lanes[0].seconds | lanes[1].seconds
    show({name: seconds[name] for name in chosen if name in seconds}, time.monotonic() - begun)
    if failed:
        print(f"\nFailed: {failed}. To run this part again: make test PARTS={failed}")
    return 1 if failed else 0


def run_beside_each_other(lanes: Sequence[Lane]) -> str:
    """Run lanes until all have ended or one has failed; the part that has failed."""
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(lane.run) for lane in lanes]
        ended, _ = wait(running, return_when=FIRST_EXCEPTION)
        for lane in lanes:
            lane.end()
    error = next((each.exception() for each in ended if each.exception()), None)
    if error and not isinstance(error, PartError):
        raise error
    return str(error or "")


def show(seconds: Mapping[str, float], together: float) -> None:
    """Print where the time went, and what was not tested.

    Args:
        seconds: How long each part has taken.
        together: How long all have taken, some of them at the same time, in seconds.
    """
    print("\nseconds  tests")
    not_tested = []
    for name, took in seconds.items():
        number, skipped = results(REPORTS / f"{name}.xml")
        print(f"{took:7.0f}  {number or '':5}  {name}")
        not_tested += [f"{reason} ({name})" for reason in skipped]
    print(f"{together:7.0f}         together")
    print("\nNot tested:", *not_tested, *NOT_TESTED, sep="\n- ")


def results(report: Path) -> tuple[int, list[str]]:
    """How many tests there were, and the reasons of those that were skipped."""
    if not report.exists():
        return 0, []
    tests = list(ElementTree.parse(report).iter("testcase"))
    skipped = {reason.get("message", "") for test in tests for reason in test.iter("skipped")}
    return len(tests), sorted(skipped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

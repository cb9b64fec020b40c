"""Run the tests, the quick parts first, and say where the time went and what was not tested.

`make test` runs all parts, `make test PARTS="lint unit-3.11"` runs some. Nothing runs after a part
that fails.
"""

import os
import platform
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from support import ENVIRONMENTS, PYTHONS, ROOT, interpreter

BIN = Path(sys.executable).parent
REPORTS = ROOT / "build/tests"
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
# What no test looks at; what a test could not do on this machine, it says itself.
NOT_TESTED = [
    f"other systems than {platform.system()}: neither Windows nor macOS",
    "Docker: no image is built, and the development container is not started",
    "Kubernetes: pods are checked against its schema, but run on no cluster",
    "a cloud: moto stands for S3, and a directory on loopback for a package index",
    "Spark on several machines, on YARN, Kubernetes or Databricks, and with S3",
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
    """Run the tests of the package in an environment of another Python, but for those of Spark."""
    directory = ENVIRONMENTS / f"unit-{version}"
    python, uv = directory / "bin/python", (BIN / "uv", "pip")
    venv = ("venv", "--quiet", "--allow-existing", "--python", interpreter(version), directory)
    yield BIN / "uv", *venv
    lock = ROOT / "requirements.lock"
    yield *uv, "sync", "--quiet", "--require-hashes", "--python", python, lock
    itself = ("--no-deps", "--no-build-isolation", "--editable", ROOT)
    yield *uv, "install", "--quiet", "--python", python, *itself
    yield from pytest(f"unit-{version}", "tests/unit", "-m", "not spark", python=python)


PARTS: dict[str, Callable[[], Commands]] = {
    "lint": lint,
    f"unit-{OURS}": partial(pytest, f"unit-{OURS}", "tests/unit"),
    **{f"unit-{each}": partial(unit, each) for each in PYTHONS if each != OURS},
    **{
        each: partial(pytest, each, f"tests/{each}")
        for each in ("template", "end_to_end", "update")
    },
    # Its tests start together what can run together, and have both processors for it.
    "airflow": partial(pytest, "airflow", "tests/airflow", "--numprocesses", "0"),
}


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
    # The others are what make tells a make that it starts; those of the tests are not its own.
    for variable in ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
        os.environ.pop(variable, None)
    seconds: dict[str, float] = {}
    for name, commands in PARTS.items():
        if name in names or not names:
            begun = time.monotonic()
            passed = all(subprocess.run(each, cwd=ROOT).returncode == 0 for each in commands())
            seconds[name] = time.monotonic() - begun
            if not passed:
                break
    show(seconds)
    if not passed:
        print(f"\nFailed: {name}. To run this part again: make test PARTS={name}")
    return 0 if passed else 1


def show(seconds: Mapping[str, float]) -> None:
    """Print where the time went, and what was not tested.

    Args:
        seconds: How long each part has taken.
    """
    print("\nseconds  tests")
    not_tested = []
    for name, took in seconds.items():
        number, skipped = results(REPORTS / f"{name}.xml")
        print(f"{took:7.0f}  {number or '':5}  {name}")
        not_tested += [f"{reason} ({name})" for reason in skipped]
    print(f"{sum(seconds.values()):7.0f}         together")
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

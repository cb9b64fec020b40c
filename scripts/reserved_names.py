"""Renew the names that a project cannot have.

The hook that checks the answers reads them from a file: its verdict must depend neither on the
Python that it runs on nor on what is installed there.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "hooks/reserved_names.json"
UV = Path(sys.executable).with_name("uv")
PYTHONS = ("3.11", "3.12", "3.13")
PACKAGE_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

KEYWORDS = "import keyword; print(*keyword.kwlist, *keyword.softkwlist)"
MODULES = "import sys; print(*sys.stdlib_module_names)"
INSTALLED = "from importlib.metadata import packages_distributions as names; print(*names())"
# Not in the environment of a project, but in that of its DAGs.
AIRFLOW = "airflow"


def renew(project: Path) -> None:
    """Write the names into the file that the hook reads.

    Args:
        project: A project with the example, installed.
    """
    names = {kind: sorted(filter(possible, set(found))) for kind, found in collect(project)}
    OUTPUT.write_text(json.dumps(names, indent=2) + "\n", encoding="utf-8")


def collect(project: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of names, as a message says them, with the names."""
    yield "a keyword of Python", ask_pythons(KEYWORDS)
    yield "a module of Python's standard library", ask_pythons(MODULES)
    installed = ask([str(project / ".venv/bin/python")], INSTALLED)
    yield "a package that the project uses", [*installed, *locked(project), AIRFLOW]
    # Tests import what they share from the directories of tests/.
    inside = [*project.iterdir(), *project.joinpath("tests").iterdir()]
    yield "a directory of the project", [path.name for path in inside if path.is_dir()]
    yield "a value in YAML", ["false", "no", "null", "off", "on", "true", "yes"]
    ports = [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
    yield "a device on Windows", ["aux", "con", "nul", "prn", *ports]


def ask_pythons(program: str) -> list[str]:
    """Words that a program prints, on any version of Python that a project may use."""
    command = [str(UV), "run", "--quiet", "--no-project", "--python"]
    return [word for version in PYTHONS for word in ask([*command, version, "python"], program)]


def ask(python: list[str], program: str) -> list[str]:
    """Words that a program prints."""
    return subprocess.check_output([*python, "-c", program], text=True).split()


def locked(project: Path) -> list[str]:
    """Names of the distributions in a project's locks, those for other systems too."""
    text = "".join((project / f"requirements-{lock}.lock").read_text() for lock in ("dev", "spark"))
    return [name.replace("-", "_") for name in re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE)]


def possible(name: str) -> bool:
    """Whether the hook would otherwise accept a name for a package."""
    return PACKAGE_NAME.fullmatch(name) is not None

"""Projects of every pair of options, and with each Python, pass their own lint and tests."""

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from allpairspy import AllPairs

from support import Generate, environment_with_pythons, make, share_environment

NAMES = {
    "shortest": {"project_name": "R2", "project_slug": "r"},
    "longest": {"project_name": "N" * 60, "project_slug": "n" * 40},
}
TEXTS = {
    "plain": {},
    "awkward": {
        "description": "Says \"late\" or 'not': très #1 \\ 100 %, {a: b} ".ljust(200, "ü"),
        "owner": "A.b+c_d-e@mail.example-1.co.uk",
    },
}
OPTIONS = OrderedDict(example=["flights", "none"], names=[*NAMES], texts=[*TEXTS])
# Each Python has its turn; an updated project with the example is tested with the default one.
PYTHONS = ["3.12", "3.11", "3.11", "3.13"]


@pytest.mark.parametrize(("row", "version"), [*zip(AllPairs(OPTIONS), PYTHONS, strict=True)])
def test_a_project_passes_its_lint_and_tests(
    row: Any, version: str, installed: Path, generate: Generate, tmp_path: Path
) -> None:
    answers = NAMES[row.names] | TEXTS[row.texts] | {"example": row.example}
    path = generate(tmp_path, **answers)
    if version == python_of(installed):
        share_environment(path, installed)
    else:
        make(path, "install", f"PYTHON={interpreter(version)}")
    assert python_of(path) == version
    make(path, "lint")
    make(path, "test")


def python_of(project: Path) -> str:
    """The version of Python in a project's environment."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    python = str(project / ".venv/bin/python")
    return subprocess.check_output([python, "-c", program], text=True).strip()


def interpreter(version: str) -> str:
    """Find an interpreter on this machine; the test fails where there is none."""
    uv = str(Path(sys.executable).with_name("uv"))
    found = subprocess.run(
        [uv, "python", "find", "--system", "--no-python-downloads", "--no-project", version],
        env=environment_with_pythons(),
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode != 0:
        pytest.fail(
            f"Projects are tested with Python {version}, which is not on this machine. Install it: "
            f"`pyenv install {version}`, or `uv python install {version}`.\n{found.stderr}",
            pytrace=False,
        )
    return found.stdout.strip()

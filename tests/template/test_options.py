"""Projects of every pair of options, and with each Python, pass their own lint and tests."""

import subprocess
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
from allpairspy import AllPairs

from support import Generate, install, interpreter, make, share_environment

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
# Each Python has its turn; a project that was taken over, with the example, has the default one.
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
        install(path, interpreter(version))
    assert python_of(path) == version
    make(path, "lint")
    make(path, "test")


def python_of(project: Path) -> str:
    """The version of Python in a project's environment."""
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    python = str(project / ".venv/bin/python")
    return subprocess.check_output([python, "-c", program], text=True).strip()

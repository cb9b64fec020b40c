"""Projects of every pair of options, with each Python, pass their own lint and tests."""

import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import pytest
from allpairspy import AllPairs
from conftest import Generate, make, share_environment
from support import environment_with_pythons

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
# The fewest rows come about when the option with the most values is the last.
OPTIONS = OrderedDict(
    example=["flights", "none"], names=[*NAMES], texts=[*TEXTS], python=["3.11", "3.12", "3.13"]
)


# One test for each Python, so that its environment is made once, whatever the number of workers.
# It tests two projects, so it may take twice as long as others.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("version", OPTIONS["python"])
def test_a_project_passes_its_lint_and_tests(
    version: str,
    installed: Path,
    generate: Generate,
    tmp_path: Path,
    subtests: pytest.Subtests,
) -> None:
    environment = installed
    if python_of(installed) != version:
        environment = generate(tmp_path / "environment")
        make(environment, "install", f"PYTHON={interpreter(version)}")
    assert python_of(environment) == version
    for row in AllPairs(OPTIONS):
        if row.python == version:
            with subtests.test(example=row.example, names=row.names, texts=row.texts):
                answers = NAMES[row.names] | TEXTS[row.texts] | {"example": row.example}
                output = tmp_path / f"{row.example}, {row.names}, {row.texts}"
                project = share_environment(generate(output, **answers), environment)
                make(project.path, "lint")
                make(project.path, "test")


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

"""What a person is told who makes a common mistake: one message, what to do, and nothing done."""

import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from support import ROOT, Project, clean_environment

INGESTION = "src/flight_delays/pipelines/ingestion"
RAW = "conf/base/catalog/raw.yml"
PARAMETERS = "conf/base/parameters.yml"


def replace(project: Project, file: str, right: str, wrong: str) -> None:
    path = project.path / file
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")


def refused(project: Project, *arguments: str) -> str:
    """The message of a run that is refused before it does anything."""
    output = project.kedro("run", *arguments, code=1)
    assert "Traceback" not in output and "Running node" not in output
    return output[output.index("Error: ") :]


@pytest.mark.parametrize(
    ("file", "right", "wrong", "expected"),
    [
        (
            f"{INGESTION}/pipeline.py",
            '"flights_raw"',
            '"flights_rwa"',
            "'split_flights' reads 'flights_rwa', which is not in the catalog, and no node makes "
            "it. Did you mean flights_raw",
        ),
        (
            f"{INGESTION}/pipeline.py",
            '"schedule"',
            '"schedul"',
            "The node 'split_flights' outputs 'schedul', which is not in the catalog, so its data "
            "would be discarded. Did you mean schedule?",
        ),
        (PARAMETERS, 'month: "', "month: {", f"{PARAMETERS}, line "),
        (RAW, "  filepath", "   filepath", f"{RAW}, line 5, is not valid YAML: mapping values"),
        (
            f"{INGESTION}/nodes.py",
            "def split_flights(",
            "def split flights(",
            "SyntaxError: expected '('",
        ),
        (
            f"{INGESTION}/nodes.py",
            "import narwhals as nw",
            "import narwals as nw",
            f"{INGESTION}/nodes.py, line 6: ModuleNotFoundError: No module named 'narwals'\n"
            "If the name is right, add the package to the dependencies in pyproject.toml",
        ),
        (
            f"{INGESTION}/pipeline.py",
            '"flights_raw"',
            '["flights_raw", "planes_raw"]',
            f"{INGESTION}/pipeline.py, line 12: TypeError: Inputs of 'split_flights' function",
        ),
        (
            f"{INGESTION}/__init__.py",
            "from .pipeline import create_pipeline",
            "",
            "Pipeline 'ingestion' not found: the __init__.py of its directory in src",
        ),
        (
            "src/flight_delays/contracts/raw.py",
            "class FlightsRaw",
            "class Flights Raw",
            "src/flight_delays/contracts/raw.py, line",
        ),
    ],
    ids=[
        "input",
        "output",
        "parameters",
        "indentation",
        "syntax",
        "package",
        "signature",
        "no create_pipeline",
        "contract",
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(
    project: Project, file: str, right: str, wrong: str, expected: str
) -> None:
    replace(project, file, right, wrong)
    assert expected in refused(project, "--pipelines", "ingestion")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--params", "mnth=2013-05"], "There is no parameter 'mnth'. Did you mean month?"),
        (["--from-nodes", "fit_modl"], "['fit_modl']. Did you mean fit_model"),
    ],
)
def test_a_typo_on_the_command_line_is_not_ignored(
    project: Project, arguments: list[str], expected: str
) -> None:
    assert expected in refused(project, *arguments)
    assert not (project.path / "mlflow.db").exists()


def test_a_pipeline_that_has_to_run_first_is_named(project: Project) -> None:
    output = refused(project, "--pipelines", "scoring")
    assert "'features' cannot be read" in output
    assert "Run what makes it first: kedro run --pipelines features" in output


def test_a_store_that_is_damaged_is_named(project: Project) -> None:
    store = project.path / "mlflow.db"
    store.write_bytes(b"no database" * 1_000)
    output = refused(project)
    assert f"The MLflow store {store} cannot be used: file is not a database" in output
    assert store.read_bytes() == b"no database" * 1_000


def test_a_store_that_somebody_else_is_at_work_on_is_named(project: Project) -> None:
    with sqlite3.connect(project.path / "mlflow.db", isolation_level=None) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        output = refused(project)
        assert "mlflow.db cannot be used: database is locked" in output


def test_another_environment_than_the_project_s_is_named(project: Project) -> None:
    uvx = str(Path(sys.executable).with_name("uvx"))
    result = subprocess.run(
        [uvx, "--quiet", "--constraints", str(ROOT / "requirements.lock"), "kedro", "run"],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
        env=clean_environment() | {"KEDRO_DISABLE_TELEMETRY": "true"},
    )
    assert result.returncode == 1
    assert "No module named 'kedro_golden_path' in " in result.stderr
    assert "run 'make install', then use '.venv/bin/kedro'" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_that_is_in_use_is_named(project: Project) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = ["make", "ui", f"PORT={port}"]
        result = subprocess.run(
            command, cwd=project.path, capture_output=True, text=True, check=False, env=os.environ
        )
    assert result.returncode != 0
    assert f"Port {port} is in use. Take another one: make ui PORT=5001" in result.stdout

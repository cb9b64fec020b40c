"""A generated project has what it needs: locks, checks before a commit, questions, no telemetry."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support import COOKIECUTTER, ROOT, Generate, Project


def test_a_project_without_example_has_a_default_pipeline(empty_project: Project) -> None:
    assert "__default__" in empty_project.kedro("registry", "list")


def test_every_package_is_locked_with_a_hash_and_no_index(generate: Generate) -> None:
    for lock in generate(example="none").glob("requirements*.lock"):
        text = lock.read_text()
        pins = re.findall(r"^[a-z0-9._-]+==\S+.*\\$", text, re.MULTILINE)
        others = [line for line in text.splitlines() if line[:1].isalnum() and line not in pins]
        assert pins and others == [], lock.name
        assert text.count("--hash=sha256:") >= len(pins)
        assert "://" not in text and "--index" not in text


def test_what_not_everybody_needs_is_not_installed_by_default() -> None:
    lock = (ROOT / "{{cookiecutter.project_slug}}/requirements-dev.lock").read_text()
    assert not re.search(r"^(pyspark|apache-airflow|jupyterlab)==", lock, re.MULTILINE)


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_the_lock_resolves_for_other_pythons(installed: Path, version: str) -> None:
    command = [
        *(str(installed / ".venv/bin/uv"), "pip", "compile", "--quiet", "--no-header"),
        *("--python-version", version, "--only-binary", ":all:", "--no-annotate"),
        *("--constraint", "requirements.lock", "requirements.lock"),
    ]
    result = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "kedro==" in result.stdout


def test_pre_commit_accepts_the_rendered_project(project: Project) -> None:
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=project.path, check=True)
    output = project.run("pre-commit", "run", "--all-files")
    assert output.count("Passed") == 4


def test_pre_commit_accepts_the_template() -> None:
    command = [str(ROOT / ".venv/bin/pre-commit"), "run", "--all-files"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("Passed") == 3


def test_an_old_python_is_refused_with_a_reason(project: Project, tmp_path: Path) -> None:
    (project.path / ".venv").unlink()
    old = tmp_path / "python"
    old.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nexit 1\n')
    old.chmod(0o755)
    result = subprocess.run(
        ["make", "install", f"PYTHON={old}"],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in result.stdout
    assert not (project.path / ".venv").exists()


def test_it_asks_six_questions_and_explains_each(tmp_path: Path) -> None:
    result = subprocess.run(
        [COOKIECUTTER, str(ROOT)],
        cwd=tmp_path,
        input="Late Trains\n\n\nSays which trains will be late.\nrail@example.org\nnone\n",
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    questions = re.findall(r"\[(\d)/(\d)\] ([^(\n]+)", result.stdout)
    assert [question[:2] for question in questions] == [(str(n), "6") for n in range(1, 7)]
    assert all(len(question[2]) > 10 for question in questions)
    assert (tmp_path / "late-trains/src/late_trains/settings.py").is_file()
    assert not (tmp_path / "late-trains/data/01_raw/flights").exists()


def test_no_telemetry_is_sent_or_asked_for(project: Project) -> None:
    """Network access is made to fail loudly; a run must not notice."""
    guard = project.path / "guard"
    guard.mkdir()
    (guard / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(self, address):\n"
        "    open('network-was-used', 'a').write(repr(address))\n"
        "    raise OSError('no network')\n"
        "socket.socket.connect = refuse\n"
        "socket.socket.connect_ex = refuse\n"
    )
    output = project.kedro("run", "--pipelines", "ingestion", env={"PYTHONPATH": str(guard)})
    assert "telemetry" not in output.lower()
    assert not (project.path / "network-was-used").exists()

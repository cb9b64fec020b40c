"""What makes working on a generated project pleasant: container, editor, notebook, completion."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from support import ROOT, TEMPLATE, Generate, Project, copy_project, service

NOTEBOOK = "notebooks/explore.ipynb"


def read(project: Path, file: str) -> Any:
    return json.loads((project / file).read_text(encoding="utf-8"))


def outputs(notebook: Path) -> str:
    """What the cells of an executed notebook have printed and shown, as text."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs", []) for cell in cells])


def files_of(project: Path) -> set[Path]:
    return {path for path in project.rglob("*") if path.is_file() and path.suffix != ".pyc"}


def execute(project: Project, target: Path, code: int = 0) -> str:
    return project.run("jupyter-execute", NOTEBOOK, f"--output={target}", code=code)


def test_the_container_has_the_oldest_python_and_installs_the_project(generate: Generate) -> None:
    project = generate(project_name="Late Trains")
    container = read(project, ".devcontainer/devcontainer.json")
    assert container["name"] == "Late Trains"
    required = tomllib.loads((project / "pyproject.toml").read_text())["project"]["requires-python"]
    version = re.fullmatch(r".*/python:\d+-(3\.\d+)", container["image"])
    assert version and required.startswith(f">={version[1]},")
    command = container["postCreateCommand"].split()
    dry_run = [*command, "--dry-run", "--always-make"]
    planned = subprocess.run(dry_run, cwd=project, capture_output=True, text=True, check=True)
    assert "requirements-dev.lock" in planned.stdout


def test_the_container_and_the_editor_have_the_same_extensions(generate: Generate) -> None:
    project = generate()
    inside = read(project, ".devcontainer/devcontainer.json")["customizations"]["vscode"]
    recommended = read(project, ".vscode/extensions.json")["recommendations"]
    assert inside["extensions"] == recommended


def test_git_keeps_the_settings_of_the_editor(generate: Generate) -> None:
    project = generate()
    files = [".devcontainer/devcontainer.json", ".editorconfig", ".vscode/settings.json", NOTEBOOK]
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    ignored = subprocess.run(["git", "check-ignore", *files], cwd=project, check=False)
    assert ignored.returncode == 1


@pytest.mark.parametrize(
    "makefile", [ROOT / "Makefile", TEMPLATE / "Makefile"], ids=["template", "project"]
)
def test_make_help_lists_every_target(makefile: Path) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", makefile.read_text(), re.MULTILINE)
    assert phony
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=makefile.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.findall(r"^  make ([\w-]+) +\S", listed.stdout, re.MULTILINE) == phony[1].split()


def test_the_notebook_shows_a_month_and_writes_nothing(project: Project, tmp_path: Path) -> None:
    before = files_of(project.path)
    execute(project, tmp_path / "executed.ipynb")
    shown = outputs(tmp_path / "executed.ipynb")
    assert "predictions" in shown and "params:" not in shown
    assert "sched_dep_time" in shown and "N916XJ" in shown
    assert files_of(project.path) == before


def test_the_notebook_works_in_a_project_without_data(
    empty_project: Project, tmp_path: Path
) -> None:
    execute(empty_project, tmp_path / "executed.ipynb")
    assert "There is no raw data yet" in outputs(tmp_path / "executed.ipynb")


def test_the_notebook_fails_on_a_month_that_breaks_its_contract(
    project: Project, tmp_path: Path
) -> None:
    raw = project.path / "data/01_raw"
    (raw / "weather.parquet").replace(raw / "flights/month=2013-04/flights.parquet")
    output = execute(project, tmp_path / "executed.ipynb", code=1)
    # Without its contract the table would be shown like any other.
    assert "display(catalog.load(raw[0]).head())" in output


def test_outputs_of_a_notebook_are_not_committed(project: Project) -> None:
    notebook = project.path / NOTEBOOK
    clean = notebook.read_bytes()
    content = json.loads(clean)
    content["cells"][1]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": "secret"}]
    notebook.write_text(json.dumps(content))
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=project.path, check=True)
    lint = subprocess.run(["make", "lint"], cwd=project.path, capture_output=True, text=True)
    assert lint.returncode != 0 and NOTEBOOK in lint.stdout + lint.stderr
    assert "Failed" in project.run("pre-commit", "run", "nbstripout", "--all-files", code=1)
    assert notebook.read_bytes() == clean


def test_jupyterlab_starts_with_the_kernel_of_the_project(installed: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    copy_project(installed, project)
    (project / ".venv").unlink()
    subprocess.run(["make", "install-notebook"], cwd=project, check=True)
    lab = [str(project / ".venv/bin/kedro"), "jupyter", "lab", "--no-browser", "--allow-root"]
    with service(
        [*lab, "--port", "{port}"], "/api", project, JUPYTER_DATA_DIR=str(tmp_path / "jupyter")
    ):
        kernel = read(tmp_path, "jupyter/kernels/kedro_flight_delays/kernel.json")
        assert kernel["argv"][-2:] == ["--ext", "kedro.ipython"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("kedro ru", {"run", "runs"}), ("kedro contracts ", {"check", "docs", "infer", "quarantine"})],
)
def test_the_shell_completes_commands(project: Project, typed: str, expected: set[str]) -> None:
    position = str(len(typed.split(" ")) - 1)
    offered = project.kedro(
        env={"_KEDRO_COMPLETE": "bash_complete", "COMP_WORDS": typed, "COMP_CWORD": position}
    )
    assert expected <= {line.removeprefix("plain,") for line in offered.splitlines()}
    assert "complete" in project.kedro(env={"_KEDRO_COMPLETE": "bash_source"})

"""What the template renders, for each option and wherever it is rendered."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from difflib import unified_diff
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from support import (
    COOKIECUTTER,
    ROOT,
    TEMPLATE,
    Generate,
    environment_with_pythons,
    files_of,
    render_hook,
    snapshots,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the example, to compare others with."""
    output = str(tmp_path_factory.mktemp("expected"))
    return Path(cookiecutter(str(ROOT), no_input=True, output_dir=output))


@pytest.mark.parametrize("example", snapshots.EXAMPLES)
def test_exactly_this_is_generated(generate: Generate, example: str) -> None:
    file = snapshots.file_of(example)
    expected = file.read_text(encoding="utf-8").splitlines()
    generated = snapshots.take(generate(example=example)).splitlines()
    changes = unified_diff(expected, generated, file.relative_to(ROOT).as_posix(), lineterm="")
    if text := "\n".join(changes):
        pytest.fail(f"Is this meant? Then `make snapshots`, and commit it.\n{text}", pytrace=False)


@pytest.mark.parametrize("example", ["flights", "none"])
def test_no_template_tag_is_left(generate: Generate, example: str) -> None:
    tag = re.compile(rb"\{\{|\{%|cookiecutter\.\w+ ?\}\}")
    # DAGs have expressions of Airflow.
    left = [
        path
        for path in generate(example=example).rglob("*")
        if path.is_file() and path.suffix not in (".parquet", ".whl")
        if tag.search(path.read_bytes()) and path.parent.name != "dags"
    ]
    assert left == []


def test_template_tags_in_bodies_are_rare() -> None:
    conditions = [
        path
        for path in TEMPLATE.rglob("*")
        if path.is_file() and path.suffix != ".parquet"
        if b"{%" in path.read_bytes()
    ]
    assert conditions == []


def test_generating_twice_gives_identical_bytes(generate: Generate, project: Path) -> None:
    again = generate()
    assert_same(again, project)
    assert (again / ".cruft.json").read_bytes() == (project / ".cruft.json").read_bytes()


def test_nothing_is_generated_outside_the_project(generate: Generate, tmp_path: Path) -> None:
    generate()
    assert [path.name for path in tmp_path.iterdir()] == ["flight-delays"]


def test_hooks_pass_lint_as_rendered(tmp_path: Path) -> None:
    hooks = [tmp_path / f"{name}.py" for name in ("pre_gen_project", "post_gen_project")]
    for path in hooks:
        path.write_text(render_hook(path.stem), encoding="utf-8")
    tools = Path(sys.executable).parent
    # The answers make one long line. Docstrings are as in scripts.
    lint = [tools / "ruff", "check", "--config", ROOT / "pyproject.toml", "--ignore", "D,E501"]
    for command in (lint, [tools / "mypy", "--strict"]):
        parts = [str(part) for part in (*command, *hooks)]
        result = subprocess.run(parts, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout


def test_one_version_is_named_everywhere() -> None:
    version = (ROOT / "VERSION").read_text()
    settings = json.loads((ROOT / "cookiecutter.json").read_text())
    assert version == settings["_template_version"] + "\n"
    tooling = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert version == tooling["project"]["version"] + "\n"
    assert (
        f'\n__version__ = "{version.strip()}"\n'
        in (ROOT / "src/kedro_golden_path/__init__.py").read_text()
    )
    locked = re.compile(r"^kedro-golden-path==(.*\n)", re.MULTILINE)
    found = {each for lock in TEMPLATE.glob("*.lock") for each in locked.findall(lock.read_text())}
    assert found == {version}
    releases = re.findall(r"^## \[(\d.*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version == releases[0] + "\n"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The part of this repository that generation needs, in a directory with an awkward name."""
    target = tmp_path / "Vorlage f\u00fcr \u00e7a \U0001f6eb"
    target.mkdir()
    for name in ("hooks", "scripts", "src", TEMPLATE.name):
        shutil.copytree(ROOT / name, target / name)
    for name in ("cookiecutter.json", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target)
    return target


def generate_apart(
    template: Path, output: Path, *command: str, example: str = "flights", umask: int = -1
) -> Path:
    """Generate a project in a process of its own, by default with cookiecutter."""
    options = ("--no-input", "--output-dir", str(output))
    subprocess.run(
        [*(command or [COOKIECUTTER]), *options, str(template), f"example={example}"],
        env=environment_with_pythons(),
        check=True,
        umask=umask,
    )
    return output / "flight-delays"


def assert_same(generated: Path, project: Path) -> None:
    """Check that two projects are the same, but for the template's address."""
    assert files_of(generated) == files_of(project)
    for name in set(files_of(project)) - {".cruft.json"}:
        assert (generated / name).read_bytes() == (project / name).read_bytes(), name


def test_paths_with_spaces_accents_and_emoji_do(copy: Path, project: Path, tmp_path: Path) -> None:
    target = tmp_path / "O\u00f9 est-il ? \U0001f6eb"
    there = files_of(copy)
    generated = Path(cookiecutter(str(copy), no_input=True, output_dir=str(target)))
    assert files_of(copy) == there
    assert_same(generated, project)
    assert json.loads((generated / ".cruft.json").read_text())["template"] == str(copy)


@pytest.mark.parametrize("example", ["flights", "none"])
def test_a_read_only_template_gives_a_project_that_can_be_changed(
    example: str, copy: Path, tmp_path: Path
) -> None:
    subprocess.run(["chmod", "-R", "a-w", copy], check=True)
    command = [*without_privileges(), COOKIECUTTER]
    generated = generate_apart(copy, tmp_path / "out", *command, example=example)
    subprocess.run(["chmod", "-R", "u+w", copy], check=True)
    assert files_of(generated) == snapshots.expected_files(example)
    assert [path for path in generated.rglob("*") if not path.stat().st_mode & 0o200] == []


def without_privileges() -> list[str]:
    """How to start a program that may not write everywhere: root gives that up in a namespace."""
    return ["unshare", "--user"] if os.geteuid() == 0 else []


def test_a_strict_umask_does(project: Path, tmp_path: Path) -> None:
    assert_same(generate_apart(ROOT, tmp_path / "out", umask=0o077), project)


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_python_generates_the_same(version: str, project: Path, tmp_path: Path) -> None:
    uvx = str(Path(sys.executable).with_name("uvx"))
    constraints = ("--constraints", str(ROOT / "requirements.lock"))
    command = (uvx, "--quiet", "--python", version, *constraints, "cookiecutter")
    assert_same(generate_apart(ROOT, tmp_path / "out", *command), project)

"""Every tool that generates projects makes the same one, which knows where it comes from."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cookiecutter.main import cookiecutter

from support import COOKIECUTTER, CRUFT, KEDRO, ROOT, Generate, commit_all, git, load_hook

ANSWERS = {
    "project_name": "Late Trains",
    "project_slug": "late-trains-north",
    "package_name": "late_trains",
    "description": 'Says "late" or not: très #1 \\ 100 %',
    "owner": "rail@example.org",
    "example": "flights",
}
# What a tool writes for itself: `kedro new` adds no newline to the one, cruft more to the other.
BOOKKEEPING = {".telemetry", ".cruft.json"}
OUTPUT = "late-trains-north"


def run(command: list[str], cwd: Path, code: int = 0, typed: str = "") -> str:
    """Run a command; what it prints, after checking its exit code."""
    result = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"KEDRO_DISABLE_TELEMETRY": "true"},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert result.returncode == code, result.stdout
    return result.stdout


def with_cookiecutter(*template: str) -> list[str]:
    return [COOKIECUTTER, "--no-input", *template, *(f"{k}={v}" for k, v in ANSWERS.items())]


def with_kedro(directory: Path, *template: str) -> list[str]:
    (directory / "answers.yml").write_text(yaml.safe_dump(ANSWERS))
    options = ["--config", "answers.yml", "--telemetry", "no"]
    return [KEDRO, "new", *options, "--starter", *template]


def with_cruft(*template: str) -> list[str]:
    return [CRUFT, "create", "--no-input", "--extra-context", json.dumps(ANSWERS), *template]


def zipped(directory: Path, repository: Path) -> str:
    archive = directory / "kedro-golden-path.zip"
    prefix = "--prefix=kedro-golden-path/"
    git(repository, "archive", "--format=zip", prefix, f"--output={archive}", "now")
    return str(archive)


TOOLS: dict[str, Callable[[Path, Path], list[str]]] = {
    "cookiecutter, repository": lambda _, url: with_cookiecutter(f"git+file://{url}"),
    "cookiecutter, archive": lambda here, url: with_cookiecutter(zipped(here, url)),
    "kedro, directory": lambda here, _: with_kedro(here, str(ROOT)),
    "kedro, repository": lambda here, url: with_kedro(here, f"git+file://{url}"),
    "cruft, repository": lambda _, url: with_cruft(f"file://{url}"),
}
OF_A_TAG: dict[str, Callable[[Path, Path], list[str]]] = {
    "kedro": lambda here, url: with_kedro(here, f"git+file://{url}", "--checkout", "before"),
    "cruft": lambda _, url: with_cruft("--checkout", "before", f"file://{url}"),
}


def contents(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


def origin(project: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((project / ".cruft.json").read_text(encoding="utf-8"))
    return result


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What cookiecutter generates from this directory."""
    output = str(tmp_path_factory.mktemp("expected"))
    path = cookiecutter(str(ROOT), no_input=True, extra_context=ANSWERS, output_dir=output)
    return contents(Path(path))


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS.keys())
def test_every_tool_generates_the_same_bytes(
    tool: Callable[[Path, Path], list[str]],
    expected: dict[str, bytes],
    repository: Path,
    offline: list[str],
    tmp_path: Path,
) -> None:
    run([*offline, *tool(tmp_path, repository)], cwd=tmp_path)
    generated = contents(tmp_path / OUTPUT)
    assert generated.keys() == expected.keys()
    different = {name for name in expected if generated[name] != expected[name]}
    assert different <= BOOKKEEPING
    assert ANSWERS.items() <= origin(tmp_path / OUTPUT)["context"]["cookiecutter"].items()


@pytest.mark.parametrize("tool", OF_A_TAG.values(), ids=OF_A_TAG.keys())
def test_a_tool_generates_the_version_of_a_tag(
    tool: Callable[[Path, Path], list[str]], repository: Path, tmp_path: Path
) -> None:
    run(tool(tmp_path, repository), cwd=tmp_path)
    project = tmp_path / OUTPUT
    (wheel,) = project.glob("wheels/*.whl")
    assert wheel.name == "kedro_golden_path-0.0.1-py3-none-any.whl"
    assert "\nkedro-golden-path==0.0.1 \\\n" in (project / "requirements.lock").read_text()
    assert "\nmake help\n" not in (project / "README.md").read_text()
    assert origin(project)["checkout"] == "before"
    assert origin(project)["commit"] == git(repository, "rev-parse", "before").strip()


def test_kedro_new_makes_the_example_of_six_times_enter(generate: Generate, tmp_path: Path) -> None:
    output = run([KEDRO, "new", "--starter", str(ROOT)], cwd=tmp_path, typed="\n" * 6)
    assert "E-mail address of the team that owns its DAGs and models" in output
    assert contents(tmp_path / "flight-delays") == contents(generate(tmp_path / "expected"))


def test_kedro_new_refuses_a_wrong_answer_at_once(tmp_path: Path) -> None:
    command = [KEDRO, "new", "--starter", str(ROOT)]
    output = run(command, cwd=tmp_path, code=1, typed="Late Trains\n../trains\n")
    assert "'../trains' is an invalid value for project slug." in output
    assert "It must be at most 40 lower-case letters and digits" in output
    assert list(tmp_path.iterdir()) == []


def test_a_project_knows_template_version_and_answers(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    git(tmp_path, "clone", "--quiet", str(repository), "work")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    project = cookiecutter("work", no_input=True, extra_context=ANSWERS, output_dir="out")
    assert origin(Path(project)) == {
        "template": str(work),
        "commit": git(repository, "rev-parse", "now").strip(),
        "checkout": None,
        "context": {
            "cookiecutter": ANSWERS
            | {"_template": str(work), "_template_version": (ROOT / "VERSION").read_text().strip()}
        },
        "directory": None,
    }
    text = Path(project, ".cruft.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def branch(work: Path) -> Path:
    return work


def packed_branch(work: Path) -> Path:
    git(work, "pack-refs", "--all")
    assert not (work / ".git/refs/heads/main").exists()
    return work


def tag(work: Path) -> Path:
    git(work, "checkout", "--quiet", "now")
    return work


def worktree(work: Path) -> Path:
    git(work, "worktree", "add", "--quiet", "-b", "other", "../other")
    return work.parent / "other"


def packed_worktree(work: Path) -> Path:
    other = worktree(work)
    git(work, "pack-refs", "--all")
    return other


@pytest.mark.parametrize("place", [branch, packed_branch, tag, worktree, packed_worktree])
def test_the_commit_is_found_without_git(
    place: Callable[[Path], Path], repository: Path, tmp_path: Path
) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "work")
    template = place(tmp_path / "work")
    commit = git(repository, "rev-parse", "now").strip()
    assert load_hook("post_gen_project", template)["commit"]() == commit


def test_there_is_no_commit_without_a_repository(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "hooks", tmp_path / "hooks")
    assert load_hook("post_gen_project", tmp_path)["commit"]() is None
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/unborn\n")
    assert load_hook("post_gen_project", tmp_path)["commit"]() is None


def clone(directory: Path, address: str) -> None:
    """Make what a clone of the template has, as far as its address matters."""
    git(directory, "init", "--quiet")
    git(directory, "remote", "add", "origin", address)
    guards = directory / "src/kedro_golden_path/guards.py"
    guards.parent.mkdir(parents=True)
    shutil.copyfile(ROOT / "src/kedro_golden_path/guards.py", guards)


@pytest.mark.parametrize(
    ("named", "cloned"),
    [
        ("https://git.example.com/path.git", "https://git.example.com/path.git"),
        ("git+https://git.example.com/path.git", "https://git.example.com/path.git"),
        ("git@git.example.com:path.git", "git@git.example.com:path.git"),
        ("company:path", "ssh://git@git.example.com/path.git"),
    ],
)
def test_the_address_is_the_one_that_was_cloned(named: str, cloned: str, tmp_path: Path) -> None:
    clone(tmp_path, cloned)
    assert load_hook("post_gen_project", tmp_path, _template=named)["template"]() == (
        named,
        cloned,
    )


def test_credentials_in_an_address_are_left_out(tmp_path: Path) -> None:
    clone(tmp_path, "https://somebody@git.example.com/path.git")
    hook = load_hook("post_gen_project", tmp_path, _template="git+http://me@git.example.com/path")
    assert hook["template"]() == (
        "git+http://git.example.com/path",
        "https://git.example.com/path.git",
    )


@pytest.fixture
def outdated(repository: Path, tmp_path: Path) -> Path:
    """A project of the version before, made by cookiecutter and in a git repository."""
    template = f"git+file://{repository}"
    path = cookiecutter(
        template, "before", no_input=True, extra_context=ANSWERS, output_dir=str(tmp_path)
    )
    git(Path(path), "init", "--quiet")
    commit_all(Path(path), "generated")
    return Path(path)


def test_cruft_updates_what_cookiecutter_made(
    outdated: Path, repository: Path, expected: dict[str, bytes]
) -> None:
    settings = outdated / "conf/base/parameters.yml"
    settings.write_text(settings.read_text() + "\nown: 1\n")
    commit_all(outdated, "edited")
    assert "out of date" in run([CRUFT, "check"], cwd=outdated, code=1)
    run([CRUFT, "update", "--skip-apply-ask"], cwd=outdated)
    assert "SUCCESS" in run([CRUFT, "check"], cwd=outdated)
    assert origin(outdated)["commit"] == git(repository, "rev-parse", "now").strip()

    updated = {name: data for name, data in contents(outdated).items() if name[:5] != ".git/"}
    assert updated.keys() == expected.keys()
    different = {name for name in expected if updated[name] != expected[name]}
    assert different == {".cruft.json", "conf/base/parameters.yml"}
    assert settings.read_text().endswith("\nown: 1\n")

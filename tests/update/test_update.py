"""Projects that take a later version of the template, with all that their teams have changed."""

import json
import os
import pty
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kedro_golden_path
from support import ROOT, clean_environment, git, make, share_environment
from support.pages import Reader
from support.teams import (
    FEATURES,
    NEXT,
    NOW,
    PACKAGE,
    Team,
    Template,
    files_of,
    make_project,
    origin,
    releases,
    work,
    write_origin,
)


def test_a_project_without_changes_becomes_the_next_release(team: Team) -> None:
    output = team.update()
    assert f"From {NOW}" in output and f"to {NEXT}" in output
    assert "Set `answer` where you need it." in output
    assert "git reset --hard" in output
    fresh = make_project(team.template, team.top.with_name("fresh"), team.template.commit_of(NEXT))
    assert files_of(team.path) == files_of(fresh.path)
    for name in files_of(fresh.path):
        if name != ".cruft.json":
            assert (team.path / name).read_bytes() == (fresh.path / name).read_bytes(), name
    assert origin(team)["_template_version"] == NEXT
    assert origin(team)["commit"] == team.template.commit_of(NEXT)
    assert origin(team)["answer"] == "42"
    assert len(git(team.template.path, "worktree", "list").splitlines()) == 1
    team.commit()
    assert "up to date" in team.update()
    assert team.status() == ""


def test_every_edit_is_still_there(team: Team) -> None:
    team.edit(FEATURES, "import", "# ours\nimport")
    team.edit("conf/base/catalog/raw.yml", "planes_raw:", "# ours\nplanes_raw:")
    team.edit("README.md", "## What is where", "## Where is what")
    team.edit(f"{PACKAGE}/settings.py", '"""Settings', '"""Our settings')
    team.edit(f"{PACKAGE}/__main__.py", "\n\nfrom", "\n\n# ours\nfrom")
    team.edit(f"{PACKAGE}/contracts/feature.py", '"""', '"""Our ')
    (team.path / f"{PACKAGE}/pipelines/ours").mkdir()
    (team.path / f"{PACKAGE}/pipelines/ours/__init__.py").write_text('"""Ours."""\n')
    (team.path / "docs/cards").mkdir()
    (team.path / "docs/model-card.md").rename(team.path / "docs/cards/model.md")
    (team.path / "tests/pipelines/test_scoring.py").unlink()
    shutil.rmtree(team.path / f"{PACKAGE}/pipelines/scoring")
    team.commit()
    output = team.update()
    for name in (FEATURES, "conf/base/catalog/raw.yml", f"{PACKAGE}/__main__.py"):
        assert "# ours" in team.text(name) and "Later" in team.text(name), name
    assert "## Where is what" in team.text("README.md") and "## Begin" in team.text("README.md")
    assert '"""Our settings' in team.text(f"{PACKAGE}/settings.py")
    assert '"""Our ' in team.text(f"{PACKAGE}/contracts/feature.py")
    assert "Card of the model" in team.text("docs/cards/model.md")
    assert team.text(f"{PACKAGE}/pipelines/ours/__init__.py") == '"""Ours."""\n'
    assert not (team.path / "docs/model-card.md").exists()
    assert not (team.path / "tests/pipelines/test_scoring.py").exists()
    assert not (team.path / f"{PACKAGE}/pipelines/scoring").exists()
    left = output.partition("Deleted by the team")[2].partition("\n\n")[0]
    assert "tests/pipelines/test_scoring.py" in left and "scoring/later.py" in left
    assert (team.path / "docs/on-call.md").exists()
    assert not (team.path / "docs/runbook.md").exists()
    assert "<<<<<<<" not in git(team.top, "diff", "--cached")


def test_what_the_template_moves_takes_edits_along(team: Team) -> None:
    team.edit("docs/runbook.md", "# Runbook\n", "# Runbook\n\nCall Alice first.\n")
    team.commit()
    team.update()
    assert "Call Alice first." in team.text("docs/on-call.md")
    assert not (team.path / "docs/runbook.md").exists()


def test_conflicts_are_those_of_git(team: Team) -> None:
    team.edit("README.md", "## Start\n", "## First steps\n")
    team.edit("conf/logging.yml", "version: 1", "version: 1\n# ours")
    team.commit()
    output = team.update(code=1)
    conflicts = output.partition("Conflicts")[2].partition("\n\n")[0]
    assert "README.md" in conflicts and "conf/logging.yml" in conflicts
    assert "solve the conflicts" in output
    readme = team.text("README.md")
    assert "<<<<<<< HEAD\n## First steps\n=======\n## Begin\n>>>>>>>" in readme
    status = team.status()
    assert "UU README.md" in status and "UD conf/logging.yml" in status
    assert "# ours" in team.text("conf/logging.yml")
    git(team.top, "reset", "--quiet", "--hard")
    assert team.status() == "" and origin(team)["_template_version"] == NOW


def test_a_dry_run_changes_nothing(team: Team) -> None:
    team.edit("README.md", "## Start\n", "## First steps\n")
    team.commit()
    before = git(team.top, "rev-parse", "HEAD")
    output = team.update("--dry-run", code=1)
    assert "would come" in output and "flight_delays/later.py" in output
    assert "README.md" in output.partition("Conflicts")[2]
    assert team.status() == "" and git(team.top, "rev-parse", "HEAD") == before
    assert len(git(team.top, "worktree", "list").splitlines()) == 1
    assert git(team.top, "branch", "--list").split() == ["*", "main"]


def test_a_project_below_others(template: Template, tmp_path: Path) -> None:
    top = tmp_path / "monorepo"
    team = make_project(template, top, template.commit_of(NOW), below="services/ml/flights")
    (top / "services/other").mkdir()
    (top / "services/other/README.md").write_text("# Other\n")
    (top / ".gitignore").write_text("notes.txt\n")
    team.edit("README.md", "## What is where", "## Where is what")
    team.commit()
    git(top, "mv", "services/ml/flights", "services/flights")
    moved = Team(top, top / "services/flights", template)
    moved.commit()
    moved.update()
    assert "## Begin" in moved.text("README.md") and "## Where is what" in moved.text("README.md")
    assert "Later" in moved.text(f"{PACKAGE}/pipeline_registry.py")
    assert (top / "services/other/README.md").read_text() == "# Other\n"
    changed = git(top, "diff", "--cached", "--name-only").splitlines()
    assert changed and all(name.startswith("services/flights/") for name in changed)


def test_a_project_that_was_formatted(team: Team) -> None:
    ruff = str(Path(sys.executable).with_name("ruff"))
    team.edit("pyproject.toml", "line-length = 100", "line-length = 60")
    subprocess.run([ruff, "format", "--quiet", "src", "tests"], cwd=team.path, check=True)
    team.edit(FEATURES, "import", "# ours\nimport")
    team.commit()
    team.update()
    assert "Later" in team.text(FEATURES) and "# ours" in team.text(FEATURES)
    assert "Later" in team.text(f"{PACKAGE}/pipeline_registry.py")
    check = [ruff, "format", "--check", "--quiet", "src", "tests"]
    subprocess.run(check, cwd=team.path, check=True)


def test_generated_files_of_the_team_are_left_to_it(team: Team) -> None:
    team.edit("requirements-dev.lock", "\n", "\n# ours\n")
    team.edit("dags/flight_delays_scoring.py", '"""', '"""Ours: ')
    team.commit()
    output = team.update()
    assert "# ours" in team.text("requirements-dev.lock")
    assert "# later" not in team.text("requirements-dev.lock")
    assert "# later" in team.text("requirements.lock")
    to_do = output.partition("To do:")[2].splitlines()
    assert "  make lock" in to_do and "  make dags" in to_do
    assert '"""Ours: ' in team.text("dags/flight_delays_scoring.py")


def test_a_file_that_git_ignores_is_not_overwritten(team: Team) -> None:
    (team.path / ".gitignore").write_text("/conf/base/answer.yml\n/docs/on-call.md\n")
    (team.path / "conf/base/answer.yml").write_text("Three weeks of work.\n")
    team.commit()
    for arguments in ((), ("--dry-run",)):
        output = team.update(*arguments, code=2)
        assert "would be overwritten" in output and "conf/base/answer.yml" in output
        assert "on-call.md" not in output and "Nothing was changed." in output
    assert team.text("conf/base/answer.yml") == "Three weeks of work.\n" and team.status() == ""
    (team.path / "conf/base/answer.yml").unlink()
    team.update()
    assert team.text("conf/base/answer.yml") == "answer: 42\n"
    assert "conf/base/answer.yml" in git(team.top, "diff", "--cached", "--name-only")


def test_what_this_machine_has_git_ignore_comes_all_the_same(team: Team) -> None:
    (team.top / ".git/info/exclude").write_text("later.py\n*.yml\n")
    team.update()
    staged = git(team.top, "diff", "--cached", "--name-only").splitlines()
    assert f"{PACKAGE}/pipelines/scoring/later.py" in staged
    assert "conf/base/catalog/raw.yml" in staged and "conf/base/answer.yml" in staged


def test_no_password_of_the_templates_address_is_kept_or_shown(team: Team) -> None:
    address = "https://user:s3cret@example.com/golden-path.git"
    output = team.update("--template", address, "--version", "9.9.9", code=2)
    assert "https://example.com/golden-path.git has no release 9.9.9" in output
    assert "s3cret" not in output + team.update("--template", address)
    assert origin(team)["_template"] == "https://example.com/golden-path.git"
    assert "s3cret" not in team.text(".cruft.json")


def test_an_update_that_git_cannot_do_changes_nothing(team: Team) -> None:
    lock = team.top / ".git/index.lock"
    lock.touch()
    assert "index.lock" in team.update(code=2)
    lock.unlink()
    assert team.status() == "" and origin(team)["_template_version"] == NOW


def test_all_places_that_name_the_version_name_the_same() -> None:
    version = (ROOT / "VERSION").read_text().strip()
    questions = json.loads((ROOT / "cookiecutter.json").read_text())
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {questions["_template_version"], package["version"], kedro_golden_path.__version__}
    assert named == {version}
    assert f"## [{version}]" in (ROOT / "CHANGELOG.md").read_text()


def test_a_named_version(team: Team) -> None:
    output = team.update("--version", "902.0.0", code=2)
    assert "has no release 902.0.0. Its releases: " in output and NEXT in output
    assert "Nothing was changed." in output and team.status() == ""
    assert "up to date" in team.update("--version", NOW)
    team.update("--version", NEXT)
    team.commit()
    output = team.update("--version", NOW, code=2)
    assert f"{NOW}" in output and "is older" in output


def test_what_cannot_be_updated_is_left_alone(team: Team, tmp_path: Path) -> None:
    (team.path / "notes.txt").write_text("Not committed.\n")
    output = team.update(code=2)
    assert "not committed" in output and "?? notes.txt" in output
    (team.path / "notes.txt").unlink()

    write_origin(team, team.template, "0" * 40, NOW)
    team.commit()
    assert "does not have. Is it the right template?" in team.update(code=2)
    git(tmp_path, "clone", "--quiet", "--depth=1", team.template.path.as_uri(), "shallow")
    shallow = Team(team.top, team.path, Template(tmp_path / "shallow"))
    assert "git fetch --unshallow" in shallow.update(code=2)

    write_origin(team, team.template, "--git-dir", NOW)
    team.commit()
    assert "'--git-dir' is no commit" in team.update(code=2)

    (team.path / ".cruft.json").write_text("{")
    team.commit()
    assert "is not what cruft writes" in team.update(code=2)

    git(team.top, "rm", "--quiet", ".cruft.json")
    team.commit()
    assert "does not know what it was made from" in team.update(code=2)

    shutil.rmtree(team.top / ".git")
    assert "has no commit in git" in team.update(code=2)


def test_a_project_from_an_archive_knows_its_version_alone(team: Team) -> None:
    write_origin(team, team.template, None, NOW)
    team.commit()
    team.update()
    assert origin(team)["commit"] == team.template.commit_of(NEXT)


def test_answers_that_are_no_longer_accepted(team: Team) -> None:
    text = team.text(".cruft.json").replace("team@example.com", "nobody")
    (team.path / ".cruft.json").write_text(text)
    team.commit()
    output = team.update(code=2)
    assert "does not accept the project's answers" in output
    assert "owner: 'nobody' must be an e-mail address" in output
    assert team.status() == ""


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_an_answer_is_text_and_no_template(arguments: tuple[str, ...], team: Team) -> None:
    content = json.loads(team.text(".cruft.json"))
    mark = team.top.with_name("was-run")
    run = "{" * 2 + f" lipsum.__globals__.os.popen('touch {mark}').read() " + "}" * 2
    content["context"]["cookiecutter"]["description"] = run
    (team.path / ".cruft.json").write_text(json.dumps(content))
    team.commit()
    output = team.update(*arguments, code=2)
    assert 'description: "{{ lipsum' in output and "must be one line" in output
    assert not mark.exists()


def test_new_questions_are_asked_where_somebody_can_answer(team: Team) -> None:
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "update", str(team.path)],
        cwd=team.template.path,
        env=clean_environment(),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    os.write(person, b"7\n")
    output, _ = process.communicate()
    assert process.returncode == 0 and "answer" in output, output
    assert origin(team)["answer"] == "7"
    assert team.text("conf/base/answer.yml") == "answer: 7\n"


def test_the_page_can_be_followed(team: Team, installed: Path) -> None:
    project = share_environment(team.path, installed)
    # A link to an environment, which a project has as a directory, and what the reader types.
    (team.top / ".git/info/exclude").write_text(".venv\nblock.sh\n")
    output = project.kedro("template", "update", "--template", "/no/template", code=2)
    assert "/no/template cannot be reached" in output and "Nothing was changed." in output
    Reader(team.path, {}).follow(ROOT / "docs/updating.md")
    assert (team.status(), origin(team)["_template_version"]) == ("", NOW)
    # The locks were there and gone, so they are newer than the environment.
    make(team.path, "--old-file=.venv/installed", "update", f"VERSION={NEXT}")
    assert origin(team)["_template_version"] == NEXT


@pytest.mark.parametrize("release", releases())
def test_a_project_of_each_release_comes_to_this_state(
    release: str, team: Team, template: Template, tmp_path: Path
) -> None:
    version, commit = release.split()
    old = make_project(template, tmp_path / "old", commit)
    for each in (team, old):
        work(each)
    assert f"From {version}" in old.update("--version", NOW)
    assert files_of(old.path) == files_of(team.path)
    for name in set(files_of(team.path)) - {".cruft.json"}:
        assert (old.path / name).read_bytes() == (team.path / name).read_bytes(), name

"""Projects in git whose teams have worked on them, and a template with releases to come."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.main import cookiecutter

from support import ROOT, TEMPLATE, clean_environment, git

# The first release has no file VERSION; it is the commit that ends its section of the changelog.
FIRST_RELEASE = "e174465"
NOW, NEXT = "900.0.0", "901.0.0"
PACKAGE = "src/flight_delays"
FEATURES = f"{PACKAGE}/pipelines/features/nodes.py"


@dataclass
class Template:
    """A clone of the template, in which two more releases were made."""

    path: Path

    def commit_of(self, version: str) -> str:
        """The commit of a release."""
        log = git(self.path, "log", "--reverse", "--format=%H", "--", "VERSION").split()
        return next(
            commit
            for commit in log
            if git(self.path, "show", f"{commit}:VERSION") == f"{version}\n"
        )

    def release(self, version: str, notes: str = "") -> None:
        """Commit what is there as a release."""
        (self.path / "VERSION").write_text(f"{version}\n")
        major = int(version.partition(".")[0])
        for name, pattern, new in (
            (
                "cookiecutter.json",
                r'"_template_version": "[^"]*"',
                f'"_template_version": "{version}"',
            ),
            ("pyproject.toml", r'^version = ".*"', f'version = "{version}"'),
            (
                "src/kedro_golden_path/__init__.py",
                r"^__version__ = .*",
                f'__version__ = "{version}"',
            ),
            (
                f"{TEMPLATE.name}/pyproject.toml",
                r">=0\.\d+,<0\.\d+|>=9\d\d,<9\d\d",
                f">={major},<{major + 1}",
            ),
        ):
            text = (self.path / name).read_text()
            changed = re.sub(pattern, new, text, flags=re.MULTILINE)
            assert changed != text, f"{pattern} is not in {name}"
            (self.path / name).write_text(changed)
        changelog = self.path / "CHANGELOG.md"
        section = f"## [{version}]\n\n### Upgrade notes\n\n{notes}\n\n" if notes else ""
        changelog.write_text(changelog.read_text().replace("## [", f"{section}## [", 1))
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--message", f"Release {version}")

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file of the project that the template renders."""
        edit(self.path / TEMPLATE.name / name, old, new)


@dataclass
class Team:
    """A project in git, whose team changes what it likes."""

    top: Path
    path: Path
    template: Template

    def edit(self, name: str, old: str, new: str) -> None:
        edit(self.path / name, old, new)

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def commit(self) -> None:
        git(self.top, "add", "--all")
        git(self.top, "commit", "--quiet", "--message", "Work of the team")

    def update(self, *arguments: str, code: int = 0) -> str:
        """Update the project; what is printed, after checking the exit code."""
        done = subprocess.run(
            [sys.executable, "-m", "update", str(self.path), *arguments],
            cwd=self.template.path,
            env=clean_environment(),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        rejects = [path for path in self.top.rglob("*") if path.suffix in (".rej", ".orig")]
        assert rejects == []
        return done.stdout + done.stderr

    def status(self) -> str:
        return git(self.top, "status", "--porcelain", "--untracked-files=all")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def has_history() -> bool:
    """Tell whether all releases are in the history of this repository, back to the first one."""
    command = ["git", "cat-file", "-e", f"{FIRST_RELEASE}^{{commit}}"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def make_template(path: Path) -> Template:
    """The template as it is now, as a release, and one more that changes things of all kinds."""
    if not has_history():
        pytest.fail(
            f"Projects are made from every release, and the first one, {FIRST_RELEASE}, is not in "
            "the history here. A shallow clone gets it by `git fetch --unshallow`; a copy without "
            "git has to be a clone.",
            pytrace=False,
        )
    git(ROOT, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(path))
    for name in git(path, "ls-files", "-z").split("\0")[:-1]:
        (path / name).unlink()
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, path / name)
    made = Template(path)
    made.release(NOW)
    change(made)
    made.release(NEXT, notes="Set `answer` where you need it.")
    return made


def change(made: Template) -> None:
    """What a later release may bring: changes, a move, a removal, new files, a question."""
    package = "src/{{cookiecutter.package_name}}"
    made.edit("README.md", "## Start\n", "## Begin\n")
    made.edit("docs/model-card.md", "# ", "# Card of the model: ")
    made.edit(f"{package}/__main__.py", '"""', '"""Later: ')
    made.edit(f"{package}/pipeline_registry.py", '"""', '"""Later: ')
    made.edit(f"{package}/pipelines/features/nodes.py", '"""', '"""Later: ')
    made.edit("tests/pipelines/test_scoring.py", '"""', '"""Later: ')
    made.edit("conf/base/catalog/raw.yml", "flights_raw:", "# Later.\nflights_raw:")
    made.edit("requirements.lock", "\n", "\n# later\n")
    made.edit("requirements-dev.lock", "\n", "\n# later\n")
    body = made.path / TEMPLATE.name
    (body / "docs/runbook.md").rename(body / "docs/on-call.md")
    (body / "conf/logging.yml").unlink()
    (body / package / "pipelines/scoring/later.py").write_text('"""New."""\n')
    (body / package / "later.py").write_text('"""New."""\n')
    (body / "conf/base/answer.yml").write_text("answer: {{ cookiecutter.answer }}\n")
    edit(made.path / "cookiecutter.json", '  "example":', '  "answer": "42",\n  "example":')


def make_project(
    template: Template, top: Path, commit: str, below: str = ".", example: str = "flights"
) -> Team:
    """Generate a project from a commit of the template, into a repository."""
    source = top.with_name(f"{top.name}-template")
    git(template.path, "worktree", "add", "--quiet", "--detach", str(source), commit)
    output = top.with_name(f"{top.name}-generated")
    project = Path(
        cookiecutter(
            str(source),
            no_input=True,
            output_dir=str(output),
            extra_context={"example": example},
        )
    )
    git(template.path, "worktree", "remove", "--force", str(source))
    (top / below).parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(project, top / below, dirs_exist_ok=True)
    team = Team(top, top / below, template)
    version = json.loads(git(template.path, "show", f"{commit}:cookiecutter.json"))
    write_origin(team, template, commit, str(version["_template_version"]), example)
    git(top, "init", "--quiet", "--initial-branch", "main")
    team.commit()
    return team


def write_origin(
    team: Team, template: Template, commit: str | None, version: str, example: str = "flights"
) -> None:
    """What `cruft link` writes, and what the template does since it knows about updates."""
    answers = {
        "project_name": "Flight Delays",
        "project_slug": "flight-delays",
        "package_name": "flight_delays",
        "description": "A machine-learning project on the golden path.",
        "owner": "team@example.com",
        "example": example,
    }
    private = {"_template": str(template.path), "_template_version": version}
    content = {
        "template": str(template.path),
        "commit": commit,
        "checkout": None,
        "context": {"cookiecutter": answers | private},
        "directory": None,
    }
    (team.path / ".cruft.json").write_text(json.dumps(content, indent=2))


def origin(team: Team) -> dict[str, str]:
    content: dict[str, Any] = json.loads(team.text(".cruft.json"))
    return {**content["context"]["cookiecutter"], "commit": content["commit"]}


def files_of(project: Path) -> list[str]:
    """The files of a project that git has, or would take."""
    return git(project, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()


def releases() -> list[str]:
    """The releases in the history of this repository, by version and commit."""
    if not has_history():
        return [f"0.1.0 {FIRST_RELEASE}"]
    log = git(ROOT, "log", "--first-parent", "--reverse", "--format=%H", "--", "VERSION").split()
    versions = {git(ROOT, "show", f"{commit}:VERSION").strip(): commit for commit in log}
    found = {"0.1.0": FIRST_RELEASE} | versions
    return [f"{version} {commit}" for version, commit in found.items()]


def work(team: Team) -> None:
    """What every team does sooner or later."""
    team.edit(FEATURES, "import", "# ours\nimport")
    team.edit("README.md", "## What is where", "## Where is what")
    team.edit(f"{PACKAGE}/settings.py", '"""Settings', '"""Our settings')
    (team.path / "docs/notes.md").write_text("Ours.\n")
    team.commit()

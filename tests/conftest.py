"""Projects to test with: generated from this template, installed for real."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from support import (
    ENVIRONMENTS,
    ROOT,
    TEMPLATE,
    Generate,
    Project,
    clean_environment,
    commit_all,
    copy_project,
    git,
    install,
    share_environment,
    up_to_date,
)


@pytest.fixture(scope="session", autouse=True)
def _no_user_config(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep answers and templates that somebody stored on this machine apart from the tests."""
    directory = tmp_path_factory.mktemp("cookiecutter")
    (directory / "config.yaml").write_text(
        f"cookiecutters_dir: {directory / 'templates'}\nreplay_dir: {directory / 'replay'}\n"
    )
    os.environ["COOKIECUTTER_CONFIG"] = str(directory / "config.yaml")


@pytest.fixture(scope="session", autouse=True)
def _sparing_programs() -> None:
    """Keep the programs of one worker from taking the time of the other's.

    Java's second compiler and its parallel collector are for programs that run longer than these:
    without them, Spark's tests need a third less of the processors. What Python has compiled is
    kept, also where that is not the default.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """Let Ctrl-C reach the programs under test, also where the tests run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def generate(tmp_path: Path) -> Generate:
    """Generate a project with the given answers into an empty directory."""

    def generate(output: Path = tmp_path, **answers: str) -> Path:
        return Path(
            cookiecutter(str(ROOT), no_input=True, output_dir=str(output), extra_context=answers)
        )

    return generate


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare git repository of the template as it lies here, and of a version before it.

    The tag `now` is what lies here; `before` has another version number, of the plugin too, and one
    line less in the README of projects.
    """
    directory = tmp_path_factory.mktemp("repository")
    work = directory / "work"
    for name in git(ROOT, "ls-files", "-z", "-co", "--exclude-standard").split("\0"):
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, work / name)
    git(work, "init", "--quiet", "--initial-branch", "main")
    readme = work / TEMPLATE.name / "README.md"
    versions = [work / name for name in ("cookiecutter.json", "pyproject.toml")]
    now = {path: path.read_text() for path in (readme, *versions)}
    readme.write_text(now[readme].replace("make help\n", "", 1))
    version = (ROOT / "VERSION").read_text().strip()
    for path in versions:
        path.write_text(now[path].replace(f'"{version}"', '"0.0.1"'))
    commit_all(work, "before")
    for path, text in now.items():
        path.write_text(text)
    commit_all(work, "now")
    git(work, "clone", "--quiet", "--bare", ".", str(directory / "kedro-golden-path.git"))
    return directory / "kedro-golden-path.git"


@pytest.fixture(scope="session", autouse=True)
def _shared_mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Have all projects share what mypy finds out about the packages that they use.

    To look at them takes ten seconds; `installed` has it done once for all tests.
    """
    os.environ["MYPY_CACHE_DIR"] = str(tmp_path_factory.mktemp("mypy"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the example, with an environment that was installed as its users do it."""
    output = tmp_path_factory.mktemp("installed")
    path = Path(cookiecutter(str(ROOT), no_input=True, output_dir=str(output)))
    environment = ENVIRONMENTS / f"project-{sys.version_info.major}.{sys.version_info.minor}"
    first = environment / "project"
    with up_to_date(environment, path / "requirements-dev.lock") as there:
        if not there:
            shutil.rmtree(first, ignore_errors=True)
            shutil.copytree(path, first)
            install(first)
        if not (found := environment / "mypy").exists():
            mypy = [str(first / ".venv/bin/mypy"), "--cache-dir", str(found)]
            subprocess.run(mypy, cwd=first, env=clean_environment(), check=True)
    shutil.copytree(found, os.environ["MYPY_CACHE_DIR"], dirs_exist_ok=True)
    share_environment(path, first)
    return path


@pytest.fixture
def project(installed: Path, tmp_path: Path) -> Project:
    """A fresh copy of the project with the example that nothing was run in."""
    return copy_project(installed, tmp_path / "project")


@pytest.fixture
def empty_project(installed: Path, generate: Generate) -> Project:
    """A project without the example; the locks are the same, so it shares the environment."""
    return share_environment(generate(project_name="Shop Sales", example="none"), installed)

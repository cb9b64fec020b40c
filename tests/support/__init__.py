"""What the tests do with a generated project, a service and a store."""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from cookiecutter.utils import create_env_with_context, work_in

ROOT = Path(__file__).resolve().parents[2]
COOKIECUTTER, CRUFT, KEDRO = (
    str(Path(sys.executable).with_name(tool)) for tool in ("cookiecutter", "cruft", "kedro")
)
TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
# What takes long to install, for all tests until its lock changes.
ENVIRONMENTS = ROOT / "build/environments"
# What the lock of a project says about the plugin.
LOCKED_PLUGIN = re.compile(r"^kedro-golden-path==.*\n(?:    --hash=.*\n)+", re.MULTILINE)
# Those that projects may use.
PYTHONS = ("3.11", "3.12", "3.13")
_PATIENCE_SECONDS = 120

Generate = Callable[..., Path]


@dataclass
class Project:
    """A generated project with its environment."""

    path: Path
    # Whether its commands of Kedro may have imported what they need before they begin.
    forks: bool = True

    @property
    def python(self) -> Path:
        return self.path / ".venv/bin/python"

    def start(self, *command: str, env: Mapping[str, str] | None = None) -> "subprocess.Popen[str]":
        """Start a program of the project's environment, in the project's directory."""
        return subprocess.Popen(
            [str(self.path / ".venv/bin" / command[0]), *command[1:]],
            cwd=self.path,
            env=clean_environment() | dict(env or {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, code: int = 0, env: Mapping[str, str] | None = None) -> str:
        """Run a program of the project's environment; its output, after checking its exit code."""
        process = self.start(*command, env=env)
        output, _ = process.communicate()
        assert process.returncode == code, output
        return output

    def kedro(self, *arguments: str, code: int = 0, env: Mapping[str, str] | None = None) -> str:
        """Run a command of Kedro; its output, after checking its exit code."""
        if not self.forks or "PYTHONPATH" in (env or {}):
            return self.run("kedro", *arguments, code=code, env=env)
        environment = self.path / ".venv"
        script = environment / "bin/kedro"
        found, output = fork(environment, self.path, script, *arguments, env=env)
        assert found == code, output
        return output

    def store(self, uri: str | None = None) -> dict[str, Any]:
        """Everything in the MLflow store, read with MLflow's own client."""
        uri = uri or f"sqlite:///{self.path / 'mlflow.db'}"
        result: dict[str, Any] = self.evaluate(f"dump({uri!r})")
        return result

    def evaluate(self, expression: str) -> Any:
        """The value, as JSON, of an expression with pandas (`pd`) or `MlflowClient`."""
        script = ROOT / "tests/support/evaluate.py"
        code, output = fork(self.path / ".venv", self.path, script, expression)
        assert code == 0, output
        return json.loads(output.splitlines()[-1])


def fork(
    environment: Path,
    directory: Path,
    script: Path,
    *arguments: str,
    env: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a script of Python that has imported what takes long already: see `support.forking`.

    Returns:
        The exit code, negative for a signal, and what was printed.
    """
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as printed:
        request = {
            "script": str(script),
            "arguments": arguments,
            "directory": str(directory),
            "env": clean_environment() | dict(env or {}),
            "printed": printed.name,
        }
        return _forking(environment.resolve()).fork(request), printed.read()


class _Forking:
    """A Python of an environment which stays open, and forks."""

    def __init__(self, environment: Path) -> None:
        self._alone = threading.Lock()
        self._process = subprocess.Popen(
            [environment / "bin/python", ROOT / "tests/support/forking.py"],
            env=clean_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, request: Mapping[str, Any]) -> int:
        assert self._process.stdin and self._process.stdout
        with self._alone:
            print(json.dumps(request), file=self._process.stdin, flush=True)
            return int(self._process.stdout.readline())


@cache
def _forking(environment: Path) -> _Forking:
    return _Forking(environment)


def make(project: Path, *arguments: str, instead: Sequence[str] = (), **env: str) -> None:
    """Make targets of a project, perhaps with another program in front, and check the outcome."""
    done = subprocess.run(
        [*instead, "make", *arguments],
        cwd=project,
        env=clean_environment() | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def install(project: Path, python: str = sys.executable) -> None:
    """Install a project as its users do, and spare its first commands from compiling packages."""
    make(project, "install", f"PYTHON={python}")
    share_bytecode(project / ".venv")


def share_bytecode(environment: Path) -> None:
    """Give an environment what Python has compiled of the same packages in another one.

    Python sees by the time and the size of a file whether it is the one that was compiled.
    """
    (target,) = environment.glob("lib/python3.*/site-packages")
    others = (Path(sys.prefix), *ENVIRONMENTS.glob("unit-*"))
    for source in (other / target.relative_to(environment) for other in others):
        for place, _, files in os.walk(source):
            copy = place.replace(str(source), str(target), 1)
            if place.endswith("/__pycache__") and Path(copy).parent.exists():
                Path(copy).mkdir(exist_ok=True)
                for file in files:
                    # It is there already, or on another disk.
                    with suppress(OSError):
                        os.link(f"{place}/{file}", f"{copy}/{file}")


def copy_project(installed: Path, target: Path) -> Project:
    shutil.copytree(installed, target, ignore=shutil.ignore_patterns(".venv", ".*_cache"))
    return share_environment(target, installed)


def spare_picture(project: Project) -> None:
    """Shuffle fewer flights for the importance of features, which takes longer than to learn.

    Only a picture shows it: for tests that make several models, and do not look at it.
    """
    file = project.path / "conf/base/parameters_training.yml"
    text = file.read_text(encoding="utf-8")
    assert "  rows: 2000\n  repeats: 3\n" in text
    file.write_text(text.replace("  rows: 2000\n  repeats: 3\n", "  rows: 50\n  repeats: 1\n"))


def share_environment(path: Path, installed: Path) -> Project:
    """Give a generated project the environment of one that is installed."""
    (path / ".venv").symlink_to(installed / ".venv")
    # The locks are the same files, only newer: there is nothing for make to install again.
    (installed / ".venv/installed").touch()
    return Project(path)


def files_of(project: Path) -> list[str]:
    """The files of a project, as paths in it, in order."""
    return sorted(
        path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()
    )


def digests(directory: Path) -> dict[str, bytes]:
    """The visible files of a directory with their content: not those in `.runs`, for example."""
    files = {path.relative_to(directory): path for path in directory.rglob("*") if path.is_file()}
    return {
        str(name): path.read_bytes()
        for name, path in files.items()
        if not any(part.startswith(".") for part in name.parts)
    }


def git(directory: Path, *arguments: str) -> str:
    """Run git in a directory, without the settings of whoever tests; its output."""
    who = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=directory,
        env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"git {' '.join(arguments)}, in {directory}: {done.stderr}"
    return done.stdout


def commit_all(directory: Path, tag: str) -> None:
    """Commit everything in a directory, and tag it."""
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", tag)
    git(directory, "tag", tag)


def render_hook(name: str, template: Path = ROOT, **context: Any) -> str:
    """Render a hook as cookiecutter does, with the default answers."""
    questions = generate_context(str(ROOT / "cookiecutter.json"))
    answers = prompt_for_config(questions, no_input=True)
    places = {"_template": str(template), "_repo_dir": str(template), "_checkout": None}
    filled = {"cookiecutter": answers | places | context}
    source = (ROOT / f"hooks/{name}.py").read_text(encoding="utf-8")
    with work_in(template):
        rendered: str = create_env_with_context(filled).from_string(source).render(**filled)
    return rendered


def load_hook(name: str, template: Path = ROOT, **context: Any) -> dict[str, Any]:
    """What a hook defines, without running it."""
    module: dict[str, Any] = {"__name__": name}
    exec(compile(render_hook(name, template, **context), f"{name}.py", "exec"), module)
    return module


@contextmanager
def service(command: list[str], health: str, cwd: Path, **env: str) -> Iterator[str]:
    """Run a server on a free loopback port; `{port}` in the command is replaced by it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = cwd / f"{Path(command[0]).name}-{port}.log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=cwd,
            env=clean_environment() | env,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_for(lambda: _answers(url + health, process, log), f"{command[0]} on {url}")
        yield url
    finally:
        # A server may have started others.
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def up_to_date(environment: Path, *locks: Path) -> Iterator[bool]:
    """Whether an environment was made from some locks, by this test or by any other before it.

    If not, it is the body that has to make it. Others wait until it has.
    """
    environment.mkdir(parents=True, exist_ok=True)
    with (environment / "lock").open("w") as exclusive:
        fcntl.flock(exclusive, fcntl.LOCK_EX)
        made_from, text = environment / locks[0].name, b"".join(map(Path.read_bytes, locks))
        there = made_from.exists() and made_from.read_bytes() == text
        if not there:
            made_from.unlink(missing_ok=True)
        yield there
        made_from.write_bytes(text)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Ask again until `condition()` is true; fail when that takes unreasonably long."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def _answers(url: str, process: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def environment_with_pythons() -> dict[str, str]:
    """This process's environment, in which uv finds the interpreters of pyenv too."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    directories = sorted(str(path) for path in pyenv.glob("versions/3.*/bin"))
    return os.environ | {"PATH": os.pathsep.join([*directories, os.environ["PATH"]])}


def clean_environment() -> dict[str, str]:
    """This process's environment without what would change how a project behaves."""
    # Test runners are recognised by CI, and telemetry is off for them; users have no such variable.
    foreign = ("MLFLOW_", "KEDRO_", "AWS_", "GOLDEN_PATH_", "PYTHON", "CI")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def find_python(version: str) -> str | None:
    """An interpreter on this machine, if there is one of this version."""
    uv = str(Path(sys.executable).with_name("uv"))
    found = subprocess.run(
        [uv, "python", "find", "--system", "--no-python-downloads", "--no-project", version],
        env=environment_with_pythons(),
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() or None


def interpreter(version: str) -> str:
    """An interpreter on this machine; the test fails where there is none."""
    found = find_python(version)
    if found is None:
        pytest.fail(
            f"This is tested with Python {version}, which is not on this machine. Install it: "
            f"`pyenv install {version}`, or `uv python install {version}`.",
            pytrace=False,
        )
    return found

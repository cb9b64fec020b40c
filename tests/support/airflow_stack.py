"""Airflow as in production and an MLflow server, both on PostgreSQL, all on loopback."""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from support import (
    ROOT,
    TEMPLATE,
    clean_environment,
    free_port,
    share_bytecode,
    up_to_date,
    wait_for,
)

AIRFLOW_LOCK = TEMPLATE / "requirements-airflow.lock"
# Older versions of Airflow, with the providers of their time.
OLDER_LOCKS = {each: ROOT / f"tests/locks/airflow-{each}.lock" for each in ("3.0", "3.1", "3.2")}
NOTIFIERS_LOCK = ROOT / "tests/locks/airflow-notifiers.lock"
MLFLOW_LOCK = ROOT / "tests/locks/mlflow-server.lock"
_NO_CLUSTER = """
apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
current-context: none
users: [{name: none, user: {}}]
"""
_START_SECONDS = 180
_TAIL_CHARACTERS = 4000
_ENDED = ("success", "failed")
_PARTS = {
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag_processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
_POSTGRES_PROGRAMS = ("initdb", "postgres", "pg_isready", "createdb")
_POSTGRES_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class _Process:
    """A program in a process group of its own whose output goes to a file."""

    def __init__(self, command: Sequence[str], log: Path, cwd: Path, **popen: Any) -> None:
        self.log = log
        with log.open("ab") as stream:
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **popen,
            )

    def check(self) -> None:
        """Fail, with the end of the log, if the program has ended."""
        code = self._popen.poll()
        assert code is None, f"{self.log.stem} ended with {code}:\n{self.tail()}"

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-_TAIL_CHARACTERS:]

    def terminate(self, signum: int = signal.SIGTERM) -> None:
        """Ask the program alone to end, and wait until it has."""
        self._popen.send_signal(signum)
        self._popen.wait()

    def kill(self, *, children: bool = True) -> None:
        """Kill the program's process group, and what it has started in groups of their own."""
        others = _descendants(self._popen.pid) if children else set()
        # No group is left of a program that has ended, unless some of its children are in it.
        with suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        _kill(others)
        self._popen.wait()


@dataclass
class Airflow:
    """A running Airflow, and the MLflow server that its tasks find in MLFLOW_TRACKING_URI."""

    directory: Path
    environment: Path
    airflow_environment: Path
    port: int
    mlflow_port: int
    database: str
    env: dict[str, str]
    start_seconds: dict[str, float] = field(default_factory=dict)
    _running: dict[str, _Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mlflow_url(self) -> str:
        return f"http://127.0.0.1:{self.mlflow_port}"

    def start_mlflow(self) -> None:
        self._launch_mlflow()
        self._await_mlflow()

    def stop_mlflow(self) -> None:
        """Kill the MLflow server, as a crash does."""
        self._running.pop("mlflow").kill()

    def start_scheduler(self) -> None:
        """Start the scheduler with the environment that `env` has now."""
        self._start_parts("scheduler")

    def stop_scheduler(self, signum: int = signal.SIGKILL, *, tasks_survive: bool = False) -> None:
        """Stop the scheduler with a signal: SIGTERM waits for running tasks, SIGKILL for nothing.

        SIGKILL takes the tasks along, as the end of the machine does. With `tasks_survive` it takes
        only those who watch over the tasks: scheduler, executor and supervisors.
        """
        process = self._running.pop("scheduler")
        if signum == signal.SIGKILL:
            process.kill(children=not tasks_survive)
        else:
            process.terminate(signum)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        """Answer of the REST API v2 to a request; `path` begins after the version."""
        request = urllib.request.Request(
            f"{self.url}/api/v2{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            message = f"{method} {path}: {error.code} {error.read().decode()}"
            raise AssertionError(message) from error
        return json.loads(content) if content else None

    def cli(self, *arguments: str, code: int = 0) -> str:
        """Output of the `airflow` command, after checking its exit code."""
        result = subprocess.run(
            [self._program("airflow"), *arguments],
            cwd=self.directory,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert result.returncode == code, result.stdout
        return result.stdout

    def wait_for_dag(self, dag_id: str, timeout: float = 60) -> None:
        """Wait until the newest version of the DAG's file was parsed."""
        _until(
            lambda: self._is_parsed(dag_id),
            f"DAG {dag_id}",
            timeout,
            lambda: f"import errors: {self.import_errors()}",
        )

    def import_errors(self) -> dict[str, str]:
        """The files that could not be imported, with the reasons."""
        errors = self.api("GET", "/importErrors")["import_errors"]
        return {error["filename"]: error["stack_trace"] for error in errors}

    def unpause(self, dag_id: str) -> None:
        self.api("PATCH", f"/dags/{dag_id}", {"is_paused": False})

    def trigger(
        self,
        dag_id: str,
        run_id: str | None = None,
        conf: Mapping[str, Any] | None = None,
        logical_date: datetime | None = None,
    ) -> str:
        """Ask for a run of the DAG; its id."""
        body = {
            "dag_run_id": run_id,
            "conf": dict(conf or {}),
            "logical_date": logical_date and logical_date.isoformat(),
        }
        run: dict[str, Any] = self.api("POST", f"/dags/{dag_id}/dagRuns", body)
        return str(run["dag_run_id"])

    def wait_for_run(
        self,
        dag_id: str,
        run_id: str,
        states: Collection[str] = _ENDED,
        timeout: float = 120,
    ) -> str:
        """The state of the run once it is one of `states`; fail when it cannot be any more."""
        state = ""

        def arrived() -> bool:
            nonlocal state
            state = self.api("GET", _run_path(dag_id, run_id))["state"]
            return state in states or state in _ENDED

        def details() -> str:
            return self._report(dag_id, run_id)

        _until(arrived, f"run {run_id} of {dag_id} to be {'/'.join(states)}", timeout, details)
        assert state in states, f"run {run_id} of {dag_id} is {state}\n{details()}"
        return state

    def wait_for_task(
        self, dag_id: str, run_id: str, task_id: str, states: Collection[str], timeout: float = 60
    ) -> None:
        _until(
            lambda: self._state(dag_id, run_id, task_id) in states,
            f"task {task_id} to be {'/'.join(states)}",
            timeout,
            lambda: self._report(dag_id, run_id),
        )

    def task_instances(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"{_run_path(dag_id, run_id)}/taskInstances?limit=100"
        instances: list[dict[str, Any]] = self.api("GET", path)["task_instances"]
        return instances

    def logs(
        self, dag_id: str, run_id: str, task_id: str, try_number: int = 1, map_index: int = -1
    ) -> str:
        """What a try of a task has logged so far, one event in each line."""
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{task_id}/logs/{try_number}"
        answer = self.api("GET", f"{path}?full_content=true&map_index={map_index}")
        return "\n".join(_line(event) for event in answer["content"])

    def _program(self, name: str) -> str:
        return str(self.airflow_environment / "bin" / name)

    def _state(self, dag_id: str, run_id: str, task_id: str) -> str | None:
        instances = self.task_instances(dag_id, run_id)
        return next((one["state"] for one in instances if one["task_id"] == task_id), None)

    def _is_parsed(self, dag_id: str) -> bool:
        found = self.api("GET", f"/dags?dag_id_pattern={quote(dag_id)}")["dags"]
        dag = next((dag for dag in found if dag["dag_id"] == dag_id), None)
        if dag is None or dag["is_stale"] or dag["has_import_errors"]:
            return False
        parsed = datetime.fromisoformat(dag["last_parsed_time"]).timestamp()
        return parsed > Path(dag["fileloc"]).stat().st_mtime

    def _report(self, dag_id: str, run_id: str) -> str:
        instances = self.task_instances(dag_id, run_id)
        states = [f"{one['task_id']} [{one['map_index']}]: {one['state']}" for one in instances]
        logs = [self._log_of(one) for one in instances if one["state"] in ("failed", "running")]
        return "\n".join([*states, *logs])

    def _log_of(self, instance: Mapping[str, Any]) -> str:
        names = ("dag_id", "dag_run_id", "task_id", "try_number", "map_index")
        dag_id, run_id, task_id, try_number, map_index = (instance[name] for name in names)
        log = self.logs(dag_id, run_id, task_id, try_number, map_index)
        return f"--- {task_id}, try {try_number}\n{log[-_TAIL_CHARACTERS:]}"

    def _launch(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        log = self.directory / f"{name}.log"
        self._running[name] = _Process(command, log, self.directory, env=env)

    def _launch_mlflow(self) -> None:
        command = [
            str(self.environment / "mlflow-server/bin/mlflow"),
            *("server", "--workers", "1", "--host", "127.0.0.1", "--port", str(self.mlflow_port)),
            *("--backend-store-uri", f"postgresql+psycopg2://{self.database}/mlflow"),
            *("--serve-artifacts", "--artifacts-destination", str(self.directory / "artifacts")),
        ]
        env = _environment() | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        self._launch("mlflow", command, env)

    def _await_mlflow(self) -> None:
        process = self._running["mlflow"]
        _until(
            lambda: _answers(process, f"{self.mlflow_url}/health"),
            "MLflow",
            _START_SECONDS,
            process.tail,
        )

    def _launch_api_server(self) -> None:
        options = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", "1")
        self._launch("api_server", [self._program("airflow"), "api-server", *options], self.env)

    def _start_parts(self, *names: str) -> None:
        since = datetime.now(UTC)
        for name in names:
            self._launch(name, [self._program("airflow"), *_PARTS[name]], self.env)
        for name in names:
            _until(
                partial(self._has_heartbeat, name, since),
                name,
                _START_SECONDS,
                self._running[name].tail,
            )

    def _has_heartbeat(self, name: str, since: datetime) -> bool:
        """Whether a part was alive after a time: it counts as healthy for a while after its end."""
        for process in self._running.values():
            process.check()
        if not _answers(self._running["api_server"], f"{self.url}/api/v2/monitor/health"):
            return False
        beat = self.api("GET", "/monitor/health")[name][f"latest_{name}_heartbeat"]
        return beat is not None and datetime.fromisoformat(beat) > since

    def _start(self) -> None:
        # MLflow makes its tables while Airflow makes its own.
        self._launch_mlflow()
        with self._timed("airflow db migrate"):
            self.cli("db", "migrate")
        with self._timed("Airflow"):
            self._launch_api_server()
            self._start_parts(*_PARTS)
        with self._timed("MLflow, after Airflow"):
            self._await_mlflow()

    def _stop(self) -> None:
        """End everything at once: nothing of it is used again."""
        for process in self._running.values():
            process.kill()
        # A task that has lost its parents is known by its environment alone.
        while orphans := _processes_with(f"AIRFLOW_HOME={self.directory}"):
            _kill(orphans)

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.start_seconds[what] = round(time.monotonic() - start, 1)


@contextmanager
def airflow_stack(
    directory: Path,
    dags: Mapping[str, Path],
    environment: Path,
    env: Mapping[str, str] | None = None,
    version: str | None = None,
) -> Iterator[Airflow]:
    """Run PostgreSQL, MLflow and Airflow with their files and logs in a directory.

    `dags` has a folder for each bundle. `environment` is where the environments of Airflow and of
    MLflow are, or will be; they are made anew when their locks change. `env` is what tasks get to
    see apart from this process's environment. `version` is that of Airflow, if it is an older one.
    """
    airflow_environment = install_airflow(environment, version)
    install(MLFLOW_LOCK, environment / "mlflow-server")
    directory.mkdir(parents=True, exist_ok=True)
    port, mlflow_port = free_port(), free_port()
    start = time.monotonic()
    with ExitStack() as stack:
        database = stack.enter_context(postgres(directory / "postgres.log"))
        seconds = round(time.monotonic() - start, 1)
        airflow = Airflow(
            directory=directory,
            environment=environment,
            airflow_environment=airflow_environment,
            port=port,
            mlflow_port=mlflow_port,
            database=database,
            env=_environment()
            | _settings(directory, dags, port, database)
            | {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{mlflow_port}"}
            | dict(env or {}),
            start_seconds={"PostgreSQL": seconds},
        )
        stack.callback(airflow._stop)
        airflow._start()
        yield airflow


def _settings(
    directory: Path, dags: Mapping[str, Path], port: int, database: str
) -> dict[str, str]:
    """Settings of Airflow: those of a server, with intervals for tests and secrets for one use."""
    bundles = [
        {
            "name": name,
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": str(path), "refresh_interval": 1},
        }
        for name, path in dags.items()
    ]
    settings: dict[str, dict[str, Any]] = {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": 4,
            "load_examples": False,
            "default_timezone": "utc",
            "fernet_key": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "execution_api_server_url": f"http://127.0.0.1:{port}/execution/",
            "simple_auth_manager_all_admins": True,
        },
        "database": {
            "sql_alchemy_conn": f"postgresql+psycopg2://{database}/airflow",
            "sql_alchemy_conn_async": f"postgresql+asyncpg://{database}/airflow",
        },
        "api": {
            "base_url": f"http://127.0.0.1:{port}",
            "secret_key": secrets.token_hex(32),
        },
        "api_auth": {"jwt_secret": secrets.token_hex(32)},
        "logging": {"base_log_folder": directory / "logs", "colored_console_log": False},
        "workers": {"min_heartbeat_interval": 2},
        "scheduler": {
            "scheduler_heartbeat_sec": 1,
            "job_heartbeat_sec": 1,
            "scheduler_idle_sleep_time": 0.5,
            # After a crash the next scheduler takes over before the tasks count as dead.
            "scheduler_health_check_threshold": 10,
            "orphaned_tasks_check_interval": 2,
            "task_instance_heartbeat_sec": 2,
            "task_instance_heartbeat_timeout": 15,
            "task_instance_heartbeat_timeout_detection_interval": 2,
        },
        "triggerer": {"job_heartbeat_sec": 1},
        "dag_processor": {
            "parsing_processes": 1,
            "refresh_interval": 1,
            "bundle_refresh_check_interval": 1,
            "dag_bundle_config_list": json.dumps(bundles),
        },
    }
    variables = {
        f"AIRFLOW__{section}__{name}".upper(): str(value)
        for section, options in settings.items()
        for name, value in options.items()
    }
    return {"AIRFLOW_HOME": str(directory)} | variables


@contextmanager
def postgres(log: Path) -> Iterator[str]:
    """Run PostgreSQL with empty databases; what stands before their names in an address."""
    bindir = _postgres_bindir()
    password = secrets.token_hex(16)
    # Not below the log: PostgreSQL's user may not read what pytest creates.
    with tempfile.TemporaryDirectory(prefix="postgres-") as temporary:
        directory = Path(temporary)
        options = _as_postgres(directory)
        _init_postgres(bindir, directory, password, options)
        port = free_port()
        settings = (
            *_POSTGRES_SETTINGS,
            *("listen_addresses=127.0.0.1", f"port={port}", f"unix_socket_directories={directory}"),
            "max_connections=200",
        )
        command = [str(bindir / "postgres"), "-D", str(directory / "data")]
        command += [word for setting in settings for word in ("-c", setting)]
        process = _Process(command, log, directory, **options)
        try:
            _create_databases(bindir, process, port, password)
            yield f"tests:{password}@127.0.0.1:{port}"
        finally:
            # Its own children are in groups of their own, and end with it.
            process.terminate(signal.SIGINT)


def _init_postgres(bindir: Path, directory: Path, password: str, options: dict[str, Any]) -> None:
    passwords = directory / "password"
    passwords.touch(mode=0o600)
    passwords.write_text(password)
    if "user" in options:
        shutil.chown(passwords, options["user"])
    command = [str(bindir / "initdb"), "-D", str(directory / "data"), "--username=tests"]
    command += ["--no-sync", "--no-locale", "--encoding=UTF8", f"--pwfile={passwords}"]
    command += ["--auth=scram-sha-256"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=directory, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    passwords.unlink()


def _create_databases(bindir: Path, process: _Process, port: int, password: str) -> None:
    address = ["--host=127.0.0.1", f"--port={port}", "--username=tests"]

    def ready() -> bool:
        process.check()
        return subprocess.run([bindir / "pg_isready", "--quiet", *address]).returncode == 0

    wait_for(ready, "PostgreSQL")
    for name in ("airflow", "mlflow"):
        command = [bindir / "createdb", *address, "--no-password", name]
        subprocess.run(command, env=os.environ | {"PGPASSWORD": password}, check=True)


def _postgres_bindir() -> Path:
    """Where PostgreSQL's server is; Debian has it outside the path."""
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("pg_config"):
        answer = subprocess.run([found, "--bindir"], capture_output=True, text=True, check=True)
        candidates.insert(0, Path(answer.stdout.strip()))
    for candidate in candidates:
        if all((candidate / program).exists() for program in _POSTGRES_PROGRAMS):
            return candidate
    raise AssertionError("PostgreSQL is needed to test with Airflow: apt-get install postgresql")


def _as_postgres(directory: Path) -> dict[str, Any]:
    """Options to run PostgreSQL with, which refuses to be root, on a directory given to it."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError as error:
        message = "PostgreSQL does not run as root, and there is no user postgres to run it as"
        raise AssertionError(message) from error
    os.chown(directory, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def ask_airflow(
    script: str,
    *arguments: str | Path,
    directory: Path,
    environments: Path,
    version: str | None = None,
    env: Mapping[str, str] | None = None,
) -> Any:
    """What a script of `support` prints with the Python of Airflow, with `directory` as its home.

    Airflow knows of a cluster that does not answer.
    """
    python = install_airflow(environments, version) / "bin/python"
    (directory / "cluster").write_text(_NO_CLUSTER)
    settings = {"AIRFLOW_HOME": str(directory), "KUBECONFIG": str(directory / "cluster")}
    done = subprocess.run(
        [python, ROOT / "tests/support" / script, *arguments],
        env=settings | dict(env or {}),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def install_airflow(environments: Path, version: str | None = None) -> Path:
    """Make the environment of the projects' Airflow, or of an older one, unless it is there."""
    environment = environments / (f"airflow-{version}" if version else "airflow")
    if version:
        install(OLDER_LOCKS[version], environment)
    else:
        install(AIRFLOW_LOCK, environment, NOTIFIERS_LOCK)
    return environment


def install(lock: Path, environment: Path, *more: Path) -> None:
    """Make the environment of a lock, and of others that add to it, unless it is there."""
    with up_to_date(environment, lock, *more) as there:
        if not there:
            uv = [str(Path(sys.executable).with_name("uv")), "pip", "sync", "--quiet"]
            subprocess.run([sys.executable, "-m", "venv", environment], check=True)
            options = ["--require-hashes", "--python", str(environment)]
            subprocess.run([*uv, *options, *map(str, [lock, *more])], check=True)
            share_bytecode(environment)


def _environment() -> dict[str, str]:
    """The environment of the stack's programs, without somebody's settings of Airflow."""
    clean = clean_environment()
    return {name: value for name, value in clean.items() if not name.startswith("AIRFLOW")}


def _answers(process: _Process, url: str) -> bool:
    process.check()
    try:
        urllib.request.urlopen(url, timeout=10).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def _until(
    condition: Callable[[], bool], what: str, timeout: float, details: Callable[[], str]
) -> None:
    """`wait_for` with an own patience, which tells more when it fails."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:.0f} s in vain for {what}\n{details()}")
        time.sleep(0.5)


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}"


def _line(event: Mapping[str, Any] | str) -> str:
    """An event of a task's log: the text, and what else is known, such as a traceback."""
    if isinstance(event, str):
        return event
    usual = ("event", "timestamp", "level", "logger", "filename", "lineno")
    rest = {name: value for name, value in event.items() if name not in usual and value}
    return f"{event['event']} {json.dumps(rest)}" if rest else str(event["event"])


def _kill(pids: Collection[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _descendants(root: int) -> set[int]:
    """The processes below one."""
    command = ["ps", "-A", "-o", "pid=,ppid="]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    parents = {int(pid): int(parent) for pid, parent in map(str.split, output.splitlines())}
    found = {root}
    while new := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= new
    return found - {root}


def _processes_with(variable: str) -> set[int]:
    """The processes with this in their environment."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/environ"):
        # Others' processes may not be read, or are gone by now.
        with suppress(OSError):
            if variable.encode() in file.read_bytes().split(b"\0"):
                found.add(int(file.parent.name))
    return found

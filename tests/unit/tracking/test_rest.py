"""The client without MLflow, on a real MLflow server, and what commands import beside it."""

import base64
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.utils.validation import MAX_PARAM_VAL_LENGTH, MAX_PARAMS_TAGS_PER_BATCH

from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.models.aliases import version_with_alias
from kedro_golden_path.tracking import client
from kedro_golden_path.tracking.rest import Refused, RestClient, rest_client
from support import clean_environment, free_port, service

HEAVY = {"mlflow", "pandas", "pandera", "pyarrow", "pyspark", "sklearn", "sqlalchemy"}
BIN = Path(sys.executable).parent
# A command of `kedro`, and which heavy modules it has imported in the end.
PROGRAM = f"""
import json, sys
from kedro.framework.cli import main
try:
    main()
except SystemExit as end:
    found = sorted({HEAVY} & sys.modules.keys())
    print(json.dumps({{"code": end.code, "imported": found}}))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("server")
    command = [str(BIN / "mlflow"), "server", "--workers", "1", "--port", "{port}"]
    command += ["--backend-store-uri", "sqlite:///mlflow.db", "--artifacts-destination", "files"]
    off = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with service(command, "/health", directory, **off) as uri:
        yield uri


@pytest.fixture
def rest(server: str) -> Iterator[RestClient]:
    client.use(server, light=True)
    light = client.client()
    assert isinstance(light, RestClient)
    yield light
    client._light = None


def open_run(rest: RestClient, name: str) -> Run:
    experiment = rest.get_experiment_by_name(name)
    number = experiment.experiment_id if experiment else rest.create_experiment(name)
    return rest.create_run(number, tags={"month": "2020-01", **rest.context_tags()}, run_name="ü")


def plain(run: Run) -> dict[str, Any]:
    names = ("run_id", "run_name", "experiment_id", "status", "start_time", "end_time")
    info = {name: getattr(run.info, name) for name in (*names, "artifact_uri")}
    data = {name: getattr(run.data, name) for name in ("metrics", "params", "tags")}
    return info | data


def test_a_run_is_what_mlflows_own_client_sees(rest: RestClient) -> None:
    own = MlflowClient(rest.uri)
    run_id = open_run(rest, "whole").info.run_id
    assert plain(rest.get_run(run_id)) == plain(own.get_run(run_id))
    rest.log(run_id, metrics={"contracts/a": 0.5}, params={"a.b": "1"}, tags={"x": "'y' 💥"})
    rest.set_tag(run_id, "gone", 1)
    rest.delete_tag(run_id, "gone")
    rest.set_terminated(run_id, "FINISHED")
    seen = own.get_run(run_id)
    assert plain(rest.get_run(run_id)) == plain(seen)
    assert (seen.info.status, seen.data.metrics) == ("FINISHED", {"contracts/a": 0.5})
    assert seen.data.params == {"a.b": "1"} and "gone" not in seen.data.tags
    assert seen.data.tags["x"] == "'y' 💥" and seen.data.tags["mlflow.source.type"] == "LOCAL"
    rest.update_run(run_id, "RUNNING")
    assert own.get_run(run_id).info.status == "RUNNING"


def test_runs_are_found_as_with_mlflows_own_client(rest: RestClient) -> None:
    runs = [open_run(rest, "found").info for _ in range(3)]
    ids, found = [runs[0].experiment_id], "tags.month = '2020-01'"
    order = ["attributes.start_time DESC"]
    own = MlflowClient(rest.uri).search_runs(ids, found, max_results=2, order_by=order)
    light = rest.search_runs(ids, found, max_results=2, order_by=order)
    assert len(own) == 2 and list(map(plain, light)) == list(map(plain, own))
    assert rest.search_runs(ids, "tags.month = 'x'") == []


def test_artifacts_go_through_the_server(rest: RestClient) -> None:
    run = open_run(rest, "artifacts")
    path = "contracts/a task+1.json"
    rest.log_text(run.info.run_id, "ü💥", path)
    own = MlflowClient(rest.uri)
    ((light,), (listed,)) = (
        each.list_artifacts(run.info.run_id, "contracts") for each in (rest, own)
    )
    assert light.path == listed.path == path
    assert rest.load_text(run, path) == "ü💥"
    assert Path(own.download_artifacts(run.info.run_id, path)).read_text("utf-8") == "ü💥"
    assert rest.list_artifacts(run.info.run_id, "nothing") == []


def test_artifacts_elsewhere_are_left_to_mlflows_own_client(
    rest: RestClient, tmp_path: Path
) -> None:
    number = rest.create_experiment("elsewhere", tmp_path.as_uri())
    run = rest.create_run(number, tags={}, run_name="")
    rest.log_text(run.info.run_id, "text", "a.txt")
    assert len([*tmp_path.rglob("a.txt")]) == 1
    assert rest.load_text(run, "a.txt") == "text"


def test_versions_of_models(rest: RestClient) -> None:
    own = MlflowClient(rest.uri)
    own.create_registered_model("a.model")
    run = open_run(rest, "models").info
    source = f"{run.artifact_uri}/model"
    number = str(own.create_model_version("a.model", source, run.run_id).version)
    assert version_with_alias("a.model", "champion") is None
    assert version_with_alias("none", "champion") is None
    rest.set_registered_model_alias("a.model", "champion", number)
    rest.set_model_version_tag("a.model", number, "published", "true")
    rest.set_registered_model_tag("a.model", "turn", "1")
    light, seen = version_with_alias("a.model", "champion"), own.get_model_version("a.model", "1")
    assert light is not None and seen.aliases == ["champion"]
    assert (str(light.version), light.run_id, light.tags) == (
        "1",
        run.run_id,
        {"published": "true"},
    )
    assert rest.get_model_version("a.model", "1").tags == seen.tags
    assert rest.get_registered_model("a.model").tags == {"turn": "1"}
    rest.delete_model_version_tag("a.model", number, "published")
    rest.delete_registered_model_tag("a.model", "turn")
    assert own.get_model_version("a.model", "1").tags == {}


def test_what_the_server_refuses_says_why(rest: RestClient) -> None:
    assert rest.get_experiment_by_name("none") is None
    rest.create_experiment("twice")
    with pytest.raises(Refused, match=f"MLflow at {rest.uri} refuses: .*already exists") as refused:
        rest.create_experiment("twice")
    assert client.error_code(refused.value) == "RESOURCE_ALREADY_EXISTS"


def test_the_limits_are_mlflows() -> None:
    assert client.LONGEST_PARAMETER == MAX_PARAM_VAL_LENGTH
    assert client.MOST_PARAMETERS_AT_ONCE == MAX_PARAMS_TAGS_PER_BATCH


@contextmanager
def answering(*codes: int) -> Iterator[tuple[RestClient, list[str | None]]]:
    """A server that answers with these codes in turn, and what it was sent as authorization."""
    left, seen = [*codes], []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            self.send_response(left.pop(0))
            self.end_headers()
            self.wfile.write(b'{"run": {"info": {"run_id": "1"}}}')

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    try:
        light = rest_client(f"http://127.0.0.1:{listening.server_port}")
        assert light is not None
        yield light, seen
    finally:
        listening.shutdown()
        listening.server_close()


BASIC = "Basic " + base64.b64encode(b"ann:100%").decode()


@pytest.mark.parametrize(
    ("env", "file", "sent"),
    [
        ({}, "", None),
        ({"MLFLOW_TRACKING_USERNAME": "ann", "MLFLOW_TRACKING_PASSWORD": "100%"}, "", BASIC),
        ({"MLFLOW_TRACKING_TOKEN": "t"}, "", "Bearer t"),
        ({}, "[mlflow]\nmlflow_tracking_username = ann\nmlflow_tracking_password = 100%", BASIC),
    ],
)
def test_credentials_are_those_of_mlflows_client(
    env: dict[str, str],
    file: str,
    sent: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".mlflow").mkdir()
    (tmp_path / ".mlflow/credentials").write_text(file)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with answering(200) as (light, seen):
        light.get_run("1")
    assert seen == [sent]


def test_the_settings_of_tls_are_those_of_mlflows_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "other.pem")
    assert RestClient("https://x")._session.verify is True
    monkeypatch.setenv("MLFLOW_TRACKING_INSECURE_TLS", "true")
    assert RestClient("https://x")._session.verify is False
    monkeypatch.setenv("MLFLOW_TRACKING_SERVER_CERT_PATH", "server.pem")
    monkeypatch.setenv("MLFLOW_TRACKING_CLIENT_CERT_PATH", "client.pem")
    session = RestClient("https://x")._session
    assert (session.verify, session.cert) == ("server.pem", "client.pem")


def test_a_server_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    with answering(503, 429, 200) as (light, seen):
        assert light.get_run("1").info.run_id == "1"
    assert len(seen) == 3


def test_a_server_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    light = rest_client(f"http://127.0.0.1:{free_port()}")
    assert light is not None
    with pytest.raises(GoldenPathError, match=r"at http://127.0.0.1:\d+ does not answer"):
        light.get_run("1")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("sqlite:///mlflow.db", ""),
        ("databricks", ""),
        ("http://x", "MLFLOW_TRACKING_AWS_SIGV4"),
        ("http://x", "MLFLOW_TRACKING_AUTH"),
        ("http://x", "MLFLOW_REGISTRY_URI"),
        ("http://x", "MLFLOW_WORKSPACE"),
    ],
)
def test_what_needs_more_is_left_to_mlflows_own_client(
    uri: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name:
        monkeypatch.setenv(name, "x")
    assert rest_client(uri) is None


@pytest.fixture(scope="module")
def tracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project, with runs that are tracked."""
    project = tmp_path_factory.mktemp("tracked") / "rides"
    shutil.copytree(Path(__file__).parents[1] / "project", project)
    settings = project / "src/rides/settings.py"
    text = settings.read_text().replace("Hooks, Session\n", "Hooks, Session, TrackingHooks\n")
    settings.write_text(text.replace("(ContractHooks(),)", "(ContractHooks(), TrackingHooks())"))
    return project


def kedro(project: Path, *command: str, **env: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command],
        cwd=project,
        env=clean_environment() | {"KEDRO_DISABLE_TELEMETRY": "1"} | env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_tasks_around_a_run_import_nothing_heavy(tracked: Path, server: str) -> None:
    task = {"GOLDEN_PATH_DAG_ID": "rides", "GOLDEN_PATH_TASK_ID": "a"}
    task |= {"MLFLOW_TRACKING_URI": server, "DATA_ROOT": str(tracked / "data")}
    ends = {}
    for dag_run, last in (("good", "publish"), ("bad", "close")):
        for command in ("open", last):
            env = task | {"GOLDEN_PATH_DAG_RUN_ID": dag_run}
            found = kedro(tracked, "runs", command, "--env", "prod", **env)
            assert found["imported"] == [], command
            ends[dag_run] = found["code"]
    assert ends == {"good": 0, "bad": 65}
    own = MlflowClient(server)
    experiment = own.get_experiment_by_name("rides")
    assert experiment is not None
    runs = own.search_runs([experiment.experiment_id])
    states = {run.data.tags["airflow.run_id"]: run.info.status for run in runs}
    assert states == {"good": "FINISHED", "bad": "FAILED"}


@pytest.mark.parametrize(
    ("command", "imported"),
    [
        (("contracts", "--help"), set()),
        (("doctor", "--rule", "owner"), set()),
        (("dags", "--check"), {"pandas", "pyarrow"}),
    ],
)
def test_a_command_imports_what_it_uses(
    command: tuple[str, ...], imported: set[str], tracked: Path
) -> None:
    found = kedro(tracked, *command)
    assert set(found["imported"]) <= imported, found

"""A client of an MLflow server that does without MLflow: its REST API, and `requests`.

It makes only the calls that a run's record needs, with MLflow's variables for credentials,
certificates and patience. Where they ask for more, there is none, and MLflow's own client is used.
Source: https://mlflow.org/docs/latest/api_reference/rest-api.html
"""

from __future__ import annotations

import configparser
import os
import posixpath
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from ..errors import GoldenPathError
from .context import source_tags, user

if TYPE_CHECKING:
    from mlflow.entities import Experiment, FileInfo, Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

# With one of these, or a plugin of these kinds, MLflow's own client does what this one does not.
_ASK_FOR_MORE = (
    "MLFLOW_TRACKING_AUTH",
    "MLFLOW_TRACKING_AWS_SIGV4",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_WORKSPACE",
    "MLFLOW_RUN_CONTEXT",
)
_PLUGINS = ("mlflow.request_header_provider", "mlflow.run_context_provider")
_CREDENTIALS = Path("~/.mlflow/credentials")

_TRANSIENT = (408, 429, 500, 502, 503, 504)
_PROXIED = "mlflow-artifacts:/"
_NOT_THERE = "RESOURCE_DOES_NOT_EXIST"


class Refused(GoldenPathError):
    """The server refuses a call; `error_code` is MLflow's."""

    def __init__(self, message: str, error_code: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.error_code = error_code


def rest_client(uri: str) -> RestClient | None:
    """A client of the server at `uri`; None if it is none, or something needs MLflow's own."""
    if not uri.startswith(("http://", "https://")):
        return None
    if any(os.environ.get(name) for name in _ASK_FOR_MORE):
        return None
    # Asked once: each time, all installed packages are looked through.
    plugins = entry_points()
    if any(plugins.select(group=group) for group in _PLUGINS):
        return None
    return RestClient(uri.rstrip("/"))


@dataclass(frozen=True)
class _Run:
    info: Any
    data: Any


@dataclass
class RestClient:
    """The calls of `client.Client`; answers have the attributes of MLflow's own."""

    uri: str
    _session: requests.Session = field(default_factory=lambda: _session())

    def get_experiment_by_name(self, name: str) -> Experiment | None:
        """The experiment, or None."""
        try:
            found = self._get("experiments/get-by-name", experiment_name=name)
        except Refused as error:
            if error.error_code == _NOT_THERE:
                return None
            raise
        return cast("Experiment", SimpleNamespace(**found["experiment"]))

    def create_experiment(self, name: str, artifact_location: str | None = None) -> str:
        """Create an experiment; its id."""
        body = {"name": name} | (
            {"artifact_location": artifact_location} if artifact_location else {}
        )
        return str(self._post("experiments/create", **body)["experiment_id"])

    def create_run(self, experiment_id: str, *, tags: dict[str, Any], run_name: str) -> Run:
        """Create a run that is at work from now on."""
        made = self._post(
            "runs/create",
            experiment_id=experiment_id,
            start_time=_now(),
            run_name=run_name,
            tags=_pairs(tags),
        )
        return _run(made["run"])

    def get_run(self, run_id: str) -> Run:
        """A run with its tags, parameters and metrics."""
        return _run(self._get("runs/get", run_id=run_id)["run"])

    def search_runs(
        self,
        experiment_ids: list[str],
        filter_string: str = "",
        *,
        max_results: int = 1000,
        order_by: list[str] | None = None,
    ) -> Sequence[Run]:
        """The runs of experiments that a filter lets pass."""
        found = self._post(
            "runs/search",
            experiment_ids=experiment_ids,
            filter=filter_string,
            max_results=max_results,
            order_by=order_by or [],
        )
        return [_run(each) for each in found.get("runs", [])]

    def update_run(self, run_id: str, status: str) -> None:
        """Set the status of a run."""
        self._post("runs/update", run_id=run_id, status=status)

    def set_terminated(self, run_id: str, status: str) -> None:
        """Set the last status of a run, and its end."""
        self._post("runs/update", run_id=run_id, status=status, end_time=_now())

    def set_tag(self, run_id: str, key: str, value: Any) -> None:
        """Set a tag of a run."""
        self._post("runs/set-tag", run_id=run_id, key=key, value=str(value))

    def delete_tag(self, run_id: str, key: str) -> None:
        """Remove a tag of a run."""
        self._post("runs/delete-tag", run_id=run_id, key=key)

    def log(
        self,
        run_id: str,
        *,
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log several things at once."""
        now = _now()
        self._post(
            "runs/log-batch",
            run_id=run_id,
            metrics=[
                {"key": key, "value": value, "timestamp": now, "step": 0}
                for key, value in (metrics or {}).items()
            ],
            params=_pairs(params or {}),
            tags=_pairs(tags or {}),
        )

    def list_artifacts(self, run_id: str, path: str) -> Sequence[FileInfo]:
        """The artifacts of a run below a path."""
        if self._place(self.get_run(run_id), path) is None:
            return cast("Sequence[FileInfo]", self._native().list_artifacts(run_id, path))
        found = self._get("artifacts/list", run_id=run_id, path=path)
        return [cast("FileInfo", SimpleNamespace(**each)) for each in found.get("files", [])]

    def load_text(self, run: Run, artifact_file: str) -> str:
        """The content of an artifact."""
        place = self._place(run, artifact_file)
        if place is None:
            return str(self._native().load_text(run, artifact_file))
        answer = self._call("GET", place)
        answer.encoding = "utf-8"
        return answer.text

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Store text as an artifact."""
        place = self._place(self.get_run(run_id), artifact_file)
        if place is None:
            self._native().log_text(run_id, text, artifact_file)
        else:
            self._call("PUT", place, data=text.encode())

    def get_model_version(self, name: str, version: str) -> ModelVersion:
        """A version of a registered model."""
        return _version(self._get("model-versions/get", name=name, version=version))

    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion:
        """The version of a registered model that has an alias."""
        return _version(self._get("registered-models/alias", name=name, alias=alias))

    def set_registered_model_alias(self, name: str, alias: str, version: str) -> None:
        """Move an alias to a version."""
        self._post("registered-models/alias", name=name, alias=alias, version=version)

    def set_model_version_tag(self, name: str, version: str, key: str, value: Any) -> None:
        """Set a tag of a version."""
        self._post("model-versions/set-tag", name=name, version=version, key=key, value=str(value))

    def delete_model_version_tag(self, name: str, version: str, key: str) -> None:
        """Remove a tag of a version."""
        self._delete("model-versions/delete-tag", name=name, version=version, key=key)

    def get_registered_model(self, name: str) -> RegisteredModel:
        """A registered model with its tags."""
        found = self._get("registered-models/get", name=name)["registered_model"]
        tags = dict(_values(found.get("tags", [])))
        return cast("RegisteredModel", SimpleNamespace(**found | {"tags": tags}))

    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None:
        """Set a tag of a registered model."""
        self._post("registered-models/set-tag", name=name, key=key, value=str(value))

    def delete_registered_model_tag(self, name: str, key: str) -> None:
        """Remove a tag of a registered model."""
        self._delete("registered-models/delete-tag", name=name, key=key)

    def context_tags(self) -> dict[str, Any]:
        """Tags of what started the process, as MLflow makes them."""
        return source_tags() | {"mlflow.user": _credentials()[0] or user()}

    def _place(self, run: Run, artifact_file: str) -> str | None:
        """Where the server keeps an artifact; None if it lies elsewhere, as in a bucket."""
        root = str(run.info.artifact_uri)
        if not root.startswith(_PROXIED) or root.startswith(f"{_PROXIED}/"):
            return None
        path = posixpath.join(root.removeprefix(_PROXIED), artifact_file)
        return f"mlflow-artifacts/artifacts/{quote(path)}"

    def _native(self) -> Any:
        from .native import NativeClient

        return NativeClient(self.uri)

    def _get(self, endpoint: str, **params: str) -> dict[str, Any]:
        return self._answer("GET", endpoint, params=params)

    def _post(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._answer("POST", endpoint, json=body)

    def _delete(self, endpoint: str, **body: Any) -> dict[str, Any]:
        return self._answer("DELETE", endpoint, json=body)

    def _answer(self, method: str, endpoint: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(method, f"mlflow/{endpoint}", **request).json()
        return answer

    def _call(self, method: str, endpoint: str, **request: Any) -> requests.Response:
        url = f"{self.uri}/api/2.0/{endpoint}"
        request["timeout"] = int(os.environ.get("MLFLOW_HTTP_REQUEST_TIMEOUT", "120"))
        # Said with the request, it goes before other variables that `requests` knows.
        request["verify"] = self._session.verify
        try:
            answer = self._session.request(method, url, **request)
        except requests.RequestException as error:
            raise GoldenPathError(
                f"The MLflow server at {self.uri} does not answer any more ({error}). Start the "
                "task again when it does."
            ) from error
        if not answer.ok:
            raise Refused(f"MLflow at {self.uri} refuses: {_reason(answer)}", _code(answer))
        return answer


def _session() -> requests.Session:
    """A session with the credentials, the certificates and the patience of MLflow's client."""
    retries = int(os.environ.get("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7"))
    retry = Retry(
        total=retries,
        connect=retries,
        read=retries,
        status=retries,
        redirect=retries,
        status_forcelist=_TRANSIENT,
        allowed_methods=None,
        backoff_factor=float(os.environ.get("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "2")),
        backoff_jitter=float(os.environ.get("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "1.0")),
    )
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    user, password = _credentials()
    if user and password:
        session.auth = (user, password)
    elif token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        session.headers["Authorization"] = f"Bearer {token}"
    insecure = os.environ.get("MLFLOW_TRACKING_INSECURE_TLS", "").lower() in ("true", "1")
    session.verify = os.environ.get("MLFLOW_TRACKING_SERVER_CERT_PATH") or not insecure
    session.cert = os.environ.get("MLFLOW_TRACKING_CLIENT_CERT_PATH") or None
    return session


def _credentials() -> tuple[str | None, str | None]:
    """User and password: from the environment, or from MLflow's file of credentials."""
    names = ("mlflow_tracking_username", "mlflow_tracking_password")
    file = configparser.ConfigParser(interpolation=None)
    file.read(_CREDENTIALS.expanduser())
    user, password = (
        os.environ.get(name.upper()) or file.get("mlflow", name, fallback=None) for name in names
    )
    return user, password


def _code(answer: requests.Response) -> str:
    return str(_error(answer).get("error_code", answer.status_code))


def _reason(answer: requests.Response) -> str:
    return str(_error(answer).get("message") or f"{answer.status_code} {answer.reason}")


def _error(answer: requests.Response) -> dict[str, Any]:
    try:
        error = answer.json()
    except ValueError:
        return {}
    return error if isinstance(error, dict) else {}


def _run(found: Mapping[str, Any]) -> Run:
    info, data = found["info"], found.get("data", {})
    moments = {key: int(info[key]) for key in ("start_time", "end_time") if key in info}
    info = {"end_time": None, "run_name": ""} | info | moments
    values = {key: dict(_values(data.get(key, []))) for key in ("metrics", "params", "tags")}
    return cast("Run", _Run(SimpleNamespace(**info), SimpleNamespace(**values)))


def _version(found: Mapping[str, Any]) -> ModelVersion:
    version = found["model_version"]
    tags = dict(_values(version.get("tags", [])))
    return cast("ModelVersion", SimpleNamespace(**{"run_id": ""} | version | {"tags": tags}))


def _values(pairs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    return ((each["key"], each.get("value", "")) for each in pairs)


def _pairs(values: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def _now() -> int:
    """Milliseconds since 1970."""
    return int(time.time() * 1000)

"""The client of the MLflow store that a process works with.

It is MLflow's own, unless a process needs nothing but the record of a run: importing MLflow takes
seconds, and the tasks of a DAG that open, publish and close a run would do little else. On an
MLflow server, they make the same few calls through its REST API instead; see `rest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mlflow.entities import Experiment, FileInfo, Run
    from mlflow.entities.model_registry import ModelVersion, RegisteredModel

# What MLflow accepts; a test compares them with MLflow's own.
LONGEST_PARAMETER = 6000
MOST_PARAMETERS_AT_ONCE = 100


class Client(Protocol):
    """What the record of a run and the registry of models are read and written with.

    The methods are those of `mlflow.MlflowClient`, but for the last three. What a store refuses
    is an exception with MLflow's `error_code`.
    """

    def get_experiment_by_name(self, name: str) -> Experiment | None: ...  # noqa: D102
    def create_experiment(  # noqa: D102
        self, name: str, artifact_location: str | None = None
    ) -> str: ...
    def create_run(  # noqa: D102
        self, experiment_id: str, *, tags: dict[str, Any], run_name: str
    ) -> Run: ...
    def get_run(self, run_id: str) -> Run: ...  # noqa: D102
    def search_runs(  # noqa: D102
        self,
        experiment_ids: list[str],
        filter_string: str = "",
        *,
        max_results: int = 1000,
        order_by: list[str] | None = None,
    ) -> Sequence[Run]: ...
    def update_run(self, run_id: str, status: str) -> None: ...  # noqa: D102
    def set_terminated(self, run_id: str, status: str) -> None: ...  # noqa: D102
    def set_tag(self, run_id: str, key: str, value: Any) -> object: ...  # noqa: D102
    def delete_tag(self, run_id: str, key: str) -> None: ...  # noqa: D102
    def list_artifacts(self, run_id: str, path: str) -> Sequence[FileInfo]: ...  # noqa: D102
    def log_text(self, run_id: str, text: str, artifact_file: str) -> None: ...  # noqa: D102
    def get_model_version(self, name: str, version: str) -> ModelVersion: ...  # noqa: D102
    def get_model_version_by_alias(self, name: str, alias: str) -> ModelVersion: ...  # noqa: D102
    def set_registered_model_alias(  # noqa: D102
        self, name: str, alias: str, version: str
    ) -> None: ...
    def set_model_version_tag(  # noqa: D102
        self, name: str, version: str, key: str, value: Any
    ) -> None: ...
    def delete_model_version_tag(self, name: str, version: str, key: str) -> None: ...  # noqa: D102
    def get_registered_model(self, name: str) -> RegisteredModel: ...  # noqa: D102
    def set_registered_model_tag(self, name: str, key: str, value: Any) -> None: ...  # noqa: D102
    def delete_registered_model_tag(self, name: str, key: str) -> None: ...  # noqa: D102

    def log(
        self,
        run_id: str,
        *,
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log several things at once."""

    def load_text(self, run: Run, artifact_file: str) -> str:
        """The content of an artifact."""

    def context_tags(self) -> dict[str, Any]:
        """Tags of what started the process: the user, the program, its commit."""


_light: Client | None = None


def error_code(error: BaseException) -> str | None:
    """MLflow's code of what a store refused; None for any other error."""
    return getattr(error, "error_code", None)


def client() -> Client:
    """The client of the store in use: MLflow's own, unless `use` has found a light one."""
    if _light is not None:
        return _light
    from .native import NativeClient

    return NativeClient()


def use(uri: str, *, light: bool = False) -> None:
    """Work with an MLflow store from now on.

    Args:
        uri: The address of the store.
        light: Do without importing MLflow, if the store is a server and no setting needs more.
    """
    global _light
    _light = None
    if light:
        from .rest import rest_client

        _light = rest_client(uri)
    if _light is None:
        import mlflow

        mlflow.set_tracking_uri(uri)

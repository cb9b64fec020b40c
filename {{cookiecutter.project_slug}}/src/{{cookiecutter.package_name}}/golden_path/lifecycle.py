"""The life of a model in MLflow's registry: logged, registered, judged, promoted, loaded."""

from collections.abc import Mapping
from importlib.metadata import version as _installed
from typing import Any

import mlflow
import mlflow.sklearn
from kedro.io import AbstractDataset, DatasetError
from kedro_datasets.json import JSONDataset
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from mlflow.models.model import ModelInfo

_INHERITED_TAGS = ("month", "owner", "git_commit", "run_id")


class ModelDataset(AbstractDataset[Mapping[str, Any], dict[str, Any]]):
    """The version of a registered scikit-learn model that carries an alias.

    Loading gives the mapping `estimator`, `version`, `month` and `run_id`. Saving a mapping
    without `version` (`estimator` and `input_example`) logs the model to the active run and
    registers it first; either way the alias moves to that version.
    """

    def __init__(
        self,
        *,
        name: str,
        alias: str,
        optional: bool = False,
        trained_by: str = "__default__",
        requirements: list[str] | None = None,
        trusted_types: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the model.

        Args:
            name: The name of the registered model.
            alias: The alias, `champion` or `challenger`.
            optional: Load an empty mapping, rather than fail, when no version has the alias.
            trained_by: The pipelines that train the model, for the message when there is none.
            requirements: The packages that a logged model needs; pinned to what is installed.
            trusted_types: Types in the model that skops does not trust by itself.
            metadata: Anything that hooks want to know about the dataset.
        """
        self._name = name
        self._alias = alias
        self._optional = optional
        self._trained_by = trained_by
        self._requirements = requirements or []
        self._trusted_types = trusted_types or []
        self.metadata = metadata
        self._cached: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        """Load the version with the alias, once until Kedro releases the dataset.

        Raises:
            DatasetError: There is none, and the dataset is not optional.
        """
        if self._cached is None:
            self._cached = self._load_version()
        return self._cached

    def _load_version(self) -> dict[str, Any]:
        version = _version_with_alias(self._name, self._alias)
        if version is None:
            if self._optional:
                return {}
            raise DatasetError(
                f"No version of the model '{self._name}' is {self._alias} yet. Train one that "
                f"passes the gate first: kedro run --pipelines {self._trained_by}"
            )
        estimator = mlflow.sklearn.load_model(f"models:/{self._name}/{version.version}")
        return self._describe_version(estimator, version)

    def _describe_version(self, estimator: Any, version: ModelVersion) -> dict[str, Any]:
        return {
            "estimator": estimator,
            "version": int(version.version),
            "month": version.tags.get("month", ""),
            "run_id": version.run_id,
        }

    def save(self, data: Mapping[str, Any]) -> None:
        """Register the model if it is new, and move the alias to it; an empty mapping is a no-op.

        Raises:
            DatasetError: The mapping is of neither of the two forms.
        """
        if not data:
            return
        if "version" in data:
            number = str(data["version"])
        elif {"estimator", "input_example"} <= data.keys():
            number = self._register(data)
        else:
            raise DatasetError(
                "A new model is saved as a mapping of 'estimator' and 'input_example', not of "
                f"{sorted(data)}."
            )
        self._move_alias(number)
        version = MlflowClient().get_model_version(self._name, number)
        self._cached = self._describe_version(data["estimator"], version)

    def _release(self) -> None:
        self._cached = None

    def _register(self, data: Mapping[str, Any]) -> str:
        number = str(self._log(data["estimator"], data["input_example"]).registered_model_version)
        run = mlflow.active_run()
        client = MlflowClient()
        tags = client.get_run(run.info.run_id).data.tags if run else {}
        for tag in _INHERITED_TAGS:
            if tag in tags:
                client.set_model_version_tag(self._name, number, tag, tags[tag])
        return number

    def _log(self, estimator: Any, example: Any) -> ModelInfo:
        try:
            logged: ModelInfo = mlflow.sklearn.log_model(
                estimator,
                name="model",
                signature=infer_signature(example, estimator.predict_proba(example)),
                input_example=example,
                pyfunc_predict_fn="predict_proba",
                pip_requirements=[f"{name}=={_installed(name)}" for name in self._requirements],
                skops_trusted_types=self._trusted_types,
                registered_model_name=self._name,
            )
        except MlflowException as error:
            if "untrusted types" not in error.message:
                raise
            raise DatasetError(
                "The model holds types that skops does not trust by itself. Review them and, if "
                "they are harmless, list them under 'trusted_types' of the catalog entry. "
                f"{error.message[error.message.index('Untrusted types') :].splitlines()[0]}"
            ) from error
        return logged

    def _move_alias(self, number: str) -> None:
        client = MlflowClient()
        previous = _version_with_alias(self._name, self._alias)
        if previous is not None and str(previous.version) == number:
            return
        client.set_registered_model_alias(self._name, self._alias, number)
        if previous is not None:
            tag = f"previous_{self._alias}"
            client.set_model_version_tag(self._name, number, tag, str(previous.version))

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "alias": self._alias}

    def _exists(self) -> bool:
        return _version_with_alias(self._name, self._alias) is not None


class GateDecisionDataset(JSONDataset):  # type: ignore[misc]  # kedro-datasets has no types
    """A gate's decision: a JSON file, and tags `gate.*` on the model version that it judges.

    The decision is a flat mapping; `challenger_version` says which version it is about.
    """

    def __init__(self, *, name: str, **kwargs: Any) -> None:
        """Describe the decision.

        Args:
            name: The name of the registered model.
            **kwargs: See `kedro_datasets.json.JSONDataset`.
        """
        super().__init__(**kwargs)
        self._name = name

    def save(self, data: Mapping[str, Any]) -> None:
        """Write the file and tag the version."""
        super().save(dict(data))
        client = MlflowClient()
        tags = {f"gate.{key}": str(value) for key, value in data.items() if value is not None}
        for key, value in tags.items():
            client.set_model_version_tag(self._name, str(data["challenger_version"]), key, value)
        if mlflow.active_run():
            mlflow.set_tags(tags)


def _version_with_alias(name: str, alias: str) -> ModelVersion | None:
    try:
        return MlflowClient().get_model_version_by_alias(name, alias)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise

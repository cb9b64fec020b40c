"""Models as datasets: log, register and load versions by alias."""

import tempfile
from collections.abc import Mapping
from importlib.metadata import version as _installed
from pathlib import Path
from typing import Any

import mlflow
import mlflow.sklearn
from kedro.io import AbstractDataset, DatasetError
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException
from mlflow.models import Model, infer_signature
from mlflow.models.model import ModelInfo

from ..guards import is_below, mlflow_equals
from ..tracking import names
from ..tracking.run import is_tracked
from .aliases import move_alias, version_with_alias, withdraw
from .pins import Pin

_UNTRUSTED = (
    "holds types that skops does not trust by itself. Review them and, if they are harmless, list "
    "them under 'trusted_types' of the catalog entry."
)


class ModelDataset(AbstractDataset[Mapping[str, Any], dict[str, Any]]):
    """The version of a registered scikit-learn model that has an alias.

    Loading gives the mapping `estimator`, `version`, `month` and `mlflow_run_id`. Saving a mapping
    without `version` (`estimator` and `input_example`) logs the model to the active run and
    registers it. What is logged answers with probabilities, if the estimator has them. Saving what
    was loaded, a mapping with `version`, gives the alias to a version that the run has registered.
    Saving an empty mapping leaves the alias where it is.

    An alias moves when the run is published, and only if the version that the run has read by it,
    or found when it began, still has it. If a person or another run has moved it meanwhile, it
    stays, and the summary of the run says so. Only `challenger`, the newest candidate, always
    moves. Where `TrackingHooks` does not track the run, an alias moves at once.

    A run reads the same version from start to end, even if others move the alias: the tag
    `model.<name>.<role>` of the MLflow run pins it, also for other processes and for retries. A
    retry that registers the model again deletes the version of the failed try, unless that was
    published.
    """

    # What is saved is only seen when the run is published: it needs no staging area.
    kept_by_mlflow = True

    def __init__(
        self,
        *,
        name: str,
        alias: str,
        role: str | None = None,
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
            role: The name under which the run pins the version; by default the alias. A run that
                reads an alias and then moves it needs two roles.
            optional: Load an empty mapping if no version has the alias, instead of failing.
            trained_by: The pipelines that train the model, for the message when there is none.
            requirements: The packages that a logged model needs; pinned to what is installed.
            trusted_types: Types in the model that skops does not trust by itself.
            metadata: Information for hooks.

        Raises:
            DatasetError: The model cannot have that name.
        """
        if names.valid(name) != name or "/" in name:
            raise DatasetError(
                f"{name!a} cannot be the name of a model, which is a part of names of tags: use "
                "letters, digits, spaces, dots, hyphens and underscores."
            )
        self._name = name
        self._alias = alias
        self.pin = Pin(name, alias, role or alias, optional)
        self._trained_by = trained_by
        self._requirements = requirements or []
        self._trusted_types = trusted_types or []
        self.metadata = metadata
        self._cached: dict[str, Any] | None = None

    def load(self) -> dict[str, Any]:
        """Load the version with the alias, once until Kedro releases the dataset.

        Raises:
            DatasetError: There is none and the dataset is not optional, or loading it could run
                code that is in it.
        """
        if self._cached is None:
            self._cached = self._load_version()
        return self._cached

    def _load_version(self) -> dict[str, Any]:
        run = mlflow.active_run()
        if run:
            version = self.pin.version(run.info.run_id)
        else:
            version = version_with_alias(self._name, self._alias)
        if version is None:
            if self.pin.optional:
                return {}
            raise DatasetError(
                f"No version of the model '{self._name}' is {self._alias} yet. Train one that "
                f"passes the gate first: kedro run --pipelines {self._trained_by}"
            )
        return self._describe_version(self._load_estimator(version), version)

    def _load_estimator(self, version: ModelVersion) -> Any:
        # MLflow would take the format and the trusted types from the model itself.
        import skops.io
        from skops.io.exceptions import UntrustedTypesFoundException

        this = f"Version {version.version} of the model '{self._name}'"
        with tempfile.TemporaryDirectory() as directory:
            uri = f"models:/{self._name}/{version.version}"
            local = mlflow.artifacts.download_artifacts(uri, dst_path=directory)
            flavor = Model.load(local).flavors.get("sklearn", {})
            if flavor.get("serialization_format") != "skops":
                raise DatasetError(
                    f"{this} is not stored with skops: loading it could run any code that is in "
                    "it. Train it again, and save it with this dataset."
                )
            file = str(flavor.get("pickled_model", ""))
            if not is_below(file):
                raise DatasetError(f"{this} names a file outside of it: {file!a}.")
            try:
                return skops.io.load(Path(local) / file, self._trusted_types)
            except UntrustedTypesFoundException as error:
                raise DatasetError(f"{this} {_UNTRUSTED} {str(error).splitlines()[0]}") from error

    def _describe_version(self, estimator: Any, version: ModelVersion) -> dict[str, Any]:
        return {
            "estimator": estimator,
            "version": int(version.version),
            "month": version.tags.get(names.MONTH, ""),
            "mlflow_run_id": version.run_id,
        }

    def save(self, data: Mapping[str, Any]) -> None:
        """Register the model if it is new, and have its version get the alias.

        Raises:
            DatasetError: The mapping has none of the forms that the class describes.
        """
        run = mlflow.active_run() if is_tracked() else None
        if not data:
            if run:
                withdraw(run.info.run_id, self._name, self._alias)
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
        version = MlflowClient().get_model_version(self._name, number)
        if run:
            self.pin.ask(run.info.run_id, version)
        else:
            move_alias(self._name, self._alias, number)
        self._cached = self._describe_version(data["estimator"], version)

    def _release(self) -> None:
        self._cached = None

    def _register(self, data: Mapping[str, Any]) -> str:
        logged = self._log(data["estimator"], data["input_example"])
        run = mlflow.active_run()
        known = MlflowClient().get_run(run.info.run_id).data.tags if run else {}
        tags = {str(tag): known[tag] for tag in names.INHERITED_TAGS if tag in known}
        number = str(mlflow.register_model(logged.model_uri, self._name, tags=tags).version)
        if run:
            self._remove_earlier_tries(number, run.info.run_id)
        return number

    def _remove_earlier_tries(self, number: str, mlflow_run_id: str) -> None:
        client = MlflowClient()
        of_run = f"{mlflow_equals('name', self._name)} and {mlflow_equals('run_id', mlflow_run_id)}"
        for version in client.search_model_versions(of_run):
            # A published version may be in use.
            if str(version.version) != number and names.PUBLISHED not in version.tags:
                client.delete_model_version(self._name, version.version)

    def _log(self, estimator: Any, example: Any) -> ModelInfo:
        method = "predict_proba" if hasattr(estimator, "predict_proba") else "predict"
        try:
            logged: ModelInfo = mlflow.sklearn.log_model(
                estimator,
                name="model",
                signature=infer_signature(example, getattr(estimator, method)(example)),
                input_example=example,
                pyfunc_predict_fn=method,
                pip_requirements=[f"{name}=={_installed(name)}" for name in self._requirements],
                serialization_format="skops",
                skops_trusted_types=self._trusted_types,
            )
        except MlflowException as error:
            if "untrusted types" not in error.message:
                raise
            types = error.message[error.message.index("Untrusted types") :].splitlines()[0]
            raise DatasetError(f"The model {_UNTRUSTED} {types}") from error
        return logged

    def _describe(self) -> dict[str, Any]:
        return {"name": self._name, "alias": self._alias}

    def _exists(self) -> bool:
        return version_with_alias(self._name, self._alias) is not None

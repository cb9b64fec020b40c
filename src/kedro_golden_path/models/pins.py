"""The versions of models that a run works with, pinned when the run is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..runs.dag_task import dag_task
from ..tracking import names
from ..tracking.client import client
from .aliases import NEWEST, NONE, ask, forget_settled, version_with_alias, withdraw

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

# The type that most entries have: what it pins is known without importing it, and MLflow with it.
_MODEL = "kedro_golden_path.ModelDataset"


@dataclass(frozen=True)
class Pin:
    """A version of a registered model, the same from the start to the end of a run.

    The tag `model.<name>.<role>` of the MLflow run remembers it, also for other processes and for
    retries.
    """

    name: str
    alias: str
    role: str
    optional: bool = False

    @property
    def tag(self) -> str:
        """The tag of the MLflow run."""
        return names.MODEL.of(self.name, self.role)

    @property
    def reading(self) -> str:
        """The tag of the MLflow run for the version that this process has read by the alias."""
        task = dag_task()
        task_id = task.task_id if task else "run"
        return names.READ.exactly(self.name, self.alias, task_id)

    def set(self, mlflow_run_id: str) -> str:
        """Have an MLflow run work with the version that has the alias now; its number or `none`."""
        version = version_with_alias(self.name, self.alias)
        number = str(version.version) if version else NONE
        client().set_tag(mlflow_run_id, self.tag, number)
        return number

    def version(self, mlflow_run_id: str) -> ModelVersion | None:
        """The version that an MLflow run works with: its own, or the one that is pinned.

        Only the role with the name of the alias sees what the run itself has saved.
        """
        known = client().get_run(mlflow_run_id).data.tags
        own = known.get(names.ALIAS.exactly(self.name, self.alias))
        if own and self.role == self.alias:
            return client().get_model_version(self.name, own)
        number = known.get(self.tag)
        if number is None or (number == NONE and not self.optional):
            number = self.set(mlflow_run_id)
        if self.alias != NEWEST and known.get(self.reading) != number:
            client().set_tag(mlflow_run_id, self.reading, number)
        return None if number == NONE else client().get_model_version(self.name, number)

    def ask(self, mlflow_run_id: str, version: ModelVersion) -> None:
        """Have a version get the alias when an MLflow run is published, if the run has made it."""
        number = str(version.version)
        if version.run_id != mlflow_run_id:
            withdraw(mlflow_run_id, self.name, self.alias, foreign=number)
            return
        known = client().get_run(mlflow_run_id).data.tags
        if self.alias != NEWEST and self.reading not in known:
            # It has compared with nothing: it replaces what it has found when it began.
            before = known.get(self.tag) or self.set(mlflow_run_id)
            client().set_tag(mlflow_run_id, self.reading, before)
        ask(mlflow_run_id, self.name, self.alias, number)


def pin_models(catalog: Mapping[str, Any], mlflow_run_id: str, *, anew: bool = False) -> None:
    """Pin the versions of all models in a catalog's configuration for an MLflow run.

    Args:
        catalog: The entries by name.
        mlflow_run_id: The id of the MLflow run.
        anew: Look again, and forget what the run has wanted of aliases if that is decided.
    """
    if anew:
        forget_settled(mlflow_run_id)
    known = client().get_run(mlflow_run_id).data.tags
    for name, entry in catalog.items():
        # Only a model has both; to import the types of all entries takes seconds.
        is_model = isinstance(entry, dict) and {"name", "alias"} <= entry.keys()
        if is_model and "{" not in name and (pin := _pin(entry)) and (anew or pin.tag not in known):
            pin.set(mlflow_run_id)


def _pin(entry: Mapping[str, Any]) -> Pin | None:
    if entry.get("type") == _MODEL:
        role = entry.get("role") or entry["alias"]
        return Pin(entry["name"], entry["alias"], role, bool(entry.get("optional")))
    from kedro.io.core import parse_dataset_definition

    from .dataset import ModelDataset

    kind, arguments = parse_dataset_definition(dict(entry))
    return kind(**arguments).pin if issubclass(kind, ModelDataset) else None

"""The versions of models that a run works with, pinned when the run is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..tracking import names
from ..tracking.client import client
from .aliases import version_with_alias

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

_NONE = "none"
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

    def version(self, mlflow_run_id: str) -> ModelVersion | None:
        """The version that an MLflow run works with: the present one if it has none yet."""
        number = client().get_run(mlflow_run_id).data.tags.get(self.tag)
        if number is not None:
            return None if number == _NONE else client().get_model_version(self.name, number)
        version = version_with_alias(self.name, self.alias)
        if version is not None or self.optional:
            client().set_tag(mlflow_run_id, self.tag, version.version if version else _NONE)
        return version


def pin_models(catalog: Mapping[str, Any], mlflow_run_id: str) -> None:
    """Pin the versions of all models in a catalog's configuration for an MLflow run."""
    for name, entry in catalog.items():
        # Only a model has both; to import the types of all entries takes seconds.
        is_model = isinstance(entry, dict) and {"name", "alias"} <= entry.keys()
        if is_model and "{" not in name and (pin := _pin(entry)):
            pin.version(mlflow_run_id)


def _pin(entry: Mapping[str, Any]) -> Pin | None:
    if entry.get("type") == _MODEL:
        role = entry.get("role") or entry["alias"]
        return Pin(entry["name"], entry["alias"], role, bool(entry.get("optional")))
    from kedro.io.core import parse_dataset_definition

    from .dataset import ModelDataset

    kind, arguments = parse_dataset_definition(dict(entry))
    return kind(**arguments).pin if issubclass(kind, ModelDataset) else None

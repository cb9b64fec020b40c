"""The decision of a gate, as a dataset."""

from collections.abc import Mapping
from typing import Any

import mlflow
from kedro_datasets.json import JSONDataset
from mlflow import MlflowClient

from ..tracking import names


class GateDecisionDataset(JSONDataset):  # type: ignore[misc]  # kedro-datasets has no types
    """A gate's decision: a JSON file, and tags `gate.*` on the model version that it is about.

    The decision is a flat mapping; `challenger_version` says which version it is about.
    """

    saving = "replaces"

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
        tags = {names.GATE.of(key): str(value) for key, value in data.items() if value is not None}
        for key, value in tags.items():
            client.set_model_version_tag(self._name, str(data["challenger_version"]), key, value)
        if mlflow.active_run():
            mlflow.set_tags(tags)

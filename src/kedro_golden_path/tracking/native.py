"""MLflow's own client, with what `client.Client` has beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag
from mlflow.tracking.context.registry import resolve_tags


class NativeClient(MlflowClient):
    """MLflow's client of the store that `mlflow.set_tracking_uri` named."""

    def log(
        self,
        run_id: str,
        *,
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Log several things at once."""
        now = int(time.time() * 1000)
        self.log_batch(
            run_id,
            metrics=[Metric(key, value, now, 0) for key, value in (metrics or {}).items()],
            params=[Param(key, value) for key, value in (params or {}).items()],
            tags=[RunTag(key, value) for key, value in (tags or {}).items()],
        )

    def load_text(self, run: Run, artifact_file: str) -> str:
        """The content of an artifact."""
        text: str = mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{artifact_file}")
        return text

    def context_tags(self) -> dict[str, Any]:
        """Tags of what started the process, also those that plugins of MLflow add."""
        tags: dict[str, Any] = resolve_tags()
        return tags

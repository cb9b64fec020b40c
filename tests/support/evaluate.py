"""Print the value, as JSON, of an expression with pandas (`pd`), `MlflowClient` or `dump`."""

import json
import sys
import warnings
from typing import Any

import pandas as pd  # noqa: F401  (for expressions)
from mlflow import MlflowClient


def dump(uri: str) -> dict[str, Any]:
    """Everything in an MLflow store."""
    client = MlflowClient(uri)
    runs = [
        {
            "id": run.info.run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "experiment": experiment.name,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "tags": run.data.tags,
            "artifacts": sorted(
                file.path
                for folder in ("", "reports")
                for file in client.list_artifacts(run.info.run_id, folder)
            ),
        }
        for experiment in client.search_experiments()
        for run in client.search_runs([experiment.experiment_id], order_by=["start_time"])
    ]
    models = {
        model.name: {
            "aliases": {alias: int(version) for alias, version in model.aliases.items()},
            "versions": {
                int(version.version): {**version.tags, "mlflow_run": version.run_id}
                for version in client.search_model_versions(f"name='{model.name}'")
            },
        }
        for model in client.search_registered_models()
    }
    return {"runs": runs, "models": models}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(eval(sys.argv[1]), default=str))

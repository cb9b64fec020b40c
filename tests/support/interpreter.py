"""Evaluate expressions with pandas and MLflow; run with the Python of a generated project.

Each line of the input is the JSON of a directory and an expression, each of the output that of the
value, or of the error. One process does this for many tests, as the import takes seconds.
"""

import json
import os
import sys
import traceback
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


def evaluate(directory: str, expression: str) -> dict[str, Any]:
    os.chdir(directory)
    try:
        return {"value": eval(expression)}
    except Exception:
        return {"error": traceback.format_exc()}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(evaluate(*json.loads(line)), default=str), flush=True)

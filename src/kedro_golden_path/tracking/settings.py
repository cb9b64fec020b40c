"""The settings of `mlflow.yml`, with defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from kedro.config import AbstractConfigLoader, MissingConfigException, OmegaConfigLoader
from omegaconf import OmegaConf

from ..config.project import absolute

# Those of kedro-mlflow, which a loader need not know.
_PATTERNS = ["mlflow*", "mlflow*/**", "**/mlflow*"]
_SQLITE = "sqlite:///"


def settle(loader: AbstractConfigLoader, project: Path, package: str) -> dict[str, Any]:
    """Fill in the defaults of `mlflow.yml`, for this package and for kedro-mlflow.

    Without it, runs are kept in `mlflow.db` in the project's directory, or where the environment
    variable `MLFLOW_TRACKING_URI` says, and the experiment is named after the package.

    Args:
        loader: The configuration; from now on it has the result under the key `mlflow`.
        project: The project's directory.
        package: The name of its package.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or f"{_SQLITE}mlflow.db"
    defaults = {
        "server": {"mlflow_tracking_uri": uri},
        "tracking": {
            "experiment": {"name": package},
            # One run for all nodes, rather than one inside the other.
            "run": {"nested": False},
            "params": {"dict_params": {"flatten": True}, "long_params_strategy": "tag"},
        },
    }
    merged = OmegaConf.to_container(OmegaConf.merge(defaults, _without_blanks(_written(loader))))
    assert isinstance(merged, dict)
    server = merged["server"]
    server["mlflow_tracking_uri"] = _absolute(server["mlflow_tracking_uri"], project)
    loader["mlflow"] = merged
    return {str(key): value for key, value in merged.items()}


def _written(loader: AbstractConfigLoader) -> dict[str, Any]:
    if isinstance(loader, OmegaConfigLoader):
        loader.config_patterns.setdefault("mlflow", _PATTERNS)
    try:
        return dict(loader["mlflow"])
    except (KeyError, MissingConfigException):
        return {}


def _without_blanks(value: Any) -> Any:
    """The settings without keys that have no value, as in kedro-mlflow's template."""
    if not isinstance(value, dict):
        return value
    return {key: _without_blanks(each) for key, each in value.items() if each is not None}


def _absolute(uri: str, project: Path) -> str:
    """The address of a store, wherever a command is called."""
    if uri.startswith(_SQLITE):
        return _SQLITE + absolute(uri.removeprefix(_SQLITE), project)
    is_path = ":" not in uri and not uri.startswith("databricks")
    return (project / uri).absolute().as_uri() if is_path else uri

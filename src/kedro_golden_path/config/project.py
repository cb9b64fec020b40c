"""What the configuration of a project says, whichever of Kedro's loaders reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.config import AbstractConfigLoader, MissingConfigException


def globals_of(loader: AbstractConfigLoader) -> dict[str, Any]:
    """The values of `globals.yml`, which a project need not have."""
    return _optional(loader, "globals")


def parameters_of(loader: AbstractConfigLoader) -> dict[str, Any]:
    """The parameters, those of the command line included."""
    return _optional(loader, "parameters") or dict(loader.runtime_params)


def data_root_of(loader: AbstractConfigLoader, project: Path) -> str:
    """The absolute path, or the URL, below which the data lies: `data`, unless a global says so."""
    return absolute(str(globals_of(loader).get("data_root", "data")), project)


def absolute(path: str, project: Path) -> str:
    """A path of the configuration as Kedro reads it, wherever a run starts; URLs stay."""
    remote = not path or "://" in path
    return path if remote else (project / path).as_posix()


def _optional(loader: AbstractConfigLoader, key: str) -> dict[str, Any]:
    try:
        return dict(loader[key])
    except (KeyError, MissingConfigException):
        return {}

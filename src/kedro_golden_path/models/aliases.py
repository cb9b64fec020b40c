"""Aliases of registered models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tracking import names
from ..tracking.client import client, error_code

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion


def move_aliases(mlflow_run_id: str) -> None:
    """Move the aliases to the versions that an MLflow run has saved under them."""
    tags = client().get_run(mlflow_run_id).data.tags
    for tag, number in sorted(tags.items()):
        if tag.startswith(names.ALIAS.prefix):
            name, _, alias = tag.removeprefix(names.ALIAS.prefix).rpartition(".")
            move_alias(name, alias, number)


def move_alias(name: str, alias: str, number: str) -> None:
    """Move an alias to a version, and note the version that had it in a tag.

    Args:
        name: The name of the model.
        alias: The alias.
        number: The version.
    """
    client().set_model_version_tag(name, number, names.PUBLISHED, "true")
    previous = version_with_alias(name, alias)
    if previous is not None and str(previous.version) == number:
        return
    client().set_registered_model_alias(name, alias, number)
    if previous is not None:
        tag = names.PREVIOUS.of(alias)
        client().set_model_version_tag(name, number, tag, str(previous.version))


def version_with_alias(name: str, alias: str) -> ModelVersion | None:
    """The version of a registered model that has an alias; None if there is none."""
    try:
        return client().get_model_version_by_alias(name, alias)
    except Exception as error:
        if error_code(error) in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise

"""Select the nodes of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline

from ..config.suggestions import did_you_mean
from ..errors import GoldenPathError, locate, package_directory, raised_by_kedro

_NODES = ("node_names", "from_nodes", "to_nodes")
_DATASETS = ("from_inputs", "to_outputs")
# Kedro's message is the same for a missing module and for one that fails; only the cause differs.
_NOT_IMPORTED = re.compile(r"importing the '\w+\.pipelines\.(\w+)' module")


def select(names: Sequence[str], options: Mapping[str, Any]) -> Pipeline:
    """Select the nodes of a run, as Kedro does.

    Args:
        names: The names of pipelines.
        options: The other arguments of `KedroServiceSession.run`.

    Raises:
        GoldenPathError: There is no such pipeline or node, or the pipelines cannot be made.
    """
    made = _make(None if names == ["__default__"] else list(names))
    if unknown := [name for name in names if name not in made]:
        raise _no_pipeline(unknown[0])
    whole = sum((made[name] for name in names), Pipeline([]))
    try:
        return whole.filter(
            **{key: options.get(key) for key in ("tags", *_NODES, *_DATASETS)},
            node_namespaces=options.get("namespaces"),
        )
    except ValueError as error:
        raise GoldenPathError(f"{error}{_hint(whole, options)}") from error


def _make(names: list[str] | None) -> dict[str, Pipeline]:
    pipelines.set_requested(names)
    try:
        return dict(pipelines.items())
    except Exception as error:
        raise _explained(error) from error


def _explained(error: Exception) -> GoldenPathError:
    not_imported = _NOT_IMPORTED.search(str(error))
    if not_imported and error.__cause__ is None:
        return _no_pipeline(not_imported[1])
    cause = (error.__cause__ if not_imported else None) or error
    if isinstance(cause, ModuleNotFoundError):
        advice = (
            "If the name is right, add the package to the dependencies in pyproject.toml; then: "
            "make lock install"
        )
    elif isinstance(cause, KeyError) and raised_by_kedro(cause):
        directory = f"src/{package_directory().name}/pipelines"
        return GoldenPathError(
            f"{cause.args[0]}: the __init__.py of its directory in {directory} has to provide "
            "create_pipeline, which returns a Pipeline. Write it, or remove the directory."
        )
    else:
        advice = "Correct it, and run the same command again."
    return GoldenPathError(f"{locate(cause)}\n{advice}")


def _no_pipeline(name: str) -> GoldenPathError:
    known = sorted(_make(None))
    return GoldenPathError(
        f"There is no pipeline '{name}'.{did_you_mean(name, known)} Pipelines of this project: "
        f"{', '.join(known)}."
    )


def _hint(whole: Pipeline, options: Mapping[str, Any]) -> str:
    """A suggestion after Kedro's message about a name that no node or dataset has."""
    nodes = {node.name for node in whole.nodes}
    for keys, known in ((_NODES, nodes), (_DATASETS, whole.datasets())):
        for name in (name for key in keys for name in options.get(key) or ()):
            if name not in known:
                return did_you_mean(name, known) or f" There are: {', '.join(sorted(known))}."
    return (
        f" Pipelines of this project: {', '.join(sorted(_make(None)))}; they are made in "
        f"src/{package_directory().name}/pipelines."
    )

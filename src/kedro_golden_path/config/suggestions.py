"""Suggestions for names that do not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from kedro.framework.project import pipelines
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from ..errors import GoldenPathError
from ..nested import names

# From this similarity on, one of two names is probably a typo of the other.
_ALMOST_THE_SAME = 0.8
_CORRECT_IT = (
    "Correct the name where the node is declared, or in the catalog (conf/base/catalog*); a new "
    "dataset needs an entry there."
)


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Ask whether a similar name was meant; empty if there is none."""
    near = get_close_matches(name, sorted(known), cutoff=cutoff)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def check_parameters(given: Mapping[str, Any], known: Collection[str]) -> None:
    """Refuse a parameter on the command line that looks like a misspelt one.

    Kedro would add it as a new parameter, and use the configured value of the one that was meant.

    Args:
        given: What the command line says.
        known: The names that the configuration has, as `nested.names` makes them.

    Raises:
        GoldenPathError: There is such a parameter.
    """
    for name in names(given):
        inside = [other for other in known if other.endswith(f".{name}")]
        hint = f" Did you mean {' or '.join(sorted(inside))}?" if inside else ""
        hint = hint or did_you_mean(name, known, _ALMOST_THE_SAME)
        if name not in known and hint:
            raise GoldenPathError(
                f"There is no parameter '{name}'.{hint} A new one needs a value in "
                "conf/base/parameters*.yml first."
            )


def check_datasets(pipeline: Pipeline, catalog: DataCatalog) -> None:
    """Refuse names of datasets that must be mistakes.

    Args:
        pipeline: What is run.
        catalog: All that is known, parameters included.

    Raises:
        GoldenPathError: A node reads a dataset that does not exist, or its output is not in the
            catalog but similar to a dataset that is.
    """
    known = set(catalog.keys())
    for name in sorted(pipeline.inputs()):
        if name not in catalog:
            raise GoldenPathError(_unknown_input(name, pipeline, known))
    for name in sorted(pipeline.outputs()):
        hint = did_you_mean(name, known - pipeline.all_outputs(), _ALMOST_THE_SAME)
        if name not in catalog and hint:
            (maker,) = (node.name for node in pipeline.nodes if name in node.outputs)
            raise GoldenPathError(
                f"The node '{maker}' outputs '{name}', which is not in the catalog, so its data "
                f"would be discarded.{hint} {_CORRECT_IT}"
            )


def _unknown_input(name: str, pipeline: Pipeline, known: set[str]) -> str:
    readers = ", ".join(f"'{node.name}'" for node in pipeline.nodes if name in node.inputs)
    if name.startswith("params:"):
        hint = did_you_mean(name, known)
        return (
            f"There is no parameter '{name.removeprefix('params:')}', which {readers} takes.{hint} "
            "Correct the name, or add the parameter to conf/base/parameters*.yml."
        )
    nodes = [node for each in pipelines.values() for node in each.nodes]
    makers = {node.name for node in nodes if name in node.outputs}
    if makers:
        return (
            f"{readers} reads '{name}', which is not kept: the node {' or '.join(sorted(makers))} "
            "has to run as well."
        )
    return (
        f"{readers} reads '{name}', which is not in the catalog, and no node makes it."
        f"{did_you_mean(name, known)} {_CORRECT_IT}"
    )

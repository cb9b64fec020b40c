"""What somebody should look at although a run has succeeded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from . import names

_NOTHING_TO_SEE = ("", "passed", "none checked")


def warnings(tags: Mapping[str, str]) -> Iterator[str]:
    """A refused model, quarantined rows, and contracts that only warn.

    Args:
        tags: The tags of the MLflow run, when its report is logged.
    """
    reason = tags.get(names.GATE.of("reason"))
    if reason and tags.get(names.GATE.of("promote")) != "True":
        version = tags.get(names.GATE.of("challenger_version"))
        yield f"Model version {version} was not promoted. {reason}"
    contracts = tags.get(names.CONTRACTS, "")
    if contracts not in _NOTHING_TO_SEE:
        yield f"Contracts: {contracts}."

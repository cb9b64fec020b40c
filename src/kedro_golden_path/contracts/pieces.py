"""Data that comes in pieces, which a contract cannot judge as a whole."""

from __future__ import annotations

from inspect import isgeneratorfunction, unwrap

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.validation import Validator

from ..errors import GoldenPathError
from .validator import Contract

_PARTITIONED = {"PartitionedDataset", "IncrementalDataset"}
_INSTEAD = "say in its entry why it has no contract: metadata: {no_contract: …}"


def takes_whole_frames(validator: Validator) -> bool:
    """Whether a validator is a contract, and not something that a team has of its own."""
    return isinstance(validator, Contract)


def refuse_pieces(name: str, catalog: DataCatalog, pipeline: Pipeline) -> None:
    """Find out before a run that a dataset's data will come in pieces.

    Raises:
        GoldenPathError: It will, as a dict of partitions or from a generator.
    """
    if any(kind.__name__ in _PARTITIONED for kind in type(catalog.get(name)).__mro__):
        raise GoldenPathError(
            f"'{name}' has a contract, but its data is a dict of partitions, and contracts are for "
            f"frames. Give it to the dataset that is made of the partitions, and {_INSTEAD}"
        )
    for node in pipeline.only_nodes_with_outputs(name).nodes:
        if isgeneratorfunction(unwrap(node.func)) and "save" in catalog.validator_specs[name].on:
            raise GoldenPathError(
                f"'{name}' has a contract, but the node '{node.name}' yields it piece by piece, "
                "and the keys and counts of a contract are those of a whole frame. Return one "
                f'frame, or check it when it is loaded ("on": load), or {_INSTEAD}'
            )

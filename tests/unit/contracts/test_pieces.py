"""Data in pieces is refused before a run, with what to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import node, pipeline

from kedro_golden_path import ContractHooks, GoldenPathError
from unit.contracts import made


def whole() -> pd.DataFrame:
    return pd.DataFrame({"a": [1]})


def pieces() -> Iterator[pd.DataFrame]:
    yield whole()


def start(entry: dict[str, Any], function: Any, on: str = "save") -> None:
    """Do what happens before a run of one node that makes `out`."""
    path = f"{made.__name__}.{made.model({'a': (int, pa.Field(unique=True))}).__name__}"
    options = {"schema": path, "dataset": "out"}
    validator = {"class": "kedro_golden_path.Contract", "on": on, "options": options}
    catalog = DataCatalog.from_config({"out": {**entry, "validator": validator}})
    made_by = pipeline([node(function, None, "out", name="make")])
    ContractHooks().before_pipeline_run(pipeline=made_by, catalog=catalog)


@pytest.mark.parametrize("kind", ["PartitionedDataset", "IncrementalDataset"])
def test_partitions(kind: str, tmp_path: Path) -> None:
    entry = {"type": f"partitions.{kind}", "path": str(tmp_path), "dataset": "pandas.CSVDataset"}
    with pytest.raises(GoldenPathError, match=r"dict of partitions.*no_contract"):
        start(entry, whole)


def test_a_generator() -> None:
    with pytest.raises(GoldenPathError, match=r"node 'make' yields it piece by piece.*load"):
        start({"type": "MemoryDataset"}, pieces)


@pytest.mark.parametrize(("function", "on"), [(whole, "save"), (pieces, "load")])
def test_a_frame_as_a_whole(function: Any, on: str) -> None:
    start({"type": "MemoryDataset"}, function, on)

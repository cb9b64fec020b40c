"""Everything that goes wrong with data is noticed, by the rule that is there for it."""

from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError

from kedro_golden_path.errors import explain
from unit.example.corruptions import CORRUPTIONS, Corruption, contract_of, valid, write

pytestmark = pytest.mark.one_python


def test_there_are_enough_corruptions_of_different_names() -> None:
    assert len({corruption.name for corruption in CORRUPTIONS}) == len(CORRUPTIONS) >= 50


@pytest.mark.parametrize("contract", sorted({each.contract for each in CORRUPTIONS}))
def test_data_with_nothing_wrong_pass(contract: str, tmp_path: Path) -> None:
    untouched = Corruption("untouched", lambda frame: frame, rule="", contract=contract)
    frame = pd.read_parquet(write(untouched, tmp_path))
    assert contract_of(contract).run_checks(frame).failures == []
    assert len(frame) == len(valid(contract))


@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.name)
def test_a_corruption_is_reported_with_its_count(corruption: Corruption, tmp_path: Path) -> None:
    frame = pd.read_parquet(write(corruption, tmp_path))
    found = contract_of(corruption.contract).run_checks(frame).failures
    assert corruption.expected() in [(each.rule, each.column, each.count) for each in found]


@pytest.mark.parametrize("size", [0, 10_000], ids=["empty", "truncated"])
def test_a_file_that_broke_off_is_named_with_its_dataset(size: int, tmp_path: Path) -> None:
    untouched = Corruption("flights", lambda frame: frame, rule="", contract="raw.FlightsRaw")
    file = write(untouched, tmp_path)
    file.write_bytes(file.read_bytes()[:size])
    entry = {"type": "pandas.ParquetDataset", "filepath": str(file)}
    catalog = DataCatalog.from_config({"flights_raw": entry})
    with pytest.raises(DatasetError) as error:
        catalog.load("flights_raw")
    message = explain(error.value)
    assert message.startswith("'flights_raw' cannot be read: ")
    assert str(file) in message
    assert "Have it delivered again" in message
    assert "ParquetDataset" not in message

"""No value of a sensitive column is in what a run says of an error."""

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.io import DataCatalog, DatasetError

from kedro_golden_path import Contract, ContractError
from kedro_golden_path.contracts.sensitive import is_sensitive, reason
from kedro_golden_path.errors import GoldenPathError, explain


class People(pa.DataFrameModel):
    salary: float = pa.Field(metadata={"sensitive": True})


class Towns(pa.DataFrameModel):
    inhabitants: float


@pytest.fixture
def catalog(rides: Path, tmp_path: Path) -> Iterator[DataCatalog]:
    """Two files whose reader fails: only one of them has a sensitive column."""
    module = types.ModuleType("models_of_people")
    module.__dict__.update(People=People, Towns=Towns)
    sys.modules[module.__name__] = module
    entries = {}
    for name, column in (("People", "salary"), ("Towns", "inhabitants")):
        (tmp_path / f"{name}.csv").write_text(f"{column}\nPLANTED\n")
        schema = {"schema": f"models_of_people.{name}"}
        contract = f"{Contract.__module__}.{Contract.__qualname__}"
        entries[name.lower()] = {
            "type": "pandas.CSVDataset",
            "filepath": str(tmp_path / f"{name}.csv"),
            "load_args": {"dtype": {column: "float"}},
            "validator": {"class": contract, "on": "load", "options": schema},
        }
    yield DataCatalog.from_config(entries)
    del sys.modules[module.__name__]


def error_of(catalog: DataCatalog, name: str) -> DatasetError:
    with pytest.raises(DatasetError) as caught:
        catalog.load(name)
    return caught.value


def test_what_a_reader_says_of_a_sensitive_column_is_not_repeated(catalog: DataCatalog) -> None:
    people, towns = (error_of(catalog, name) for name in ("people", "towns"))
    assert "PLANTED" in str(people)
    told = explain(people, lambda name: is_sensitive(catalog, name))
    assert told.startswith("'people' cannot be read: ") and "PLANTED" not in told
    assert reason(people, catalog, ["people"]) == told
    assert "Cannot cast" in reason(towns, catalog, ["people", "towns"])


def test_what_a_function_says_is_not_repeated_where_data_is_sensitive(catalog: DataCatalog) -> None:
    def node() -> None:
        pd.Series(["PLANTED"]).astype(float)

    with pytest.raises(ValueError, match="PLANTED") as caught:
        node()
    told = reason(caught.value, catalog, ["people", "towns"])
    assert "PLANTED" not in told and "ValueError. Its message is in the log alone" in told
    assert "PLANTED" in reason(caught.value, catalog, ["towns"])


def test_what_is_made_for_people_is_repeated(catalog: DataCatalog) -> None:
    broken = ContractError("The data of 'people' breaks its contract", [], ["  salary"], "Mend it.")
    failed = DatasetError("Validation failed")
    failed.__cause__ = broken
    assert reason(failed, catalog, ["people"]) == str(broken)
    assert reason(GoldenPathError("No month."), catalog, ["people"]) == "No month."

"""The short forms of catalog entries, and what they stand for."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from kedro.io import DataCatalog, DatasetError

from kedro_golden_path import ConfigLoader, GoldenPathError, MonthsDataset
from kedro_golden_path.config.catalog import written_out

RIDES = {"type": "pandas.ParquetDataset", "filepath": "data/02_x/month=2020-01/rides.parquet"}
FULL = {"class": "kedro_golden_path.Contract", "on": "save", "options": {"schema": "raw.Rides"}}
MONTHS = ["2019-11", "2019-12"]


@pytest.fixture(autouse=True)
def _rides(rides: Path) -> None:
    """In a project whose package is `rides`, with contracts in `raw`."""


def validator(entry: dict[str, Any]) -> Any:
    return written_out({"rides": entry}, "2020-01")["rides"].get("validator")


def of_yaml(text: str) -> Any:
    return validator(RIDES | {"contract": yaml.safe_load(text)})


@pytest.mark.parametrize(
    ("contract", "schema"),
    [
        ("raw.Rides", "rides.contracts.raw.Rides"),
        ("rides.contracts.raw.Rides", "rides.contracts.raw.Rides"),
        # What other packages have is named as it is, unless the project has the same.
        ("json.JSONDecoder", "json.JSONDecoder"),
        # What nobody has is looked for in the project, whose message names it.
        ("rwa.Rides", "rides.contracts.rwa.Rides"),
        ("Rides", "rides.contracts.Rides"),
    ],
)
def test_a_contract_is_named_as_the_project_sees_it(contract: str, schema: str) -> None:
    found = validator(RIDES | {"contract": contract})
    assert found == FULL | {"options": {"schema": schema}}


@pytest.mark.parametrize("key", ["filepath", "path"])
@pytest.mark.parametrize(
    ("place", "when"),
    [
        ("data/01_raw/rides.parquet", "load"),
        ("s3://bucket/data/01_raw/month=2020-01/rides.parquet", "load"),
        ("01_raw/rides.parquet", "load"),
        ("data/02_intermediate/rides.parquet", "save"),
        ("data/not_01_raw/rides.parquet", "save"),
    ],
)
def test_the_layer_says_when_a_contract_is_checked(key: str, place: str, when: str) -> None:
    entry = {"type": "pandas.ParquetDataset", key: place, "contract": "raw.Rides"}
    assert validator(entry)["on"] == when


def test_the_mapping_has_the_options_of_the_contract() -> None:
    found = of_yaml("{schema: raw.Rides, on_failure: quarantine, max_quarantined: 0.1}")
    assert found["options"] == {
        "schema": "rides.contracts.raw.Rides",
        "on_failure": "quarantine",
        "max_quarantined": 0.1,
    }
    assert found["on"] == "save"


@pytest.mark.parametrize("on", ["on", "'on'"], ids=["which YAML reads as true", "as text"])
def test_on_says_when_whatever_the_layer(on: str) -> None:
    found = of_yaml(f"{{schema: raw.Rides, {on}: load}}")
    assert found["on"] == "load"
    assert found["options"] == {"schema": "rides.contracts.raw.Rides"}


def test_the_other_keys_of_an_entry_stay() -> None:
    entry = RIDES | {"contract": "raw.Rides", "metadata": {"a": 1}}
    found = written_out({"rides": entry}, "2020-01")["rides"]
    assert found.pop("validator")["class"] == "kedro_golden_path.Contract"
    assert found == RIDES | {"metadata": {"a": 1}}


def test_the_long_form_is_left_as_it_is() -> None:
    for entry in (RIDES, RIDES | {"validator": FULL}, "not a mapping"):
        assert written_out({"rides": entry}, None) == {"rides": entry}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (RIDES | {"contract": "raw.Rides", "validator": FULL}, "'rides' has both"),
        (RIDES | {"contract": {"on_failure": "warn"}}, "'rides' has to name a pandera model"),
        (RIDES | {"contract": 7}, "'rides' has to name a pandera model"),
        (RIDES | {"contract": None}, "'rides' has to name a pandera model"),
        ({"type": "x", "contract": "raw.Rides"}, r"'rides' has no path .*'on': save\} \(or load\)"),
    ],
)
def test_what_cannot_be_understood_is_refused(entry: dict[str, Any], message: str) -> None:
    with pytest.raises(GoldenPathError, match=message):
        validator(entry)


def test_a_contract_without_a_path_says_when_itself() -> None:
    entry = {"type": "x", "contract": {"schema": "raw.Rides", "on": "save"}}
    assert validator(entry)["on"] == "save"


WINDOW = {"type": "kedro_golden_path.MonthsDataset", "of": "rides", "months": MONTHS}


def window(rides: Any, month: object = "2020-01", **own: Any) -> Any:
    return written_out({"rides": rides, "history": WINDOW | own}, month)["history"]


@pytest.mark.parametrize(
    "kind", ["pandas.ParquetDataset", "kedro_golden_path.spark.ParquetDataset"]
)
def test_a_window_has_place_type_and_contract_of_its_months(kind: str) -> None:
    one = RIDES | {"type": kind, "load_args": {"a": 1}, "contract": "raw.Rides", "metadata": {}}
    assert window(one) == {
        "type": "kedro_golden_path.MonthsDataset",
        "months": MONTHS,
        "path": "data/02_x",
        "file": "rides.parquet",
        "dataset": {"type": kind, "load_args": {"a": 1}},
        "validator": FULL | {"options": {"schema": "rides.contracts.raw.Rides"}},
    }


def test_what_a_window_says_itself_goes_before_what_its_months_say() -> None:
    found = window(RIDES | {"contract": "raw.Rides"}, file="other.parquet", contract="raw.Other")
    assert found["file"] == "other.parquet"
    assert found["validator"]["options"] == {"schema": "rides.contracts.raw.Other"}


@pytest.mark.parametrize(
    ("rides", "month"),
    [
        (None, "2020-01"),
        ({"type": "MemoryDataset"}, "2020-01"),
        (RIDES | {"filepath": "data/rides.parquet"}, "2020-01"),
        (RIDES, "2020-02"),
    ],
    ids=["no such entry", "no file", "not of a month", "of another month"],
)
def test_a_window_needs_months_to_look_at(rides: Any, month: str) -> None:
    with pytest.raises(GoldenPathError, match="'history' loads months of 'rides'"):
        window(rides, month)


CATALOG = """
rides:
  type: pandas.ParquetDataset
  filepath: data/01_raw/rides/month=${param:month}/rides.parquet
  contract: raw.Rides

history:
  type: kedro_golden_path.MonthsDataset
  of: rides
  months: ${months_before:${param:month},2}
"""


def test_a_window_is_loaded_and_checked_for_its_months(tmp_path: Path) -> None:
    for name, text in {
        "parameters": 'month: "2020-01"',
        "globals": "{}",
        "catalog": CATALOG,
    }.items():
        (tmp_path / "conf/base").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"conf/base/{name}.yml").write_text(text)
    for month, fare in {"2019-11": 1.0, "2019-12": 2.0, "2020-01": 3.0}.items():
        file = tmp_path / f"data/01_raw/rides/month={month}/rides.parquet"
        file.parent.mkdir(parents=True)
        pd.DataFrame({"ride": [int(fare)], "fare": [fare]}).to_parquet(file)
    config = ConfigLoader(tmp_path / "conf", "base")["catalog"]
    config["history"]["path"] = str(tmp_path / config["history"]["path"])
    catalog = DataCatalog.from_config(config)
    assert isinstance(catalog.get("history"), MonthsDataset)
    assert catalog.load("history")["fare"].tolist() == [1.0, 2.0]
    assert config["history"]["validator"]["options"]["periods"] == MONTHS
    file = tmp_path / "data/01_raw/rides/month=2019-12/rides.parquet"
    pd.DataFrame({"ride": [1], "fare": [-2.0]}).to_parquet(file)
    with pytest.raises(DatasetError, match="greater_than_or_equal_to"):
        catalog.load("history")

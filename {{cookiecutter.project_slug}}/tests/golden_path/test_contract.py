import json
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.io import DataCatalog
from kedro.validation import resolve_validator
from kedro.validation.core import ValidatorSpec
from kedro.validation.exceptions import ValidationConfigurationError

from {{ cookiecutter.package_name }}.golden_path import evidence
from {{ cookiecutter.package_name }}.golden_path.contract import Contract, ContractError

CONTRACT = f"{Contract.__module__}.{Contract.__qualname__}"


class Trips(pa.DataFrameModel):
    """The contract that these tests break."""

    trip: int = pa.Field(ge=1)
    city: str = pa.Field(isin=["Oslo", "Rome"])
    month: str = pa.Field(metadata={"period": True})

    class Config:
        strict = True
        unique = ["trip"]

    @pa.dataframe_check
    @classmethod
    def at_least_two_trips(cls, trips: pd.DataFrame) -> bool:
        return len(trips) >= 2

    @pa.dataframe_check
    @classmethod
    def rome_starts_at_ten(cls, trips: pd.DataFrame) -> pd.Series:
        return (trips["city"] != "Rome") | (trips["trip"] >= 10)


GOOD = pd.DataFrame({"trip": [1, 2, 10], "city": ["Oslo", "Oslo", "Rome"], "month": "2020-01"})


def contract(examples: int = 5) -> Contract:
    schema = f"{__name__}.Trips"
    return Contract(schema, "trips", "data/trips.parquet", ["2020-01"], examples)


def broken(frame: pd.DataFrame, examples: int = 5) -> ContractError:
    with pytest.raises(ContractError) as error:
        contract(examples).validate(frame)
    return error.value


def test_good_data_passes_unchanged() -> None:
    pd.testing.assert_frame_equal(contract().validate(GOOD.copy()), GOOD)


@pytest.mark.parametrize(
    ("frame", "column", "check", "count", "examples"),
    [
        (GOOD.assign(trip=[-1, -2, 10]), "trip", "greater_than_or_equal_to(1)", 2, ["-1", "-2"]),
        (GOOD.assign(city=["Oslo", "Bonn", "Bonn"]), "city", "isin", 2, ["'Bonn'"]),
        (GOOD.assign(month="2020-02"), "month", "in_period(2020-01)", 3, ["'2020-02'"]),
        (GOOD.assign(trip=[1, 2, 3]), None, "rome_starts_at_ten", 1, ["(trip=3)"]),
        (GOOD.assign(trip=[1, 1, 10]), None, "multiple_fields_uniqueness", 2, ["(trip=1)"]),
        (GOOD.head(1), None, "at_least_two_trips", 1, ["False"]),
        (GOOD.assign(x=1), None, "column_in_schema", 1, ["'x'"]),
        (GOOD.drop(columns="city"), None, "column_in_dataframe", 1, ["'city'"]),
    ],
)
def test_each_broken_rule_is_reported_once_with_its_count(
    frame: pd.DataFrame, column: str | None, check: str, count: int, examples: list[str]
) -> None:
    found = [each for each in broken(frame).failures if str(each.check).startswith(check)]
    assert [(each.column, each.failure_count, each.failure_examples) for each in found] == [
        (column, count, examples)
    ]


def test_no_more_examples_are_shown_than_asked_for() -> None:
    frame = pd.concat([GOOD] * 4, ignore_index=True).assign(trip=range(0, -12, -1))
    (failure,) = [each for each in broken(frame, 3).failures if each.column == "trip"]
    assert (failure.failure_count, failure.failure_examples) == (12, ["0", "-1", "-2"])


def test_the_message_says_where_and_what_to_do() -> None:
    validator = {
        "class": CONTRACT,
        "on": "save",
        "options": {"schema": f"{__name__}.Trips", "file": "data/trips.parquet"},
    }
    catalog = DataCatalog.from_config({"trips": {"type": "MemoryDataset", "validator": validator}})
    with pytest.raises(ContractError) as error:
        catalog.save("trips", GOOD.assign(city="Bonn"))
    message = str(error.value)
    assert "'trips' (data/trips.parquet) breaks its contract before it was written" in message
    assert "column 'city': isin(['Oslo', 'Rome']) failed 3 times, for example 'Bonn'" in message
    assert "What to do: look at the node that makes 'trips'" in message
    assert "change Trips in" in message


def test_every_validation_leaves_evidence(tmp_path: Path) -> None:
    evidence.open_evidence()
    contract().validate(GOOD.copy())
    broken(GOOD.assign(city="Bonn"))
    held, not_held = evidence.close_evidence()
    assert (held["dataset"], held["rows"], held["failures"]) == ("trips", 3, [])
    assert [(each["column"], each["rows"]) for each in not_held["failures"]] == [("city", 3)]
    assert json.dumps(not_held)


@pytest.mark.parametrize("schema", ["nowhere.Trips", f"{__name__}.Nothing", f"{__name__}.GOOD"])
def test_a_schema_that_is_none_is_refused(schema: str) -> None:
    spec = ValidatorSpec(CONTRACT, options={"schema": schema})
    with pytest.raises(ValidationConfigurationError, match=schema):
        resolve_validator(spec)

import json
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.io import DataCatalog
from kedro.validation import resolve_validator
from kedro.validation.core import ValidatorSpec
from kedro.validation.exceptions import ValidationConfigurationError

from kedro_golden_path import Columns, Contract, ContractError, GoldenPathError, rule
from kedro_golden_path.contracts import results

CONTRACT = f"{Contract.__module__}.{Contract.__qualname__}"


class Trips(pa.DataFrameModel):
    """The contract that these tests break."""

    trip: int = pa.Field(ge=1)
    city: str = pa.Field(isin=["Oslo", "Rome"])
    month: str = pa.Field(metadata={"period": True})
    fare: float = pa.Field(nullable=True, le=100)
    guest: str = pa.Field(str_matches=r"^[A-Z]\w+$", metadata={"sensitive": True})

    class Config:
        strict = True
        ordered = True
        unique = ["trip"]

    @rule(ge=2)
    @classmethod
    def trips(cls, trips: Columns) -> nw.Expr:
        """Fewer are not worth a trip."""
        return trips.rows

    @rule(le=0.5)
    @classmethod
    def share_without_fare(cls, trips: Columns) -> nw.Expr:
        return trips["fare"].is_null().cast(nw.Float64).mean()

    @rule(by="city", le=2)
    @classmethod
    def trips_to_a_city(cls, trips: Columns) -> nw.Expr:
        return trips.rows

    @rule
    @classmethod
    def rome_starts_at_ten(cls, trips: Columns) -> nw.Expr:
        return (trips["city"] != "Rome") | (trips["trip"] >= 10)

    @rule
    @classmethod
    def somebody_goes_to_oslo(cls, trips: Columns) -> nw.Expr:
        return (trips["city"] == "Oslo").any()


class Coerced(pa.DataFrameModel):
    """A contract that changes types."""

    trip: int = pa.Field(coerce=True)


class Plain(pa.DataFrameModel):
    """A contract with a check that no other engine can evaluate."""

    trip: int

    @pa.check("trip")
    @classmethod
    def odd(cls, trip: Any) -> Any:
        return trip % 2 == 1


class Lookahead(pa.DataFrameModel):
    """A contract with a pattern that engines read differently."""

    city: str = pa.Field(str_matches="(?=Oslo)")


class Anything(pa.DataFrameModel):
    """A contract with a type that says nothing."""

    city: object


class Indexed(pa.DataFrameModel):
    """A contract on what Spark does not have."""

    trip: pa.typing.Index[int]
    city: str


class Typo(pa.DataFrameModel):
    """A contract with a rule over a column that it does not have."""

    city: str

    @rule
    @classmethod
    def ends_well(cls, trips: Columns) -> nw.Expr:
        return trips["town"] == "Oslo"


GOOD = pd.DataFrame(
    {
        "trip": [1, 2, 10],
        "city": ["Oslo", "Oslo", "Rome"],
        "month": "2020-01",
        "fare": [9.5, None, 100.0],
        "guest": ["Ada", "Bob", "Cy"],
    }
)


def contract(**options: Any) -> Contract:
    return Contract(
        f"{__name__}.Trips",
        dataset="trips",
        file="data/trips.parquet",
        periods=["2020-01"],
        **options,
    )


def broken(frame: pd.DataFrame, **options: Any) -> ContractError:
    with pytest.raises(ContractError) as error:
        contract(**options).validate(frame)
    return error.value


def test_good_data_passes_unchanged() -> None:
    assert contract().validate(GOOD) is GOOD


@pytest.mark.parametrize(
    ("frame", "column", "check", "count", "examples"),
    [
        (GOOD.assign(trip=[-1, -2, 10]), "trip", "greater_than_or_equal_to(1)", 2, ["-1", "-2"]),
        (GOOD.assign(city=["Oslo", "Bonn", "Bonn"]), "city", "isin", 2, ["'Bonn'"]),
        (GOOD.assign(city=GOOD["city"].mask(GOOD["trip"] == 2)), "city", "not_nullable", 1, []),
        (GOOD.assign(trip=[1, float("nan"), 10]), "trip", "not_nullable", 1, []),
        (GOOD.assign(trip=[1, 2, 10.5]), "trip", "dtype('int64')", 1, ["found float64"]),
        (GOOD.assign(trip=["1", "2", "x"]), "trip", "dtype('int64')", 1, ["found str"]),
        (GOOD.assign(fare=[1, float("inf"), 2]), "fare", "less_than_or_equal_to", 1, ["inf"]),
        (GOOD.assign(month="2020-02"), "month", "in_period(2020-01)", 3, ["'2020-02'"]),
        (
            GOOD.assign(trip=[1, 2, 3]),
            None,
            "rome_starts_at_ten",
            1,
            ["(trip=3, city='Rome')"],
        ),
        (GOOD.assign(trip=[1, 1, 10]), "trip", "field_uniqueness", 2, ["1"]),
        (GOOD.head(1), None, "trips", 1, ["1, allowed: at least 2"]),
        (GOOD.assign(fare=None, guest="Ada"), None, "share_without_fare", 1, ["1, allowed: at"]),
        (GOOD.assign(city="Oslo"), None, "trips_to_a_city", 1, ["(city='Oslo'): 3, allowed: at"]),
        (GOOD.assign(city="Rome"), None, "somebody_goes_to_oslo", 1, []),
        (GOOD.assign(x=1), "x", "column_in_schema", 1, []),
        (GOOD.drop(columns="city"), "city", "column_in_dataframe", 1, []),
        (GOOD[["city", "trip", "month", "fare", "guest"]], None, "column_ordered", 1, ["found ci"]),
    ],
)
def test_each_broken_rule_is_reported_once_with_its_count(
    frame: pd.DataFrame, column: str | None, check: str, count: int, examples: list[str]
) -> None:
    found = [each for each in broken(frame).failures if str(each.check).startswith(check)]
    assert [(each.column, each.failure_count) for each in found] == [(column, count)]
    shown = found[0].failure_examples
    assert len(shown) == len(examples)
    assert all(text.startswith(start) for text, start in zip(shown, examples, strict=True))


def test_pandera_itself_agrees() -> None:
    Trips.validate(GOOD)
    with pytest.raises(pa.errors.SchemaErrors) as error:
        Trips.validate(GOOD.assign(city="Rome", fare=float("nan")), lazy=True)
    assert set(error.value.failure_cases["check"]) == {
        "share_without_fare",
        "trips_to_a_city",
        "rome_starts_at_ten",
        "somebody_goes_to_oslo",
    }


def test_missing_values_break_no_comparison() -> None:
    frame = GOOD.assign(trip=pd.array([1, None, 10], dtype="Int64"))
    rules = {each.rule for each in contract().run_checks(frame).failures}
    assert rules == {"not_nullable"}


def test_a_rule_whose_columns_are_not_there_is_not_checked() -> None:
    found = contract().run_checks(GOOD.drop(columns="city"))
    assert {each.rule for each in found.failures} == {"column_in_dataframe"}
    assert {"rome_starts_at_ten", "trips_to_a_city"} <= set(found.unchecked)


def test_figures_are_reported_when_the_rule_holds() -> None:
    assert contract().run_checks(GOOD).measures == {
        "trips": 3,
        "share_without_fare": pytest.approx(1 / 3),
    }


def test_an_index_with_duplicates_counts_rows_once() -> None:
    frame = GOOD.assign(trip=[1, 2, 3]).set_index(pd.Index([7, 7, 7]))
    (failure,) = contract().run_checks(frame).failures
    assert (failure.rule, failure.count) == ("rome_starts_at_ten", 1)


def test_no_more_examples_are_shown_than_asked_for() -> None:
    frame = pd.concat([GOOD] * 4, ignore_index=True).assign(trip=range(0, -12, -1))
    (failure,) = [each for each in broken(frame, examples=3).failures if each.column == "trip"]
    assert (failure.failure_count, failure.failure_examples) == (12, ["0", "-1", "-2"])


def test_sensitive_values_are_never_shown(caplog: pytest.LogCaptureFixture) -> None:
    results.open_results()
    frame = GOOD.assign(guest=["secret-1", "secret-2", "Cy"], trip=[0, 1, 1])
    message = str(broken(frame))
    contract(on_failure="warn").validate(frame)
    assert "column 'guest': str_matches" in message
    assert "failed 2 times" in message
    assert "secret" not in message + caplog.text + json.dumps(results.close_results())


def test_the_message_says_where_and_what_to_do() -> None:
    validator = {
        "class": CONTRACT,
        "on": "save",
        "options": {
            "schema": f"{__name__}.Trips",
            "dataset": "trips",
            "file": "data/trips.parquet",
            "mode": "save",
        },
    }
    catalog = DataCatalog.from_config({"trips": {"type": "MemoryDataset", "validator": validator}})
    with pytest.raises(ContractError) as error:
        catalog.save("trips", GOOD.assign(city="Bonn"))
    message = str(error.value)
    assert "'trips' (data/trips.parquet) breaks its contract before it was written" in message
    assert "column 'city': isin(['Oslo', 'Rome']) failed 3 times, for example 'Bonn'" in message
    assert "What to do: look at the node that makes 'trips'" in message
    assert "change Trips in" in message


def test_a_warning_lets_the_data_pass(caplog: pytest.LogCaptureFixture) -> None:
    frame = GOOD.assign(city="Bonn")
    assert contract(on_failure="warn").validate(frame) is frame
    assert "isin(['Oslo', 'Rome']) failed 3 times" in caplog.text


def test_a_structure_that_is_broken_is_an_error_whatever_was_asked_for(tmp_path: Path) -> None:
    frame = GOOD.drop(columns="city")
    broken(frame, on_failure="warn")
    broken(frame, on_failure="quarantine", quarantine=str(tmp_path / "quarantine"))


def test_bad_rows_need_a_place_to_be_quarantined() -> None:
    with pytest.raises(GoldenPathError, match=r"needs a directory .*add it to HOOKS"):
        contract(on_failure="quarantine").validate(GOOD)


def test_types_are_changed_only_where_the_contract_asks_for_it() -> None:
    frame = pd.DataFrame({"trip": ["1", "2"]})
    coerced = Contract(f"{__name__}.Coerced").validate(frame)
    assert coerced["trip"].tolist() == [1, 2]
    assert frame["trip"].tolist() == ["1", "2"]
    with pytest.raises(ContractError, match="breaks its contract"):
        Contract(f"{__name__}.Coerced").validate(pd.DataFrame({"trip": ["x"]}))


def test_every_validation_leaves_its_result() -> None:
    results.open_results()
    contract().validate(GOOD)
    broken(GOOD.assign(city=["Oslo", "Bonn", "Bonn"]))
    held, not_held = results.close_results()
    assert (held["dataset"], held["rows"], held["passed"]) == ("trips", 3, 3)
    assert (held["outcome"], held["failures"]) == ("passed", [])
    assert not_held["outcome"] == "failed"
    assert [(each["column"], each["count"]) for each in not_held["failures"]] == [("city", 2)]
    assert json.dumps(not_held)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schema": "nowhere.Trips"}, "'nowhere.Trips' cannot be imported"),
        ({"schema": f"{__name__}.Nothing"}, "cannot be imported"),
        ({"schema": f"{__name__}.GOOD"}, "is not a pandera.pandas.DataFrameModel"),
        ({"schema": f"{__name__}.Plain"}, "the check 'odd' of column 'trip' cannot be translated"),
        (
            {"schema": f"{__name__}.Lookahead"},
            "column 'city', of type string, .*: the pattern .* uses assert",
        ),
        ({"schema": f"{__name__}.Anything"}, "the type 'object' of column 'city' cannot be used"),
        ({"schema": f"{__name__}.Indexed"}, "the schema uses an index"),
        ({"schema": f"{__name__}.Typo"}, "the rule 'ends_well' cannot be used"),
        ({"schema": f"{__name__}.Coerced", "engine": "spark"}, "column 'trip' is coerced"),
        ({"schema": f"{__name__}.Trips", "on_failure": "ignore"}, "on_failure is one of"),
        ({"schema": f"{__name__}.Trips", "max_quarantined": 5}, "share from 0 to 1, not 5"),
        ({"schema": f"{__name__}.Trips", "examples": -1}, "examples is a number of values"),
        ({"schema": f"{__name__}.Trips", "engine": "dask"}, "engine is one of pandas, spark"),
        ({"schema": f"{__name__}.Trips", "on_fail": "warn"}, "on_fail"),
    ],
)
def test_what_cannot_work_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationConfigurationError, match=message):
        resolve_validator(ValidatorSpec(CONTRACT, options=options))

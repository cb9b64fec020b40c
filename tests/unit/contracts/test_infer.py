import datetime as dt
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pytest

from kedro_golden_path.contracts.infer import (
    Draft,
    infer,
    module_name,
)
from kedro_golden_path.contracts.infer.shapes import pattern_of
from kedro_golden_path.errors import GoldenPathError

PACKAGE = "shop"
ROWS = 400


@pytest.fixture
def trips() -> pd.DataFrame:
    """Trips of April 2020, with a column for each kind of rule."""
    number = np.arange(ROWS)
    start = pd.Timestamp("2020-04-01", tz="UTC") + pd.to_timedelta(number // 2, unit="h")
    return pd.DataFrame(
        {
            "month": "2020-04",
            "start": start.astype("datetime64[us, UTC]"),
            "vehicle": np.where(number % 2, "bus", "tram"),
            "line_id": number % 7,
            "plate": [f"AB{n:03}" for n in number % 50],
            "fare": np.where(number % 10, 2.5 + number % 4, np.nan),
            "delay": number % 30 - 5,
            "on_time": number % 30 < 10,
            "day": [dt.date(2020, 4, 1 + n % 30) for n in number],
            "email": [f"{n}@example.com" for n in number % 9],
            "Gross amount": number * 1.5,
        }
    )


def draft(frame: pd.DataFrame, month: str | None = "2020-04", **options: object) -> Draft:
    return infer(
        frame,
        "trips",
        package=PACKAGE,
        month=month,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    "line",
    [
        'month: str = pa.Field(str_matches=r"^\\d{4}-(0[1-9]|1[0-2])$", metadata={"period": True})',
        'start: Annotated[pd.DatetimeTZDtype, "us", "UTC"]\n',
        'vehicle: str = pa.Field(isin=["bus", "tram"])',
        "line_id: int\n",
        'plate: str = pa.Field(str_matches=r"^AB\\d{3}$")',
        "fare: float = pa.Field(ge=0, le=7, nullable=True)",
        "delay: int = pa.Field(ge=-20, le=40)",
        "on_time: bool\n",
        "day: pa.Date\n",
        'email: str = pa.Field(metadata={"sensitive": True})',
        'gross_amount_: float = pa.Field(alias="Gross amount", ge=0, le=900)',
        'unique = ["start", "line_id"]',
        "strict = True",
        "@rule(ge=200, le=800)",
        "@rule(le=0.2)\n    @classmethod\n    def share_without_fare(",
    ],
)
def test_what_is_evident_becomes_a_rule(trips: pd.DataFrame, line: str) -> None:
    assert line in draft(trips).source


def test_bounds_are_as_round_as_the_range_is_wide() -> None:
    number = np.arange(ROWS)
    source = draft(pd.DataFrame({"year": 2007 + number % 3, "cylinders": 3 + number % 6})).source
    assert "year: int = pa.Field(ge=2006, le=2010)" in source
    assert "cylinders: int = pa.Field(ge=0, le=11)" in source


def test_the_month_of_other_data_is_no_period(trips: pd.DataFrame) -> None:
    assert '"period"' not in draft(trips, month="2020-05").source


def test_a_single_column_that_tells_rows_apart_is_unique(trips: pd.DataFrame) -> None:
    source = draft(trips.assign(trip_id=np.arange(ROWS))).source
    assert "trip_id: int = pa.Field(unique=True)" in source
    assert "unique = [" not in source


@pytest.mark.parametrize("named", [True, False])
def test_no_value_of_a_sensitive_column_is_written_down(trips: pd.DataFrame, named: bool) -> None:
    source = draft(trips, sensitive=["vehicle", "delay"] if named else []).source
    assert "example.com" not in source
    assert ("tram" in source, "ge=-20" in source) == (not named, not named)


@pytest.mark.parametrize("command", ["check", "format --check"])
def test_the_module_passes_the_tools_of_the_project(
    rides: Path, trips: pd.DataFrame, command: str
) -> None:
    place = ["--stdin-filename", f"src/{PACKAGE}/contracts/trips.py", "-"]
    run = [sys.executable, "-m", "ruff", *command.split(), *place]
    source = draft(trips).source
    done = subprocess.run(run, input=source, capture_output=True, text=True, check=False, cwd=rides)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([1, 2, 3], dtype="int8"),
        pd.Series([0.5, 1, 2], dtype="float32"),
        pd.Series(["a", "b", None], dtype="category"),
        pd.Series([1, 2, 1], dtype="category"),
        pd.Series([None, None, None]),
        pd.Series([np.nan, np.nan, np.nan]),
        pd.Series([[1], [2], [3]]),
        pd.Series([np.inf, 1.0, -1.0]),
        pd.Series([1e-9, 3e-9, 2e-9]),
        pd.Series([-(10**15), 10**15, 3]),
        pd.Series(['a"b', "c\\d", "{" * 2 + "e"]),
    ],
)
@pytest.mark.parametrize("name", ["value", "class", "str", "validate", "1st", "ä ö", "_x"])
def test_every_type_and_name_gives_a_contract_that_holds(values: pd.Series, name: str) -> None:
    frame = pd.DataFrame({name: pd.concat([values] * 40, ignore_index=True)})
    # It is held against the data before it is returned.
    assert draft(frame).rows == 120


TIMES: Any = pd.Series(pd.date_range("2020", periods=3, unit="us"))


@pytest.mark.parametrize(
    ("values", "annotation"),
    [
        *((TIMES.dt.as_unit(unit), "pa.DateTime") for unit in ("s", "ms", "us", "ns")),
        *(
            (
                TIMES.dt.as_unit(unit).dt.tz_localize(zone),
                f'Annotated[pd.DatetimeTZDtype, "us", "{zone}"]',
            )
            for unit, zone in (("s", "UTC"), ("ns", "Europe/Berlin"), ("us", "+01:00"))
        ),
        (pd.Series(pd.to_timedelta([1, 2, None], unit="s")), "pa.Timedelta"),
        (pd.Series(pd.period_range("2020", periods=3, freq="Q")), 'Annotated[pd.PeriodDtype, "Q'),
        (pd.Series(pd.interval_range(0.5, 3.5)), 'Annotated[pd.IntervalDtype, "float64", "right"]'),
        (pd.Series([[1], [], None]), "pyarrow.list_(pyarrow.int64())"),
        (pd.Series([{"x": "a", "y": [0.5]}] * 3), 'pyarrow.struct({"x": pyarrow.string(), "y": '),
        (pd.Series([Decimal("1.50"), Decimal("20"), None]), "pyarrow.decimal128(38, 2)"),
        (
            pd.Series([1, 2, 3], dtype=pd.ArrowDtype(pyarrow.decimal128(9, 3))),
            "pyarrow.decimal128(9, 3)",
        ),
        (pd.Series([b"a", b"b", None]), "pyarrow.binary()"),
        (pd.Series([dt.time(1), dt.time(2), None]), 'pyarrow.time64("us")'),
        (pd.Series([[], [], []]), "Any"),
    ],
)
def test_what_pandas_reads_has_a_type(values: pd.Series, annotation: str) -> None:
    frame = pd.DataFrame({"value": pd.concat([values] * 40, ignore_index=True)})
    assert annotation in draft(frame).source


@pytest.mark.parametrize(
    ("values", "pattern"),
    [
        (["EWR", "JFK", "LGA", "BOS", "SFO"], "^[A-Z]{3}$"),
        (["UA", "9E", "B6", "AA", "DL"], "^[0-9A-Z]{2}$"),
        (["N1A23", "N725MQ", "NAB12", "N11111", "N99999"], "^[0-9A-Z]{5,6}$"),
        ([f"2020-01-{n:02}T00:30Z" for n in range(1, 26)], r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$"),
        ([f"a.{n}" for n in range(5)], r"^[a-z]\.\d$"),
        (["north", "south", "eaast", "weest", "outer"], ""),
        (["one", "twelve", "A1", "x", "y"], ""),
        (["EWR", "JFK"], ""),
        (["a-b", "a/b", "a.b", "a_b", "a:b"], ""),
    ],
)
def test_a_pattern_needs_an_evident_shape(values: list[str], pattern: str) -> None:
    assert pattern_of(values) == pattern


def test_a_pattern_holds_for_rows_that_were_not_looked_at() -> None:
    codes = [f"A{n:05}" for n in range(10_000)] + ["other"]
    assert "str_matches" not in draft(pd.DataFrame({"code": codes})).source


def test_names_of_modules() -> None:
    names = ["history.flights_raw", "class", "2nd"]
    assert [module_name(name) for name in names] == ["history_flights_raw", "_class", "_2nd"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (pd.DataFrame({"a": []}), "has no rows"),
        ({"a": 1}, "holds a dict"),
        (pd.DataFrame({"a": ["x", 1]}), "'a' of 'trips' holds values of several types"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "columns of the same name: 'a'"),
        (pd.DataFrame([[1, 2]]), "a column called 0, .* load_args: {names"),
        (pd.DataFrame({("x", "y"): [1]}), r"a column called \('x', 'y'\)"),
        (pd.DataFrame({"a": pd.Series([2**70], dtype=object)}), "'a' of 'trips' holds values"),
        (pd.DataFrame({"a": [1j]}), "or of one that Arrow does not have"),
    ],
)
def test_what_cannot_be_inferred_is_refused(data: pd.DataFrame, message: str) -> None:
    with pytest.raises(GoldenPathError, match=message):
        draft(data)


def test_a_sensitive_column_must_exist(trips: pd.DataFrame) -> None:
    with pytest.raises(GoldenPathError, match=r"no column 'mail'.*email"):
        draft(trips, sensitive=["mail"])

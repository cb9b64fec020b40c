"""What checks mean where types, time zones, large numbers or missing values make it a question.

Spark runs the same table, in `unit/spark/test_meaning.py`.
"""

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import narwhals as nw
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest

from unit.contracts import made

NEW_YORK = "America/New_York"
UTC = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
OSLO = Annotated[pd.DatetimeTZDtype, "us", "Europe/Oslo"]
CENTS = Annotated[pd.ArrowDtype, pyarrow.decimal128(10, 2)]
WORDS = Annotated[pd.ArrowDtype, pyarrow.list_(pyarrow.string())]
PART = Annotated[pd.ArrowDtype, pyarrow.struct({"x": pyarrow.int64()})]
MONTH = Annotated[pd.PeriodDtype, "M"]
INTERVAL = Annotated[pd.IntervalDtype, "int64", "right"]
# Five hours later in UTC.
MIDNIGHT = pd.Timestamp("2020-01-01", tz=NEW_YORK)


@dataclass(frozen=True)
class Case:
    """Values of a column `a`, what is said of it, and which of the values break that."""

    name: str
    kind: Any
    values: Any
    says: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    spark: bool = True

    @property
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({"a": self.values}).assign(b="x")

    @property
    def model(self) -> type[pa.DataFrameModel]:
        return made.model({"a": (self.kind, pa.Field(**self.says)), "b": str}, self.rules)


def times(*values: str, zone: str | None = "UTC", unit: Any = "us") -> Any:
    naive = pd.Series(pd.to_datetime(list(values), format="ISO8601"))
    return (naive.dt.tz_localize(zone) if zone else naive).dt.as_unit(unit)


def arrow(kind: pyarrow.DataType, *values: Any) -> Any:
    return pd.Series(list(values), dtype=pd.ArrowDtype(kind))


def whole(*values: Any) -> dict[str, Any]:
    return {"kind": int, "values": list(values)}


CASES = [
    # A moment is what it is, in whatever zone it is written.
    Case(
        "bound",
        UTC,
        times("2020-01-01T03:00"),
        {"ge": MIDNIGHT},
        counts={"greater_than_or_equal_to": 1},
    ),
    Case(
        "bound of zoneinfo",
        UTC,
        times("2020-01-01T03:00", "2020-01-01T05:00"),
        {"ge": MIDNIGHT.to_pydatetime().replace(tzinfo=ZoneInfo(NEW_YORK))},
        counts={"greater_than_or_equal_to": 1},
    ),
    Case("equal", UTC, times("2020-01-01T05:00"), {"eq": MIDNIGHT}),
    Case("one of", UTC, times("2020-01-01T05:00"), {"isin": [MIDNIGHT]}),
    Case("none of", UTC, times("2020-01-01T05:00"), {"notin": [MIDNIGHT]}, counts={"notin": 1}),
    Case(
        "range",
        OSLO,
        times("2020-01-01T05:59", "2020-01-01T06:00", "2020-01-01T07:01", zone="Europe/Oslo"),
        {"in_range": {"min_value": MIDNIGHT, "max_value": MIDNIGHT + pd.Timedelta("1h")}},
        counts={"in_range": 2},
    ),
    Case(
        "in a rule",
        UTC,
        times("2020-01-01T03:00", "2020-01-01T05:00"),
        rules={"late": lambda d: d["a"] >= MIDNIGHT, "one": lambda d: d["a"].is_in([MIDNIGHT])},
        counts={"late": 1, "one": 1},
    ),
    # The unit is no part of the type, and a time without zone is no moment of this machine.
    Case("nanoseconds", UTC, times("2020-01-01T05:00", unit="ns"), {"ge": MIDNIGHT}),
    *(
        Case(
            f"without a zone, {unit}",
            pa.DateTime,
            times("2019-12-31T23:00", "2020-01-01T00:00", zone=None, unit=unit),
            {"ge": "2020-01-01", "isin": [dt.datetime(2020, 1, 1)]},
            rules={"late": lambda d: d["a"] >= dt.datetime(2020, 1, 1)},
            counts={"greater_than_or_equal_to": 1, "isin": 1, "late": 1},
        )
        for unit in ("s", "ms", "us", "ns")
    ),
    Case(
        "a bound that nanoseconds do not reach",
        pa.DateTime,
        times("9999-12-31", zone=None),
        {"le": pd.Timestamp("2300-01-01")},
        counts={"less_than_or_equal_to": 1},
    ),
    Case(
        "zone other than the contract's",
        UTC,
        times("2020-01-01", zone="Europe/Oslo"),
        counts={"dtype": 1},
        spark=False,
    ),
    Case(
        "objects with zones",
        UTC,
        pd.Series([MIDNIGHT.to_pydatetime()], dtype=object),
        counts={"dtype": 1},
        spark=False,
    ),
    Case(
        "durations",
        pa.Timedelta,
        pd.to_timedelta([1, 3], unit="h"),
        {"le": dt.timedelta(hours=2)},
        counts={"less_than_or_equal_to": 1},
        spark=False,
    ),
    Case(
        "dates",
        pa.Date,
        [dt.date(2020, 1, 1), dt.date(2019, 1, 1)],
        {"ge": dt.date(2020, 1, 1), "isin": [dt.date(2020, 1, 1)]},
        counts={"greater_than_or_equal_to": 1, "isin": 1},
    ),
    # Whole numbers are compared exactly, with whatever number.
    Case(
        "large",
        **whole(1, 2**53 + 1),
        says={"le": float(2**53)},
        counts={"less_than_or_equal_to": 1},
    ),
    Case(
        "half",
        **whole(0, 1, 2, 3),
        says={"ge": 0.5, "lt": 2.5, "ne": 1.5, "isin": [1, 2.0, 0.5]},
        counts={"greater_than_or_equal_to": 1, "less_than": 1, "isin": 2},
    ),
    Case("beyond 64 bits", **whole(1, 2), says={"le": 2**70, "gt": -(2**70), "lt": float("inf")}),
    Case(
        "never",
        **whole(1, 2),
        says={"ge": 2**70, "isin": [], "eq": 0.5},
        counts={"greater_than_or_equal_to": 2, "isin": 2, "equal_to": 2},
    ),
    Case(
        "unsigned",
        pa.UInt64,
        np.array([2**63 + 1, 2**63 + 7], "uint64"),
        {"le": 2**63 + 5, "ge": -1, "isin": [2**63 + 1, 2**63 + 7]},
        counts={"less_than_or_equal_to": 1},
        spark=False,
    ),
    Case("32 bits", pa.Float32, np.array([0.1], "float32"), {"isin": [0.1], "le": 0.1, "ge": 0.1}),
    Case("both zeros", float, [0.0, -0.0], {"isin": [0]}),
    # Whole numbers with gaps, as pandas has them.
    Case(
        "gaps",
        int,
        [1, None, 3],
        {"ge": 2, "nullable": True},
        counts={"greater_than_or_equal_to": 1},
    ),
    Case("gaps and halves", int, [1.5, None], {"ge": 2, "nullable": True}, counts={"dtype": 1}),
    Case("floats without gaps", int, [1.0, 3.0], {"ge": 2}, counts={"dtype": 1}),
    Case(
        "gaps and inexact",
        int,
        [1234567890123456789, None],
        {"nullable": True},
        counts={"dtype": 1},
    ),
    # Arithmetic: nothing is divided by zero, and nothing has an end.
    Case(
        "division",
        float,
        [1.0, 0.0, 8.0, float("nan")],
        {"nullable": True},
        rules={
            "ratio": lambda d: d["a"] / (d["a"] - 1) >= 3,
            "ratio_of_nothing": lambda d: d["a"] / d["a"] >= 2,
            "whole_ratio": lambda d: d["a"] // d["a"] >= 1,
            "rest": lambda d: d["a"] % d["a"] > 0,
            "inverse": lambda d: 1 / d["a"] <= 0.2,
            "mean": (lambda d: d["a"].sum() / d.rows, {"le": 2}),
        },
        counts={"ratio": 2, "ratio_of_nothing": 2, "rest": 2, "inverse": 1, "mean": 1},
    ),
    Case(
        "overflow",
        **whole(2**62, 2**62),
        rules={
            "total": (lambda d: d["a"].sum(), {"le": 5}),
            "total_of_a_group": (lambda d: d["a"].sum(), {"le": 5, "by": "b"}),
            "product": lambda d: (d["a"] * 8).is_null(),
            "sum_of_two": lambda d: d["a"] + d["a"] > 0,
            "text": lambda d: (d["a"] * 1 % 10).cast(nw.String) == "4",
            "largest": lambda d: d["a"].sum() > d["a"].max(),
        },
        counts={"total": 1, "total_of_a_group": 1},
    ),
    Case(
        "other rows",
        **whole(1, 1, 2),
        rules={"alone": lambda d: ~d["a"].is_duplicated()},
        counts={"alone": 2},
    ),
    # Decimals, lists, structs; what else has a type is only counted and compared with it.
    Case(
        "decimals",
        CENTS,
        arrow(pyarrow.decimal128(10, 2), Decimal("1.00"), Decimal("2.50")),
        {"ge": Decimal("1.005"), "isin": [1, 2.5]},
        counts={"greater_than_or_equal_to": 1},
    ),
    Case(
        "decimals as objects",
        CENTS,
        pd.Series([Decimal("1.5"), Decimal("20")], dtype=object),
        {"ge": 2},
        counts={"greater_than_or_equal_to": 1},
        spark=False,
    ),
    Case(
        "lists",
        WORDS,
        arrow(pyarrow.list_(pyarrow.string()), ["x"], []),
        rules={"some": lambda d: d["a"].list.len() > 0},
        counts={"some": 1},
    ),
    Case(
        "lists as objects",
        WORDS,
        [["x"], []],
        rules={"some": lambda d: d["a"].list.len() > 0},
        counts={"some": 1},
    ),
    Case("empty lists", WORDS, [[], []], spark=False),
    Case("structs", PART, arrow(pyarrow.struct({"x": pyarrow.int64()}), {"x": 1})),
    Case(
        "binary",
        Annotated[pd.ArrowDtype, pyarrow.binary()],
        [b"x", None],
        counts={"not_nullable": 1},
    ),
    Case("periods", MONTH, pd.period_range("2020", periods=2, freq="M"), spark=False),
    Case(
        "other periods",
        MONTH,
        pd.period_range("2020", periods=2, freq="D"),
        counts={"dtype": 1},
        spark=False,
    ),
    Case("intervals", INTERVAL, pd.interval_range(0, 2), spark=False),
    Case(
        "categories",
        Annotated[pd.CategoricalDtype, ["a", "b"], False],
        ["a", "c"],
        counts={"isin": 1},
    ),
    # Whatever is in a column, there is a verdict.
    Case("too large", int, pd.Series([2**70], dtype=object), counts={"dtype": 1}, spark=False),
    Case("no text", int, pd.Series(["\ud800"], dtype=object), counts={"dtype": 1}, spark=False),
    Case("complex", float, [1j], counts={"dtype": 1}, spark=False),
    Case(
        "anything",
        Any,
        pd.Series([1, "a", None, 1j, "\ud800"], dtype=object),
        counts={"not_nullable": 1},
        spark=False,
    ),
    Case(
        "anything, twice",
        Any,
        pd.Series([1, [1], [1]], dtype=object),
        {"unique": True},
        counts={"field_uniqueness": 2},
        spark=False,
    ),
    Case(
        "text for a bound",
        Any,
        ["x"],
        {"ge": 1},
        counts={"greater_than_or_equal_to": 1},
        spark=False,
    ),
    Case(
        "compiled pattern",
        str,
        ["a", "b"],
        {"str_matches": re.compile("a")},
        counts={"str_matches": 1},
    ),
]


def counts(found: Any) -> dict[str, int]:
    return {each.rule.partition("(")[0]: each.count for each in found.failures}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_breaks_a_check(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    # As pandera sets it where a project does not say otherwise.
    monkeypatch.setenv("PYARROW_IGNORE_TIMEZONE", "1")
    assert counts(made.contract(case.model).run_checks(case.frame)) == case.counts

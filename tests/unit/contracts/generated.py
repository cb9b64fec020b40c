"""A contract with every kind of rule, and tables that keep or break it, for hypothesis."""

from datetime import UTC, datetime
from typing import Annotated, Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow
from hypothesis import strategies as st

from kedro_golden_path import Columns, rule

SCHEMA = f"{__name__}.Everything"


class Everything(pa.DataFrameModel):
    """One column of each type, one rule of each kind."""

    number: int = pa.Field(ge=-5, lt=100, notin=[13])
    single: int = pa.Field(unique=True)
    maybe: pd.Int64Dtype = pa.Field(gt=0, ne=7, nullable=True)
    share: float = pa.Field(in_range={"min_value": 0, "max_value": 1, "include_max": False})
    measured: float = pa.Field(le=50.5, nullable=True)
    code: str = pa.Field(str_matches=r"^[A-Z][0-9]{2}$", str_length={"max_value": 3})
    text: str = pa.Field(
        str_contains="a.c",
        str_startswith="b",
        str_endswith="c",
        str_length={"min_value": 3},
        nullable=True,
    )
    group: str = pa.Field(isin=["x", "y"])
    flag: bool = pa.Field(eq=True)
    maybe_flag: pd.BooleanDtype = pa.Field(nullable=True)
    moment: Annotated[pd.DatetimeTZDtype, "us", "UTC"] = pa.Field(
        ge=pd.Timestamp("2020-01-01", tz="UTC")
    )
    day: "pa.Date" = pa.Field(nullable=True)

    class Config:
        strict = True
        ordered = True
        unique = ["code", "group"]

    @rule
    @classmethod
    def share_is_below_measured(cls, frame: Columns) -> nw.Expr:
        """Unknown where nothing was measured."""
        return (frame["share"] < frame["measured"]) | (frame["number"] == 0)

    @rule
    @classmethod
    def flags_agree(cls, frame: Columns) -> nw.Expr:
        return frame["maybe_flag"].is_null() | (frame["flag"] == frame["maybe_flag"])

    @rule
    @classmethod
    def not_all_are_zero(cls, frame: Columns) -> nw.Expr:
        return (frame["number"] != 0).any()

    @rule(ge=2, le=6)
    @classmethod
    def rows(cls, frame: Columns) -> nw.Expr:
        return frame.rows

    @rule(le=0.5)
    @classmethod
    def share_without_text(cls, frame: Columns) -> nw.Expr:
        return frame["text"].is_null().cast(nw.Float64).mean()

    @rule(by=["group", "flag"], ge=1, le=2)
    @classmethod
    def rows_of_a_group(cls, frame: Columns) -> nw.Expr:
        return frame.rows

    @rule(by="group", le=10)
    @classmethod
    def largest_of_a_group(cls, frame: Columns) -> nw.Expr:
        return frame["measured"].max()


NAN, INFINITY = float("nan"), float("inf")
# Mostly what the contract wants, so that single rules are broken as well as all of them.
VALUES: dict[str, tuple[pyarrow.DataType, list[Any]]] = {
    "number": (pyarrow.int64(), [0, 1, 99, 100, -5, -6, 13, None]),
    "single": (pyarrow.int64(), list(range(40))),
    "maybe": (pyarrow.int64(), [1, 8, 7, 0, None]),
    "share": (pyarrow.float64(), [0.0, 0.5, -0.0, 1.0, NAN, None, INFINITY, -INFINITY]),
    "measured": (pyarrow.float64(), [9.0, 2.0, 50.5, 51.0, 0.25, NAN, None, INFINITY]),
    "code": (
        pyarrow.string(),
        ["A10", "B20", "C30", "D40", "\u041010", "A1\uff11", "A10\n", " A10", "a10", "", None],
    ),
    "text": (pyarrow.string(), ["baxc", "bbaac", "b", "a\nc", "ba\nc", "xa_c", "", None]),
    "group": (pyarrow.string(), ["x", "y", "X", None]),
    "flag": (pyarrow.bool_(), [True, True, True, False, None]),
    "maybe_flag": (pyarrow.bool_(), [True, True, False, None]),
    "moment": (
        pyarrow.timestamp("us", "UTC"),
        [datetime(2020, 1, 1, tzinfo=UTC), datetime(2019, 12, 31, 23, 59, 59, tzinfo=UTC), None],
    ),
    "day": (pyarrow.date32(), [datetime(2020, 2, 29).date(), None]),
}
OTHER_TYPES = [
    *(pyarrow.int32(), pyarrow.int64(), pyarrow.float32(), pyarrow.float64()),
    *(pyarrow.string(), pyarrow.bool_(), pyarrow.timestamp("us")),
]


@st.composite
def tables(draw: st.DrawFn, corrupted: bool = True) -> pyarrow.Table:
    """Tables of up to seven rows that break rules, and sometimes the structure."""
    rows = draw(st.integers(0, 7))
    columns = {}
    for name, (kind, values) in VALUES.items():
        # The first values are good ones.
        some = values if draw(st.booleans()) else values[:2]
        unique = name == "single" and draw(st.booleans())
        cells = draw(
            st.lists(
                st.sampled_from(some if not unique else values),
                min_size=rows,
                max_size=rows,
                unique=unique,
            )
        )
        columns[name] = pyarrow.array(cells, kind)
    table = pyarrow.table(columns)
    return draw(corruptions(table)) if corrupted and draw(st.booleans()) else table


@st.composite
def corruptions(draw: st.DrawFn, table: pyarrow.Table) -> pyarrow.Table:
    """The table with one thing wrong about its columns."""
    name = draw(st.sampled_from(table.column_names))
    position = table.column_names.index(name)
    kind = draw(st.sampled_from(["drop", "rename", "swap", "add", "retype"]))
    if kind == "drop":
        return table.drop_columns([name])
    if kind == "rename":
        return table.rename_columns(
            [f"{each}_" if each == name else each for each in table.column_names]
        )
    if kind == "swap":
        return table.select([*table.column_names[1:], table.column_names[0]])
    if kind == "add":
        return table.append_column("more", pyarrow.nulls(len(table), pyarrow.int64()))
    other = draw(st.sampled_from(OTHER_TYPES))
    cells = pyarrow.array([_any_value(other, n) for n in range(len(table))], other)
    return table.set_column(position, name, cells)


def _any_value(kind: pyarrow.DataType, number: int) -> Any:
    if pyarrow.types.is_string(kind):
        return str(number)
    if pyarrow.types.is_timestamp(kind):
        return datetime(2020, 1, 1 + number)
    return (
        bool(number % 2)
        if pyarrow.types.is_boolean(kind)
        else number + 0.5 * (pyarrow.types.is_floating(kind))
    )

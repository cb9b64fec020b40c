"""Schemas and frames for hypothesis: columns of every type, checks that fit it, odd values.

`FUZZ_PROFILE=nightly` looks at thousands of examples, and at others each time.
"""

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd
import pandera.pandas as pa
import pyarrow
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from unit.contracts import made

_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile(
    "ci", max_examples=60, derandomize=True, deadline=None, suppress_health_check=_QUIET
)
settings.register_profile(
    "nightly", max_examples=3000, deadline=None, print_blob=True, suppress_health_check=_QUIET
)
PROFILE = settings.get_profile(os.environ.get("FUZZ_PROFILE", "ci"))
ROWS = 5


class Kind(NamedTuple):
    """A type of a contract, values of it, and how pandas may store them.

    `engines` says whether Spark has it. A storage of another type than the contract's comes with
    None: whatever is in it, its type is wrong.
    """

    annotation: Any
    values: Sequence[Any]
    bounds: Sequence[Any]
    dtypes: Sequence[Any]
    wrong: Sequence[Any] = ()
    ordered: bool = True
    spark: bool = True


def _moments(zone: str | None) -> list[Any]:
    text = ["2019-12-31T23:00", "2020-01-01", "2020-01-01T05:00", "2020-03-29T02:30", "1969-12-31"]
    return [pd.Timestamp(each, tz=zone) for each in text if not (zone and "02:30" in each)]


NEW_YORK = _moments("America/New_York")
UTC = _moments("UTC")
_ELSEWHERE = [*NEW_YORK, *(each.to_pydatetime() for each in UTC)]
_ELSEWHERE += [dt.datetime(2020, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))]
_LARGE = [2**53 + 1, 2**62, -(2**63), 2**63 - 1]
_TEXTS = ["", "a", "A1", "b2", "é", "日本", "a.b", "x y", "\U0001f600", "0"]
_DECIMAL = pyarrow.decimal128(10, 2)
_WORDS = pyarrow.list_(pyarrow.string())
KINDS = {
    "int": Kind(int, [0, 1, 2, -3, 100, *_LARGE], [0, 1, 2, -3, 0.5, 1.0, 100, *_LARGE, 2**70],
                ["int64"], ["int32", "float64", "str", "bool"]),
    "nullable_int": Kind(pd.Int64Dtype, [0, 1, -3, *_LARGE], [0, 1, 0.5], ["Int64"], ["Int32"]),
    "int8": Kind(pa.Int8, [0, 1, -128, 127], [0, 1, 127, 128, -1000, 0.5], ["int8"], ["int64"]),
    "uint64": Kind(pa.UInt64, [0, 1, 2**63, 2**64 - 1], [0, -1, 2**63, 2**64], ["uint64"],
                   ["int64"], spark=False),
    "float": Kind(float, [0.0, -0.0, 0.5, 1e300, -1.5, float("inf"), float("nan")],
                  [0, 0.5, 1, -1.5, float("inf"), 1e300], ["float64"], ["float32", "int64"]),
    "float32": Kind(pa.Float32, [0.0, 0.5, -1.5, float("nan")], [0, 0.5, -1.5, 2], ["float32"],
                    ["float64"]),
    "bool": Kind(bool, [True, False], [True, False], ["bool"], ["int64", "str"], ordered=False),
    "str": Kind(str, _TEXTS, _TEXTS, ["str"], ["int64"]),
    "naive": Kind(pa.DateTime, _moments(None), [*_moments(None), "2020-01-01"],
                  [f"datetime64[{unit}]" for unit in ("s", "ms", "us", "ns")],
                  ["datetime64[us, UTC]", "str"]),
    "utc": Kind(Annotated[pd.DatetimeTZDtype, "us", "UTC"], UTC, [*_ELSEWHERE, "2020-01-01"],
                [f"datetime64[{unit}, UTC]" for unit in ("s", "us", "ns")], ["datetime64[us]"]),
    "oslo": Kind(Annotated[pd.DatetimeTZDtype, "us", "Europe/Oslo"], UTC, _ELSEWHERE,
                 ["datetime64[us, Europe/Oslo]"], ["str"]),
    "date": Kind(pa.Date, [dt.date(2020, 1, 1), dt.date(1969, 12, 31)],
                 [dt.date(2020, 1, 1), dt.date(2021, 1, 1)], ["object"], ["int64"]),
    "decimal": Kind(Annotated[pd.ArrowDtype, _DECIMAL], [Decimal("1.00"), Decimal("-2.50")],
                    [Decimal("1.00"), Decimal("0.005"), 1, -3], [pd.ArrowDtype(_DECIMAL)],
                    ["float64"]),
    "duration": Kind(pa.Timedelta, [pd.Timedelta(0), pd.Timedelta("1h")],
                     [pd.Timedelta("30min"), "1h"], ["timedelta64[us]", "timedelta64[ns]"],
                     ["int64"], spark=False),
    "list": Kind(Annotated[pd.ArrowDtype, _WORDS], [["a"], [], ["a", "b"]], [],
                 [pd.ArrowDtype(_WORDS)], ["str"], ordered=False),
}  # fmt: skip


@dataclass
class Drawn:
    """A column that was drawn: its kind, what a contract says of it, and its values."""

    kind: Kind
    says: dict[str, Any]
    values: "pd.Series[Any]"
    right: bool

    def __repr__(self) -> str:
        return f"<{self.values.tolist()} as {self.values.dtype}, {self.says}>"


@st.composite
def columns(draw: st.DrawFn, spark: bool) -> Drawn:
    name = draw(st.sampled_from([name for name, kind in KINDS.items() if kind.spark or not spark]))
    kind = KINDS[name]
    says = draw(checks(name, kind))
    right = draw(st.integers(0, 7)) > 0
    dtype = draw(st.sampled_from(kind.dtypes if right else kind.wrong))
    pool = kind.values if right else [_as(dtype, n) for n in range(3)]
    cells = draw(st.lists(st.sampled_from(pool), min_size=ROWS, max_size=ROWS))
    gaps = draw(st.lists(st.integers(0, 5), min_size=ROWS, max_size=ROWS))
    if right and draw(st.booleans()) and _may_have_gaps(name):
        cells = [None if gap == 0 else cell for cell, gap in zip(cells, gaps, strict=True)]
    return Drawn(kind, says, _stored(cells, dtype), right)


def _may_have_gaps(name: str) -> bool:
    # What these become with gaps is in `test_meaning`; pandera calls it another type.
    return name not in ("int", "int8", "uint64", "bool")


def _stored(cells: list[Any], dtype: Any) -> "pd.Series[Any]":
    if str(dtype).startswith("datetime64") and "," in str(dtype):
        zone = str(dtype).partition(", ")[2].rstrip("]")
        moments = pd.Series(pd.to_datetime(cells, utc=True)).dt.tz_convert(zone)
        aware: pd.Series[Any] = moments.astype(dtype)
        return aware
    stored: pd.Series[Any] = pd.Series(cells, dtype=dtype)
    return stored


def _as(dtype: Any, number: int) -> Any:
    """A value of another type than a contract wants."""
    if str(dtype).startswith("datetime64"):
        return pd.Timestamp(2020, 1, 1 + number)
    return {"str": f"text {number}", "bool": number > 0}.get(str(dtype), number)


@st.composite
def checks(draw: st.DrawFn, name: str, kind: Kind) -> dict[str, Any]:
    says: dict[str, Any] = {"nullable": draw(st.booleans())}
    if name != "list":
        says["unique"] = draw(st.integers(0, 4)) == 0
    if not kind.bounds:
        return says
    bound = st.sampled_from(kind.bounds)
    members = [each for each in kind.bounds if name == "str" or not isinstance(each, str)]
    few = st.lists(st.sampled_from(members), max_size=3)
    known: dict[str, st.SearchStrategy[Any]] = {"eq": bound, "ne": bound, "isin": few, "notin": few}
    if kind.ordered:
        known |= {"ge": bound, "gt": bound, "le": bound, "lt": bound}
    if name == "str":
        known |= {
            "str_matches": st.sampled_from(["a", "^[a-z]", r"\\w+$", "[^a]", ".b?"]),
            "str_contains": st.sampled_from(["a", "^$", r"\\.", "é"]),
            "str_startswith": bound,
            "str_endswith": bound,
            "str_length": st.sampled_from([{"min_value": 1}, {"max_value": 1}, {"exact_value": 2}]),
        }
    for check in draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True)):
        says[check] = draw(known[check])
    return says


def frame_of(drawn: Sequence[Drawn]) -> pd.DataFrame:
    return pd.DataFrame({f"c{n}": each.values for n, each in enumerate(drawn)})


def model_of(drawn: Sequence[Drawn], rules: dict[str, Any] | None = None) -> Any:
    fields = {
        f"c{n}": (each.kind.annotation, pa.Field(**each.says)) for n, each in enumerate(drawn)
    }
    return made.model(fields, rules)

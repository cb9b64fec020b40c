"""The contract of the wide table: for the golden path, and for pandera by itself."""

# mypy: disable-error-code="untyped-decorator"

from typing import Annotated

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from wide_table import CODES

from kedro_golden_path import Columns, rule

MOST_ROWS = 20_000_000
Moment = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


class WideColumns(pa.DataFrameModel):
    """The columns, and what holds for each by itself."""

    id: int = pa.Field(ge=0)
    f0: float = pa.Field(ge=0, le=100, nullable=True)
    f1: float = pa.Field(ge=0, le=100)
    f2: float = pa.Field(ge=0, le=100, nullable=True)
    f3: float = pa.Field(ge=0, le=100)
    f4: float = pa.Field(ge=0, le=100, nullable=True)
    f5: float = pa.Field(ge=0, le=100)
    f6: float = pa.Field(ge=0, le=100, nullable=True)
    f7: float = pa.Field(ge=0, le=100)
    i0: int = pa.Field(ge=0, le=1000)
    i1: int = pa.Field(ge=0, le=1000)
    i2: int = pa.Field(ge=0, le=1000)
    i3: int = pa.Field(ge=0, le=1000)
    i4: int = pa.Field(ge=0, le=1000)
    i5: int = pa.Field(ge=0, le=1000)
    s0: str = pa.Field(str_matches=r"^[A-Z]{2}[0-9]{3}$")
    s1: str = pa.Field(isin=CODES)
    s2: str = pa.Field(str_length={"min_value": 5, "max_value": 5})
    begun: Moment
    ended: Moment

    class Config:
        strict = True
        ordered = True


class WideWithoutKey(WideColumns):
    """What concerns more than a column, as the golden path has it."""

    @rule(ge=1, le=MOST_ROWS)
    @classmethod
    def number_of_rows(cls, table: Columns) -> nw.Expr:
        return table.rows

    @rule
    @classmethod
    def ends_after_it_began(cls, table: Columns) -> nw.Expr:
        return table["begun"] <= table["ended"]


class Wide(WideWithoutKey):
    class Config(WideColumns.Config):
        unique = ["id"]  # noqa: RUF012


class PanderaWide(WideColumns):
    """The same in pandera's own way."""

    class Config(WideColumns.Config):
        unique = ["id"]  # noqa: RUF012

    @pa.dataframe_check
    @classmethod
    def number_of_rows(cls, table: pd.DataFrame) -> bool:
        return 1 <= len(table) <= MOST_ROWS

    @pa.dataframe_check
    @classmethod
    def ends_after_it_began(cls, table: pd.DataFrame) -> "pd.Series[bool]":
        return table["begun"] <= table["ended"]

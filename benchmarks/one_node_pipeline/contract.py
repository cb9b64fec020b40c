"""Contracts of the trivial node's input and output."""

import pandera.pandas as pa


class Numbers(pa.DataFrameModel):
    """Values in groups."""

    name: str = pa.Field(str_matches=r"^[a-z]$")
    value: float = pa.Field(ge=0, le=1)


class Sums(pa.DataFrameModel):
    """One sum for each group."""

    name: str = pa.Field(unique=True)
    value: float = pa.Field(ge=0)

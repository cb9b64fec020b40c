"""Contracts of the trivial node's input and output."""

# Runs in a project's environment, with packages that the template's own lacks.
# mypy: disable-error-code="import-not-found"
# mypy: allow-subclassing-any

import pandera.pandas as pa


class Numbers(pa.DataFrameModel):
    """Values in groups."""

    name: str = pa.Field(str_matches=r"^[a-z]$")
    value: float = pa.Field(ge=0, le=1)


class Sums(pa.DataFrameModel):
    """One sum for each group."""

    name: str = pa.Field(unique=True)
    value: float = pa.Field(ge=0)

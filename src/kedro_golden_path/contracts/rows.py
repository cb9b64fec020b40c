"""Rows of pandas that are stored for people, and found again."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow

from .types import as_text


def storable(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as Parquet can hold it: what no type fits as what Python shows of it."""
    return frame.assign(
        **{
            name: as_text(frame[name]).to_pandas().set_axis(frame.index)
            for name in frame.columns
            if not _fits(frame[name])
        }
    )


def texts(frame: pd.DataFrame) -> list[str]:
    """One text for each row: rows are equal if theirs are, whether they were stored or not."""
    table = pyarrow.Table.from_pandas(storable(frame), preserve_index=False)
    return [repr(row) for row in table.to_pylist()]


def _fits(values: pd.Series[Any]) -> bool:
    try:
        kind = pyarrow.array(values, from_pandas=True).type
    except Exception:  # pyarrow raises whatever it meets in the objects.
        return False
    # Objects that Arrow has a type of its own for, such as UUIDs, come back as something else.
    return values.dtype != object or not isinstance(kind, pyarrow.BaseExtensionType)

"""Profile the columns of a frame, and find a key."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow

from ...errors import GoldenPathError
from ..engines import Data, is_spark, wrap
from ..types import arrow_array, arrow_type_of, has_no_type
from .shapes import pattern_of

_MOST_CATEGORIES = 12
_ROWS_FOR_EACH_CATEGORY = 10
_LONGEST_CATEGORY = 60
_ROWS_LOOKED_AT = 10_000
_KEY_COLUMNS = 12
_KEYS_TRIED = 5
# As `months` has it, without what only Python can look for.
_MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
_ID = re.compile(r"(^|_)(id|key|code|no|nr|number|num|uuid|index)$", re.IGNORECASE)
_PERSONAL = re.compile(
    r"(^|_)(e?_?mail|phone|mobile|iban|ssn|passport|birth\w*|dob|street|address|"
    r"(first|last|full|sur|family)_?name)($|_)",
    re.IGNORECASE,
)


@dataclass
class Column:
    """What is known about a column, and the rules that follow from it."""

    name: str
    kind: pyarrow.DataType | None
    sensitive: bool
    nulls: int = 0
    distinct: int = 0
    least: Any = None
    most: Any = None
    categories: list[Any] | None = None
    pattern: str = ""
    period: bool = False
    unique: bool = False
    attribute: str = ""

    @property
    def is_text(self) -> bool:
        """Whether it holds text."""
        return bool(self.kind == pyarrow.large_string())

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers."""
        floating = self.kind is not None and pyarrow.types.is_floating(self.kind)
        return self.is_integer or bool(floating)

    @property
    def is_integer(self) -> bool:
        """Whether it holds whole numbers."""
        return self.kind is not None and bool(pyarrow.types.is_integer(self.kind))

    @property
    def is_id(self) -> bool:
        """Whether its name looks like an identifier's."""
        return bool(_ID.search(self.name))


def columns_of(frame: Any, dataset: str, sensitive: Sequence[str]) -> tuple[list[Column], Data]:
    """The columns of a frame with their types, and the frame as data without a contract."""
    kinds = _kinds(frame, dataset)
    if unknown := [name for name in sensitive if name not in kinds]:
        raise GoldenPathError(
            f"'{dataset}' has no column {', '.join(map(repr, unknown))}. Its columns: "
            f"{', '.join(kinds)}."
        )
    columns = [
        Column(name, kind, name in sensitive or bool(_PERSONAL.search(name)))
        for name, kind in kinds.items()
    ]
    # Without types nothing is wrong yet, so that all columns can be measured.
    schema = pa.DataFrameSchema({column.name: pa.Column() for column in columns})
    return columns, wrap(frame, schema)


def _kinds(frame: Any, dataset: str) -> dict[str, pyarrow.DataType | None]:
    if is_spark(frame):
        schema = nw.from_native(frame).collect_schema()
        return {name: arrow_type_of(kind) for name, kind in schema.items()}
    if not isinstance(frame, pd.DataFrame):
        raise GoldenPathError(
            f"'{dataset}' holds a {type(frame).__name__}. Contracts are for frames of pandas or "
            "Spark; say in the catalog entry why it has none: metadata: {no_contract: …}"
        )
    if doubled := frame.columns[frame.columns.duplicated()].tolist():
        raise GoldenPathError(f"'{dataset}' has columns of the same name: {doubled[0]!r}.")
    if unnamed := [name for name in frame.columns if not isinstance(name, str) or not name]:
        raise GoldenPathError(
            f"'{dataset}' has a column called {unnamed[0]!r}, and a contract needs names that are "
            "text. Give them where it is read, for example by load_args: {names: [...]}"
        )
    return {name: _kind(frame[name], dataset) for name in frame.columns}


def _kind(values: pd.Series[Any], dataset: str) -> pyarrow.DataType | None:
    try:
        kind = arrow_array(values).type
    except Exception as error:
        # pyarrow raises whatever it meets in objects.
        raise GoldenPathError(
            f"Column '{values.name}' of '{dataset}' holds values of several types, or of one that "
            "Arrow does not have, so no contract can name its type. Give it one where it is made."
        ) from error
    if pyarrow.types.is_decimal(kind) and values.dtype == object:
        # The next values may have more digits.
        return pyarrow.decimal128(38, kind.scale)
    return None if has_no_type(kind) else kind


def measure(data: Data, columns: Sequence[Column]) -> int:
    """Count missing and distinct values of each column, and find its range, in one pass."""
    there = set(data.view.collect_schema().names())
    figures = {"rows": nw.len()}
    nulls = {}
    for n, column in enumerate(columns):
        if column.name not in there or column.kind is None:
            continue
        values = nw.col(column.name)
        nulls[f"nulls_{n}"] = values.is_null()
        if _can_be_compared(column.kind):
            figures[f"distinct_{n}"] = values.n_unique()
        if column.is_number:
            figures |= {f"least_{n}": values.min(), f"most_{n}": values.max()}
    found = data.aggregate(figures, nulls)
    rows = int(found["rows"] or 0)
    for n, column in enumerate(columns):
        column.nulls = int(found.get(f"nulls_{n}") or 0)
        # A column that cannot be looked at may be anything, also missing.
        column.nulls = column.nulls if f"nulls_{n}" in found else rows
        column.distinct = int(found.get(f"distinct_{n}") or 0) - bool(column.nulls)
        column.least, column.most = found.get(f"least_{n}"), found.get(f"most_{n}")
    return rows


def _can_be_compared(kind: pyarrow.DataType) -> bool:
    return not pyarrow.types.is_nested(kind) and not isinstance(kind, pyarrow.BaseExtensionType)


def look_closer(column: Column, data: Data, rows: int, month: str | None) -> None:
    """Find the categories or the pattern of a column of text."""
    if not column.is_text or column.sensitive:
        return
    few = column.distinct <= _MOST_CATEGORIES
    values = _distinct(data, column.name) if few else _first(data, column.name)
    if column.name == "month" and values == [month]:
        column.period, column.pattern = True, _MONTH
    elif few and column.distinct * _ROWS_FOR_EACH_CATEGORY <= rows and not column.is_id:
        if all(len(value) <= _LONGEST_CATEGORY for value in values):
            column.categories = values
    elif (pattern := pattern_of(values)) and _matches(data, column.name, pattern):
        column.pattern = pattern


def _distinct(data: Data, name: str) -> list[Any]:
    # Under a name of its own: Arrow takes one that begins with a dot for a path.
    values = data.view.select(values=nw.col(name)).unique().collect()["values"].to_list()
    return sorted(value for value in values if value is not None)


def _first(data: Data, name: str) -> list[Any]:
    rows = data.view.select(name).filter(~nw.col(name).is_null()).head(_ROWS_LOOKED_AT)
    return list(dict.fromkeys(rows.collect()[name].to_list()))


def _matches(data: Data, name: str, pattern: str) -> bool:
    broken = ~nw.col(name).str.contains(pattern.replace(r"\d", "[0-9]"))
    return not data.aggregate({}, {"broken": broken})["broken"]


def find_key(data: Data, columns: Sequence[Column], rows: int) -> list[Column]:
    """The smallest set of columns that identifies each row, identifiers first."""
    candidates = [column for column in columns if not column.nulls and _can_identify(column)]
    candidates.sort(key=_rank)
    alone = [column for column in candidates if column.distinct == rows]
    if rows < 2:
        return []
    if alone:
        return alone[:1]
    candidates = [column for column in candidates if column.distinct > 1][:_KEY_COLUMNS]
    if not candidates:
        return []
    names = [column.name for column in candidates]
    sample = data.view.select(*names).head(_ROWS_LOOKED_AT).collect().to_pandas()
    tried = 0
    for size in (2, 3):
        groups = sorted(combinations(candidates, size), key=lambda group: sum(map(_rank, group)))
        for group in groups:
            key = [column.name for column in group]
            if math.prod(column.distinct for column in group) < rows:
                continue
            if tried == _KEYS_TRIED or sample.duplicated(key).any():
                continue
            tried += 1
            if not data.duplicates(key):
                return sorted(group, key=columns.index)
    return []


def _can_identify(column: Column) -> bool:
    if column.sensitive:
        # Reports show the values of a key.
        return False
    moment = column.kind is not None and pyarrow.types.is_temporal(column.kind)
    return column.is_text or column.is_integer or moment


def _rank(column: Column) -> int:
    if column.is_id:
        return 0
    return 2 if column.is_integer else 1

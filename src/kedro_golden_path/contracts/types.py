"""Types: the types of a contract in Arrow and in Spark, and pandas data as Arrow.

The types of a contract are logical. On pandas, columns of integers and booleans with missing values
have another type (float64 or object); they still count as integers and booleans.
"""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow
from pandera.dtypes import Date, Timestamp

_SPARK_NAMES = {
    pyarrow.bool_(): "boolean",
    pyarrow.int8(): "tinyint",
    pyarrow.int16(): "smallint",
    pyarrow.int32(): "int",
    pyarrow.int64(): "bigint",
    pyarrow.float32(): "float",
    pyarrow.float64(): "double",
    pyarrow.large_string(): "string",
    pyarrow.date32(): "date",
}


def arrow_type(column: pa.Column) -> pyarrow.DataType:
    """The Arrow type for the type of a column in a contract; `null` for a column without type.

    Raises:
        ValueError: The type says nothing about the values, such as `object`.
    """
    if column.dtype is None:
        return pyarrow.null()
    if isinstance(column.dtype, Date) and not isinstance(column.dtype, Timestamp):
        return pyarrow.date32()
    try:
        kind = _plain(pyarrow.array(pd.Series([], dtype=column.dtype.type), from_pandas=True).type)
    except (TypeError, ValueError, pyarrow.ArrowException) as error:
        raise _no_type(column, str(error)) from error
    if pyarrow.types.is_null(kind):
        # A category has the type of its categories, and an empty one has none.
        if isinstance(column.dtype.type, pd.CategoricalDtype):
            return pyarrow.large_string()
        raise _no_type(column, "it may hold anything")
    return kind


def type_name(column: pa.Column) -> str:
    """The type of a column in a contract, for people."""
    if column.dtype is None:
        return "any"
    # pandas has several names for text, and which one depends on what is installed.
    text = arrow_type(column) == pyarrow.large_string()
    categories = isinstance(column.dtype.type, pd.CategoricalDtype)
    return "str" if text and not categories else str(column.dtype)


def spark_type(column: pa.Column) -> str | None:
    """The name of a column's type in Spark; None for a column without type.

    Raises:
        ValueError: Spark has no such type.
    """
    kind = arrow_type(column)
    if pyarrow.types.is_null(kind):
        return None
    if pyarrow.types.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_ntz"
    if kind not in _SPARK_NAMES:
        raise _no_type(column, "Spark has no such type")
    return _SPARK_NAMES[kind]


def arrow_table(frame: pd.DataFrame, columns: Iterable[str]) -> pyarrow.Table:
    """Columns of a pandas frame as Arrow, missing values as null; without a copy if possible."""
    return pyarrow.table({name: arrow_array(frame[name]) for name in columns})


def arrow_array(values: "pd.Series[Any]") -> pyarrow.ChunkedArray:
    """The values of a column as Arrow; categories become plain values.

    Raises:
        pyarrow.ArrowException: The values are of several types.
    """
    array = pyarrow.array(values, from_pandas=True)
    chunked = array if isinstance(array, pyarrow.ChunkedArray) else pyarrow.chunked_array([array])
    return chunked.cast(_plain(chunked.type))


def restored(array: pyarrow.ChunkedArray, kind: pyarrow.DataType) -> pyarrow.ChunkedArray | None:
    """The array in the type that it has without missing values; None if it is another type."""
    integers = pyarrow.types.is_integer(kind) and pyarrow.types.is_floating(array.type)
    nothing = pyarrow.types.is_null(array.type)
    if not nothing and not (integers and array.null_count):
        return None
    try:
        return array.cast(kind)
    except pyarrow.ArrowInvalid:
        return None


def _plain(kind: pyarrow.DataType) -> pyarrow.DataType:
    if pyarrow.types.is_dictionary(kind):
        kind = kind.value_type
    return pyarrow.large_string() if pyarrow.types.is_string(kind) else kind


def _no_type(column: pa.Column, reason: str) -> ValueError:
    return ValueError(
        f"the type '{column.dtype}' of column '{column.name}' cannot be used ({reason}); name a "
        "type for which the documentation of contracts has a translation"
    )

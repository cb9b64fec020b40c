"""Types: what the values of a column are, whatever engine they are on and however it stores them.

The type of a column in a contract is an Arrow type, in one form for all that means the same: no
unit of time but microseconds, no categories, one kind of text and of lists. narwhals knows what
that type is on Spark. On pandas, integers and booleans with missing values are stored as float64
and object; they still count as integers and booleans.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc
from pandera.dtypes import Date, Decimal, Timestamp

# From here on, a float64 is not the only whole number that it stands for.
_INEXACT = 2**53
_ON_SPARK = {
    *(nw.Boolean, nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.Float32, nw.Float64),
    *(nw.String, nw.Binary, nw.Date, nw.Datetime, nw.Decimal, nw.List, nw.Struct),
}
_ARROW = "Annotated[pd.ArrowDtype, {}], with pyarrow imported"
_DECIMAL = _ARROW.format("pyarrow.decimal128(10, 2)")
LIST = _ARROW.format("pyarrow.list_(pyarrow.string())")


def arrow_type(column: pa.Column) -> pyarrow.DataType:
    """The Arrow type for the type of a column in a contract; `null` for a column without type.

    Raises:
        ValueError: The type says nothing about the values, such as `object`.
    """
    if column.dtype is None:
        return pyarrow.null()
    if isinstance(column.dtype, Decimal) and not _is_arrow(column):
        raise _no_type(column, "it is stored as objects", f"write {_DECIMAL}")
    if isinstance(column.dtype, Date) and not isinstance(column.dtype, Timestamp):
        return pyarrow.date32()
    try:
        kind = _logical(
            pyarrow.array(pd.Series([], dtype=column.dtype.type), from_pandas=True).type
        )
    except (TypeError, ValueError, pyarrow.ArrowException) as error:
        raise _no_type(column, str(error)) from error
    if pyarrow.types.is_null(kind):
        # A category has the type of its categories, and an empty one has none.
        if isinstance(column.dtype.type, pd.CategoricalDtype):
            return pyarrow.large_string()
        instead = f"for lists, structs and decimals write for example {LIST}, or {_DECIMAL}"
        raise _no_type(column, "it may hold anything", instead)
    return kind


def type_name(column: pa.Column) -> str:
    """The type of a column in a contract, for people."""
    if column.dtype is None:
        return "any"
    kind = arrow_type(column)
    # pandas has several names for text, and which one depends on what is installed.
    if kind == pyarrow.large_string() and not isinstance(column.dtype.type, pd.CategoricalDtype):
        return "str"
    # pandera says a unit, which does not matter.
    if pyarrow.types.is_timestamp(kind) and not kind.tz:
        return "datetime64"
    return "timedelta64" if pyarrow.types.is_duration(kind) else str(column.dtype)


def spark_type(column: pa.Column) -> nw.dtypes.DType | None:
    """A column's type on Spark, as narwhals names it; None for a column without type.

    Raises:
        ValueError: Spark has no such type.
    """
    kind = arrow_type(column)
    if pyarrow.types.is_null(kind):
        return None
    found = narwhals_type(kind)
    if not _spark_has(found):
        raise _no_type(column, "Spark has no such type")
    return on_spark(found)


def on_spark(kind: nw.dtypes.DType) -> nw.dtypes.DType:
    """The type of a column that is on Spark, in the form in which `spark_type` gives it."""
    found: nw.dtypes.DType = _as_on_spark(kind)
    return found


def narwhals_type(kind: pyarrow.DataType) -> nw.dtypes.DType:
    """The same type as narwhals names it."""
    return nw.Schema.from_arrow(pyarrow.schema([("", kind)]))[""]


def arrow_type_of(kind: nw.dtypes.DType) -> pyarrow.DataType | None:
    """The type in a contract for one that narwhals names; None if there is none."""
    try:
        return _logical(nw.Schema({"": kind}).to_arrow().field(0).type)
    except Exception:  # narwhals raises errors of several kinds for a type that Arrow lacks.
        return None


def has_no_type(kind: pyarrow.DataType) -> bool:
    """Whether there are no values to tell a type from, at least in a list or a part of them."""
    if pyarrow.types.is_struct(kind):
        return not kind.num_fields or any(has_no_type(field.type) for field in kind)
    if pyarrow.types.is_large_list(kind):
        return has_no_type(kind.value_type)
    return bool(pyarrow.types.is_null(kind))


def arrow_table(frame: pd.DataFrame, columns: Iterable[str]) -> pyarrow.Table:
    """Columns of a pandas frame as Arrow, missing values as null; without a copy if possible."""
    return pyarrow.table({name: arrow_array(frame[name]) for name in columns})


def arrow_array(values: pd.Series[Any]) -> pyarrow.ChunkedArray:
    """The values of a column as Arrow, in the form in which contracts have types.

    Raises:
        Exception: The values are of several types, or not of one that Arrow has.
    """
    return _in_logical_form(_chunked(pyarrow.array(values, from_pandas=True)))


def as_type(values: pd.Series[Any], kind: pyarrow.DataType) -> pyarrow.ChunkedArray | None:
    """The values of a column as Arrow, if they are of the type that a contract wants.

    Returns:
        None if they are of another type. Without a type (`null`), all values do.
    """
    objects = values.dtype == object
    try:
        array = arrow_array(values)
        if pyarrow.types.is_null(kind):
            return array
        if objects and _is_stored_as_objects(kind) and array.type != kind:
            # The values alone do not tell what an empty list or the next decimal may hold.
            return _chunked(pyarrow.array(values, type=kind, from_pandas=True))
    except Exception:
        # Whatever the objects are: pyarrow raises what it meets on the way.
        return as_text(values) if pyarrow.types.is_null(kind) else None
    if objects and pyarrow.types.is_timestamp(array.type):
        # pandas has them as times; objects could each have a zone of its own.
        return None
    return array if array.type == kind else _restored(array, kind)


def is_integer_with_gaps(wanted: nw.dtypes.DType | None, found: nw.dtypes.DType) -> bool:
    """Whether floats may be integers that pandas stored with missing values among them."""
    return wanted is not None and wanted.is_integer() and found == nw.Float64


def inexact(wanted: pyarrow.DataType, values: pd.Series[Any]) -> bool:
    """Whether floats would be the integers that are wanted, were they not too large for that."""
    if not pyarrow.types.is_integer(wanted) or not pd.api.types.is_float_dtype(values.dtype):
        return False
    there = values.dropna()
    return len(there) < len(values) and bool((there % 1 == 0).all())


def is_whole(expression: nw.Expr) -> nw.Expr:
    """True for floats that stand for one integer only."""
    return (expression.floor() == expression) & (expression.abs() < _INEXACT)


def _restored(array: pyarrow.ChunkedArray, kind: pyarrow.DataType) -> pyarrow.ChunkedArray | None:
    """The array in the type that it has without missing values; None if it is another type."""
    integers = pyarrow.types.is_integer(kind) and pyarrow.types.is_floating(array.type)
    if pyarrow.types.is_null(array.type):
        return array.cast(kind)
    if not (integers and array.null_count):
        return None
    largest = pc.max(pc.abs(array)).as_py()
    if largest is not None and largest >= _INEXACT:
        return None
    try:
        return array.cast(kind)
    except pyarrow.ArrowInvalid:
        return None


def _logical(kind: pyarrow.DataType) -> pyarrow.DataType:
    """The one form of all types that mean the same."""
    is_a = pyarrow.types
    if is_a.is_dictionary(kind):
        return _logical(kind.value_type)
    if is_a.is_string(kind) or is_a.is_string_view(kind):
        return pyarrow.large_string()
    if is_a.is_timestamp(kind):
        return pyarrow.timestamp("us", kind.tz)
    if is_a.is_duration(kind):
        return pyarrow.duration("us")
    if is_a.is_time(kind):
        return pyarrow.time64("us")
    if is_a.is_date(kind):
        return pyarrow.date32()
    if is_a.is_binary(kind) or is_a.is_binary_view(kind) or is_a.is_fixed_size_binary(kind):
        return pyarrow.binary()
    if is_a.is_struct(kind):
        return pyarrow.struct([field.with_type(_logical(field.type)) for field in kind])
    if is_a.is_list(kind) or is_a.is_large_list(kind) or is_a.is_fixed_size_list(kind):
        return pyarrow.large_list(_logical(kind.value_type))
    return kind


def _in_logical_form(array: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    kind = _logical(array.type)
    if kind == array.type:
        return array
    options = pc.CastOptions(target_type=kind, allow_time_truncate=True)
    return pc.cast(array, options=options)


def _chunked(array: pyarrow.Array | pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    return array if isinstance(array, pyarrow.ChunkedArray) else pyarrow.chunked_array([array])


def as_text(values: pd.Series[Any]) -> pyarrow.ChunkedArray:
    """Values that no type fits, as what Python shows of them; missing ones as null."""
    missing = values.isna()
    texts = [None if gone else repr(each) for each, gone in zip(values, missing, strict=True)]
    # A lone surrogate is no text to Arrow.
    plain = [text and text.encode("utf-8", "backslashreplace").decode("utf-8") for text in texts]
    return pyarrow.chunked_array([plain], pyarrow.large_string())


def _is_stored_as_objects(kind: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_nested(kind) or pyarrow.types.is_decimal(kind))


def _is_arrow(column: pa.Column) -> bool:
    return isinstance(column.dtype.type, pd.ArrowDtype)


def _spark_has(kind: nw.dtypes.DType) -> bool:
    if isinstance(kind, nw.List):
        return _spark_has(kind.inner)  # type: ignore[arg-type]
    if isinstance(kind, nw.Struct):
        return all(_spark_has(field.dtype) for field in kind.fields)  # type: ignore[arg-type]
    return kind.base_type() in _ON_SPARK


def _as_on_spark(kind: Any) -> Any:
    """Spark has moments, which it shows in the zone of its session."""
    if isinstance(kind, nw.Datetime):
        return nw.Datetime("us", kind.time_zone and "UTC")
    if isinstance(kind, nw.List):
        return nw.List(_as_on_spark(kind.inner))
    if isinstance(kind, nw.Struct):
        return nw.Struct({field.name: _as_on_spark(field.dtype) for field in kind.fields})
    return kind


def _no_type(column: pa.Column, reason: str, instead: str = "") -> ValueError:
    known = "name a type for which the documentation of contracts has a translation"
    return ValueError(
        f"the type '{column.dtype}' of column '{column.name}' cannot be used ({reason}); "
        f"{instead or known}"
    )

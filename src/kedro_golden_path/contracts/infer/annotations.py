"""The types of columns as a contract names them, in Python."""

from __future__ import annotations

import numpy as np
import pyarrow

from ...guards import python_literal

_ANNOTATIONS = {
    pyarrow.bool_(): "bool",
    pyarrow.int8(): "pa.Int8",
    pyarrow.int16(): "pa.Int16",
    pyarrow.int32(): "pa.Int32",
    pyarrow.int64(): "int",
    pyarrow.uint8(): "pa.UInt8",
    pyarrow.uint16(): "pa.UInt16",
    pyarrow.uint32(): "pa.UInt32",
    pyarrow.uint64(): "pa.UInt64",
    pyarrow.float32(): "pa.Float32",
    pyarrow.float64(): "float",
    pyarrow.large_string(): "str",
    pyarrow.date32(): "pa.Date",
    pyarrow.timestamp("us"): "pa.DateTime",
    pyarrow.duration("us"): "pa.Timedelta",
}
_IN_ARROW = {
    pyarrow.bool_(): "pyarrow.bool_()",
    pyarrow.int64(): "pyarrow.int64()",
    pyarrow.float64(): "pyarrow.float64()",
    pyarrow.large_string(): "pyarrow.string()",
    pyarrow.binary(): "pyarrow.binary()",
    pyarrow.date32(): "pyarrow.date32()",
    pyarrow.duration("us"): 'pyarrow.duration("us")',
    pyarrow.time64("us"): 'pyarrow.time64("us")',
}


def annotation(kind: pyarrow.DataType | None) -> str:
    """The annotation for a type; `Any` for one that contracts cannot name."""
    if kind is None:
        return "Any"
    if kind in _ANNOTATIONS:
        return _ANNOTATIONS[kind]
    if pyarrow.types.is_timestamp(kind):
        return _annotated("pd.DatetimeTZDtype", kind.unit, kind.tz)
    extension = getattr(kind, "extension_name", "")
    if extension == "pandas.period":
        return _annotated("pd.PeriodDtype", kind.freq)
    if extension == "pandas.interval":
        ends = np.dtype(kind.subtype.to_pandas_dtype()).name
        return _annotated("pd.IntervalDtype", ends, kind.closed)
    stored = _arrow(kind)
    return f"Annotated[pd.ArrowDtype, {stored}]" if stored else "Any"


def _annotated(dtype: str, *arguments: str) -> str:
    return f"Annotated[{', '.join([dtype, *map(python_literal, arguments)])}]"


def _arrow(kind: pyarrow.DataType) -> str:
    """A type of pyarrow; empty where there is none to be written."""
    if pyarrow.types.is_decimal(kind):
        return f"pyarrow.decimal128({kind.precision}, {kind.scale})"
    if pyarrow.types.is_large_list(kind):
        inner = _arrow(kind.value_type)
        return f"pyarrow.list_({inner})" if inner else ""
    if pyarrow.types.is_struct(kind):
        parts = {field.name: _arrow(field.type) for field in kind}
        inside = ", ".join(f"{python_literal(name)}: {part}" for name, part in parts.items())
        return f"pyarrow.struct({{{inside}}})" if all(parts.values()) else ""
    if pyarrow.types.is_timestamp(kind):
        arguments = [kind.unit, kind.tz] if kind.tz else [kind.unit]
        return f"pyarrow.timestamp({', '.join(map(python_literal, arguments))})"
    return _IN_ARROW.get(kind, "")

"""What the pipelines share: the key of a flight, and frames of any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

if TYPE_CHECKING:
    import pyarrow
    import pyspark.sql

KEY = ["scheduled_hour", "carrier", "flight"]


def lazy(frame: Any) -> nw.LazyFrame[Any]:
    """Wrap a frame so that it has only what every engine can do.

    On pandas nothing is deferred, but what works there works on Spark as well: a narwhals LazyFrame
    has no row positions and no loops over rows. `to_native()` returns a frame of the same kind.

    Args:
        frame: A frame of pandas, Spark or any other engine that narwhals knows.

    Returns:
        The same frame in narwhals.
    """
    return nw.from_native(frame).lazy()


def add_number(
    frame: IntoFrameT, name: str, compute: Callable[[pd.DataFrame], np.ndarray]
) -> IntoFrameT:
    """Add a column that narwhals cannot compute, for example a model's predictions.

    On Spark the function is sent to the rows, and gets a batch at a time.

    Args:
        frame: A frame of pandas or Spark.
        name: The name of the new column, of float64.
        compute: Returns one number for each row of a pandas frame, without looking at other rows.

    Returns:
        The frame with the new column at the end.
    """
    native: Any = frame
    if isinstance(native, pd.DataFrame):
        native = native.assign(**{name: compute(native)})
    else:
        native = _add_number_on_spark(native, name, compute)
    return cast(IntoFrameT, native)


def _add_number_on_spark(
    frame: pyspark.sql.DataFrame, name: str, compute: Callable[[pd.DataFrame], np.ndarray]
) -> pyspark.sql.DataFrame:
    from pyspark.sql.types import DoubleType, StructField, StructType

    def of_batches(batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        for batch in batches:
            # As Arrow gives it to pandas anywhere: mapInPandas would make its own types.
            numbers = np.asarray(compute(batch.to_pandas()), dtype=float)
            yield batch.append_column(name, numbers)

    schema = StructType([*frame.schema.fields, StructField(name, DoubleType())])
    return frame.mapInArrow(of_batches, schema)

"""Dataset types for the catalog of an environment that runs on Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fsspec
import pandas as pd
import pyarrow
import pyarrow.dataset
from kedro.io import AbstractDataset, DatasetError

from .files import exists, put_in_place, read_parquet, write_beside, written_beside
from .session import first_line, is_of_spark

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BYTES_OF_TEXT = 32


class ParquetDataset(AbstractDataset[Any, Any]):
    """A Parquet file or directory as a Spark frame; saving replaces it as a whole."""

    # Each process of a parallel runner would need its own Spark.
    _SINGLE_PROCESS = True
    engine = "spark"
    saving = "replaces"

    def __init__(
        self,
        *,
        filepath: str,
        load_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe the dataset.

        Args:
            filepath: Its path or URL; `s3://` works as on pandas.
            load_args: Options of Spark's Parquet reader.
            metadata: Information for hooks.
        """
        self._filepath = filepath
        self._load_args = load_args or {}
        self.metadata = metadata

    def load(self) -> Any:
        """Load the rows as a Spark frame; only the types are read.

        Raises:
            FileNotFoundError: There is no such file or directory.
            OSError: It is not Parquet.
        """
        if not exists(self._filepath):
            raise FileNotFoundError(2, "No such file or directory", self._filepath)
        try:
            return read_parquet(self._filepath, **self._load_args)
        except Exception as error:
            if not is_of_spark(error):
                raise
            raise OSError(f"{self._filepath}: {first_line(error)}") from None

    def save(self, data: Any) -> None:
        """Save a Spark frame; one that a contract has already written is only renamed.

        Raises:
            DatasetError: It is not a Spark frame, or computing or writing it failed.
        """
        if not type(data).__module__.startswith("pyspark.sql"):
            raise DatasetError(
                f"{self._filepath} is saved from a Spark frame, not from {type(data).__name__}."
            )
        staged = data if written_beside(data) else self.write_beside(data)
        put_in_place(staged, self._filepath)

    def write_beside(self, data: DataFrame) -> DataFrame:
        """Compute a frame and write it beside the dataset's file; see `files.write_beside`.

        Raises:
            DatasetError: It failed; the message leaves out Java's stack traces.
        """
        try:
            return write_beside(data, self._filepath)
        except Exception as error:
            if is_of_spark(error):
                raise DatasetError(
                    f"{self._filepath} could not be computed or written: {first_line(error)}"
                ) from error
            raise

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}

    def _exists(self) -> bool:
        return exists(self._filepath)


class CollectedDataset(ParquetDataset):
    """Data that leaves Spark: saved from a Spark frame, loaded as a pandas frame.

    pandas loads the file itself, so types and the order of rows are the same as without Spark. Data
    that would not fit into memory is refused before it is read.
    """

    def __init__(self, *, max_gigabytes: float = 4.0, **kwargs: Any) -> None:
        """Describe the dataset.

        Args:
            max_gigabytes: The estimated memory that the rows may take.
            **kwargs: See `ParquetDataset`; `load_args` are those of `pandas.read_parquet`.
        """
        super().__init__(**kwargs)
        self._max_gigabytes = max_gigabytes

    def load(self) -> pd.DataFrame:
        """Load the rows into memory.

        Raises:
            DatasetError: They would take more than `max_gigabytes`.
        """
        filesystem, path = fsspec.url_to_fs(self._filepath)
        if not filesystem.exists(path):
            raise FileNotFoundError(2, "No such file or directory", self._filepath)
        files = pyarrow.dataset.dataset(path, filesystem=filesystem, partitioning=None)
        rows, columns = files.count_rows(), len(files.schema)
        gigabytes = rows * sum(_width(field.type) for field in files.schema) / 1e9
        if gigabytes > self._max_gigabytes:
            raise DatasetError(
                f"{self._filepath} has {rows:,} rows of {columns} columns, about {gigabytes:,.1f} "
                f"GB in the memory of this machine; at most {self._max_gigabytes:g} GB are "
                "allowed. Let the node that makes it select or sample on Spark, or raise "
                "'max_gigabytes' of the catalog entry if the machine has the memory."
            )
        return pd.read_parquet(self._filepath, **self._load_args)


def _width(kind: pyarrow.DataType) -> float:
    try:
        return float(kind.bit_width) / 8
    except ValueError:
        return _BYTES_OF_TEXT

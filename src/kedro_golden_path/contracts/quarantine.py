"""Rows that break a contract, quarantined with the reasons."""

from __future__ import annotations

import io
from typing import Any

import fsspec
import pandas as pd
import pyarrow as pa

from ..datasets.writing import whole_file
from ..errors import GoldenPathError
from ..runs.publication import NO_ROWS
from .engines import REASONS, Split
from .rows import texts


class Quarantine:
    """The quarantined rows of a dataset and month.

    `rows.parquet` holds those of the latest run that succeeded. Each run replaces the file, or
    removes it if no row is bad any more. `released.parquet` holds rows that a person released: rows
    equal to one of them are not quarantined again.
    """

    def __init__(self, directory: str, staged: str = "", *, both_modes: bool = False) -> None:
        """Describe it.

        Args:
            directory: A local directory or an fsspec URL.
            staged: Where a run writes the rows; they are moved to `directory` when it succeeds.
                Empty where there is no run: then rows are written at once.
            both_modes: Whether the dataset is checked when it is saved and when it is loaded. Rows
                that one of them puts aside are kept by the other.
        """
        self.directory = directory
        self.file = f"{directory}/rows.parquet" if directory else ""
        self.released_file = f"{directory}/released.parquet" if directory else ""
        self._staged = staged
        self._written = f"{staged}/rows.parquet" if staged else self.file
        self._both_modes = both_modes
        self._has_written = False

    def rows(self) -> pd.DataFrame:
        """The quarantined rows, with their reasons in the column `_reasons`."""
        return _read(self.file)

    def released(self) -> pd.DataFrame:
        """The rows that a person released."""
        return _read(self.released_file)

    def release(self) -> int:
        """Let the quarantined rows pass from the next run on.

        Returns:
            How many rows were released.

        Raises:
            GoldenPathError: No row is quarantined.
        """
        rows = self.rows()
        if rows.empty:
            raise GoldenPathError(f"There is nothing to release: no rows are in {self.file}.")
        passed = self.released()
        released = pd.concat([passed, rows.drop(columns=REASONS)], ignore_index=True)
        again = pd.Series(texts(released)).duplicated()
        _write(released[~again.to_numpy()], self.released_file)
        return len(rows)

    def replace(self, split: Split) -> None:
        """Replace the quarantined rows of earlier runs."""
        bad = split.bad
        if self._both_modes and (self._staged or self._has_written):
            bad = _together(_read(self._written), bad)
        self._has_written = self._has_written or split.bad_rows > 0
        if bad is None or (isinstance(bad, pd.DataFrame) and bad.empty):
            _remove(self._written)
            if self._staged:
                # When the run is published, the rows of earlier runs go.
                _write(pd.DataFrame(), f"{self._staged}/{NO_ROWS}")
        elif isinstance(bad, pd.DataFrame):
            _write(bad, self._written)
        else:
            from ..spark.datasets import ParquetDataset

            ParquetDataset(filepath=self._written).save(bad)


def _together(before: pd.DataFrame, bad: Any) -> Any:
    """The rows that were put aside before in this run, and those that are put aside now."""
    if before.empty or bad is None:
        return bad if before.empty else before
    now = _as_read(bad if isinstance(bad, pd.DataFrame) else bad.toPandas())
    if _table(now).equals(_table(before)):
        return before  # The same data was loaded once more.
    return pd.concat([before, now], ignore_index=True)


def _as_read(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(frame.to_parquet(index=False)))


def _table(frame: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def _read(file: str) -> pd.DataFrame:
    filesystem, path = fsspec.url_to_fs(file)
    return pd.read_parquet(file) if filesystem.exists(path) else pd.DataFrame()


def _write(frame: pd.DataFrame, file: str) -> None:
    with whole_file(file) as stream:
        frame.to_parquet(stream, index=False)


def _remove(file: str) -> None:
    filesystem, path = fsspec.url_to_fs(file)
    if filesystem.exists(path):
        filesystem.rm(path, recursive=True)

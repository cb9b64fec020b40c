"""Rows that break a contract, quarantined with the reasons."""

from __future__ import annotations

import fsspec
import pandas as pd

from ..datasets.writing import whole_file
from ..errors import GoldenPathError
from .engines import REASONS, Split
from .rows import texts


class Quarantine:
    """The quarantined rows of a dataset and month.

    `rows.parquet` holds those of the latest run. Each run replaces the file, or removes it if no
    row is bad any more. `released.parquet` holds rows that a person released: rows equal to one of
    them are not quarantined again.
    """

    def __init__(self, directory: str) -> None:
        """Store the path, a local directory or an fsspec URL."""
        self.directory = directory
        self.file = f"{directory}/rows.parquet" if directory else ""
        self.released_file = f"{directory}/released.parquet" if directory else ""

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
        """Replace the quarantined rows."""
        if split.bad_rows == 0:
            _remove(self.file)
        elif isinstance(split.bad, pd.DataFrame):
            _write(split.bad, self.file)
        else:
            from ..spark.datasets import ParquetDataset

            ParquetDataset(filepath=self.file).save(split.bad)


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

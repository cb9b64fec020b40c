"""Dataset types that Kedro lacks."""

from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

import fsspec
import pandas as pd
from kedro.io import AbstractDataset, DatasetError


class MonthsDataset(AbstractDataset[Any, pd.DataFrame]):
    """The rows of several months, one file each, as one frame in the order of the months.

    It only loads. A month that is missing is an error, where a filter over a directory would
    quietly return less data.
    """

    def __init__(
        self,
        *,
        path: str,
        file: str,
        months: list[str],
        dataset: dict[str, Any],
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Describe where the months lie.

        Args:
            path: The directory that holds one directory `month=YYYY-MM` for each month.
            file: The name of the file in each of them.
            months: The months to load, oldest first.
            dataset: The type of one file and its arguments, without `filepath`.
            metadata: Anything that hooks want to know about the dataset.
        """
        self._path = path
        self._file = file
        self._months = list(months)
        self._dataset = dataset
        self.metadata = metadata

    def load(self) -> pd.DataFrame:
        """Load all months.

        Returns:
            One row for each row of the files, with a fresh index.

        Raises:
            DatasetError: Months are missing, or a file cannot be read.
        """
        filesystem, _ = fsspec.url_to_fs(self._path)
        missing = [file for file in self.files.values() if not filesystem.exists(file)]
        if missing:
            raise DatasetError(
                f"{len(missing)} of the {len(self._months)} months that are needed do not exist:\n"
                + "\n".join(f"  {file}" for file in missing)
            )
        frames = [self._one(file).load() for file in self.files.values()]
        return pd.concat(frames, ignore_index=True)

    def save(self, data: Any) -> None:
        """Refuse: each month is written by the run that works on it.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("A window of months is only read; write the single months instead.")

    @property
    def files(self) -> dict[str, str]:
        """The file of each month."""
        root = self._path.rstrip("/")
        return {month: f"{root}/month={month}/{self._file}" for month in self._months}

    def _one(self, file: str) -> AbstractDataset[Any, pd.DataFrame]:
        return AbstractDataset.from_config(
            PurePosixPath(file).name, deepcopy(self._dataset) | {"filepath": file}
        )

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path, "file": self._file, "months": self._months}

    def _exists(self) -> bool:
        filesystem, _ = fsspec.url_to_fs(self._path)
        return all(filesystem.exists(file) for file in self.files.values())

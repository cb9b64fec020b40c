"""Dataset types that Kedro lacks."""

from copy import deepcopy
from functools import reduce
from pathlib import PurePosixPath
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError
from kedro.io.core import parse_dataset_definition


class MonthsDataset(AbstractDataset[Any, Any]):
    """The rows of several months, one file each, as one frame in the order of the months.

    It can only be loaded. In a catalog that `ConfigLoader` reads, `of: DATASET` takes path, file,
    type and contract from the entry of a single month. A missing month is an error, where a filter
    over a directory would silently return less data.
    """

    def __init__(
        self,
        *,
        path: str,
        file: str,
        months: list[str],
        dataset: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        staged: dict[str, str] | None = None,
    ) -> None:
        """Describe the dataset.

        Args:
            path: The directory that holds one directory `month=YYYY-MM` for each month.
            file: The name of the file in each of them.
            months: The months to load, oldest first.
            dataset: The type of one file and its arguments, without `filepath`.
            metadata: Information for hooks.
            staged: For months that the same run writes, where it does so.
        """
        self._path = path
        self._file = file
        self._months = list(months)
        self._dataset = dataset
        self._staged = dict(staged or {})
        self.metadata = metadata
        kind, _ = parse_dataset_definition(deepcopy(dataset))
        # Spark frames cannot be passed from one process to another.
        self._SINGLE_PROCESS = getattr(kind, "_SINGLE_PROCESS", False)

    def load(self) -> Any:
        """Load all months.

        Returns:
            A frame of pandas or Spark, depending on the type of the files, with the rows of all
            files; on pandas with a new index.

        Raises:
            DatasetError: Months are missing, or a file cannot be read.
        """
        months = {file: self._of_run(month, file) for month, file in self.files().items()}
        missing = [file for file, one in months.items() if not one.exists()]
        if missing:
            raise DatasetError(
                f"{len(missing)} of the {len(months)} months that are needed do not exist:\n"
                + "\n".join(f"  {file}" for file in missing)
            )
        return _stacked([one.load() for one in months.values()])

    def save(self, data: Any) -> None:
        """Fail: each month is written by the run that works on it.

        Raises:
            DatasetError: Always.
        """
        raise DatasetError("A window of months is only read; write the single months instead.")

    def files(self) -> dict[str, str]:
        """The file of each month, by month."""
        root = self._path.rstrip("/")
        return {month: f"{root}/month={month}/{self._file}" for month in self._months}

    def _of_run(self, month: str, file: str) -> AbstractDataset[Any, Any]:
        """One month: as the run has written it, if it has."""
        if month in self._staged and (own := self._one(self._staged[month])).exists():
            return own
        return self._one(file)

    def _one(self, file: str) -> AbstractDataset[Any, Any]:
        return AbstractDataset.from_config(
            PurePosixPath(file).name, deepcopy(self._dataset) | {"filepath": file}
        )

    def _describe(self) -> dict[str, Any]:
        return {"path": self._path, "file": self._file, "months": self._months}

    def _exists(self) -> bool:
        return all(self._one(file).exists() for file in self.files().values())


def _stacked(frames: list[Any]) -> Any:
    if isinstance(frames[0], pd.DataFrame):
        return pd.concat(frames, ignore_index=True)
    # As pandas does it: by name, and a column that only some months have is null in the others.
    return reduce(lambda a, b: a.unionByName(b, allowMissingColumns=True), frames)

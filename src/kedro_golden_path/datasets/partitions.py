"""Partitions that a run has written, together with those that are published."""

from collections.abc import Callable
from typing import Any

from kedro.io import DatasetError
from kedro_datasets.partitions import PartitionedDataset


class StagedPartitions(PartitionedDataset):  # type: ignore[misc]  # kedro-datasets has no types
    """Replaces a `PartitionedDataset` in a run that writes it.

    It saves to the run's staging area. It loads the published partitions, with those of the staging
    area instead where there are any: what the directory will hold when the run has succeeded.
    """

    def __init__(self, *, published: str, **kwargs: Any) -> None:
        """Describe the dataset.

        Args:
            published: The path or URL of the published partitions.
            **kwargs: See `kedro_datasets.partitions.PartitionedDataset`; `path` is in the staging
                area.
        """
        super().__init__(**kwargs)
        self._published = PartitionedDataset(**kwargs | {"path": published})

    def load(self) -> dict[str, Callable[[], Any]]:
        """Load the functions that load the partitions, by the partition's id.

        Raises:
            DatasetError: There are no partitions.
        """
        # Another process of the run may have written some in the meantime.
        self._invalidate_caches()
        own = super().load() if super()._exists() else {}
        replaced = self._overwrite and own
        published = self._published.load() if not replaced and self._published.exists() else {}
        if not (own or published):
            raise DatasetError(f"No partitions found in '{self._published._path}'")
        return dict(sorted((published | own).items()))

    def _exists(self) -> bool:
        return bool(super()._exists()) or bool(self._published.exists())

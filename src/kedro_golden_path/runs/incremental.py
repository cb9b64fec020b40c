"""Incremental partitions whose checkpoint moves when the run has succeeded."""

from collections.abc import Mapping
from typing import Any

from kedro.io import DatasetError
from kedro_datasets.partitions import IncrementalDataset

from .area import note_saved
from .staging import CONFIRMED, checkpoint_of


class StagedIncremental(IncrementalDataset):  # type: ignore[misc]  # kedro-datasets has no types
    """Replaces an `IncrementalDataset` in a run that confirms or writes it.

    It saves partitions and the checkpoint to the run's staging area, and loads the published
    partitions with those of the run. A run that fails has confirmed nothing.
    """

    def __init__(self, *, published: str, **kwargs: Any) -> None:
        """Describe the dataset.

        Args:
            published: The path or URL of the published partitions.
            **kwargs: See `kedro_datasets.partitions.IncrementalDataset`; `path` is in the staging
                area.
        """
        self._as_published = kwargs | {"path": published}
        place = checkpoint_of(self._as_published)
        inside = place["filepath"].removeprefix(str(published).rstrip("/"))
        staged = f"{str(kwargs['path']).rstrip('/')}{inside}"
        given = kwargs.get("checkpoint")
        if isinstance(given, Mapping) and "filepath" in given:
            kwargs |= {"checkpoint": {**given, "filepath": staged}}
        super().__init__(**kwargs)
        self._staged_checkpoint = staged
        self._published: Any = None

    def load(self) -> dict[str, Any]:
        """Load the partitions after the checkpoint."""
        found = self._published_now().load() | super().load()
        return dict(sorted(found.items()))

    def confirm(self) -> None:
        """Move the run's checkpoint to the last partition."""
        both = (self, self._published_now())
        ids = sorted(
            each._path_to_partition(path) for each in both for path in each._list_partitions()
        )
        if ids:
            self._checkpoint.save(ids[-1])
            note_saved(self._staged_checkpoint, CONFIRMED)

    def _published_now(self) -> Any:
        """The published partitions, as they were when they were first listed."""
        if self._published is None:
            checkpoint = checkpoint_of(self._as_published)
            last = self._read_checkpoint()
            if last is not None:
                checkpoint |= {"force_checkpoint": last}
            self._published = IncrementalDataset(**self._as_published | {"checkpoint": checkpoint})
        return self._published

    def _read_checkpoint(self) -> Any:
        if self._force_checkpoint is not None:
            return self._force_checkpoint
        try:
            return self._checkpoint.load()
        except DatasetError:
            return IncrementalDataset(**self._as_published)._read_checkpoint()

    def _exists(self) -> bool:
        return bool(super()._exists()) or bool(self._published_now().exists())

    def _release(self) -> None:
        super()._release()
        self._published = None

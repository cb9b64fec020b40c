"""The files of a dataset: the only place that knows where other people's types keep their path."""

from __future__ import annotations

from os.path import commonprefix
from typing import Any, Protocol, runtime_checkable

from kedro.io import AbstractDataset


@runtime_checkable
class HasFiles(Protocol):
    """A dataset that names its files."""

    def files(self) -> dict[str, str]:
        """The paths or URLs of its files by label; a single file may have an empty label."""


def files_of(dataset: Any) -> dict[str, str]:
    """The files of a dataset.

    Args:
        dataset: A dataset of Kedro's, of this package, or of anybody else.

    Returns:
        Paths or URLs by label; the label of a single file is empty. A directory counts as one file.
        Empty for a dataset without files, such as a table in a database or a parameter.
    """
    if isinstance(dataset, HasFiles):
        return dataset.files()
    if isinstance(wrapped := getattr(dataset, "_dataset", None), AbstractDataset):
        return files_of(wrapped)
    # Kedro's types have no public attribute for it.
    path = getattr(dataset, "_filepath", None) or getattr(dataset, "_path", None)
    if not path or not str(path).strip("."):
        return {}
    protocol = getattr(dataset, "_protocol", "file")
    remote = protocol != "file" and "://" not in str(path)
    return {"": f"{protocol}://{path}" if remote else str(path)}


def location(dataset: Any) -> str:
    """The path or URL of a dataset; of several files, their directory; empty if it has none."""
    files = list(files_of(dataset).values())
    # Not `commonpath`, which takes a URL for a path.
    return files[0] if len(files) == 1 else commonprefix(files).rpartition("/")[0]  # noqa: RUF071

"""What a run writes, kept apart until the run succeeds.

A run writes below `<data_root>/.runs/<run id>/`, in the same tree as the published data, and reads
there what it has written itself. When all of it is done, `publish` moves each file to its place.
Until then nobody else sees anything of the run; when it fails, nobody ever does.

This holds for catalog entries with a `filepath` below `data_root`. Those that are `versioned` have
a place for each run already. A directory of partitions (`path`) is written in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from ..errors import GoldenPathError

_RUNS = ".runs"
_COMPLETE = ".complete"
_OF_A_RUN = re.compile(rf"(?<=/){re.escape(_RUNS)}/[^/]+/")


class Staging:
    """The place of one run below the root of the data, a local directory or an fsspec URL."""

    def __init__(self, data_root: str, run_id: str) -> None:
        """Name the place; nothing is made yet.

        Args:
            data_root: The absolute path or the URL of the published data.
            run_id: The id of the run.
        """
        self._root = data_root.rstrip("/")
        self.directory = f"{self._root}/{_RUNS}/{run_id}"
        self._written: list[str] = []

    def redirect(
        self, catalog: Mapping[str, Any], read: Collection[str], written: Collection[str]
    ) -> dict[str, Any]:
        """The catalog's configuration with the paths that the run uses.

        Args:
            catalog: The entries by name; patterns are resolved and paths absolute.
            read: The names that the process reads.
            written: The names that it writes.
        """
        filesystem, directory = fsspec.url_to_fs(self.directory)
        own = {name: self._path_in_run(entry) for name, entry in catalog.items()}
        redirected = {name for name in written if own.get(name)}
        self._written = sorted(
            str(own[name]).removeprefix(f"{self.directory}/") for name in redirected
        )
        if filesystem.exists(directory):
            redirected |= {name for name in read if own.get(name) and filesystem.exists(own[name])}
        return {
            name: entry | {"filepath": own[name]} if name in redirected else entry
            for name, entry in catalog.items()
        }

    def complete(self) -> None:
        """Say that the process has written all that `redirect` was told of.

        Only then is it published. What a path holds need not be known: Spark's directories are
        moved as one, like files.
        """
        if not self._written:
            return
        text = json.dumps(self._written)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        filesystem, directory = fsspec.url_to_fs(f"{self.directory}/{_COMPLETE}")
        filesystem.makedirs(directory, exist_ok=True)
        with fsspec.open(f"{self.directory}/{_COMPLETE}/{name}.json", "w") as stream:
            stream.write(text)

    def publish(self) -> list[str]:
        """Move everything to its place, and remove the run's own.

        Each file, or directory of Spark, is replaced at once. A process that is killed in between
        leaves the rest where it is; publishing again moves it.

        Returns:
            The paths that were published, sorted.
        """
        filesystem, directory = fsspec.url_to_fs(self.directory)
        if not filesystem.exists(directory):
            return []
        published = []
        for path in self._complete(filesystem, directory):
            source, target = f"{self.directory}/{path}", f"{self._root}/{path}"
            if filesystem.exists(source):
                _replace(filesystem, source, target)
                published.append(target)
        filesystem.rm(directory, recursive=True)
        return published

    def _path_in_run(self, entry: Any) -> str | None:
        path = entry.get("filepath") if isinstance(entry, dict) else None
        if not isinstance(path, str) or entry.get("versioned"):
            return None
        below = path.removeprefix(f"{self._root}/")
        return None if below == path else f"{self.directory}/{below}"

    def _complete(self, filesystem: Any, directory: str) -> list[str]:
        files = filesystem.glob(f"{directory}/{_COMPLETE}/*.json")
        return sorted({path for file in files for path in json.loads(filesystem.cat(file))})


def publish(staging: Staging) -> list[str]:
    """Publish the files that a run wrote, see `Staging.publish`.

    Raises:
        GoldenPathError: A file cannot be moved; it and those after it are as they were.
    """
    try:
        return staging.publish()
    except OSError as error:
        raise GoldenPathError(
            f"What the run wrote cannot be published: {error}. It is kept in {staging.directory}; "
            "see to it that there is room and a right to write, and publish again."
        ) from error


def kept_runs(data_root: str) -> list[str]:
    """The ids of runs that have a place of their own below the root of the data."""
    filesystem, directory = fsspec.url_to_fs(f"{data_root.rstrip('/')}/{_RUNS}")
    if not filesystem.exists(directory):
        return []
    return sorted(path.rpartition("/")[2] for path in filesystem.ls(directory, detail=False))


def discard(data_root: str, run_id: str) -> None:
    """Remove the place of a run with all that is in it."""
    filesystem, directory = fsspec.url_to_fs(Staging(data_root, run_id).directory)
    filesystem.rm(directory, recursive=True)


def published_path(path: str) -> str:
    """Where something is, or will be, published that a run keeps at `path`."""
    return _OF_A_RUN.sub("", path)


def _replace(filesystem: Any, source: str, target: str) -> None:
    filesystem.makedirs(filesystem._parent(target), exist_ok=True)
    aside = None
    if filesystem.exists(target) and (filesystem.isdir(source) or filesystem.isdir(target)):
        # Only a file can be renamed over a file.
        parent, _, name = target.rpartition("/")
        aside = f"{parent}/.{name}.{uuid.uuid4().hex}.old"
        filesystem.mv(target, aside, recursive=True)
    if isinstance(filesystem, LocalFileSystem):
        os.replace(source, target)  # noqa: PTH105
    else:
        filesystem.mv(source, target, recursive=filesystem.isdir(source))
    if aside:
        filesystem.rm(aside, recursive=True)

"""The staging area of a run, where its outputs stay until the run succeeds.

A run writes below `<data_root>/.runs/<run id>/`, in the same tree as the published data, and reads
its own outputs from there. When all of it has succeeded, `publish` moves each file to its place.
Until then nobody else sees the outputs; if the run fails, nobody ever does.

Catalog entries below `data_root` are staged: those with a `filepath`, also inside of a dataset that
wraps another one; `versioned` ones, whose new version is added to the published ones; and
`PartitionedDataset`, whose partitions are added to the published ones, or replace them if it says
`overwrite`. Everything else is written directly, and `Staging.not_staged` names it.

A process that is killed while it saves a dataset may leave half of it in the staging area. So there
is a mark while a dataset is saved (`begin_saving`, `end_saving`), and a dataset with a mark counts
as not written.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

import fsspec

from ..datasets.entries import engine_of, is_in_memory, moved, place_of, type_of, with_place
from ..datasets.files import files_of
from ..datasets.writing import replace, whole_file
from ..errors import GoldenPathError
from ..guards import is_plain_name
from .dag_task import check_run_id

_RUNS = ".runs"
_COMPLETE = ".complete"
_OPEN = ".open"
_UNFINISHED = ".unfinished"
_OF_A_RUN = re.compile(rf"(?<=/){re.escape(_RUNS)}/[^/]+/")

# How staged outputs are published: they replace what is there, or are added to it.
_REPLACE, _ADD_VERSIONS, _ADD_FILES = "replace", "add versions", "add files"
_PARTITIONS = "kedro_datasets.partitions.partitioned_dataset.PartitionedDataset"
_STAGED_PARTITIONS = "kedro_golden_path.datasets.partitions.StagedPartitions"


class Staging:
    """The staging area of one run below the data root, a local directory or an fsspec URL."""

    def __init__(self, data_root: str, run_id: str) -> None:
        """Describe the staging area; nothing is created yet.

        Args:
            data_root: The absolute path or the URL of the published data.
            run_id: The id of the run.

        Raises:
            GoldenPathError: It cannot be the name of a directory.
        """
        self._root = data_root.rstrip("/")
        self.directory = f"{self._root}/{_RUNS}/{check_run_id(run_id)}"
        self.not_staged: list[str] = []
        self._written: dict[str, str] | None = None

    def redirect(
        self,
        catalog: Mapping[str, Any],
        read: Collection[str],
        written: Collection[str],
        pinned: Collection[str] = (),
    ) -> dict[str, Any]:
        """The catalog's configuration, with paths redirected into the staging area.

        Args:
            catalog: The entries by name; patterns are resolved and paths absolute.
            read: The names that the process reads.
            written: The names that it writes.
            pinned: The names of datasets that load a certain version, not the run's own.
        """
        touched = {name: catalog[name] for name in {*read, *written} & catalog.keys()}
        how = {
            name: found
            for name, entry in touched.items()
            if name not in pinned and (found := self._how(entry))
        }
        below = {name: self._below(touched[name]) for name in how}
        if self._written is None:
            self._written = {below[name]: how[name] for name in written if name in how}
            others = touched.keys() & set(written) - how.keys()
            self.not_staged = sorted(name for name in others if _is_kept(touched[name]))
            self._remove_leftovers()
        here = {name for name in how if name in written or self._has(below[name])}
        return {
            name: self._in_run(entry, below[name]) if name in here else entry
            for name, entry in catalog.items()
        }

    def complete(self) -> None:
        """Mark this process's outputs as complete; only these are published."""
        if not self._written:
            return
        text = json.dumps(self._written, sort_keys=True)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        with whole_file(f"{self.directory}/{_COMPLETE}/{name}.json") as stream:
            stream.write(text.encode())

    def publish(self) -> list[str]:
        """Move all complete outputs to their published paths, and delete the staging area.

        Each file, or directory of Spark, is replaced as a whole. A process that is killed in
        between leaves the rest in the staging area; publishing again moves it.

        Returns:
            The paths that were published, sorted.
        """
        filesystem, directory = fsspec.url_to_fs(self.directory)
        if not filesystem.exists(directory):
            return []
        # Datasets may have written through file systems of their own.
        filesystem.invalidate_cache()
        published = []
        for path, how in self._complete(filesystem, directory):
            published += self._move(filesystem, path, how)
        filesystem.rm(directory, recursive=True)
        return published

    def _move(self, filesystem: Any, path: str, how: str) -> list[str]:
        source, target = f"{self.directory}/{path}", f"{self._root}/{path}"
        if not filesystem.exists(source):
            return []
        if how == _REPLACE:
            replace(filesystem, source, target)
        else:
            inside = filesystem.find if how == _ADD_FILES else filesystem.ls
            start = len(filesystem._strip_protocol(source))
            for each in sorted(inside(source, detail=False)):
                replace(filesystem, each, f"{target}{each.rstrip('/')[start:]}")
        return [target]

    def _how(self, entry: Any) -> str | None:
        """How an entry's data is published; None if it cannot be staged."""
        if not isinstance(entry, dict) or not self._below(entry) or _appends(entry):
            return None
        if "path" in with_place(entry):
            return _how_partitions(entry)
        kind = type_of(entry)
        versioned = entry.get("versioned", getattr(kind, "versioned", False))
        return _ADD_VERSIONS if versioned else _REPLACE

    def _below(self, entry: Mapping[str, Any]) -> str:
        place = place_of(entry)
        below = place.removeprefix(f"{self._root}/")
        return "" if below == place else below.rstrip("/")

    def _in_run(self, entry: dict[str, Any], below: str) -> dict[str, Any]:
        staged = moved(entry, f"{self.directory}/{below}")
        if "path" in entry:
            staged |= {"type": _STAGED_PARTITIONS, "published": entry["path"]}
        return staged

    def _has(self, below: str) -> bool:
        """Whether the run has written an output completely."""
        filesystem, directory = fsspec.url_to_fs(self.directory)
        there = filesystem.exists(f"{directory}/{below}")
        return there and not filesystem.exists(_mark(directory, below))

    def _remove_leftovers(self) -> None:
        """Delete what an earlier try of this process left half-written, or in the way."""
        filesystem, directory = fsspec.url_to_fs(self.directory)
        if not filesystem.exists(directory):
            return
        for below, how in (self._written or {}).items():
            data, mark = f"{directory}/{below}", _mark(directory, below)
            # Kedro never writes a version again.
            if how == _ADD_VERSIONS or filesystem.exists(mark):
                for path in (data, mark):
                    if filesystem.exists(path):
                        filesystem.rm(path, recursive=True)

    def _complete(self, filesystem: Any, directory: str) -> list[tuple[str, str]]:
        found: dict[str, str] = {}
        for file in filesystem.glob(f"{directory}/{_COMPLETE}/*.json"):
            found |= json.loads(filesystem.cat(file))
        return sorted(found.items())


def begin_saving(dataset: Any) -> None:
    """Mark a dataset as half-written, if it is staged."""
    for mark in _marks(dataset):
        filesystem, path = fsspec.url_to_fs(mark)
        filesystem.makedirs(filesystem._parent(path), exist_ok=True)
        filesystem.pipe_file(path, b"")


def end_saving(dataset: Any) -> None:
    """Remove the mark of `begin_saving`."""
    for mark in _marks(dataset):
        filesystem, path = fsspec.url_to_fs(mark)
        if filesystem.exists(path):
            filesystem.rm(path)


def mark_open(staging: Staging) -> None:
    """Note that a run has begun and is not published yet, for runs that nobody else knows."""
    with whole_file(f"{staging.directory}/{_OPEN}") as stream:
        stream.write(b"")


def is_open(staging: Staging) -> bool:
    """Whether a run was begun, see `mark_open`, and is not published yet."""
    filesystem, path = fsspec.url_to_fs(f"{staging.directory}/{_OPEN}")
    return bool(filesystem.exists(path))


def publish(staging: Staging) -> list[str]:
    """Publish the files that a run wrote, see `Staging.publish`.

    Raises:
        GoldenPathError: A file cannot be moved; it and the files after it stay as they were.
    """
    try:
        return staging.publish()
    except OSError as error:
        raise GoldenPathError(
            f"What the run wrote cannot be published: {error}. It is kept in {staging.directory}; "
            "free space or correct the permissions there, and publish again."
        ) from error


def kept_runs(data_root: str) -> list[str]:
    """The ids of runs that have a staging area below the data root."""
    filesystem, directory = fsspec.url_to_fs(f"{data_root.rstrip('/')}/{_RUNS}")
    if not filesystem.exists(directory):
        return []
    names = (path.rpartition("/")[2] for path in filesystem.ls(directory, detail=False))
    # Whatever else is there, no run has made it.
    return sorted(filter(is_plain_name, names))


def discard(data_root: str, run_id: str) -> None:
    """Delete the staging area of a run."""
    filesystem, directory = fsspec.url_to_fs(Staging(data_root, run_id).directory)
    filesystem.rm(directory, recursive=True)


def last_written(data_root: str, run_id: str) -> float:
    """When something was last written in the place of a run, in seconds since 1970."""
    filesystem, directory = fsspec.url_to_fs(Staging(data_root, run_id).directory)
    return max(
        (filesystem.modified(file).timestamp() for file in filesystem.find(directory)), default=0.0
    )


def published_path(path: str) -> str:
    """The published path of a staged path; any other path as it is."""
    return _OF_A_RUN.sub("", path)


def _marks(dataset: Any) -> list[str]:
    found = [(file, _OF_A_RUN.search(file)) for file in files_of(dataset).values()]
    ends = [(file, match.end()) for file, match in found if match]
    return [_mark(file[: end - 1], file[end:]) for file, end in ends]


def _mark(directory: str, below: str) -> str:
    return f"{directory}/{_UNFINISHED}/{below}.mark"


def _how_partitions(entry: Mapping[str, Any]) -> str | None:
    kind = type_of(entry)
    if kind is None or f"{kind.__module__}.{kind.__qualname__}" != _PARTITIONS:
        return None
    # A partition that Spark wrote is a directory, which cannot be told from several files.
    if engine_of(entry) == "spark":
        return None
    return _REPLACE if entry.get("overwrite") else _ADD_FILES


def _appends(entry: Mapping[str, Any]) -> bool:
    """Whether saving adds to what is there; in a staging area there is nothing."""
    own = with_place(entry)
    opened = (own.get("fs_args") or {}).get("open_args_save") or {}
    modes = (opened.get("mode"), (own.get("save_args") or {}).get("mode"))
    return any(str(mode).startswith(("a", "r+")) for mode in modes if mode)


def _is_kept(entry: Any) -> bool:
    """Whether an output is visible to others, apart from the MLflow run."""
    if not isinstance(entry, dict) or is_in_memory(entry):
        return False
    kind = type_of(entry)
    module = kind.__module__ if kind else ""
    return not (getattr(kind, "kept_by_mlflow", False) or module.startswith("kedro_mlflow."))

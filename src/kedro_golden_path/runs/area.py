"""The staging area of a run on disk: what its processes wrote, and what they note about it.

    <data_root>/.runs/<run id>/<path below data_root>   the staged data
                               .planned/<token>.json    what a process is going to write
                               .saved/<digest>.json     a save that has ended
                               .finished/<token>.json   what a process that succeeded leaves

What a process has planned counts as unfinished until each of its saves has ended. So half a file
is never taken for data, wherever the process was killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from kedro.io import AbstractDataset

from ..datasets.files import files_of
from ..datasets.writing import whole_file
from ..errors import FailsAgainError, GoldenPathError
from ..guards import is_below, is_plain_name
from .dag_task import check_run_id, dag_task

_RUNS = ".runs"
_OPEN, _PLANNED, _SAVED, _FINISHED = ".open", ".planned", ".saved", ".finished"
_OF_A_RUN = re.compile(rf"(?<=/){re.escape(_RUNS)}/[^/]+/")


@dataclass(frozen=True)
class Output:
    """What is published at one place.

    `how` is a `Saving`, or `table` or `rows`; `names` are the catalog entries that write it; `base`
    is the state of the published data that it was made from, if it matters; `table` says what else
    a table needs.
    """

    how: str
    names: list[str]
    base: str | None = None
    table: dict[str, Any] = field(default_factory=dict)


class Area:
    """The staging area of one run."""

    def __init__(self, data_root: str, run_id: str) -> None:
        """Describe it; nothing is created yet.

        Args:
            data_root: The absolute path or the URL of the published data.
            run_id: The id of the run.

        Raises:
            GoldenPathError: It cannot be the name of a directory.
        """
        self.root, self.run_id = data_root.rstrip("/"), check_run_id(run_id)
        self.directory = f"{self.root}/{_RUNS}/{run_id}"
        self.filesystem, self._path = fsspec.url_to_fs(self.directory)
        self._token = uuid.uuid4().hex[:16]

    def exists(self) -> bool:
        """Whether the run has one."""
        return bool(self.filesystem.exists(self._path))

    def staged(self, place: str) -> str:
        """The path or URL of a place in the staging area."""
        return f"{self.directory}/{place}"

    def published(self, place: str) -> str:
        """The path or URL where it is published."""
        return f"{self.root}/{place}"

    def plan(self, outputs: Mapping[str, Output]) -> None:
        """Note what this process is going to write; earlier saves of it do not count any more."""
        for file, note in self._notes(_SAVED):
            planned = outputs.get(note["place"])
            if planned and note["name"] in planned.names:
                self.filesystem.rm(file)
        self._write(_PLANNED, outputs)

    def planned(self) -> dict[str, Output]:
        """What processes have planned, by place; the last one counts."""
        return _merged(note for _, note in self._notes(_PLANNED))

    def saved(self) -> dict[str, set[str]]:
        """The names of the datasets whose saves have ended, by place."""
        found: dict[str, set[str]] = {}
        for _, note in self._notes(_SAVED):
            found.setdefault(note["place"], set()).add(note["name"])
        return found

    def complete(self) -> dict[str, Output]:
        """What has been written completely, by place: the process succeeded, or all its saves."""
        saved = self.saved()
        succeeded = {note["token"] for _, note in self._notes(_FINISHED)}
        last: dict[str, tuple[str, Output]] = {}
        for note in _by_time(note for _, note in self._notes(_PLANNED)):
            last |= {
                place: (note["token"], Output(**each)) for place, each in note["places"].items()
            }
        return {
            place: output
            for place, (token, output) in last.items()
            if token in succeeded or saved.get(place, set()).issuperset(output.names)
        }

    def finish(self, outputs: Mapping[str, Output]) -> None:
        """Note that this process has succeeded, and what is to be published for it."""
        self._write(_FINISHED, outputs)

    def finished(self) -> dict[str, Output]:
        """What processes that succeeded have left, by place."""
        return _merged(note for _, note in self._notes(_FINISHED))

    def mark_open(self) -> None:
        """Note that the run has begun and is not published yet, if nobody else knows of it."""
        with whole_file(f"{self.directory}/{_OPEN}") as stream:
            stream.write(b"")

    def is_open(self) -> bool:
        """Whether the run was begun, see `mark_open`, and is not published yet."""
        return bool(self.filesystem.exists(f"{self._path}/{_OPEN}"))

    def is_at_work(self) -> bool:
        """Whether a process that has planned something is alive on this machine."""
        notes = [note for _, note in self._notes(_PLANNED)]
        here = [note["pid"] for note in notes if note["host"] == socket.gethostname()]
        return any(_is_alive(pid) for pid in here)

    def remove(self, place: str) -> None:
        """Delete what is staged at a place."""
        path = f"{self._path}/{place}"
        if self.filesystem.exists(path):
            self.filesystem.rm(path, recursive=True)

    @contextmanager
    def publishing(self) -> Iterator[bool]:
        """Publish alone, as far as the file system can tell.

        Yields:
            Whether an earlier try has begun to publish.
        """
        begun = f"{self._path}/.publishing"
        with _locked(self.filesystem, self.filesystem._parent(self._path)):
            before = bool(self.filesystem.exists(begun))
            yield before

    def begin_publishing(self) -> None:
        """Note that what is published from now on has been found to be all right."""
        self.filesystem.pipe_file(f"{self._path}/.publishing", b"")

    def _write(self, kind: str, outputs: Mapping[str, Output]) -> None:
        if not outputs:
            return
        places = {place: asdict(output) for place, output in outputs.items()}
        note = {"at": time.time(), "host": socket.gethostname(), "pid": os.getpid()}
        file = f"{self._path}/{kind}/{self._token}.json"
        _write_note(self.filesystem, file, note | {"token": self._token, "places": places})

    def _notes(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        directory = f"{self._path}/{kind}"
        self.filesystem.invalidate_cache(directory)
        files = self.filesystem.glob(f"{directory}/*.json")
        content = self.filesystem.cat(files) if files else {}
        return [(file, json.loads(text)) for file, text in content.items()]


def note_saved(staged: str, name: str) -> None:
    """Note that the save of a dataset has ended.

    Args:
        staged: Its path in the staging area; nothing is noted about any other path.
        name: Its name.
    """
    if found := _OF_A_RUN.search(staged):
        directory, place = staged[: found.end() - 1], staged[found.end() :]
        filesystem, path = fsspec.url_to_fs(directory)
        digest = hashlib.sha256(f"{place}\n{name}".encode()).hexdigest()[:16]
        note = {"place": place, "name": name}
        _write_note(filesystem, f"{path}/{_SAVED}/{digest}.json", note)


def fingerprint(filesystem: Any, path: str) -> str:
    """What changes when somebody else writes a file, or one in a directory; empty without one."""
    if not filesystem.exists(path):
        return ""
    keys = ("size", "mtime", "ino", "ETag", "LastModified", "created")
    found = filesystem.find(path, detail=True)
    start = len(filesystem._strip_protocol(path))
    state = [(file[start:], *(str(found[file].get(key)) for key in keys)) for file in sorted(found)]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:16]


def note_saved_dataset(dataset: Any, name: str) -> None:
    """Note that the save of a dataset has ended, if it is staged."""
    while isinstance(wrapped := getattr(dataset, "_dataset", None), AbstractDataset):
        dataset = wrapped
    places = [dataset.staged_at] if hasattr(dataset, "staged_at") else files_of(dataset).values()
    for place in places:
        note_saved(place, name)


def conflict(place: str, names: list[str]) -> GoldenPathError:
    """The error of a run that began from data that is no longer the published one."""
    kind = FailsAgainError if dag_task() else GoldenPathError
    return kind(
        f"{place} was changed by others since this run began from it (as {', '.join(names)}), and "
        "publishing would undo their change. Nothing was published. Run all of it again, as a new "
        "run (in Airflow: clear the DAG run). Runs that change the same data have to go one after "
        "the other."
    )


def published_path(path: str) -> str:
    """The published path of a staged path; any other path as it is."""
    return _OF_A_RUN.sub("", path)


def kept_runs(data_root: str) -> list[str]:
    """The ids of runs that have a staging area below the data root."""
    filesystem, directory = fsspec.url_to_fs(f"{data_root.rstrip('/')}/{_RUNS}")
    if not filesystem.exists(directory):
        return []
    names = (path.rpartition("/")[2] for path in filesystem.ls(directory, detail=False))
    # Whatever else is there, no run has made it.
    return sorted(filter(is_plain_name, names))


def last_written(data_root: str, run_id: str) -> float:
    """When something was last written in the place of a run, in seconds since 1970."""
    filesystem, directory = fsspec.url_to_fs(Area(data_root, run_id).directory)
    return max(
        (filesystem.modified(file).timestamp() for file in filesystem.find(directory)), default=0.0
    )


def _merged(notes: Iterable[dict[str, Any]]) -> dict[str, Output]:
    places: dict[str, Any] = {}
    for note in _by_time(notes):
        places |= note["places"]
    return {place: Output(**output) for place, output in places.items() if is_below(place)}


def _by_time(notes: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(notes, key=lambda note: note["at"])


def _write_note(filesystem: Any, path: str, note: Mapping[str, Any]) -> None:
    filesystem.makedirs(filesystem._parent(path), exist_ok=True)
    # A note appears as a whole: a file system renames it, an object store knows nothing else.
    unfinished = f"{path}.{os.getpid()}" if isinstance(filesystem, LocalFileSystem) else path
    filesystem.pipe_file(unfinished, json.dumps(note, sort_keys=True).encode())
    if unfinished != path:
        Path(unfinished).replace(path)


@contextmanager
def _locked(filesystem: Any, directory: str) -> Iterator[None]:
    """Hold a directory's lock, where there are locks; it leaves no file behind."""
    try:
        import fcntl
    except ImportError:  # Windows
        fcntl = None  # type: ignore[assignment]
    if fcntl is None or not isinstance(filesystem, LocalFileSystem):
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_alive(pid: int) -> bool:
    if os.name == "nt":  # There, the signal 0 is not harmless.
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True

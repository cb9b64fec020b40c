"""Write files that are either the old ones or the new ones, never half-written."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem


@contextmanager
def whole_file(url: str) -> Iterator[IO[bytes]]:
    """Write a file that appears under its name only when it is complete.

    It is first written under a hidden name beside its target. (fsspec's `autocommit=False` writes
    to the directory for temporary files, and copies from there if that is on another disk.) An
    error leaves the old file. So does a process that is killed, which also leaves the hidden file.

    Args:
        url: The path or URL of the file. A directory with this name is replaced as well.

    Yields:
        A stream for the content.
    """
    filesystem, path = fsspec.url_to_fs(url)
    filesystem.makedirs(filesystem._parent(path), exist_ok=True)
    unfinished = hidden_beside(path, "tmp")
    try:
        with filesystem.open(unfinished, "wb") as stream:
            yield stream
        replace(filesystem, unfinished, path)
    except BaseException:
        if filesystem.exists(unfinished):
            filesystem.rm(unfinished)
        raise


def replace(filesystem: Any, source: str, target: str) -> None:
    """Move a file or directory to its target, replacing what is there.

    Args:
        filesystem: The fsspec file system of both.
        source: The path of what is moved.
        target: The path that it gets.
    """
    source, target = filesystem._strip_protocol(source), filesystem._strip_protocol(target)
    filesystem.makedirs(filesystem._parent(target), exist_ok=True)
    aside = None
    if filesystem.exists(target) and (filesystem.isdir(source) or filesystem.isdir(target)):
        # Only a file can be renamed over a file.
        aside = hidden_beside(target, "old")
        _move(filesystem, target, aside)
    _move(filesystem, source, target)
    if aside:
        filesystem.rm(aside, recursive=True)


def copy(filesystem: Any, source: str, target: str) -> None:
    """Copy a file or directory.

    Args:
        filesystem: The fsspec file system of both.
        source: The path of what is copied.
        target: The path of the copy; there is nothing.
    """
    source, target = filesystem._strip_protocol(source), filesystem._strip_protocol(target)
    files = filesystem.find(source)
    copies = [f"{target}{file.removeprefix(source)}" for file in files]
    for parent in {filesystem._parent(each) for each in copies}:
        filesystem.makedirs(parent, exist_ok=True)
    if files:
        filesystem.copy(files, copies, on_error="raise")


def versions_in(filesystem: Any, path: str) -> bool:
    """Whether a path is the directory of a dataset that was `versioned`, and has versions."""
    name = path.rstrip("/").rpartition("/")[2]
    return filesystem.isdir(path) and bool(filesystem.glob(f"{path.rstrip('/')}/*/{name}"))


def hidden_beside(path: str, kind: str) -> str:
    """A new name beside a path or URL, which nothing takes for data.

    Args:
        path: The path or URL.
        kind: How the name ends, so that people know what it is about.
    """
    parent, slash, name = path.rstrip("/").rpartition("/")
    return f"{parent}{slash}.{name}.{uuid.uuid4().hex}.{kind}"


def _move(filesystem: Any, source: str, target: str) -> None:
    if isinstance(filesystem, LocalFileSystem):
        os.replace(source, target)  # noqa: PTH105
        return
    # `mv` fails on an object store's directories: it copies them as well, and there are none.
    copy(filesystem, source, target)
    filesystem.rm(source, recursive=filesystem.isdir(source))

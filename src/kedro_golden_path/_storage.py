"""Files that are either the old ones or the new ones, never half of something.

Kedro's datasets write through fsspec straight to the final path, so a process that is killed, or
an error while writing, leaves a truncated file behind. `make_writes_atomic` gives fsspec a local
file system that writes next to the target and renames when the file is complete, and lets object
stores drop an upload that was left by an exception. Every dataset type profits; none has to know.

A month that Spark wrote is a directory; pandas replaces it by its file as well.
"""

import io
import os
import shutil
import uuid
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileOpener, LocalFileSystem
from fsspec.spec import AbstractBufferedFile
from kedro_datasets.pandas import ParquetDataset

_TEXT_OPTIONS = ("encoding", "errors", "newline")


class _AtomicFile(LocalFileOpener):  # type: ignore[misc]  # fsspec has no types
    """A local file that appears under its name when it is closed, and not before."""

    def _open(self) -> None:
        target = Path(self.path)
        # Hidden, so that nothing that reads the directory takes it for data.
        self.temp = str(target.with_name(f".{target.name}.{uuid.uuid4().hex}.tmp"))
        self.f = open(self.temp, mode=self.mode)  # noqa: PTH123, SIM115

    def close(self) -> None:
        if not self.f.closed:
            self.f.close()
            os.replace(self.temp, self.path)  # noqa: PTH105

    def discard(self) -> None:
        if not self.f.closed:
            self.f.close()
            os.remove(self.temp)  # noqa: PTH107

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        self.discard() if exc_type else self.close()

    def __del__(self) -> None:
        # A file nobody closed was not finished.
        self.discard()


class _AtomicText(io.TextIOWrapper):
    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_type:
            self.buffer.discard()  # type: ignore[attr-defined]
        super().__exit__(exc_type, exc_value, traceback)


class AtomicLocalFileSystem(LocalFileSystem):  # type: ignore[misc]  # fsspec has no types
    """fsspec's local file system, with whole-file writes that are atomic (temporary, rename)."""

    def open(self, path: Any, mode: str = "rb", *args: Any, **kwargs: Any) -> Any:
        """Open a file; see `fsspec.spec.AbstractFileSystem.open`."""
        if mode not in ("w", "wt"):
            return super().open(path, mode, *args, **kwargs)
        text = {name: kwargs.pop(name) for name in _TEXT_OPTIONS if name in kwargs}
        return _AtomicText(super().open(path, "wb", *args, **kwargs), **text)

    def _open(self, path: Any, mode: str = "rb", **kwargs: Any) -> Any:
        if mode != "wb" or kwargs.get("compression") or not kwargs.get("autocommit", True):
            return super()._open(path, mode, **kwargs)
        path = self._strip_protocol(path)
        if self.auto_mkdir:
            self.makedirs(self._parent(path), exist_ok=True)
        return _AtomicFile(path, mode, fs=self)


def _close_or_discard(
    file: AbstractBufferedFile, exc_type: Any, exc_value: Any, traceback: Any
) -> None:
    if exc_type and file.mode != "rb":
        file.discard()
        file.closed = True
    else:
        file.close()


def _replace_directory(save: Callable[..., None]) -> Callable[..., None]:
    """Let a Parquet file take the place of a directory, which Kedro's dataset refuses."""

    @wraps(save)
    def replacing(self: Any, data: Any) -> None:
        target = Path(self._filepath)
        if self._protocol != "file" or not target.is_dir():
            save(self, data)
            return
        aside = target.with_name(f".{target.name}.{uuid.uuid4().hex}.old")
        target.rename(aside)
        try:
            save(self, data)
        except BaseException:
            aside.rename(target)
            raise
        shutil.rmtree(aside)

    return replacing


def make_writes_atomic() -> None:
    """Make every whole-file write through fsspec in this process atomic."""
    if not hasattr(ParquetDataset.save, "replaces_directories"):
        ParquetDataset.save = _replace_directory(ParquetDataset.save)
        ParquetDataset.save.replaces_directories = True
    for protocol in ("file", "local"):
        fsspec.register_implementation(protocol, AtomicLocalFileSystem, clobber=True)
    # fsspec closes, and so uploads, what had been written when an exception left the `with`.
    AbstractBufferedFile.__exit__ = _close_or_discard

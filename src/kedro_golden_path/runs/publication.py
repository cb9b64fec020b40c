"""Publish the outputs of a run: from what its processes noted on disk, without any catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..datasets.saving import Saving
from ..datasets.writing import replace, versions_in
from ..errors import GoldenPathError
from . import tables
from .area import Area, Output, conflict, fingerprint
from .staging import ROWS

# What stands in the staging area for rows of an earlier run that are bad no more.
NO_ROWS = "none.parquet"

Credentials = Callable[[str], Mapping[str, Any]]


def publish(data_root: str, run_id: str, credentials: Credentials) -> list[str]:
    """Move all outputs of a run to their published places, and delete its staging area.

    First it is made sure that nothing would get lost; then tables are swapped, those of a database
    in one transaction; then each file or directory is replaced as a whole. A process that is killed
    in between leaves the rest in the staging area; publishing again moves it.

    Args:
        data_root: The absolute path or the URL of the published data.
        run_id: The id of the run.
        credentials: Gives the credentials of a dataset, for tables.

    Returns:
        The paths and tables that were published, sorted.

    Raises:
        GoldenPathError: Something cannot be published; the message says what others see now.
    """
    area = Area(data_root, run_id)
    if not area.exists():
        return []
    # Datasets may have written through file systems of their own.
    area.filesystem.invalidate_cache()
    try:
        return _publish(area, credentials)
    except OSError as error:
        raise GoldenPathError(
            f"What the run wrote cannot be published: {error}. It is kept in {area.directory}; "
            "free space or correct the permissions there, and publish again."
        ) from error


def discard(data_root: str, run_id: str, credentials: Credentials) -> None:
    """Delete the staging area of a run, and its tables."""
    area = Area(data_root, run_id)
    tables.drop([each for each in area.planned().values() if each.how == tables.HOW], credentials)
    area.filesystem.rm(area.directory, recursive=True)


def _publish(area: Area, credentials: Credentials) -> list[str]:
    outputs = area.finished()
    if again := sorted(outputs.keys() - area.complete().keys()):
        raise GoldenPathError(
            f"A task has begun to write {', '.join(again)} again, and has not ended. Nothing was "
            "published. Run that task again, and publish again."
        )
    files = {place: each for place, each in sorted(outputs.items()) if each.how != tables.HOW}
    swapped = [each for each in outputs.values() if each.how == tables.HOW]
    with area.publishing() as begun:
        if not begun:
            for place, output in files.items():
                _check(area, place, output)
        published = tables.swap(swapped, credentials)
        area.begin_publishing()
        for place, output in files.items():
            published += _move(area, place, output)
    area.filesystem.rm(area.directory, recursive=True)
    return sorted(published)


def _check(area: Area, place: str, output: Output) -> None:
    """Fail if publishing would undo what others have published in the meantime.

    Raises:
        GoldenPathError: It would.
    """
    filesystem, target = area.filesystem, area.published(place)
    if not filesystem.exists(area.staged(place)):
        return
    if output.base is not None and output.base != fingerprint(filesystem, target):
        raise conflict(target, output.names)
    if output.how != Saving.ADDS_VERSION and versions_in(filesystem, target):
        raise GoldenPathError(
            f"{target} is a directory with versions by now, which the run would replace. Nothing "
            f"was published; what the run wrote is kept in {area.directory}."
        )


def _move(area: Area, place: str, output: Output) -> list[str]:
    filesystem, source, target = area.filesystem, area.staged(place), area.published(place)
    if not filesystem.exists(source):
        return []
    if output.how == ROWS:
        return _move_rows(filesystem, source, target)
    if output.how in (Saving.REPLACES, Saving.CHANGES):
        replace(filesystem, source, target)
        return [target]
    inside = filesystem.find if output.how == Saving.ADDS_FILES else filesystem.ls
    start = len(filesystem._strip_protocol(source))
    for each in sorted(inside(source, detail=False)):
        replace(filesystem, each, f"{target}{each.rstrip('/')[start:]}")
    return [target]


def _move_rows(filesystem: Any, source: str, target: str) -> list[str]:
    rows = f"{target}/rows.parquet"
    if filesystem.exists(f"{source}/rows.parquet"):
        replace(filesystem, f"{source}/rows.parquet", rows)
        return [rows]
    if filesystem.exists(f"{source}/{NO_ROWS}") and filesystem.exists(rows):
        filesystem.rm(rows, recursive=True)
    return []

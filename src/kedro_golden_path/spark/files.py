"""Write directories of Parquet that are either the old ones or the new ones, with Hadoop's API.

A frame is first written into a hidden directory beside its target (`write_beside`), where it can be
checked. Then it is renamed to the target (`put_in_place`), or deleted (`remove_beside`).

Two limits: a rename does not replace a directory, so the old one is moved aside first. A process
that is killed between the two renames leaves no target, and both versions under hidden names beside
it. An object store has no rename; Hadoop copies there, which takes longer and can be interrupted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..datasets.writing import hidden_beside
from .session import spark_session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_BESIDE = "_golden_path_beside"


def write_beside(frame: DataFrame, target: str) -> DataFrame:
    """Compute a frame and write it to a hidden directory beside `target`.

    Args:
        frame: The frame.
        target: The path or URL of its target.

    Returns:
        A frame that reads what was written, for `put_in_place` or `remove_beside`.
    """
    directory = hidden_beside(target, "tmp")
    try:
        frame.write.parquet(hadoop_url(directory))
        staged = read_parquet(directory, frame)
    except BaseException:
        _delete(directory)
        raise
    setattr(staged, _BESIDE, directory)
    return staged


def written_beside(frame: object) -> str | None:
    """The hidden directory of a frame from `write_beside`; None for any other frame."""
    place: str | None = getattr(frame, _BESIDE, None)
    return place


def put_in_place(frame: DataFrame, target: str) -> None:
    """Move what `write_beside` wrote to `target`, which may be a file or a directory."""
    directory = getattr(frame, _BESIDE)
    filesystem, new = hadoop_path(directory)
    _, old = hadoop_path(target)
    _, aside = hadoop_path(hidden_beside(target, "old"))
    replaces = filesystem.exists(old)
    if replaces:
        _rename(filesystem, old, aside)
    try:
        _rename(filesystem, new, old)
    except BaseException:
        if replaces:
            _rename(filesystem, aside, old)
        raise
    delattr(frame, _BESIDE)
    if replaces:
        filesystem.delete(aside, True)


def remove_beside(frame: DataFrame) -> None:
    """Delete what `write_beside` wrote; does nothing for any other frame."""
    if directory := written_beside(frame):
        _delete(directory)
        delattr(frame, _BESIDE)


def read_parquet(url: str, like: DataFrame | None = None, **options: Any) -> DataFrame:
    """Read exactly one file or directory.

    Args:
        url: Its path or URL.
        like: A frame whose columns and types it has, which saves looking into the files.
        **options: Options of Spark's Parquet reader.
    """
    # Columns are those of the files: `month=2013-04` in the path is text for people.
    reader = spark_session().read.options(**{"recursiveFileLookup": "true"} | options)
    if like is not None:
        reader = reader.schema(like.schema)
    return reader.parquet(hadoop_url(url))


def exists(url: str) -> bool:
    """Whether there is a file or directory."""
    filesystem, path = hadoop_path(url)
    return bool(filesystem.exists(path))


def hadoop_url(url: str) -> str:
    """The URL as Hadoop knows it: its S3 client of today is called s3a."""
    return re.sub(r"^s3n?://", "s3a://", url)


def hadoop_path(url: str) -> tuple[Any, Any]:
    """Hadoop's file system for a URL, and its path."""
    spark: Any = spark_session()
    path = spark._jvm.org.apache.hadoop.fs.Path(hadoop_url(url))
    return path.getFileSystem(spark._jsc.hadoopConfiguration()), path


def _rename(filesystem: Any, source: Any, target: Any) -> None:
    if not filesystem.rename(source, target):
        raise OSError(f"{source.toString()} cannot be renamed to {target.toString()}")


def _delete(url: str) -> None:
    filesystem, path = hadoop_path(url)
    filesystem.delete(path, True)

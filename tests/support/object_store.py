"""An S3 server on loopback, and places for data in it or in a directory."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import fsspec
import pytest

from support import service


@contextmanager
def bucket(directory: Path) -> Iterator[str]:
    """The URL of an empty bucket; this process and those that it starts find its server.

    Args:
        directory: A place for the server's log.
    """
    server = str(Path(sys.executable).with_name("moto_server"))
    with (
        service([server, "-H", "127.0.0.1", "-p", "{port}"], "/moto-api/", directory) as url,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("AWS_ENDPOINT_URL", url)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield "s3://bucket"
        fsspec.filesystem("s3").clear_instance_cache()


def put(url: str, content: str) -> None:
    """Write a file."""
    with fsspec.open(url, "wb", auto_mkdir=True) as stream:
        stream.write(content.encode())


def visible(root: str) -> dict[str, str]:
    """The files below a directory that are not hidden, nor in a hidden directory."""
    return {file: content for file, content in _files(root).items() if not f"/{file}".count("/.")}


def hidden(root: str) -> list[str]:
    """The names of the others."""
    return sorted(_files(root).keys() - visible(root).keys())


def _files(root: str) -> dict[str, str]:
    filesystem, path = fsspec.url_to_fs(root)
    filesystem.invalidate_cache()
    return {
        file.removeprefix(path).lstrip("/"): filesystem.cat(file).decode()
        for file in filesystem.find(path)
    }

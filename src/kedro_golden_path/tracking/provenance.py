"""Where a run came from: code, environment and input files, as flat tags."""

import hashlib
import os
import platform
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fsspec

from .. import __version__
from ..datasets.files import files_of
from ..git import GitError, git
from ..runs.area import published_path
from . import names

# An image has no git; whoever builds it says from which commit.
COMMIT_OF_IMAGE = "GIT_COMMIT"
LOCK_FILE = "requirements.lock"
_CHUNK = 1 << 20


def describe_code(project: Path) -> dict[str, str]:
    """Tags for the code and the environment: commit, changes, lock, Python, plugin.

    Where there is no git repository, the commit is that of the environment variable `GIT_COMMIT`.
    """
    commit = _git(project, "rev-parse", "HEAD")
    changes = _git(project, "status", "--porcelain", "--", ".")
    return {
        names.GIT_COMMIT: commit or os.environ.get(COMMIT_OF_IMAGE) or "none",
        names.GIT_DIRTY: "unknown"
        if changes is None or commit is None
        else str(bool(changes)).lower(),
        names.LOCK_DIGEST: digest(str(project / LOCK_FILE)) or "none",
        names.PYTHON_VERSION: platform.python_version(),
        names.PLUGIN_VERSION: __version__,
    }


def describe_inputs(datasets: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """A tag `input.<dataset>` with the digest of each dataset that is read from a file.

    Args:
        datasets: Names and Kedro datasets. Those without a file, such as parameters, are left out.
    """
    tags = {}
    for name, dataset in datasets:
        for label, file in files_of(dataset).items():
            # The run's own outputs do not count as inputs.
            if file == published_path(file) and (value := digest(file)):
                tags[names.INPUT.of(f"{name}.{label}" if label else name)] = value
    return tags


def digest(file: str) -> str | None:
    """The SHA-256 of a file or URL as `sha256:…`; None if it is missing or a directory."""
    try:
        checksum = hashlib.sha256()
        with fsspec.open(file, "rb") as stream:
            while chunk := stream.read(_CHUNK):
                checksum.update(chunk)
    except (FileNotFoundError, IsADirectoryError):
        return None
    return f"sha256:{checksum.hexdigest()}"


def _git(project: Path, *arguments: str) -> str | None:
    try:
        return git(*arguments, cwd=project).strip()
    except GitError:
        return None

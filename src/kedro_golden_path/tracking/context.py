"""Tags of what started a process, as MLflow names them; nothing here imports MLflow."""

import getpass
import sys
from pathlib import Path

from ..git import GitError, git


def source_tags() -> dict[str, str]:
    """The tags of the program, and of the commit of the project that it runs in."""
    tags = {"mlflow.source.name": sys.argv[0] or "<console>", "mlflow.source.type": "LOCAL"}
    try:
        commit = git("rev-parse", "HEAD", cwd=Path.cwd()).strip()
    except GitError:
        return tags
    return tags | {"mlflow.source.git.commit": commit}


def user() -> str:
    """The name of the user, where the machine knows one."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # A container need not know whom it runs as.
        return "unknown"

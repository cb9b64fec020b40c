"""Git, as a command."""

import os
import subprocess
from pathlib import Path

from .errors import UpdateError

# Neither the hooks of the team, nor a signature or a name that nobody has set, get in the way.
_SETTINGS = (
    *("core.hooksPath=/dev/null", "commit.gpgSign=false", "rerere.enabled=false"),
    *("merge.renames=true", "merge.directoryRenames=true", "core.quotePath=false"),
    *("user.name=golden path", "user.email=golden-path@localhost"),
)
_ABOUT_ANOTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def attempt(directory: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run git; its exit code is for the caller to look at."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    inherited = {k: v for k, v in os.environ.items() if k not in _ABOUT_ANOTHER_REPOSITORY}
    try:
        return subprocess.run(
            ["git", *settings, *arguments],
            cwd=directory,
            env=inherited | {"LC_ALL": "C"} | env,
            capture_output=True,
            text=True,
            errors="surrogateescape",
        )
    except FileNotFoundError as error:
        raise UpdateError("git is not installed, and updates need it.") from error


def git(directory: Path, *arguments: str, **env: str) -> str:
    """Run git; what it prints.

    Raises:
        UpdateError: It failed.
    """
    done = attempt(directory, *arguments, **env)
    if done.returncode != 0:
        raise UpdateError(f"git {arguments[0]} failed in {directory}: {done.stderr.strip()}")
    return done.stdout


def paths(directory: Path, *arguments: str) -> list[str]:
    """The paths that a command of git prints with `-z`."""
    return [path for path in git(directory, *arguments).split("\0") if path]

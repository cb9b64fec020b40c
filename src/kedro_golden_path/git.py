"""Run git commands."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .errors import GoldenPathError

# Git hooks set these for their repository; here, the directory decides.
_OF_ANOTHER_REPOSITORY = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"),
    *("GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
)


_SETTINGS = {
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
    # Others run a program that the address names.
    "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh",
}


class GitError(GoldenPathError):
    """A git command failed."""


def git(*arguments: str, cwd: Path, timeout: float | None = None) -> str:
    """Run git, without asking for a password.

    Args:
        arguments: What follows `git`.
        cwd: The directory that it runs in.
        timeout: The seconds after which it is stopped.

    Returns:
        What it printed.

    Raises:
        GitError: It failed, took too long, or is not installed.
    """
    environment = {k: v for k, v in os.environ.items() if k not in _OF_ANOTHER_REPOSITORY}
    try:
        done = subprocess.run(
            # The repository's configuration must not start a program either.
            ["git", "-c", "core.fsmonitor=false", *arguments],
            cwd=cwd,
            env=environment | _SETTINGS,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took longer than {timeout:g} seconds") from error
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        why = next((line for line in said if line.startswith("fatal: ")), said[-1])
        raise GitError(why.removeprefix("fatal: "))
    return done.stdout

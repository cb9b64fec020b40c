"""Format generated Python with ruff."""

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path


def is_installed() -> bool:
    """Whether ruff can be run."""
    return find_spec("ruff") is not None


def ruff(
    command: Sequence[str], text: str, name: str, project: Path | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a command of ruff on a text.

    Args:
        command: The command with its options.
        text: The text of a Python file.
        name: The path of the file, which decides about ruff's settings.
        project: The directory of the project; the present directory if None.
    """
    return subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", name, "-"],
        input=text,
        capture_output=True,
        check=False,
        cwd=project,
        encoding="utf-8",
    )

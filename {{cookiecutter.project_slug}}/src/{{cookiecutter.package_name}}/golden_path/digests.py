"""What the platform's files were when the template made them, to tell later which were edited.

Nothing but the standard library: a hook of the template runs this file before there is an
environment, and whatever replaces the files later writes the record again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def places(package: str) -> tuple[str, str]:
    """The directories that belong to the platform, as paths in a project.

    Args:
        package: The name of the project's package.
    """
    return f"src/{package}/golden_path", "tests/golden_path"


def record_of(package: str) -> str:
    """The file with the digests, as a path in a project."""
    return f"src/{package}/golden_path/digests.json"


def digests(project: Path, package: str) -> dict[str, str]:
    """The SHA-256 of each of the platform's files as they are now, by its path in the project.

    Line ends do not count: git may write others than the template did.

    Args:
        project: The directory of the project.
        package: The name of its package.
    """
    found = {}
    for place in places(package):
        for file in sorted((project / place).rglob("*")):
            name = file.relative_to(project).as_posix()
            if file.is_file() and name != record_of(package) and not _is_by_product(name):
                content = file.read_bytes().replace(b"\r\n", b"\n")
                found[name] = hashlib.sha256(content).hexdigest()
    return found


def write(project: Path, package: str) -> None:
    """Record the platform's files as they are now."""
    text = json.dumps(digests(project, package), indent=2) + "\n"
    (project / record_of(package)).write_text(text, encoding="utf-8", newline="\n")


def _is_by_product(name: str) -> bool:
    return any(part == "__pycache__" or part.startswith(".") for part in name.split("/"))

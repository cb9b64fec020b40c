"""The files of a directory."""

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

# What is made from other files is made again rather than merged, where the team has its own.
GENERATED = {
    "requirements*.lock": "make lock",
    "dags/*.py": "make dags",
    "docs/data-dictionary.md": "kedro contracts docs",
}
_NOT_TEXT = ("data/*", "wheels/*", ".cruft.json", *GENERATED)
_LONGEST_TEXT = 1_000_000


def command_for(name: str) -> str | None:
    """The command that makes a file from others, if it is one that is made."""
    return next((command for pattern, command in GENERATED.items() if fnmatch(name, pattern)), None)


def files(directory: Path, place: str = "") -> set[str]:
    """The files at a place of a directory, as paths in the directory."""
    return {
        path.relative_to(directory).as_posix()
        for path in (directory / place).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def content(file: Path) -> bytes | None:
    """What is in a file, whatever its line ends are; None if there is no such file."""
    return file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() else None


def texts(directory: Path, names: Iterable[str]) -> dict[str, str]:
    """Those of some files that people write: by name, what is in them."""
    found = {}
    for name in names:
        file = directory / name
        if any(fnmatch(name, pattern) for pattern in _NOT_TEXT) or file.is_symlink():
            continue
        if file.is_file() and file.stat().st_size <= _LONGEST_TEXT:
            try:
                found[name] = file.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                continue
    return found

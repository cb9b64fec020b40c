"""Write or compare the directory of the DAG files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import GoldenPathError
from ..ruff import is_installed, ruff
from .dag import MADE_BY

_HEADER_LENGTH = 2000


@dataclass
class Changes:
    """The files of a directory that have to change."""

    missing: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.by_file)

    @property
    def by_file(self) -> dict[str, str]:
        """What each file is, in a word or two."""
        kinds = {
            "missing": self.missing,
            "out of date": self.outdated,
            "left over": self.left_over,
        }
        return {name: kind for kind, names in kinds.items() for name in names}


def formatted(text: str, name: str, project: Path) -> str:
    """The text of a Python file, formatted by the project's ruff, without unused imports.

    Args:
        text: The text.
        name: The name of the file.
        project: The directory of the project.

    Raises:
        GoldenPathError: ruff is not installed, or cannot be used.
    """
    if not is_installed():
        raise GoldenPathError(
            "DAG files are formatted with ruff, which is not installed. It comes with the extra "
            "'airflow': pip install 'kedro-golden-path[airflow]'"
        )
    # Wherever the file will be, ruff uses the project's settings for DAGs.
    imports = ("check", "--quiet", "--exit-zero", "--fix", "--select", "F401,I")
    for command in (imports, ("format", "--quiet")):
        done = ruff(command, text, f"dags/{name}", project)
        if done.returncode:
            raise GoldenPathError(f"ruff cannot format {name}: {done.stderr.strip()}")
        text = done.stdout
    return text


def changes(directory: Path, wanted: Mapping[str, str]) -> Changes:
    """The differences in a directory; files that `kedro dags` has not written do not count.

    Args:
        directory: The directory.
        wanted: The text of each file.
    """
    found = Changes()
    for name, text in wanted.items():
        file = directory / name
        if not file.is_file():
            found.missing.append(name)
        elif file.read_text(encoding="utf-8") != text:
            found.outdated.append(name)
    found.left_over = sorted(
        file.name
        for file in directory.glob("*.py")
        if file.name not in wanted and _is_made_here(file)
    )
    return found


def write(directory: Path, wanted: Mapping[str, str]) -> Changes:
    """Bring a directory up to date, and return what was changed.

    Args:
        directory: The directory; it is made if need be.
        wanted: The text of each file.

    Raises:
        GoldenPathError: A file of the same name was not written by `kedro dags`.
    """
    found = changes(directory, wanted)
    foreign = [name for name in found.outdated if not _is_made_here(directory / name)]
    if foreign:
        raise GoldenPathError(
            f"{directory.name}/{foreign[0]} was not made by kedro dags, and is not overwritten. "
            "Move it, or give the DAG another dag_id."
        )
    directory.mkdir(parents=True, exist_ok=True)
    for name in (*found.missing, *found.outdated):
        (directory / name).write_text(wanted[name], encoding="utf-8", newline="\n")
    for name in found.left_over:
        (directory / name).unlink()
    return found


def _is_made_here(file: Path) -> bool:
    return MADE_BY in file.read_text(encoding="utf-8", errors="replace")[:_HEADER_LENGTH]

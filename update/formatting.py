"""The team's formatting: what comes from the template gets it before it is merged."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path


def follow_format(project: Path, *rendered: Path) -> None:
    """Format the files of renderings as the team formats its own.

    A file that the team has in the format of its own configuration gets that format in each
    rendering, so that only what the template has changed is merged. Without ruff, or where the
    team does not use it, nothing changes.

    Args:
        project: The directory of the project.
        *rendered: Directories with the project as the template renders it.
    """
    ruff = _Ruff.of(project)
    if ruff is None:
        return
    for directory in rendered:
        names = [path.relative_to(directory).as_posix() for path in directory.rglob("*.py")]
        there = [name for name in names if (project / name).exists()]
        ruff.format(directory, set(names) - ruff.unformatted(project, there))


def write_tidily(project: Path, directory: Path, texts: dict[str, str]) -> None:
    """Write files, and sort the imports of those in which they were sorted; the same for format.

    Args:
        project: The directory of the project, with the configuration of ruff.
        directory: Where the files are.
        texts: What to write, by path in the directory.
    """
    ruff = _Ruff.of(project)
    names = [name for name in texts if name.endswith(".py")]
    unsorted = ruff.unsorted(directory, names) if ruff else set()
    unformatted = ruff.unformatted(directory, names) if ruff else set()
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8", newline="")
    if ruff:
        ruff.sort(directory, set(names) - unsorted)
        ruff.format(directory, set(names) - unformatted)


class _Ruff:
    """The project's ruff, with the team's configuration."""

    def __init__(self, program: Path, config: Path) -> None:
        self._program = program
        self._config = config

    @classmethod
    def of(cls, project: Path) -> "_Ruff | None":
        program, config = Path(sys.executable).with_name("ruff"), project / "pyproject.toml"
        return cls(program, config) if program.exists() and config.exists() else None

    def format(self, directory: Path, names: Iterable[str]) -> None:
        self._run(directory, "format", ["--quiet"], names)

    def sort(self, directory: Path, names: Iterable[str]) -> None:
        self._run(directory, "check", ["--select=I", "--fix", "--quiet"], names)

    def unformatted(self, directory: Path, names: Iterable[str]) -> set[str]:
        """The files that are not in the format of the configuration."""
        lines = self._run(directory, "format", ["--check"], names).splitlines()
        prefix = "Would reformat: "
        return {line.removeprefix(prefix) for line in lines if line.startswith(prefix)}

    def unsorted(self, directory: Path, names: Iterable[str]) -> set[str]:
        """The files whose imports are not in the order of the configuration."""
        options = ["--select=I", "--output-format=concise"]
        lines = self._run(directory, "check", options, names).splitlines()
        return {line.partition(":")[0] for line in lines}

    def _run(self, directory: Path, command: str, options: list[str], names: Iterable[str]) -> str:
        files = sorted(names)
        if not files:
            return ""
        with tempfile.TemporaryDirectory() as cache:
            config = ["--config", str(self._config), "--cache-dir", cache]
            whole = [str(self._program), command, *config, *options, "--", *files]
            return subprocess.run(whole, cwd=directory, capture_output=True, text=True).stdout

"""The team's formatting: what comes from the template gets it before it is merged."""

import subprocess
import sys
import tempfile
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
    ruff = Path(sys.executable).with_name("ruff")
    config = project / "pyproject.toml"
    if not ruff.exists() or not config.exists():
        return
    for directory in rendered:
        names = [path.relative_to(directory).as_posix() for path in directory.rglob("*.py")]
        there = [name for name in names if (project / name).exists()]
        unformatted = _unformatted(ruff, config, project, there)
        chosen = sorted(set(names) - unformatted)
        if chosen:
            _ruff(ruff, config, directory, "format", "--quiet", *chosen)


def _unformatted(ruff: Path, config: Path, project: Path, names: list[str]) -> set[str]:
    """The files that are not in the format of the configuration."""
    if not names:
        return set()
    done = _ruff(ruff, config, project, "format", "--check", *names)
    prefix = "Would reformat: "
    return {
        line.removeprefix(prefix) for line in done.stdout.splitlines() if line.startswith(prefix)
    }


def _ruff(
    ruff: Path, config: Path, directory: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory() as cache:
        command = [str(ruff), *arguments[:1], "--config", str(config), "--cache-dir", cache]
        return subprocess.run(
            [*command, *arguments[1:]], cwd=directory, capture_output=True, text=True
        )

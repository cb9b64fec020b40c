"""All projects below a directory."""

from __future__ import annotations

import multiprocessing
import os
import re
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kedro_golden_path.doctor.checkout import Checkout
from kedro_golden_path.doctor.examination import Examination, examine
from kedro_golden_path.doctor.releases import Release, newest_releases

_LEVELS = 5
# From here on, several processes are worth the seconds that they take to start.
_MANY = 12
# As a requirement, in pyproject.toml, in a file of requirements or in a lock.
_PLUGIN = re.compile(r"""(?im)^[ \t]*(.*["'])?kedro[-_.]golden[-_.]path(?![\w.-])""")
_NO_PROJECTS_IN = {"__pycache__", "node_modules", "site-packages", "venv"}


@dataclass(frozen=True)
class Fleet:
    """What is known of the projects below a directory.

    Attributes:
        directory: The directory.
        projects: The projects on the path, by their directories below it; the worst first.
        elsewhere: The directories of Kedro projects that are not on the path.
        releases: The newest release of each of their templates.
    """

    directory: str
    projects: dict[str, Examination]
    elsewhere: list[str]
    releases: dict[str, Release]

    @property
    def number_of_findings(self) -> int:
        """How many there are, of all projects and rules."""
        return sum(each.number_of_findings for each in self.projects.values())


def find(directory: Path) -> tuple[list[Path], list[Path]]:
    """The Kedro projects below a directory: those on the path, and the others.

    A project is on the path if it asks for the plugin, or if its package has `golden_path/`, as
    before 0.5.0. No project is looked for in another one, nor in hidden directories, nor deeper
    than the fifth level.
    """
    on_the_path: list[Path] = []
    elsewhere: list[Path] = []
    for path, directories, files in os.walk(directory):
        here = Path(path)
        if "pyproject.toml" in files and "[tool.kedro]" in _text(here / "pyproject.toml"):
            (on_the_path if _is_on_the_path(here) else elsewhere).append(here)
            directories.clear()
        deep = len(here.relative_to(directory).parts) >= _LEVELS
        # A name with a brace is that of a project in a template.
        directories[:] = sorted(
            name
            for name in directories
            if not (deep or name.startswith(".") or "{" in name or name in _NO_PROJECTS_IN)
        )
    return on_the_path, elsewhere


def examine_all(directory: Path, projects: Sequence[Path], elsewhere: Sequence[Path]) -> Fleet:
    """Look at projects by their files alone, several at a time.

    Args:
        directory: The directory that they are below.
        projects: Those on the path.
        elsewhere: The other ones, which are only counted.
    """
    releases = newest_releases(projects)
    names = [_below(each, directory) for each in projects]
    found = dict(zip(names, _examined(projects, releases), strict=True))
    worst_first = sorted(found, key=lambda name: (-found[name].number_of_findings, name))
    return Fleet(
        directory=directory.resolve().as_posix(),
        projects={name: found[name] for name in worst_first},
        elsewhere=[_below(each, directory) for each in elsewhere],
        releases=releases,
    )


def _is_on_the_path(project: Path) -> bool:
    if any((project / "src").glob("*/golden_path/__init__.py")):
        return True
    files = [project / "pyproject.toml", *project.glob("requirements*.*")]
    return any(_PLUGIN.search(_text(file)) for file in files)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _examined(projects: Sequence[Path], releases: dict[str, Release]) -> list[Examination]:
    look = partial(_examine, releases=releases)
    if len(projects) < _MANY:
        return list(map(look, projects))
    # A process that is forked inherits whatever threads held at that moment.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context) as processes:
        return list(processes.map(look, projects, chunksize=4))


def _examine(project: Path, releases: dict[str, Release]) -> Examination:
    return examine(Checkout(project, releases))


def _below(project: Path, directory: Path) -> str:
    return project.relative_to(directory).as_posix()

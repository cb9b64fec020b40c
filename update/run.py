"""The steps of an update."""

import tempfile
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from .formatting import follow_format
from .merge import Checkout, Merged
from .origin import FILE, Origin, write_origin
from .releases import State, Template

# What is made from other files is made again rather than merged, where the team has its own.
GENERATED = {
    "requirements*.lock": "make lock",
    "dags/*.py": "make dags",
    "docs/data-dictionary.md": "kedro contracts docs",
}
# What the platform's files were when they were rendered.
_RECORD = "golden_path/digests.json"


@dataclass(frozen=True)
class Outcome:
    """What an update has done.

    `to_make` has the command for each file that has to be made again, `platform_edits` the files
    of the platform that the team has changed.
    """

    now: State
    target: State
    merged: Merged
    to_make: dict[str, str]
    platform_edits: list[str]
    notes: str

    @property
    def conflicts(self) -> list[str]:
        """What is left for a person to solve."""
        return self.merged.conflicts


def update(
    checkout: Checkout, origin: Origin, template: Template, version: str | None, ask: bool
) -> Outcome:
    """Bring the project in a checkout to a release of its template, uncommitted.

    Args:
        checkout: Where the project is.
        origin: What it was made from.
        template: The template.
        version: The release to go to; the newest if None.
        ask: Whether to ask for answers that the project has not.

    Raises:
        UpdateError: It cannot be done; nothing was changed.
    """
    now = template.state_of(origin)
    target = template.wanted(version, now, origin.template)
    with tempfile.TemporaryDirectory(prefix="golden-path-update-") as directory:
        before = _rendered(template, now.commit, origin.answers, Path(directory) / "now")
        answers = template.complete(origin.answers, target.commit, ask)
        after = _rendered(template, target.commit, answers, Path(directory) / "target")
        follow_format(checkout.project, before, after)
        platform = _platform_edits(checkout.project, before, origin.answers)
        to_make = _leave_out_generated(checkout.project, before, after)
        old = checkout.commit_of(before, f"golden path {now}")
        new = checkout.commit_of(after, f"golden path {target}", parent=old)
    if target == now:
        return Outcome(now, target, Merged(), {}, platform, "")
    merged = checkout.merge(old, new)
    version_there = template.questions(target.commit).get("_template_version")
    write_origin(
        checkout.project,
        replace(origin, answers=answers, commit=target.commit, version=version_there),
        checkout=version,
    )
    checkout.stage(FILE)
    return Outcome(now, target, merged, to_make, platform, template.notes(now, target))


def _rendered(template: Template, commit: str, answers: dict[str, Any], directory: Path) -> Path:
    directory.mkdir()
    rendered = template.render(commit, answers, directory)
    (rendered / FILE).unlink(missing_ok=True)
    return rendered


def _leave_out_generated(project: Path, before: Path, after: Path) -> dict[str, str]:
    """Take generated files that the team has made its own out of what is merged."""
    to_make = {}
    for name in sorted(_files(before) | _files(after)):
        command = next((c for pattern, c in GENERATED.items() if fnmatch(name, pattern)), None)
        if command and _content(before / name) != (mine := _content(project / name)):
            for rendered in (before, after):
                (rendered / name).unlink(missing_ok=True)
            if mine is not None:
                to_make[name] = command
    return to_make


def _platform_edits(project: Path, before: Path, answers: dict[str, Any]) -> list[str]:
    """The files of the platform that the team has changed, added or deleted."""
    edited = []
    for place in (f"src/{answers['package_name']}/golden_path", "tests/golden_path"):
        names = _files(before, place) | _files(project, place)
        edited += [name for name in names if _content(before / name) != _content(project / name)]
    return sorted(name for name in edited if not name.endswith(_RECORD))


def _files(directory: Path, place: str = "") -> set[str]:
    return {
        path.relative_to(directory).as_posix()
        for path in (directory / place).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _content(file: Path) -> bytes | None:
    return file.read_bytes().replace(b"\r\n", b"\n") if file.is_file() else None

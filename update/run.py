"""The steps of an update."""

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .files import command_for, content, files
from .formatting import follow_format
from .merge import Checkout, Merged
from .notes import Note
from .origin import FILE, Origin, origin_text
from .plugin import NAME, Plugin
from .releases import State, Template
from .requirements import merged
from .takeover import TakenOver, Takeover

_REQUIREMENTS = "pyproject.toml"


@dataclass(frozen=True)
class Outcome:
    """What an update has done.

    Attributes:
        now: What the project was.
        target: What it is.
        merged: What git made of it.
        to_make: The command for each file that has to be made again.
        upgrade_notes: What the changelog says to those who update.
        taken_over: What became of `golden_path/`, where there was one.
        notes: What a person has to look at.
    """

    now: State
    target: State
    merged: Merged = field(default_factory=Merged)
    to_make: dict[str, str] = field(default_factory=dict)
    upgrade_notes: str = ""
    taken_over: TakenOver | None = None
    notes: list[Note] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left that only a person can solve."""
        edits = self.taken_over.edits if self.taken_over else []
        return not (self.merged.conflicts or edits or any(note.broken for note in self.notes))


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
    if target == now:
        return Outcome(now, target)
    with tempfile.TemporaryDirectory(prefix="golden-path-update-") as directory:
        before = _rendered(template, now.commit, origin.answers, Path(directory) / "now")
        answers = template.complete(origin.answers, target.commit, ask)
        after = _rendered(template, target.commit, answers, Path(directory) / "target")
        follow_format(checkout.project, before, after)
        settings = template.questions(target.commit)
        here = replace(
            origin,
            answers=answers,
            commit=target.commit,
            version=settings.get("_template_version"),
        )
        # A part of what is merged: an update that is interrupted has not been noted either.
        if FILE in checkout.tracked("HEAD", FILE):
            shutil.copyfile(checkout.project / FILE, before / FILE)
        (after / FILE).write_text(origin_text(here, version), encoding="utf-8", newline="\n")
        try:
            outcome = _merge(checkout, template, Outcome(now, target), before, after, answers)
        except BaseException:
            checkout.undo()
            raise
    return outcome


def _merge(
    checkout: Checkout,
    template: Template,
    outcome: Outcome,
    before: Path,
    after: Path,
    answers: dict[str, Any],
) -> Outcome:
    """Merge what is different between two renderings into the checkout."""
    to_make = _leave_out_generated(checkout, before, after)
    original = checkout.commit_of(before, f"golden path {outcome.now}")
    checkout.refuse_to_overwrite(
        original, checkout.commit_of(after, f"golden path {outcome.target}")
    )
    plugin = Plugin(template.clone / "src" / NAME)
    takeover = Takeover.wanted(checkout, before, after, answers["package_name"], plugin)
    taken_over = takeover.apply(original) if takeover else None
    _merge_requirements(checkout, before, after)
    old = checkout.commit_of(before, f"golden path {outcome.now}")
    new = checkout.commit_of(after, f"golden path {outcome.target}", parent=old)
    return replace(
        outcome,
        merged=checkout.merge(old, new),
        to_make=to_make,
        upgrade_notes=template.notes(outcome.now, outcome.target),
        taken_over=taken_over,
        notes=takeover.left(after, taken_over) if takeover and taken_over else [],
    )


def _rendered(template: Template, commit: str, answers: dict[str, Any], directory: Path) -> Path:
    directory.mkdir()
    rendered = template.render(commit, answers, directory)
    (rendered / FILE).unlink(missing_ok=True)
    return rendered


def _leave_out_generated(checkout: Checkout, before: Path, after: Path) -> dict[str, str]:
    """Take generated files that the team has made its own out of what is merged."""
    to_make = {}
    rendered = files(before) | files(after)
    for name in sorted(rendered | checkout.tracked("HEAD").keys()):
        command = command_for(name)
        mine = content(checkout.project / name)
        if (
            command
            and content(before / name) != mine
            and (name in rendered or name.startswith("dags/"))
        ):
            for each in (before, after):
                (each / name).unlink(missing_ok=True)
            if mine is not None:
                to_make[name] = command
        elif command and mine is None and (after / name).exists():
            # It was made for the template's pipelines, which need not be those of the team.
            to_make[name] = command
    return to_make


def _merge_requirements(checkout: Checkout, before: Path, after: Path) -> None:
    ours = checkout.project / _REQUIREMENTS
    if all((directory / _REQUIREMENTS).exists() for directory in (before, after, ours.parent)):
        read = [
            file.read_text("utf-8")
            for file in (before / _REQUIREMENTS, ours, after / _REQUIREMENTS)
        ]
        base, mine = merged(*read)
        (before / _REQUIREMENTS).write_text(base, encoding="utf-8")
        if mine != read[1]:
            checkout.write({_REQUIREMENTS: mine})

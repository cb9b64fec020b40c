"""What an update tells."""

from collections.abc import Iterable

from .merge import Checkout
from .run import Outcome
from .takeover import EDITS, TakenOver

_FIRST = ("make lock", "make install")


def report(outcome: Outcome, checkout: Checkout, dry_run: bool) -> str:
    """What was done, or would be, what is left to do, and how to undo it."""
    if outcome.now == outcome.target:
        return f"The project is up to date: {outcome.now}."
    will = "would come" if dry_run else "came"
    taken = outcome.taken_over
    parts = [
        f"From {outcome.now} to {outcome.target}. This {will}:",
        checkout.difference(taken.removed if taken else []),
        _listed("Deleted by the team, and left so:", outcome.merged.kept_deleted),
        _taken_over(taken) if taken else "",
        f"Upgrade notes\n\n{outcome.upgrade_notes}" if outcome.upgrade_notes else "",
        _listed("To look at:", (note for note in outcome.notes if not note.broken)),
        _listed(
            "To repair, because it no longer works:",
            (note for note in outcome.notes if note.broken),
        ),
        _conflicts(outcome),
        "" if dry_run else _next(outcome),
    ]
    return "\n\n".join(part for part in parts if part)


def _taken_over(taken: TakenOver) -> str:
    parts = [
        f"The platform is the package kedro-golden-path now, in wheels/. Its {len(taken.removed)} "
        "files in golden_path/, tests/golden_path/ and tests/spark/ are gone.",
        _listed("References to it were rewritten in files of the team:", taken.rewritten),
        _listed(
            "The team's changes to files of the platform have no effect any more. They are kept in "
            f"{EDITS}. Where each belongs now:",
            (f"{edit.path}: {edit.belongs}" for edit in taken.edits),
        ),
        _listed(
            "The team's own files in directories of the platform. They stay; move them elsewhere:",
            taken.own,
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _conflicts(outcome: Outcome) -> str:
    return _listed(
        "Conflicts, as after 'git merge'. Edit each file, then 'git add' it; 'git rm' it to follow "
        "the template where it has removed the file:",
        outcome.merged.conflicts,
    )


def _next(outcome: Outcome) -> str:
    to_make = set(outcome.to_make.values())
    first = [command for command in _FIRST if command in {*to_make, "make install"}]
    commands = [*first, *sorted(to_make - set(_FIRST)), "make lint", "make test"]
    if any(note.broken for note in outcome.notes):
        commands.insert(0, "repair what no longer works")
    if outcome.merged.conflicts:
        commands.insert(0, "solve the conflicts")
    return "\n".join(
        [
            "To do:",
            *(f"  {command}" for command in commands),
            '  git commit -m "Update the golden path"',
            "To undo all of it: git reset --hard",
        ]
    )


def _listed(title: str, items: Iterable[object]) -> str:
    lines = [f"  {item}" for item in items]
    return "\n".join([title, *lines]) if lines else ""

"""What an update tells."""

from collections.abc import Iterable

from .merge import Checkout
from .run import Outcome


def report(outcome: Outcome, checkout: Checkout, dry_run: bool) -> str:
    """What was done, or would be, what is left to do, and how to undo it."""
    if outcome.now == outcome.target:
        parts = [f"The project is up to date: {outcome.now}.", _platform(outcome)]
    else:
        will = "would come" if dry_run else "came"
        parts = [
            f"From {outcome.now} to {outcome.target}. This {will}:",
            checkout.difference("--stat"),
            _listed("Deleted by the team, and left so:", outcome.merged.kept_deleted),
            _platform(outcome),
            f"Upgrade notes\n\n{outcome.notes}" if outcome.notes else "",
            _conflicts(outcome),
            "" if dry_run else _next(outcome),
        ]
    return "\n\n".join(part for part in parts if part)


def _platform(outcome: Outcome) -> str:
    return _listed(
        "Files of the platform with changes of the team. They are kept, but belong elsewhere: what "
        "all projects need into the template, what this one needs into its settings.py, its "
        "catalog or its own modules:",
        outcome.platform_edits,
    )


def _conflicts(outcome: Outcome) -> str:
    return _listed(
        "Conflicts, as after 'git merge'. Edit each file, then 'git add' it; 'git rm' it to follow "
        "the template where it has removed the file:",
        outcome.conflicts,
    )


def _next(outcome: Outcome) -> str:
    commands = ["make install", *sorted(set(outcome.to_make.values())), "make lint", "make test"]
    made = [f"  {command}" for command in commands]
    if outcome.conflicts:
        made.insert(0, "  solve the conflicts")
    return "\n".join(
        [
            "To do:",
            *made,
            '  git commit -m "Update the golden path"',
            "To undo all of it: git reset --hard",
        ]
    )


def _listed(title: str, names: Iterable[str]) -> str:
    lines = [f"  {name}" for name in names]
    return "\n".join([title, *lines]) if lines else ""

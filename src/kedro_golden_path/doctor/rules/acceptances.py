"""Findings that the team accepts."""

from collections.abc import Iterator

from ..acceptances import read
from ..checkout import PYPROJECT, Checkout
from ..finding import Finding, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Find acceptances without a reason; `examine` adds those that are not needed."""
    for each in read(checkout):
        if not each.reason:
            yield Finding(PYPROJECT, f"accepts '{each.rule}' in {each.where} without a reason")


RULE = Rule(
    id="acceptances",
    title="Findings are accepted without a reason, or are no longer found",
    why="An acceptance that nobody needs hides the next finding in the same place.",
    remedy=(
        "Give the reason in tool.kedro-golden-path.doctor.accept of pyproject.toml, or remove the "
        "line."
    ),
    look=look,
)

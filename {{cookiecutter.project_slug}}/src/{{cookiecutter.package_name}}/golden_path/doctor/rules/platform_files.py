"""The platform's files."""

import json
from collections.abc import Iterator

from ...digests import digests, record_of
from ..checkout import Checkout, Unreadable
from ..finding import Finding, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Compare the platform's files with what they were when the template made them."""
    made = _recorded(checkout)
    there = digests(checkout.root, checkout.package)
    for name in sorted(made.keys() | there.keys()):
        if name not in there:
            yield Finding(name, "was removed")
        elif name not in made:
            yield Finding(name, "was added; it is not the platform's")
        elif made[name] != there[name]:
            yield Finding(name, "was edited")


def _recorded(checkout: Checkout) -> dict[str, str]:
    name = record_of(checkout.package)
    try:
        made = json.loads(checkout.text(name))
    except ValueError as error:
        raise Unreadable(name, f"is not JSON: {error}") from error
    if not isinstance(made, dict):
        raise Unreadable(name, "is not a mapping")
    return made


RULE = Rule(
    id="platform-files",
    title="Files of the platform are not as the template made them",
    why="The next version changes these files too, and what the team changed can be in conflict.",
    remedy=(
        "Put them back from the project's history. What golden_path/ lacks belongs into the "
        "template; what this project needs, into settings.py, hooks or modules of its own."
    ),
    look=look,
)

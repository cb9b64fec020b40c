"""The owner of a project."""

from collections.abc import Iterator

from ..checkout import Checkout
from ..finding import Finding, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Look where the template writes the owner."""
    if not str(checkout.globals.get("owner") or "").strip():
        yield Finding("conf/base/globals.yml", "has no owner")
    maintainers = checkout.table("project").get("maintainers")
    if not isinstance(maintainers, list) or not any(map(_can_be_asked, maintainers)):
        yield Finding("pyproject.toml", "has no maintainers with an address in project.maintainers")


def _can_be_asked(maintainer: object) -> bool:
    return isinstance(maintainer, dict) and "@" in str(maintainer.get("email", ""))


RULE = Rule(
    id="owner",
    title="Nobody is named as the owner",
    why="When a run fails or a model is wrong, nobody knows whom to ask.",
    remedy=(
        "Name the team's address: owner in conf/base/globals.yml, and maintainers in "
        "pyproject.toml."
    ),
    look=look,
)

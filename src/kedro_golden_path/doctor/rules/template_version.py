"""The version of the template."""

from collections.abc import Iterator

from packaging.version import Version

from ...errors import GoldenPathError
from ...origin import ORIGIN
from ..checkout import Checkout
from ..finding import Finding, NotLookedAt, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Compare the version that the project was made with to the newest release."""
    if not (checkout.root / ORIGIN).exists():
        raise NotLookedAt(
            f"there is no {ORIGIN}, so the project was not generated from a template. If it was, "
            "take the file from the project's history. If not, docs/adopting.md of the template "
            "says what the project can adopt, one part after the other."
        )
    try:
        origin = checkout.origin
    except GoldenPathError as error:
        yield Finding(ORIGIN, error.message)
        return
    release = checkout.releases[origin.template]
    if release.version is None:
        raise NotLookedAt(release.reason)
    if Version(origin.version) < Version(release.version):
        made, newest = origin.version, release.version
        yield Finding(ORIGIN, f"the project is of {made}, the newest release is {newest}")


RULE = Rule(
    id="template-version",
    title="The project is of an older version of the template",
    why="The project does not have the fixes and features of later versions.",
    remedy="Merge the newer release, which keeps the team's changes: make update.",
    look=look,
)

"""The version of the template."""

from collections.abc import Iterator

from packaging.version import Version

from ...errors import GoldenPathError
from ...origin import ORIGIN
from ..checkout import Checkout
from ..finding import Finding, NotLookedAt, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Compare the version that the project was made with to the newest release."""
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
    why="Repairs and whatever else is new on the path do not reach the project.",
    remedy=(
        "Generate a project with the same answers from the newer template, and take over "
        "golden_path/, tests/golden_path/, the locks and .cruft.json."
    ),
    look=look,
)

"""The version of this package."""

from collections.abc import Iterator

from packaging.version import Version

from ...errors import GoldenPathError
from ..checkout import Checkout
from ..finding import Finding, NotLookedAt, Rule
from ..locks import MAIN

_PLUGIN = "kedro-golden-path"


def look(checkout: Checkout) -> Iterator[Finding]:
    """Compare what is locked with what is installed, and with the version of the template."""
    lock = checkout.locks.get(MAIN)
    locked = [pin.version for pin in lock.pins.get(_PLUGIN, [])] if lock else []
    if not locked:
        raise NotLookedAt(f"there is no {MAIN} that has {_PLUGIN}")
    version = locked[0]
    if checkout.inside and checkout.inside.plugin != version:
        yield Finding(MAIN, f"{version} is locked, and {checkout.inside.plugin} is installed")
    made = _template(checkout)
    # A later one goes with the template: it can be taken by itself.
    if made and Version(version) < Version(made):
        yield Finding(MAIN, f"{version} is locked, and the template of the project is {made}")


def _template(checkout: Checkout) -> str | None:
    try:
        return checkout.origin.version
    except GoldenPathError:
        return None


RULE = Rule(
    id="plugin-version",
    title="The plugin is not the version that the project is made for",
    why="The project's settings and the plugin's code may not fit together.",
    remedy=(
        "Install what is locked: make install. If that is older than the template, raise "
        f"{_PLUGIN} in pyproject.toml and lock again: make lock."
    ),
    look=look,
)

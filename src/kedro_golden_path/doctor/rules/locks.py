"""Compare the locks with `pyproject.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier
from packaging.utils import canonicalize_name

from ..checkout import Checkout, Unreadable
from ..finding import Finding, NotLookedAt, Rule
from ..locks import MAIN, Environment, Lock, environments

_OF_NO_PYTHON = ">=3.11"


def look_at_versions(checkout: Checkout) -> Iterator[Finding]:
    """Compare each lock with the requirements that it was made from."""
    if MAIN not in checkout.locks:
        yield Finding(MAIN, "is missing")
    python = checkout.table("project").get("requires-python", _OF_NO_PYTHON)
    try:
        supported = environments(python)
    except (InvalidSpecifier, TypeError) as error:
        raise Unreadable("pyproject.toml", f"has an invalid requires-python: {error}") from error
    own = canonicalize_name(str(checkout.table("project").get("name", "")))
    for name, wanted in _requirements(checkout).items():
        for text in wanted:
            requirement = _parsed(text)
            # An extra may ask for other extras of the same project.
            is_other = canonicalize_name(requirement.name) != own
            if is_other and (wrong := _unmet(requirement, checkout.locks[name], supported)):
                yield Finding(name, f"{text} is asked for, and {wrong}")


def look_at_hashes(checkout: Checkout) -> Iterator[Finding]:
    """Find entries that do not say exactly what to install."""
    if not checkout.locks:
        raise NotLookedAt("there is no lock")
    for name, lock in checkout.locks.items():
        bare = [pin.name for pins in lock.pins.values() for pin in pins if not pin.hashed]
        if bare:
            packages = "1 package has" if len(bare) == 1 else f"{len(bare)} packages have"
            yield Finding(name, f"{packages} no hash, for example {bare[0]}")
        for number in lock.addresses:
            # It is not shown: there may be a password in it.
            yield Finding(f"{name}:{number}", "an address of where packages come from")
        for number, line in lock.others.items():
            yield Finding(f"{name}:{number}", f"'{line}' is not one version")


def _requirements(checkout: Checkout) -> dict[str, list[str]]:
    """The requirements of each lock; an extra or group may have a lock of its own."""
    project = checkout.table("project")
    groups = checkout.table("dependency-groups")
    main = _texts(project.get("dependencies", []))
    found = {MAIN: main}
    for extra, own in checkout.table("project", "optional-dependencies").items():
        found[f"requirements-{extra}.lock"] = main + _texts(own)
    for group in groups:
        found[f"requirements-{group}.lock"] = list(_of_group(group, groups, ()))
    return {name: wanted for name, wanted in found.items() if name in checkout.locks}


def _of_group(name: str, groups: dict[str, Any], outer: tuple[str, ...]) -> Iterator[str]:
    """The requirements of a dependency group, with those of the groups that it includes."""
    for item in groups.get(name, []):
        if isinstance(item, dict) and (included := item.get("include-group")) not in outer:
            yield from _of_group(str(included), groups, (*outer, name))
        elif isinstance(item, str):
            yield item


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unreadable("pyproject.toml", "has dependencies that are not a list of strings")
    return value


def _parsed(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise Unreadable("pyproject.toml", f"has an invalid dependency: {text}") from error


def _unmet(requirement: Requirement, lock: Lock, supported: Sequence[Environment]) -> str | None:
    """What is wrong with a requirement, in the first environment with a problem."""
    pins = lock.pins.get(canonicalize_name(requirement.name), [])
    for environment in _where_it_matters(requirement, lock, supported):
        there = [pin.version for pin in pins if pin.is_for(environment)]
        if not there:
            return "it is not locked"
        if not any(requirement.specifier.contains(each, prereleases=True) for each in there):
            return f"{', '.join(there)} is locked"
    return None


def _where_it_matters(
    requirement: Requirement, lock: Lock, supported: Sequence[Environment]
) -> Iterable[Environment]:
    pins = lock.pins.get(canonicalize_name(requirement.name), [])
    if requirement.marker is None and all(pin.marker is None for pin in pins):
        return supported[:1]
    marker = requirement.marker
    return (each for each in supported if marker is None or marker.evaluate(dict(each)))


_REMEDY = (
    "Make the locks again and commit them: make lock, or uv pip compile pyproject.toml --universal "
    "--generate-hashes --no-emit-index-url --output-file requirements.lock."
)
VERSIONS = Rule(
    id="lock",
    title="A lock does not match pyproject.toml",
    why="The installed packages are not the ones that the project says it needs.",
    remedy=_REMEDY,
    look=look_at_versions,
)
HASHES = Rule(
    id="lock-hashes",
    title="A lock does not say exactly what to install",
    why="Without versions and hashes, two machines may install different things.",
    remedy=_REMEDY,
    look=look_at_hashes,
)

"""Read locks: the output of `uv pip compile --generate-hashes`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

MAIN = "requirements.lock"

_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;]+)"
    r"(?:\s*;\s*(?P<marker>.*?))?(?P<hashes>(?:\s+--hash=\S+)*)"
)
_COMMENT = re.compile(r"(^|\s)#.*")
_INDEX_OPTIONS = ("-i ", "-f ", "--index-url", "--extra-index-url", "--find-links")
_SYSTEMS = {"linux": ("Linux", "posix"), "darwin": ("Darwin", "posix"), "win32": ("Windows", "nt")}
_MINORS = range(11, 20)

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Pin:
    """One package in one version."""

    name: str
    version: str
    marker: Marker | None
    hashed: bool

    def is_for(self, environment: Environment) -> bool:
        """Whether it is installed in an environment."""
        return self.marker is None or self.marker.evaluate(dict(environment))


@dataclass(frozen=True)
class Lock:
    """A lock.

    Attributes:
        pins: Its pins, by package.
        others: The lines that are something else, by their numbers.
        addresses: The numbers of the lines that say where packages come from.
    """

    pins: dict[str, list[Pin]]
    others: dict[int, str]
    addresses: list[int]


def parse(text: str) -> Lock:
    """Read the text of a lock."""
    addresses = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if "://" in line or line.startswith(_INDEX_OPTIONS)
    ]
    pins: dict[str, list[Pin]] = {}
    others = {}
    for number, line in _logical_lines(text):
        if pin := _pin(line):
            pins.setdefault(pin.name, []).append(pin)
        elif number not in addresses:
            others[number] = line.partition(" --hash")[0]
    return Lock(pins, others, addresses)


def environments(requires_python: str) -> list[Environment]:
    """One environment for each version of Python and platform that a project supports."""
    allowed = SpecifierSet(requires_python)
    found: list[Environment] = []
    for minor in _MINORS:
        # The bounds may be anywhere within a minor version.
        full = next((v for v in (f"3.{minor}.0", f"3.{minor}.99") if v in allowed), None)
        if full:
            found += [
                {
                    "python_version": f"3.{minor}",
                    "python_full_version": full,
                    "implementation_name": "cpython",
                    "platform_python_implementation": "CPython",
                    "platform_machine": "x86_64",
                    "sys_platform": platform,
                    "platform_system": system,
                    "os_name": os_name,
                }
                for platform, (system, os_name) in _SYSTEMS.items()
            ]
    return found


def _pin(line: str) -> Pin | None:
    if not (found := _PIN.fullmatch(line)):
        return None
    try:
        version = str(Version(found["version"]))
        marker = Marker(found["marker"]) if found["marker"] else None
    except (InvalidVersion, InvalidMarker):
        return None
    return Pin(canonicalize_name(found["name"]), version, marker, bool(found["hashes"]))


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines without comments, continued ones as one, with the number of the first."""
    start = 0
    parts: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = (_COMMENT.sub("", line) if "#" in line else line).strip()
        start = start if parts else number
        parts.append(content.removesuffix("\\").strip())
        if not content.endswith("\\"):
            if joined := " ".join(filter(None, parts)):
                yield start, joined
            parts = []

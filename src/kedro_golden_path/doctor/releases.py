"""The newest releases of templates."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..errors import GoldenPathError
from ..origin import newest_release, read_origin


@dataclass(frozen=True)
class Release:
    """The newest release of a template, or why it is not known."""

    version: str | None
    reason: str = ""


def newest_releases(projects: Iterable[Path]) -> dict[str, Release]:
    """The newest release of each template that projects come from, looked up once."""
    templates = set()
    for project in projects:
        # Where the origin is not known, a rule will say so.
        try:
            templates.add(read_origin(project).template)
        except GoldenPathError:
            continue
    with ThreadPoolExecutor() as threads:
        return dict(zip(templates, threads.map(_release, templates), strict=True))


def _release(template: str) -> Release:
    try:
        return Release(newest_release(template))
    except GoldenPathError as error:
        return Release(None, error.message)

"""The template that a project was generated from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from .errors import GoldenPathError
from .git import git
from .guards import without_credentials

ORIGIN = ".cruft.json"
_VERSION = "VERSION"
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Origin:
    """Where a project comes from.

    Attributes:
        template: The template: a URL, or the absolute path of a directory.
        commit: The commit of the template; None if it was in no repository.
        version: The version of the template.
        answers: The answers to its questions, by their names.
    """

    template: str
    commit: str | None
    version: str
    answers: dict[str, Any]


def read_origin(project: Path) -> Origin:
    """Where a project comes from, as the template wrote it down.

    Args:
        project: The directory of the project.

    Raises:
        GoldenPathError: The file is missing or damaged.
    """
    try:
        content = json.loads((project / ORIGIN).read_text(encoding="utf-8"))
        context = content["context"]["cookiecutter"]
        origin = Origin(
            template=_text(content["template"]),
            commit=None if content["commit"] is None else _text(content["commit"]),
            version=str(Version(_text(context["_template_version"]))),
            answers={name: value for name, value in context.items() if name[:1] != "_"},
        )
    except FileNotFoundError as error:
        raise GoldenPathError(
            f"{ORIGIN} is missing, so it is unknown which template, version and answers the "
            "project was made with. Restore it from the project's history, or take it from a "
            "project that is generated with the same answers."
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldenPathError(
            f"{ORIGIN} is damaged ({type(error).__name__}: {error}). Restore it from the project's "
            "history."
        ) from error
    return origin


def newest_release(template: str) -> str:
    """The version of the newest release of a template: what its default branch says.

    Args:
        template: Its URL, or the path of a directory.

    Raises:
        GoldenPathError: The template cannot be reached, or does not say its version.
    """
    directory, shown = Path(template), without_credentials(template)
    if (directory / _VERSION).is_file():
        return _version_in(directory, shown)
    with cloned(template, "--depth", "1", "--no-tags") as clone:
        return _version_in(clone, shown)


@contextmanager
def cloned(template: str, *options: str) -> Iterator[Path]:
    """A temporary clone of a template.

    Args:
        template: Its URL, or the path of a directory.
        options: Options of `git clone`.

    Raises:
        GoldenPathError: The template cannot be reached.
    """
    shown = without_credentials(template)
    if template.lower().partition("?")[0].endswith(".zip"):
        raise GoldenPathError(
            f"{shown} is an archive, which has no later releases. Name the repository that it was "
            "made of: kedro template update --template ADDRESS"
        )
    with tempfile.TemporaryDirectory() as directory:
        arguments = ("clone", "--quiet", *options, "--", template, directory)
        try:
            git(*arguments, cwd=Path(directory), timeout=_PATIENCE_SECONDS)
        except GoldenPathError as error:
            # git names the address itself, password and all.
            why = error.message.replace(template, shown)
            raise GoldenPathError(f"{shown} cannot be reached: {why}") from error
        yield Path(directory)


def _version_in(directory: Path, template: str) -> str:
    try:
        return str(Version((directory / _VERSION).read_text(encoding="utf-8").strip()))
    except OSError as error:
        raise GoldenPathError(f"{template} has no file {_VERSION}") from error
    except ValueError as error:
        raise GoldenPathError(f"the file {_VERSION} of {template} is not a version") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is not text")
    return value

"""What a project was made from: `.cruft.json`, in the format of cruft."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UpdateError

FILE = ".cruft.json"


@dataclass(frozen=True)
class Origin:
    """The template, the state of it, and the answers that a project was made from."""

    template: str
    commit: str | None
    version: str | None
    answers: dict[str, Any]


def read_origin(project: Path, template: str | None = None) -> Origin:
    """What a project was made from.

    Args:
        project: The directory of the project.
        template: Where the template is now, if it is not where it was.

    Raises:
        UpdateError: The project does not say.
    """
    file = project / FILE
    try:
        content = json.loads(file.read_text("utf-8"))
        answers = content["context"]["cookiecutter"]
        version = answers.get("_template_version")
        given = {name: value for name, value in answers.items() if not name.startswith("_")}
        return Origin(template or content["template"], content.get("commit"), version, given)
    except FileNotFoundError as error:
        raise UpdateError(
            f"{file} does not exist: the project does not know what it was made from. "
            "The page docs/updating.md of the template says how to write it."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UpdateError(
            f"{file} is not what cruft writes ({type(error).__name__}: {error}). Take it from the "
            "project's history: git log -- .cruft.json"
        ) from error


def write_origin(project: Path, origin: Origin, checkout: str | None) -> None:
    """Note what a project is made from now.

    Args:
        project: The directory of the project.
        origin: What it is made from.
        checkout: The release, if it was asked for by name.
    """
    private = {"_template": origin.template, "_template_version": origin.version}
    content = {
        "template": origin.template,
        "commit": origin.commit,
        "checkout": checkout,
        "context": {"cookiecutter": origin.answers | private},
        "directory": None,
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, separators=(",", ": "))
    (project / FILE).write_text(text, encoding="utf-8")

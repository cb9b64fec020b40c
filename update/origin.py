"""What a project was made from: `.cruft.json`, in the format of cruft."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import UpdateError
from .guards import without_credentials

FILE = ".cruft.json"
_COMMIT = re.compile("[0-9a-f]{7,64}")


@dataclass(frozen=True)
class Origin:
    """The template, the state of it, and the answers that a project was made from.

    The address of the template has no credentials in it: it is shown and committed.
    """

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
        commit = content.get("commit")
        if commit is not None and not _COMMIT.fullmatch(commit):
            raise ValueError(f"{commit!a} is no commit")
        return Origin(without_credentials(template or content["template"]), commit, version, given)
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


def origin_text(origin: Origin, checkout: str | None) -> str:
    """What the file says of a project.

    Args:
        origin: What the project is made from.
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
    return json.dumps(content, ensure_ascii=False, indent=2, separators=(",", ": ")) + "\n"

"""Check the answers, all of them, before a file of the project is written."""

import json
import re
import sys
from pathlib import Path

# Cookiecutter itself runs on older ones.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        "The project was not generated: it needs Python 3.11 or newer, and this is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. For example: uvx --python 3.11 cookiecutter ..."
    )

CONTEXT = json.loads({{ cookiecutter | tojson | tojson }})
# Cookiecutter runs a hook in the project, but renders it in the template; its `_repo_dir` may be
# relative to yet another directory.
TEMPLATE = Path(json.loads({{ lipsum.__globals__.os.getcwd() | tojson | tojson }}))
SETTINGS = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
# What a name must not be, and the names: for all versions of Python that a project may use.
RESERVED = json.loads((TEMPLATE / "hooks/reserved_names.json").read_text(encoding="utf-8"))

LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# `prompts.yml` has the same patterns and explanations, for `kedro new`.
PATTERNS = {
    "project_name": r"[A-Za-z0-9][A-Za-z0-9 _-]{0,58}[A-Za-z0-9]",
    "project_slug": r"(?=.{1,40}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "package_name": r"(?=.{1,40}\Z)[a-z][a-z0-9]*(_[a-z0-9]+)*",
    "description": r"(?!.*\{[#%{])\S(.{0,198}\S)?",
    "owner": r"(?=.{1,254}\Z)[A-Za-z0-9][A-Za-z0-9._+-]{0,63}@(" + LABEL + r"\.)+" + LABEL,
    "example": r"flights|none",
}
ACCEPTED = {
    "project_name": (
        "must be 2 to 60 letters from A to Z, digits, spaces, hyphens and underscores, with a "
        "letter or a digit at both ends"
    ),
    "project_slug": (
        "must be at most 40 lower-case letters and digits, in words joined by single hyphens, and "
        "start with a letter, for example flight-delays"
    ),
    "package_name": (
        "must be at most 40 lower-case letters and digits, in words joined by single underscores, "
        "and start with a letter, for example flight_delays"
    ),
    "description": (
        "must be one line of 1 to 200 letters, digits and punctuation, without space at the ends, "
        "emoji, or braces followed by a brace, % or #"
    ),
    "owner": "must be an e-mail address, for example team@example.com",
    "example": "must be flights or none",
}
LONGEST_SHOWN = 60
SHOWN_FILES = 5


def problem_of(name: str, answer: object) -> str | None:
    """Say what is wrong with an answer, and what would be accepted; None if it is right."""
    if not isinstance(answer, str) or not re.fullmatch(PATTERNS[name], answer):
        return ACCEPTED[name]
    # Characters above U+FFFF do not survive the way through JSON into TOML.
    if not answer.isprintable() or max(answer) > "\uffff":
        return ACCEPTED[name]
    if name == "project_slug":
        kinds = ["a package that the project uses", "a device on Windows"]
        return problem_of_name(answer, kinds, f"{answer}-project")
    if name == "package_name":
        return problem_of_name(answer, list(RESERVED), f"{answer}_project")
    return None


def problem_of_name(name: str, kinds: list[str], better: str) -> str | None:
    for kind in kinds:
        if name.replace("-", "_") in RESERVED[kind]:
            return f"is {kind}: add a word, for example {better}"
    return None


def problem_of_setting(name: str) -> str | None:
    """Say that a setting of the template is not as in `cookiecutter.json`; None if it is."""
    if CONTEXT.get(name) != SETTINGS[name]:
        return "is no answer but a setting of the template: leave it out"
    return None


def problem_of_checkout() -> str | None:
    """Say that cookiecutter ignores a branch, tag or commit; None if there is none, or it does not."""
    template = CONTEXT["_template"]
    cloned = template != CONTEXT.get("_repo_dir") and not template.lower().endswith(".zip")
    if CONTEXT.get("_checkout") is not None and not cloned:
        return "has no effect on a directory or an archive: name the template by git+file:///..."
    return None


def problem_of_directory() -> str | None:
    """Say that files are in the way, which generating would overwrite or remove."""
    there = sorted(path.name for path in Path().iterdir() if path.name != ".git")
    if not there:
        return None
    shown = ", ".join(map(ascii, there[:SHOWN_FILES])) + (", ..." if there[SHOWN_FILES:] else "")
    return f"has files that would be overwritten or removed: {shown}. Name another, or move them away"


def problems() -> list[str]:
    """List everything that is wrong."""
    found = {name: problem_of(name, CONTEXT[name]) for name in PATTERNS}
    settings = [name for name in SETTINGS if name.startswith("_") and name != "__prompts__"]
    found |= {name: problem_of_setting(name) for name in settings}
    found["_checkout"] = problem_of_checkout()
    # Cookiecutter has already made the directory; what other names it can have is checked above.
    if found["project_slug"] is None:
        found["project_slug"] = problem_of_directory()
    return [f"  {name}: {shown(name)} {problem}" for name, problem in found.items() if problem]


def shown(name: str) -> str:
    """Write an answer so that look-alikes and control characters can be told."""
    text = ascii(CONTEXT.get(name))
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def main() -> int:
    found = problems()
    if found:
        print("The project was not generated:", *found, sep="\n", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""The lists of requirements in pyproject.toml: merged by package, rather than by line."""

import re
import tomllib
from collections.abc import Iterator, Mapping

_HEADER = re.compile(r"^\[(?P<table>[^\[\]]+)\]")
_BEGIN = re.compile(r"^(?P<key>[\w-]+) = \[")
_NAME = re.compile(r"[\w.-]+")
_TABLES = ("project", "project.optional-dependencies", "dependency-groups")
_NOT_REQUIREMENTS = (
    "classifiers",
    "dynamic",
    "keywords",
    "license-files",
    "maintainers",
    "authors",
)

_Key = tuple[str, str]


def merged(base: str, ours: str, theirs: str) -> tuple[str, str]:
    """Three-way merge of the lists in a pyproject.toml.

    What a team has added to a list, removed from it or pinned in another way stays so, next to what
    the template has changed. All else is left for git to merge.

    Args:
        base: What the template had.
        ours: What the team has.
        theirs: What the template has now.

    Returns:
        `base` with the lists of `theirs`, and `ours` with merged ones: the only difference that is
        left to git is the team's.
    """
    old, mine, new = (dict(_lists(text)) for text in (base, ours, theirs))
    for key in [key for key in new if key in old and key in mine]:
        versions = [_by_name(lists[key]) for lists in (old, mine, new)]
        if all(each is not None for each in versions):
            result = _merge(*(each or {} for each in versions))
            if result is not None:
                base = base.replace(old[key], new[key], 1)
                text = new[key] if result == versions[2] else _written(key[1], result, new[key])
                ours = ours.replace(mine[key], text, 1)
    return base, ours


def _lists(text: str) -> Iterator[tuple[_Key, str]]:
    """The text of each list of requirements, with its key."""
    table, begun = "", ""
    key = ("", "")
    for line in text.splitlines(keepends=True):
        if begun:
            begun += line
        elif header := _HEADER.match(line):
            table = header["table"]
        elif table in _TABLES and (match := _BEGIN.match(line)):
            key, begun = (table, match["key"]), line
        if begun and line.rstrip().endswith("]"):
            if key[1] not in _NOT_REQUIREMENTS:
                yield key, begun
            begun = ""


def _by_name(text: str) -> dict[str, str] | None:
    """The requirements by the name of their package; None if they are not that simple."""
    if "#" in text:
        return None
    try:
        ((_, requirements),) = tomllib.loads(text).items()
        found = {_name(each): each for each in requirements}
    except (ValueError, TypeError):
        return None
    return found if len(found) == len(requirements) else None


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match[0]).lower() if match else requirement


def _merge(
    old: Mapping[str, str], mine: Mapping[str, str], new: Mapping[str, str]
) -> dict[str, str] | None:
    """The requirements that both sides want; None if they differ about one."""
    result = {}
    for name in sorted({*mine, *new}):
        before, ours, theirs = old.get(name), mine.get(name), new.get(name)
        if ours == before:
            chosen = theirs
        elif theirs in (before, ours) or theirs is None:
            chosen = ours
        else:
            return None
        if chosen:
            result[name] = chosen
    return result


def _written(key: str, requirements: Mapping[str, str], like: str) -> str:
    items = [f'"{each}"' for each in requirements.values()]
    if like.count("\n") == 1:
        return f"{key} = [{', '.join(items)}]\n"
    return "\n".join([f"{key} = [", *(f"  {item}," for item in items), "]\n"])

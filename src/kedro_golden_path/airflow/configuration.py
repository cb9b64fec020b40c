"""Read, merge and check `airflow.yml`."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args

import yaml
from kedro.config import AbstractConfigLoader, MissingConfigException
from pydantic import BaseModel, ValidationError

from ..config.suggestions import did_you_mean
from ..errors import GoldenPathError
from .schema import DagSettings

PATTERNS = ["airflow*", "airflow*/**", "**/airflow*"]

_REFERENCE = re.compile(r"\$\{oc\.env:\s*(\w+)\s*\}")
_UNSET = re.compile(r"<(\w+) is not set>")
_NOTHING = object()

Key = tuple[Any, ...]


class Problem(NamedTuple):
    """A problem with a DAG: the key in its settings, and what is wrong."""

    key: Key
    text: str


@dataclass(frozen=True)
class Configuration:
    """The settings of all DAGs, and the files that they come from."""

    dags: dict[str, DagSettings]
    files: dict[str, Any]
    merged: dict[str, Any]

    def refuse(self, problems: Mapping[str, Sequence[Problem]]) -> None:
        """Raise an error if DAGs have problems.

        Args:
            problems: What is wrong, by the name of the DAG.

        Raises:
            GoldenPathError: There are problems; all are named, each with its file and key.
        """
        lines = [
            self._located(self._written(name, problem.key), problem.text)
            for name, found in problems.items()
            for problem in found
        ]
        _refuse(lines)

    def _written(self, name: str, key: Key) -> Key:
        own = ("dags", name, *key)
        default = ("defaults", *key)
        return default if not _has(self.merged, own) and _has(self.merged, default) else own

    def _located(self, key: Key, text: str) -> str:
        """The line for a problem; the file is the last one that has the key, or most of it."""
        for length in range(len(key), -1, -1):
            holding = [file for file, content in self.files.items() if _has(content, key[:length])]
            if holding:
                return f"  {holding[-1]}: {'.'.join(map(str, key))}: {text}"
        return f"  {'.'.join(map(str, key))}: {text}"


def read(loader: AbstractConfigLoader, files: dict[str, Any]) -> Configuration:
    """The settings of the DAGs.

    Args:
        loader: The loader of the environment; it knows the pattern `airflow`.
        files: The content of each file with settings, in the order of their precedence.

    Raises:
        GoldenPathError: There are mistakes; all are named, with file and key.
    """
    try:
        merged: dict[str, Any] = loader["airflow"]
    except MissingConfigException:
        merged = {}
    draft = Configuration({}, files, merged)
    lines = [
        draft._located(key, f"the environment variable {name} is not set; set it, or write a value")
        for key, name in _unset(merged)
    ]
    lines += [
        draft._located((key,), "not known here. Known: defaults, dags")
        for key in merged
        if key not in ("defaults", "dags")
    ]
    defaults, dags = merged.get("defaults") or {}, merged.get("dags") or {}
    for key, value in {"defaults": defaults, "dags": dags}.items():
        if not isinstance(value, dict):
            lines.append(draft._located((key,), "must be a mapping"))
    _refuse(lines)
    settings, problems = {}, {}
    for name, own in dags.items():
        result = _validated(defaults, {} if own is None else own)
        if isinstance(result, DagSettings):
            settings[str(name)] = result
        else:
            problems[str(name)] = result
    draft.refuse(problems)
    return Configuration(settings, files, merged)


def written_files(conf_source: Path, environments: Sequence[str]) -> dict[str, Any]:
    """The content of each `airflow.yml` of some environments, without interpolation.

    Raises:
        GoldenPathError: A file is not YAML.
    """
    files = {}
    for environment in dict.fromkeys(environments):
        directory = conf_source / environment
        paths = {path for pattern in PATTERNS for path in directory.glob(pattern)}
        for path in sorted(each for each in paths if each.suffix in (".yml", ".yaml", ".json")):
            name = path.relative_to(conf_source.parent).as_posix()
            try:
                files[name] = yaml.safe_load(path.read_text(encoding="utf-8"))
            except yaml.YAMLError as error:
                raise GoldenPathError(f"{name} is not YAML: {error}") from error
    return files


@contextlib.contextmanager
def placeholders(conf_source: Path) -> Iterator[None]:
    """Give unset environment variables a value while the configuration is read.

    The export needs names and settings; hosts and secrets are for the tasks.
    """
    texts = [path.read_text(encoding="utf-8") for path in sorted(conf_source.rglob("*.yml"))]
    names = {name for text in texts for name in _REFERENCE.findall(text)} - os.environ.keys()
    os.environ.update({name: f"<{name} is not set>" for name in names})
    try:
        yield
    finally:
        for name in names:
            os.environ.pop(name, None)


def _validated(defaults: dict[str, Any], own: Any) -> DagSettings | list[Problem]:
    if not isinstance(own, dict):
        return [Problem((), "must be a mapping")]
    given = _merge(defaults, own)
    try:
        return DagSettings.model_validate(given)
    except ValidationError as error:
        problems = {}
        for each in error.errors(include_url=False):
            key = _key_of(each["loc"], given, missing=each["type"] == "missing")
            problems[key] = Problem(key, _explained(each, key))
        return list(problems.values())


def _explained(error: Any, key: Key) -> str:
    if error["type"] == "extra_forbidden":
        known = sorted(_model_at(key[:-1]).model_fields)
        return f"not known here.{did_you_mean(str(key[-1]), known)} Known: {', '.join(known)}"
    if error["type"] == "missing":
        return "is needed"
    text = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    shown = repr(error["input"])
    return f"{text[0].lower()}{text[1:]}" + (f"; it is {shown}" if len(shown) < 60 else "")


def _key_of(location: Sequence[Any], given: Any, missing: bool) -> Key:
    """A place in what was given; pydantic also names the members of unions, and keys as such."""
    key: list[Any] = []
    for number, part in enumerate(location):
        last = number == len(location) - 1
        inner = _inside(given, part)
        if inner is not _NOTHING:
            given = inner
        elif not (last and missing):
            continue
        key.append(part)
    return tuple(key)


def _model_at(key: Key) -> type[BaseModel]:
    model: type[BaseModel] = DagSettings
    for part in key:
        if part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(each) for each in get_args(annotation))
    return next((model for model in found if model), None)


def _merge(defaults: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in own.items():
        below = merged.get(key)
        both = isinstance(below, dict) and isinstance(value, dict) and key != "schedule"
        merged[key] = _merge(below, value) if both else value  # type: ignore[arg-type]
    return merged


def _unset(value: Any, key: Key = ()) -> Iterator[tuple[Key, str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _unset(each, (*key, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _unset(each, (*key, number))
    elif isinstance(value, str) and (found := _UNSET.search(value)):
        yield key, found[1]


def _has(content: Any, key: Key) -> bool:
    for part in key:
        content = _inside(content, part)
    return content is not _NOTHING


def _inside(content: Any, part: Any) -> Any:
    if isinstance(content, dict):
        return content.get(part, _NOTHING)
    in_list = isinstance(content, list) and isinstance(part, int) and part < len(content)
    return content[part] if in_list else _NOTHING


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        listed = "\n".join(dict.fromkeys(lines))
        raise GoldenPathError(
            f"The DAGs cannot be exported:\n{listed}\nCorrect it, and run the same command again."
        )

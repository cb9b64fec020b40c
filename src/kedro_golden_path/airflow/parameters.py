"""The parameters of a DAG, in the form of `kedro run --params`."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from ..nested import leaves
from .configuration import Problem

# Kedro splits at commas, and Airflow renders Jinja.
_SPECIAL = re.compile(r"[,{\n]")


def dotted_parameters(parameters: Mapping[str, Any]) -> str:
    """Parameters in the form of `kedro run --params`.

    Kedro reads each value as YAML: lists are written in lines, and text that would be read as
    something else, such as "1", is quoted.
    """
    return ",".join(f"{name}={_yaml(value)}" for name, value in leaves(parameters).items())


def parameter_problems(parameters: Mapping[str, Any]) -> Iterator[Problem]:
    """Parameters that cannot be passed to `kedro run --params`."""
    for name, value in leaves(parameters).items():
        key = ("parameters", *name.split("."))
        if name == "month":
            yield Problem(key, "the month of a run is that of its data interval; remove it")
        elif not _comes_back(name, value):
            yield Problem(
                key,
                "cannot be passed to kedro run: a name has no comma, = or Jinja in it, and a value "
                "is text, a number, true, false, null, or a list or mapping of these",
            )


def _comes_back(name: str, value: Any) -> bool:
    """Whether Kedro reads a parameter as it is."""
    try:
        text = dotted_parameters({name: value})
        items = [item.strip() for item in text.split(",")]
        read: Any = OmegaConf.to_container(OmegaConf.from_dotlist(items))
    except (TypeError, YAMLError, OmegaConfBaseException):
        return False
    is_template = "{{" in text or "{%" in text or "{#" in text
    return not is_template and isinstance(read, dict) and leaves(read) == {name: value}


def _yaml(value: Any) -> str:
    """A value as YAML without commas and Jinja; what has parts is written in lines."""
    if isinstance(value, Mapping) and value:
        return "".join(f"\n{_scalar(str(key))}:{_part(each)}" for key, each in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n-{_part(each)}" for each in value)
    return _scalar(value)


def _part(value: Any) -> str:
    text = _yaml(value)
    return textwrap.indent(text, "  ") if text.startswith("\n") else f" {text}"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if not _SPECIAL.search(value) and _is_plain(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return _SPECIAL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def _is_plain(text: str) -> bool:
    """Whether YAML reads a text as itself."""
    try:
        return OmegaConf.to_container(OmegaConf.from_dotlist([f"value={text}"])) == {"value": text}
    except (YAMLError, OmegaConfBaseException):
        return False

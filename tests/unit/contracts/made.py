"""Contracts that are made in a test, and what pandera says of the same data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import count
from types import new_class
from typing import Any

import pandas as pd
import pandera.pandas as pa

from kedro_golden_path import Contract, rule

Broken = set[tuple[str | None, str]]
_NUMBERS = count()


def model(
    fields: Mapping[str, Any],
    rules: Mapping[str, Any] | None = None,
    config: Mapping[str, Any] | None = None,
) -> type[pa.DataFrameModel]:
    """A model with fields by name: a type, or a type and a `pa.Field`.

    Rules are functions of the columns, or such a function and the options of `rule`.
    """
    body: dict[str, Any] = {"__module__": __name__, "__annotations__": {}}
    for name, field in fields.items():
        kind, *default = field if isinstance(field, tuple) else (field,)
        body["__annotations__"][name] = kind
        if default:
            body[name] = default[0]
    for name, each in (rules or {}).items():
        body[name] = _rule(name, *(each if isinstance(each, tuple) else (each, {})))
    if config:
        body["Config"] = type("Config", (), dict(config))
    made: type[pa.DataFrameModel] = new_class(
        f"Model{next(_NUMBERS)}", (pa.DataFrameModel,), exec_body=lambda space: space.update(body)
    )
    setattr(sys.modules[__name__], made.__name__, made)
    return made


def _rule(name: str, function: Any, options: Mapping[str, Any]) -> Any:
    def method(cls: Any, columns: Any) -> Any:
        return function(columns)

    method.__name__ = name
    return rule(**options)(classmethod(method))


def contract(made: type[pa.DataFrameModel], engine: str = "pandas", **options: Any) -> Contract:
    return Contract(f"{__name__}.{made.__name__}", engine=engine, **options)


def broken(found: Contract, frame: Any) -> Broken:
    """The checks that a frame breaks, without what they compare with."""
    failures = found.run_checks(frame).failures
    return {(each.column, each.rule.partition("(")[0]) for each in failures}


def broken_for_pandera(made: type[pa.DataFrameModel], frame: pd.DataFrame) -> Broken:
    try:
        made.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return {
            (each.schema.name if each.schema.name != made.__name__ else None, _name(each))
            for each in error.schema_errors
        }
    return set()


def _name(error: Any) -> str:
    return str(getattr(error.check, "name", None) or error.check).partition("(")[0]

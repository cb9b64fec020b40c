"""The keys of airflow.yml, from the models that check it."""

import types
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kedro_golden_path.airflow import schema
from kedro_golden_path.airflow.versions import FEATURES, VERSIONS

from .markdown import code, paragraphs, table
from .markdown import page as page_of

_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "true or false", Any: "any"}


def page() -> str:
    """The page on airflow.yml."""
    models = list(dict.fromkeys(_models(schema.DagSettings)))
    return page_of(
        "Keys of airflow.yml",
        "What a DAG below `dags` may say, and `defaults` for all of them. How DAGs are made is in "
        "[Airflow](../airflow.md).",
        *(part for model in models for part in _described(model)),
        "## Versions of Airflow",
        f"What files for the older of the versions {', '.join(VERSIONS)} do without:",
        table(
            ["feature of Airflow", "since", "before that"],
            [[each.what, each.since, each.instead] for each in FEATURES.values()],
        ),
    )


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            yield from _models(inner)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if _is_model(annotation):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _described(model: type[BaseModel]) -> Iterator[str]:
    yield f"## {model.__name__}"
    yield paragraphs(model)
    # pydantic merges the description of a value's type into the field.
    values = get_type_hints(model, include_extras=True)
    rows = [
        [f"`{name}`", field.description or "", _kind(values[name]), _default(field)]
        for name, field in model.model_fields.items()
    ]
    yield table(["key", "meaning", "value", "default"], rows)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return "" if isinstance(value, BaseModel) else code(value)


def _kind(annotation: Any) -> str:
    """What a value is, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        said = [each.description for each in inner[1:] if isinstance(each, FieldInfo)]
        return next(filter(None, said), None) or _kind(inner[0])
    if origin in (Union, types.UnionType):
        return ", or ".join(_kind(each) for each in inner if each is not type(None))
    if origin is Literal:
        return ", ".join(f"`{each}`" for each in inner)
    if origin is list:
        return f"a list: {_kind(inner[0])}"
    if origin is dict:
        return f"a mapping: {_kind(inner[1])}"
    if _is_model(annotation):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _PLAIN[annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)

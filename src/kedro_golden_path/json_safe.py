"""Values that every JSON parser accepts."""

import math
from collections.abc import Mapping
from typing import Any


def json_safe(value: Any) -> Any:
    """The value in types of JSON, which has no NaN, infinity or half characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {json_safe(str(key)): json_safe(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_safe(each) for each in value]
    # A number of numpy is told from its array by having no shape.
    return json_safe(value.item()) if getattr(value, "shape", None) == () else json_safe(str(value))

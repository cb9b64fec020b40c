"""Nested mappings, such as parameters, by dotted names."""

from collections.abc import Iterator, Mapping
from typing import Any


def names(values: Any, prefix: str = "") -> Iterator[str]:
    """The names in a mapping and in mappings inside of it: `outer`, `outer.inner`."""
    for name, value in values.items() if isinstance(values, Mapping) else ():
        yield f"{prefix}{name}"
        yield from names(value, f"{prefix}{name}.")


def leaves(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values that are not mappings, by names such as `outer.inner`."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            flat |= leaves(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat

"""The figures of a dataset with `metadata: {mlflow: metrics}`, as MLflow takes them."""

import logging
from collections.abc import Mapping
from typing import Any

from ..errors import GoldenPathError
from ..guards import one_line
from ..nested import leaves
from . import names

_LOGGER = logging.getLogger(__name__)


def figures_of(dataset: str, data: Any) -> dict[str, float]:
    """The figures by name; nested ones have dotted names.

    What is no number, such as None, is left out, and named in a warning: by then, all has been
    computed.

    Args:
        dataset: The name of the dataset.
        data: What was saved.

    Raises:
        GoldenPathError: It is no mapping.
    """
    if not isinstance(data, Mapping):
        raise GoldenPathError(
            f"'{dataset}' is a {type(data).__name__}, and 'metadata: {{mlflow: metrics}}' is for a "
            "mapping of names to numbers. Have the node return one, or take that away."
        )
    found: dict[str, float] = {}
    for name, value in leaves(data).items():
        try:
            found[names.valid(name, found)] = float(value)
        except (TypeError, ValueError, OverflowError):
            _LOGGER.warning(
                "The figure '%s' of '%s' is a %s and no number: it is not logged.",
                *(one_line(name), dataset, type(value).__name__),
            )
    return found

"""One run after the other moves an alias, though MLflow has no locks."""

from __future__ import annotations

import logging
import random
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from ..tracking import names
from ..tracking.client import client

_LOGGER = logging.getLogger(__name__)
# About five minutes, longer than MLflow's client goes on trying while a server is away.
_LOOKS_BEFORE_TAKEN_FOR_DEAD = 600
_SECONDS_BETWEEN_LOOKS = (0.2, 0.8)


@contextmanager
def turn(name: str, alias: str, mlflow_run_id: str) -> Iterator[None]:
    """Wait until no other run is moving the alias, and keep the others from it.

    Each run writes a tag of its own to the registered model before it looks for those of others.
    So of two runs at least one sees the other; whoever does takes its tag back, and tries again a
    little later. A tag that stays the same for some minutes was left by a process that was killed.

    Args:
        name: The name of the registered model.
        alias: The alias.
        mlflow_run_id: The id of the MLflow run.
    """
    mine = names.TURN.exactly(alias, mlflow_run_id)
    looks: dict[tuple[str, str], int] = {}
    while others := _announce(name, alias, mine):
        client().delete_registered_model_tag(name, mine)
        if not looks:
            _LOGGER.warning("Another run is moving the alias '%s' of '%s': waiting.", alias, name)
        looks = {other: looks.get(other, 0) + 1 for other in others}
        for other, seen in looks.items():
            if seen > _LOOKS_BEFORE_TAKEN_FOR_DEAD:
                client().delete_registered_model_tag(name, other[0])
        time.sleep(random.uniform(*_SECONDS_BETWEEN_LOOKS))
    try:
        yield
    finally:
        client().delete_registered_model_tag(name, mine)


def _announce(name: str, alias: str, mine: str) -> set[tuple[str, str]]:
    """Write the run's own tag, then return those of others."""
    client().set_registered_model_tag(name, mine, uuid.uuid4().hex)
    tags = client().get_registered_model(name).tags
    start = names.TURN.exactly(alias, "")
    return {(key, token) for key, token in tags.items() if key.startswith(start) and key != mine}

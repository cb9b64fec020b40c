"""Aliases of registered models: a run asks for them, and may get them when it is published.

`champion` means: the version that won the last comparison with the champion. So a run gives an
alias to its version only if the version that it has compared it with still has the alias. If
somebody else has moved it meanwhile, a person or another run, it stays where it is, and the run's
version waits. Whatever a run knows of this is in tags of its MLflow run, for all of its processes
and tries: `names.READ`, `names.ALIAS` and `names.MOVE`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..tracking import names
from ..tracking.client import client, error_code
from .turns import turn

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion

NONE = "none"
# The newest candidate. Nobody compares with it, so every run that is published moves it.
NEWEST = "challenger"

_BEGUN, _DONE = "begun", "done"
_SUPERSEDED, _FOREIGN = "superseded by ", "not of this run: "


@dataclass(frozen=True)
class Move:
    """What a run wants of an alias, and what has become of it.

    `compared_with` has the versions that the run has read by the alias, usually one, or `none`.
    """

    name: str
    alias: str
    version: str
    compared_with: frozenset[str]
    state: str

    @property
    def done(self) -> bool:
        """Whether the version got the alias."""
        return self.state == _DONE

    @property
    def left_alone(self) -> bool:
        """Whether the alias stays where it is."""
        return self.state.startswith((_SUPERSEDED, _FOREIGN))

    @property
    def settled(self) -> bool:
        """Whether it is decided."""
        return self.done or self.left_alone

    def __str__(self) -> str:
        """What happened, and what to do."""
        if self.done:
            return f"Version {self.version} of the model '{self.name}' is now {self.alias}."
        if self.state.startswith(_FOREIGN):
            return (
                f"The alias '{self.alias}' of the model '{self.name}' stays where it is: the run "
                f"saved version {self.state.removeprefix(_FOREIGN)} under it, which another run "
                "has made. A run promotes only what it has made itself."
            )
        present = self.state.removeprefix(_SUPERSEDED)
        reason = (
            f"an earlier try was stopped while it moved the alias, which is at {_listed({present})}"
            if {present} == self.compared_with
            else f"it was compared with {_listed(self.compared_with)}, and by now {self.alias} is "
            f"{_listed({present})}"
        )
        return (
            f"Version {self.version} of the model '{self.name}' did not become {self.alias}: "
            f"{reason}. It waits in the registry. To compare it again, repeat the run; in Airflow, "
            "clear all of its tasks."
        )


def version_with_alias(name: str, alias: str) -> ModelVersion | None:
    """The version of a registered model that has an alias; None if there is none."""
    try:
        return client().get_model_version_by_alias(name, alias)
    except Exception as error:
        if error_code(error) in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise


def ask(mlflow_run_id: str, name: str, alias: str, number: str) -> None:
    """Have a version get an alias when the run is published."""
    if names.SUPERSEDED_BY in _forget(mlflow_run_id, name, alias, names.MOVE):
        client().delete_tag(mlflow_run_id, names.SUPERSEDED_BY)
        client().delete_model_version_tag(name, number, names.SUPERSEDED_BY)
    client().set_tag(mlflow_run_id, names.ALIAS.exactly(name, alias), number)


def withdraw(mlflow_run_id: str, name: str, alias: str, foreign: str = "") -> None:
    """Have an alias stay where it is, whatever an earlier try of the run has asked for.

    Args:
        mlflow_run_id: The id of the MLflow run.
        name: The name of the model.
        alias: The alias.
        foreign: The version that was saved under the alias, if it is not of the run.
    """
    _forget(mlflow_run_id, name, alias, names.ALIAS, names.MOVE)
    if foreign:
        tag = names.MOVE.exactly(name, alias)
        client().set_tag(mlflow_run_id, tag, f"{_FOREIGN}{foreign}")


def forget_settled(mlflow_run_id: str) -> None:
    """Begin anew with the aliases that the run has moved, or left alone, when it was published."""
    for move in moves(client().get_run(mlflow_run_id).data.tags):
        if move.settled and move.alias != NEWEST:
            _forget(mlflow_run_id, move.name, move.alias, names.ALIAS, names.MOVE)


def moves(tags: Mapping[str, str]) -> list[Move]:
    """What the tags of a run say about the aliases that it wants to move."""
    known = {_parts(tag, kind) for kind in (names.ALIAS, names.MOVE) for tag in _of(kind, tags)}
    return [
        Move(
            name=name,
            alias=alias,
            version=tags.get(names.ALIAS.exactly(name, alias), ""),
            compared_with=frozenset(
                tags[tag]
                for tag in _of(names.READ, tags)
                if _parts(tag.rpartition("/")[0], names.READ) == (name, alias)
            ),
            state=tags.get(names.MOVE.exactly(name, alias), ""),
        )
        for name, alias in sorted(known)
    ]


def move_aliases(mlflow_run_id: str) -> list[Move]:
    """Move the aliases to the versions that a run has saved under them, where that is still right.

    What is decided is decided once: to publish a run again moves nothing.

    Returns:
        What has become of each of them.
    """
    for move in moves(client().get_run(mlflow_run_id).data.tags):
        if not move.settled:
            _settle(mlflow_run_id, move)
    return moves(client().get_run(mlflow_run_id).data.tags)


def move_alias(name: str, alias: str, number: str) -> None:
    """Move an alias to a version, and note the version that had it in a tag."""
    client().set_model_version_tag(name, number, names.PUBLISHED, "true")
    previous = _number(version_with_alias(name, alias))
    if previous != number:
        client().set_registered_model_alias(name, alias, number)
        _note_previous(name, alias, number, previous)


def _settle(mlflow_run_id: str, move: Move) -> None:
    name, alias, number = move.name, move.alias, move.version
    state = names.MOVE.exactly(name, alias)
    if alias == NEWEST:
        # MLflow fails if two give an alias for the first time at once.
        with turn(name, alias, mlflow_run_id):
            move_alias(name, alias, number)
        client().set_tag(mlflow_run_id, state, _DONE)
        return
    client().set_model_version_tag(name, number, names.PUBLISHED, "true")
    compared_with = ", ".join(sorted(move.compared_with)) or NONE
    client().set_model_version_tag(name, number, names.COMPARED_WITH, compared_with)
    with turn(name, alias, mlflow_run_id):
        present = _number(version_with_alias(name, alias))
        # A try that was stopped while it moved the alias may have done so, and a person may have
        # moved it back since. So nobody begins twice.
        if present != number and (move.state == _BEGUN or move.compared_with != {present}):
            client().set_model_version_tag(name, number, names.SUPERSEDED_BY, present)
            client().set_tag(mlflow_run_id, names.SUPERSEDED_BY, present)
            client().set_tag(mlflow_run_id, state, f"{_SUPERSEDED}{present}")
            return
        if present != number:
            client().set_tag(mlflow_run_id, state, _BEGUN)
            client().set_registered_model_alias(name, alias, number)
        _note_previous(name, alias, number, compared_with)
        client().set_tag(mlflow_run_id, state, _DONE)


def _note_previous(name: str, alias: str, number: str, previous: str) -> None:
    if previous not in (NONE, number):
        tag = names.PREVIOUS.of(alias)
        client().set_model_version_tag(name, number, tag, previous)


def _number(version: ModelVersion | None) -> str:
    return str(version.version) if version else NONE


def _forget(mlflow_run_id: str, name: str, alias: str, *kinds: names.Name) -> Mapping[str, str]:
    """Delete the tags of these kinds; the tags that the run had."""
    known: Mapping[str, str] = client().get_run(mlflow_run_id).data.tags
    for tag in (kind.exactly(name, alias) for kind in kinds):
        if tag in known:
            client().delete_tag(mlflow_run_id, tag)
    return known


def _of(kind: names.Name, tags: Mapping[str, str]) -> Iterator[str]:
    return (tag for tag in tags if tag.startswith(kind.prefix))


def _parts(tag: str, kind: names.Name) -> tuple[str, str]:
    """The name of the model and the alias in a tag; an alias has no dots."""
    name, _, alias = tag.removeprefix(kind.prefix).rpartition(".")
    return name, alias


def _listed(numbers: frozenset[str] | set[str]) -> str:
    texts = ("no version" if each == NONE else f"version {each}" for each in sorted(numbers))
    return " and ".join(texts) or "no version"

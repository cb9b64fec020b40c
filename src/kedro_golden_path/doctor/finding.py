"""Rules and findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .checkout import Checkout


class Finding(NamedTuple):
    """One place where a project has left the path, and what is wrong there."""

    where: str
    reason: str


@dataclass(frozen=True)
class Rule:
    """Something that is true of every project on the path.

    Attributes:
        id: Its name for programs; it never changes.
        title: What it finds.
        why: Why that matters.
        remedy: What to do about it.
        look: The function that finds it. It raises `NotLookedAt` if it cannot tell.
    """

    id: str
    title: str
    why: str
    remedy: str
    look: Callable[[Checkout], Iterable[Finding]]


class NotLookedAt(Exception):
    """A rule cannot tell, for a reason that is not the project's fault."""

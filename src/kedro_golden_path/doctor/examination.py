"""Examine a project with all rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..contracts.coverage import Standing, standing
from ..errors import GoldenPathError
from . import acceptances
from .acceptances import Acceptance, AcceptedFindings, Findings
from .checkout import Checkout, Unreadable
from .finding import Finding, NotLookedAt, Rule
from .rules import ACCEPTANCES, RULES

T = TypeVar("T")


@dataclass(frozen=True)
class Coverage:
    """The datasets that are kept: how many there are, how many have a contract, or need none."""

    kept: int
    under_contract: int
    exempt: int


@dataclass(frozen=True)
class Examination:
    """The result of examining a project.

    Attributes:
        name: Its name.
        owner: Whom it belongs to; empty if that is not known.
        version: The version of the template that it was made with; None if that is not known.
        newest: That of the template's newest release; None if that is not known.
        coverage: Its datasets; None if the catalog cannot be read.
        findings: What is wrong, by the id of the rule.
        accepted: What the team accepts of that, and why, by the id of the rule.
        not_looked_at: Why a rule could not tell, by its id.
    """

    name: str
    owner: str
    version: str | None
    newest: str | None
    coverage: Coverage | None
    findings: Findings
    accepted: AcceptedFindings
    not_looked_at: dict[str, str]

    @property
    def number_of_findings(self) -> int:
        """How many there are, of all rules."""
        return sum(map(len, self.findings.values()))

    @property
    def number_of_accepted(self) -> int:
        """How many of them the team accepts."""
        return sum(map(len, self.accepted.values()))


def examine(checkout: Checkout, rules: Sequence[Rule] = RULES) -> Examination:
    """Examine a project.

    Args:
        checkout: Its files.
        rules: The rules.
    """
    found: Findings = {}
    not_looked_at = {}
    for rule in rules:
        try:
            found[rule.id] = _look(rule, checkout)
        except NotLookedAt as reason:
            not_looked_at[rule.id] = str(reason)
    agreed: list[Acceptance] = _if_known(lambda: list(acceptances.read(checkout)), [])
    if unmatched := list(acceptances.unmatched(agreed, found, not_looked_at)):
        found[ACCEPTANCES] = found.get(ACCEPTANCES, []) + unmatched
    findings, accepted = acceptances.divided(found, agreed)
    return Examination(
        name=_if_known(lambda: str(checkout.table("project")["name"]), checkout.root.name),
        owner=_if_known(lambda: str(checkout.globals.get("owner") or ""), ""),
        version=_if_known(lambda: checkout.origin.version, None),
        newest=_if_known(lambda: checkout.releases[checkout.origin.template].version, None),
        coverage=_if_known(lambda: _coverage(checkout), None),
        findings=findings,
        accepted=accepted,
        not_looked_at=not_looked_at,
    )


def _look(rule: Rule, checkout: Checkout) -> list[Finding]:
    try:
        return list(rule.look(checkout))
    except NotLookedAt:
        raise
    except Unreadable as error:
        return [Finding(error.file, error.reason)]
    except Exception as error:
        # A broken project must not hide the others from the platform team, nor count as sound.
        return [Finding(".", f"the rule failed; tell the platform team: {error!r}")]


def _coverage(checkout: Checkout) -> Coverage:
    counts = Counter(standing(entry) for entry in checkout.catalog.values())
    return Coverage(
        kept=counts.total() - counts[Standing.NOT_KEPT],
        under_contract=counts[Standing.UNDER_CONTRACT],
        exempt=counts[Standing.EXEMPT],
    )


def _if_known(get: Callable[[], T], otherwise: T) -> T:
    try:
        return get()
    except (Unreadable, GoldenPathError, KeyError):
        return otherwise

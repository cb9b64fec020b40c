"""Findings that a team accepts, with a reason, in `pyproject.toml`.

    [tool.kedro-golden-path.doctor.accept.node-io]
    "src/shop/pipelines/rates/*.py" = "The bank's rates change hourly; no dataset type reads them."

By the id of the rule, a file, or a pattern of files, has the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple

from ..config.suggestions import did_you_mean
from .checkout import PYPROJECT, Checkout
from .finding import Finding

_TABLE = ("tool", "kedro-golden-path", "doctor", "accept")


class Accepted(NamedTuple):
    """A finding that the team accepts, and why."""

    finding: Finding
    reason: str


# By the ids of rules.
Findings = dict[str, list[Finding]]
AcceptedFindings = dict[str, list[Accepted]]


@dataclass(frozen=True)
class Acceptance:
    """What a team accepts.

    Attributes:
        rule: The id of the rule.
        where: A file, or a pattern of files.
        reason: Why the team accepts what the rule finds there; empty if it does not say.
    """

    rule: str
    where: str
    reason: str

    def covers(self, rule: str, finding: Finding) -> bool:
        """Whether it accepts a finding of a rule."""
        return rule == self.rule and fnmatchcase(finding.where.partition(":")[0], self.where)


def read(checkout: Checkout) -> Iterator[Acceptance]:
    """What a project accepts.

    Raises:
        Unreadable: `pyproject.toml` does not say it as it should.
    """
    for rule in checkout.table(*_TABLE):
        for where, reason in checkout.table(*_TABLE, rule).items():
            yield Acceptance(rule, where, reason.strip() if isinstance(reason, str) else "")


def divided(found: Findings, agreed: Sequence[Acceptance]) -> tuple[Findings, AcceptedFindings]:
    """The findings that remain and those that are accepted, by rule."""
    findings: Findings = {}
    accepted: AcceptedFindings = {}
    for rule, of_rule in found.items():
        for finding in of_rule:
            covering = (each for each in agreed if each.reason and each.covers(rule, finding))
            if acceptance := next(covering, None):
                accepted.setdefault(rule, []).append(Accepted(finding, acceptance.reason))
            else:
                findings.setdefault(rule, []).append(finding)
    return findings, accepted


def unmatched(
    agreed: Sequence[Acceptance], found: Findings, not_looked_at: Collection[str]
) -> Iterator[Finding]:
    """Acceptances of findings that no longer exist, or of rules that do not exist."""
    for each in agreed:
        if each.rule in not_looked_at:
            continue
        if each.rule not in found:
            hint = did_you_mean(each.rule, [*found, *not_looked_at])
            yield Finding(PYPROJECT, f"accepts '{each.rule}', and there is no such rule.{hint}")
        elif not any(each.covers(each.rule, finding) for finding in found[each.rule]):
            what = f"accepts '{each.rule}' in {each.where}"
            yield Finding(PYPROJECT, f"{what}, where it finds nothing any more")

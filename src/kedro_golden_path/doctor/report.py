"""The result of examining a project, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from ..guards import message, one_line
from .examination import Examination
from .rules import RULES

_BY_ID = {rule.id: rule for rule in RULES}


def as_text(examination: Examination) -> str:
    """The findings by rule, each with its remedy, and the rules that could not tell."""
    return "\n".join(_lines(examination))


def as_data(examination: Examination) -> dict[str, Any]:
    """The same for JSON. Keys are added in later versions, never renamed or removed.

    - `project`, `owner`, `version`: of the project; `newest`: the newest version of its template.
      What is not known is null.
    - `contracts`: the datasets of `conf/base` that are `kept`, those of them that are
      `under_contract`, and those that are `exempt`; null if the catalog cannot be read.
    - `findings`: each with its `rule` and that rule's `title`, `where` it is, the `reason`, and
      the `remedy`.
    - `accepted`: the findings that the team accepts, each with its `rule`, `title`, `where`,
      `reason`, and why it is `accepted`.
    - `not_looked_at`: each `rule` that could not tell, and the `reason`.
    """
    coverage = examination.coverage
    return {
        "project": examination.name,
        "owner": examination.owner or None,
        "version": examination.version,
        "newest": examination.newest,
        "contracts": coverage and vars(coverage),
        "findings": [
            {
                "rule": rule,
                "title": _BY_ID[rule].title,
                "where": finding.where,
                "reason": finding.reason,
                "remedy": _BY_ID[rule].remedy,
            }
            for rule, found in examination.findings.items()
            for finding in found
        ],
        "accepted": [
            {
                "rule": rule,
                "title": _BY_ID[rule].title,
                "where": each.finding.where,
                "reason": each.finding.reason,
                "accepted": each.reason,
            }
            for rule, accepted in examination.accepted.items()
            for each in accepted
        ],
        "not_looked_at": [
            {"rule": rule, "reason": reason} for rule, reason in examination.not_looked_at.items()
        ],
    }


def counted(number: int, noun: str) -> str:
    """A number with its noun, such as `1 finding` or `2 findings`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _lines(examination: Examination) -> Iterator[str]:
    for name, found in examination.findings.items():
        rule = _BY_ID[name]
        yield f"{click.style(rule.title, bold=True)} [{rule.id}]"
        yield rule.why
        for finding in found:
            reason = message(finding.reason).replace("\n", "\n    ")
            yield f"  {click.style(one_line(finding.where), 'red')}: {reason}"
        yield f"  What to do: {rule.remedy}\n"
    looked = counted(len(RULES) - len(examination.not_looked_at), "rule")
    if examination.findings:
        of = counted(len(examination.findings), "rule")
        yield f"{counted(examination.number_of_findings, 'finding')} of {of}; {looked} looked."
    else:
        nothing = "Nothing more" if examination.accepted else "Nothing"
        yield f"{nothing} found by {looked}: {one_line(examination.name)} is on the golden path."
    if accepted := examination.number_of_accepted:
        yield f"Accepted in pyproject.toml: {counted(accepted, 'finding')}, named by --json."
    for name, reason in examination.not_looked_at.items():
        yield f"Not looked at: {name}: {message(reason)}"

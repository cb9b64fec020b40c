"""The table of a fleet: Markdown, JSON, and one HTML page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from packaging.version import Version

from kedro_golden_path.contracts.markdown import table, text
from kedro_golden_path.doctor.examination import Coverage, Examination
from kedro_golden_path.doctor.report import as_data, counted
from kedro_golden_path.doctor.rules import RULES
from kedro_golden_path.guards import without_credentials

from .projects import Fleet

_UNKNOWN = "unknown"
_TITLE = "Kedro projects on the golden path"


def as_json(fleet: Fleet) -> str:
    """The table for programs. Keys are added in later versions, never renamed or removed.

    - `directory`: what was looked at, and `made`, when (ISO 8601);
    - `adoption`: how many Kedro projects there are (`projects`), how many are `on_the_path`, and
      the directories of those that are `elsewhere`;
    - `versions`: the number of projects by version of the template, the newest first;
    - `releases`: the newest release of each template; null if it cannot be reached;
    - `contracts`: the sums of the projects' `contracts`;
    - `rules`: for each rule its `id`, `title`, `why` and `remedy`, the number of `findings` and of
      `projects` that have some, and how many it did not look at (`not_looked_at`);
    - `projects`: each with its `directory` and what `kedro doctor --json` prints of it.
    """
    return json.dumps(_summary(fleet), indent=2, ensure_ascii=False) + "\n"


def as_markdown(fleet: Fleet) -> str:
    """The table for people, to be put into a page of their own."""
    told = _summary(fleet)
    lines = [f"# {_TITLE}", ""]
    lines += [f"- {label}: {text(said)}" for label, said in headline(told)]
    rows = [
        (
            text(name),
            text(each.owner or "-"),
            version(each),
            coverage(each.coverage),
            _findings(each),
        )
        for name, each in fleet.projects.items()
    ]
    lines += ["", table(("project", "owner", "version", "contracts", "findings"), rows)]
    lines += ["", "| rule | what it finds | findings | projects |", "|---|---|---:|---:|"]
    for rule in told["rules"]:
        lines.append(
            f"| {rule['id']} | {rule['title']} | {rule['findings']:,} | {rule['projects']:,} |"
        )
    return "\n".join([*lines, ""])


def as_html(fleet: Fleet) -> str:
    """The table as one page that needs nothing else, with each finding."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"version": version, "coverage": coverage, "counted": counted}
    told = _summary(fleet)
    return environment.get_template("report.html").render(
        told=told,
        headline=headline(told),
        projects=fleet.projects,
        rules={rule.id: rule for rule in RULES},
    )


def is_table(text: str) -> bool:
    """Whether a text is such a table, of whichever fleet."""
    return _TITLE in text or '"on_the_path"' in text


def headline(told: dict[str, Any]) -> list[tuple[str, str]]:
    """Adoption, versions, contracts and findings, and what was not looked at."""
    adoption, contracts = told["adoption"], told["contracts"]
    on_the_path = adoption["on_the_path"]
    findings = sum(rule["findings"] for rule in told["rules"])
    accepted = sum(len(project["accepted"]) for project in told["projects"])
    sound = sum(not project["findings"] for project in told["projects"])
    said = [
        (
            "Adoption",
            f"{_share(on_the_path, adoption['projects'])} Kedro projects are on the path."
            + _named(adoption["elsewhere"]),
        ),
        ("Versions", ", ".join(f"{name}: {n:,}" for name, n in told["versions"].items())),
        (
            "Contracts",
            f"{_share(contracts['under_contract'], _needing(contracts))} datasets that need one "
            f"have it; {contracts['exempt']:,} are exempt.",
        ),
        (
            "Findings",
            f"{findings:,}; {_share(sound, on_the_path)} projects have none."
            + (f" Accepted: {accepted:,}." if accepted else ""),
        ),
    ]
    for template, release in told["releases"].items():
        newest = f"the newest release is {release}" if release else "out of reach"
        said.append(("Template", f"{template}: {newest}"))
    said += [("Not looked at", text) for text in _not_looked_at(told)]
    return [*said, ("Made", f"{told['made']}, of {told['directory']}")]


def version(examination: Examination) -> str:
    """The version of a project, and whether there is a newer one."""
    if examination.version is None:
        return _UNKNOWN
    behind = "template-version" in examination.findings
    return f"{examination.version} (behind {examination.newest})" if behind else examination.version


def coverage(found: Coverage | None) -> str:
    """How many of the datasets that need a contract have one."""
    if found is None:
        return _UNKNOWN
    needing = _needing(vars(found))
    return f"{found.under_contract:,} of {needing:,}" if needing else "-"


def _summary(fleet: Fleet) -> dict[str, Any]:
    projects = fleet.projects.values()
    known = [each.coverage for each in projects if each.coverage]
    return {
        "directory": fleet.directory,
        "made": datetime.now(UTC).isoformat(timespec="minutes"),
        "adoption": {
            "projects": len(projects) + len(fleet.elsewhere),
            "on_the_path": len(projects),
            "elsewhere": fleet.elsewhere,
        },
        "versions": _versions(Counter(each.version or _UNKNOWN for each in projects)),
        "releases": {
            without_credentials(name): release.version
            for name, release in sorted(fleet.releases.items())
        },
        "contracts": {
            key: sum(getattr(each, key) for each in known)
            for key in ("kept", "under_contract", "exempt")
        },
        "rules": [
            {
                **{key: getattr(rule, key) for key in ("id", "title", "why", "remedy")},
                "findings": sum(len(each.findings.get(rule.id, ())) for each in projects),
                "projects": sum(rule.id in each.findings for each in projects),
                "not_looked_at": sum(rule.id in each.not_looked_at for each in projects),
            }
            for rule in RULES
        ],
        "projects": [{"directory": name, **as_data(each)} for name, each in fleet.projects.items()],
    }


def _not_looked_at(told: dict[str, Any]) -> Iterator[str]:
    """The rules that could not tell, by the reason."""
    rules: dict[str, Counter[str]] = {}
    for project in told["projects"]:
        for each in project["not_looked_at"]:
            rules.setdefault(each["reason"], Counter())[each["rule"]] += 1
    for reason, counts in rules.items():
        projects = counted(max(counts.values()), "project")
        yield f"{', '.join(counts)} in {projects}: {reason}"


def _versions(counts: Counter[str]) -> dict[str, int]:
    def order(name: str) -> Version:
        return Version("0a0") if name == _UNKNOWN else Version(name)

    return {name: counts[name] for name in sorted(counts, key=order, reverse=True)}


def _needing(contracts: dict[str, int]) -> int:
    return contracts["kept"] - contracts["exempt"]


def _share(part: int, whole: int) -> str:
    """A share of projects; never 0% or 100% by rounding."""
    if not whole:
        return f"{part:,} of {whole:,}"
    percent = 100 * part // whole if 2 * part > whole else -(-100 * part // whole)
    return f"{part:,} of {whole:,} ({percent}%)"


def _named(elsewhere: list[str]) -> str:
    return f" The others: {', '.join(elsewhere)}." if elsewhere else ""


def _findings(examination: Examination) -> str:
    return ", ".join(f"{rule} {len(found)}" for rule, found in examination.findings.items()) or "-"

"""The report on the data of a run: JSON for machines, one HTML page for people."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from ..guards import printable
from ..json_safe import json_safe

Result = dict[str, Any]

OUTCOMES = ("passed", "warned", "quarantined", "failed")
_NAMED = 3
_LONGEST_RULE = 300
_PASSING = ("at", "seconds", "previous", "failures")


def build(
    run: Mapping[str, Any], results: Iterable[Result], previous: Mapping[str, Result]
) -> dict[str, Any]:
    """What `contracts.json` holds. Keys are added in later versions, never renamed or removed.

    `run` tells the run's facts: `run_id` (Kedro's), `mlflow_run_id`, `name` (in MLflow), `month`,
    `pipelines`, `environment` (null for the default one), `status` (`finished` or `failed`),
    `error` (the type of the error, or null), `started` and `reported` (ISO 8601).

    `contracts` has one entry for each validation, in their order. A dataset that several nodes load
    is validated, and listed, as often:

    - `dataset`, `file`, `schema`: what was checked, and the path of its pandera model;
    - `outcome`: `passed`, `warned` (on_failure is warn), `quarantined` or `failed`;
    - `rows`, `columns`, `rules`: how much was checked; `passed`: the rows that passed;
    - `quarantined`: the rows that were quarantined, into the file `quarantine`;
    - `failures`: the rules that failed, each with `kind` (`structure`, `row`, `frame`), `rule`,
      `column` (null for rules over several), `count`, `examples` and `description`;
    - `measures`: the figures of rules over the whole frame, null where there is no number;
    - `unchecked`: the rules whose columns are not there;
    - `at`, `seconds`: when (seconds since 1970), and how long it took;
    - `previous`: null, or the same dataset in the latest earlier run that has it: `mlflow_run_id`,
      `run_name`, `month`, `started`, `outcome`, `rows`, `failures` (`kind`, `rule`, `column` and
      `count`) and `measures`.

    Args:
        run: The facts of the run.
        results: What the contracts recorded, see `results.close_results`.
        previous: The entry `previous` of the datasets that have one.
    """
    contracts = [{**result, "previous": previous.get(str(result["dataset"]))} for result in results]
    report: dict[str, Any] = json_safe({"run": run, "contracts": contracts})
    return report


def to_json(report: Mapping[str, Any]) -> str:
    """The report as JSON that every parser accepts."""
    return json.dumps(report, indent=2, allow_nan=False)


def to_html(report: Mapping[str, Any]) -> str:
    """The report as one self-contained page."""
    results = collapse(report["contracts"])
    return _page().render(
        run=report["run"],
        level=_level(report["run"], results),
        verdict=verdict(report["run"], results),
        datasets=[_shown(result) for result in results],
        seconds=sum(result["seconds"] for result in results),
        share=_share,
    )


@cache
def _page() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": _count,
        "figure": _figure,
        "moment": _moment,
        "clip": lambda text: text if len(text) <= _LONGEST_RULE else f"{text[:_LONGEST_RULE]}…",
        "source": lambda path: f"src/{path.rpartition('.')[0].replace('.', '/')}.py",
    }
    return environment.get_template("report.html")


def _visible(value: Any) -> Any:
    # Not markup, which is a kind of text, too.
    return printable(value) if type(value) is str else value


def as_previous(report: Mapping[str, Any], run: Mapping[str, Any]) -> dict[str, Result]:
    """What later reports say of each dataset in this one, see `previous` in `build`.

    Args:
        report: An earlier run's report.
        run: What identifies that run: `mlflow_run_id`, `run_name`, `month` and `started`.
    """
    return {
        name: {
            **run,
            "outcome": result["outcome"],
            "rows": result["rows"],
            "failures": [
                {key: failure[key] for key in ("kind", "rule", "column", "count")}
                for failure in result["failures"]
            ],
            "measures": result["measures"],
        }
        for name, result in worst_by_dataset(report["contracts"]).items()
    }


def collapse(results: Iterable[Result]) -> list[Result]:
    """Results that say the same as one, with `times` and the sum of `seconds`; the worst first."""
    merged: dict[str, Result] = {}
    for result in results:
        said = {key: value for key, value in result.items() if key not in _PASSING}
        # Which of the failing rows are shown may differ from one time to the next.
        said["broken"] = [[*_identity(each), each["count"]] for each in result["failures"]]
        first = merged.setdefault(
            json.dumps(said, sort_keys=True, default=str), result | {"times": 0, "seconds": 0.0}
        )
        first["times"] += 1
        first["seconds"] += result["seconds"]
    return sorted(merged.values(), key=_severity, reverse=True)


def quarantined(result: Result) -> int:
    """How many rows the run went on without."""
    return int(result["quarantined"]) if result["outcome"] == "quarantined" else 0


def verdict(run: Mapping[str, Any], results: Iterable[Result]) -> list[str]:
    """What an operator has to know, in a few sentences, the worst first."""
    named = worst_by_dataset(results)
    names: dict[str, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for name, result in named.items():
        names.setdefault(result["outcome"], []).append(name)
    said = []
    if failed := names["failed"]:
        said.append(f"{_those(failed)} broke {_its(failed)} contract, so the run was stopped.")
    if aside := names["quarantined"]:
        rows = sum(quarantined(named[name]) for name in aside)
        were = "was" if rows == 1 else "were"
        said.append(f"{plural(rows, 'row')} of {_those(aside)} {were} quarantined.")
    if warned := names["warned"]:
        said.append(f"{_those(warned)} broke {_its(warned)} contract; the run only warns of that.")
    if not named:
        said.append("No data was checked in this run.")
    elif len(names["passed"]) == len(named):
        all_of = "The contract" if len(named) == 1 else f"All {len(named)} contracts"
        said.append(f"{all_of} passed.")
    elif passed := names["passed"]:
        others = "contract" if len(passed) == 1 else f"{len(passed)} contracts"
        said.append(f"The other {others} passed.")
    if run["status"] == "failed" and not failed:
        said.insert(0, f"The run failed, not by a contract: {run.get('error') or 'unknown error'}.")
    return said


def compare(result: Result) -> dict[str, Any] | None:
    """What changed since the previous run of a dataset; None if there is none to compare with."""
    previous = result["previous"]
    if previous is None:
        return None
    now = {_identity(failure): failure for failure in result["failures"]}
    before = {_identity(failure): failure for failure in previous["failures"]}
    new = [failure for key, failure in now.items() if key not in before]
    gone = [
        failure
        for key, failure in before.items()
        if key not in now and failure["rule"] not in result["unchecked"]
    ]
    rows = _difference(previous["rows"], result["rows"])
    said = [f"{rows} rows"] if rows else []
    said += [plural(len(new), "new failure")] if new else []
    said += [f"{plural(len(gone), 'failure')} gone"] if gone else []
    return {"new": new, "gone": gone, "rows": rows, "short": ", ".join(said) or "no change"}


def _shown(result: Result) -> Result:
    """A result with everything that the page shows."""
    change = compare(result)
    changed = change is not None and (change["rows"] or change["new"] or change["gone"])
    speaks = result["failures"] or result["measures"] or result["unchecked"] or changed
    return result | {"change": change, "quarantined": quarantined(result), "speaks": bool(speaks)}


def worst_by_dataset(results: Iterable[Result]) -> dict[str, Result]:
    """The result that counts for each dataset: the worst, of those the latest."""
    named: dict[str, Result] = {}
    for result in results:
        known = named.get(result["dataset"])
        if known is None or _severity(result) >= _severity(known):
            named[result["dataset"]] = result
    return named


def _severity(result: Result) -> int:
    outcome = result["outcome"]
    return OUTCOMES.index(outcome) if outcome in OUTCOMES else len(OUTCOMES)


def _level(run: Mapping[str, Any], results: list[Result]) -> str:
    if run["status"] == "failed":
        return "failed"
    return str(results[0]["outcome"]) if results else "none"


def _identity(failure: Mapping[str, Any]) -> tuple[Any, ...]:
    return failure["kind"], failure["rule"], failure["column"]


def finite(value: Any) -> float | None:
    """A figure as a finite number; None if it is not one."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _those(names: list[str]) -> str:
    if len(names) == 1:
        return f"'{names[0]}'"
    listed = ", ".join(f"'{name}'" for name in names[:_NAMED])
    return f"{len(names)} datasets ({listed}{', …' if len(names) > _NAMED else ''})"


def _its(names: list[str]) -> str:
    return "its" if len(names) == 1 else "their"


def plural(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _count(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _figure(value: Any) -> str:
    number = finite(value)
    if number is None:
        return "no number" if value is None else str(value)
    if number.is_integer() and abs(number) < 1e15:
        return f"{number:,.0f}"
    return f"{number:,.1f}" if 1000 <= abs(number) < 1e15 else f"{number:.4g}"


def _share(part: float, whole: float) -> str:
    """A share of rows in percent; never 0 % or 100 % by rounding."""
    if not whole:
        return ""
    share = part / whole
    if 0 < share < 0.0001:
        return "under 0.01%"
    return "over 99.99%" if 0.9999 < share < 1 else f"{share:.2%}"


def _difference(before: float, now: float) -> str:
    """The change in percent where that says something, otherwise in numbers; empty for none."""
    if before == now:
        return ""
    if not before or abs(now - before) / abs(before) < 0.0005:
        return f"{now - before:+,}"
    change = (now - before) / before
    return f"{change:+.1%}" if abs(change) < 10 else f"{change:+,.0%}"


def _moment(value: str | None) -> str:
    if not value:
        return ""
    moment = datetime.fromisoformat(value).astimezone(UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")

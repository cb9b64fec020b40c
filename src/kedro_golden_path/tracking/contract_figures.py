"""The results of contracts as metrics and one tag of an MLflow run."""

from collections.abc import Iterable

from ..contracts.report import OUTCOMES, Result, finite, plural, quarantined, worst_by_dataset
from . import names


def metrics(results: Iterable[Result]) -> dict[str, float]:
    """The metrics for MLflow; if a dataset was checked several times, the worst result counts.

    The names are those of `names.METRICS`.
    """
    results = list(results)
    named = worst_by_dataset(results)
    figures: dict[str, float] = {
        names.CONTRACT_DATASETS: len(named),
        names.CONTRACTS_FAILED: sum(result["outcome"] == "failed" for result in named.values()),
        names.QUARANTINED_ROWS: sum(quarantined(result) for result in named.values()),
        names.CONTRACT_SECONDS: round(sum(result["seconds"] for result in results), 3),
    }
    for name, result in named.items():
        own = {rule: finite(value) for rule, value in result["measures"].items()}
        own |= {
            "rows": result["rows"],
            "failures": len(result["failures"]),
            "quarantined": quarantined(result),
        }
        figures |= {
            names.CONTRACT_FIGURE.of(name, key): value
            for key, value in own.items()
            if value is not None
        }
    return figures


def tag(results: Iterable[Result]) -> str:
    """The outcome in a few words, worst first, such as `failed: planes` or `passed`."""
    named = worst_by_dataset(results)
    if not named:
        return "none checked"
    parts = []
    for outcome in reversed(OUTCOMES[1:]):
        labels = [
            f"{name} ({plural(quarantined(result), 'row')})" if quarantined(result) else name
            for name, result in named.items()
            if result["outcome"] == outcome
        ]
        if labels:
            parts.append(f"{outcome}: {', '.join(labels)}")
    return "; ".join(parts) or "passed"

"""What two engines say of the same data, in a form that can be compared."""

from typing import Any

from kedro_golden_path.contracts.checks import CheckResults


def verdict(found: CheckResults) -> dict[str, Any]:
    """Everything in a report but the engine's own names of types."""
    return {
        "rows": found.rows,
        "columns": found.columns,
        "rules": found.rules,
        "bad_rows": found.bad_rows,
        "unchecked": sorted(found.unchecked),
        "measures": {name: round(value, 9) for name, value in found.measures.items()},
        "failures": sorted(
            (
                failure.kind,
                failure.rule,
                failure.column or "",
                failure.count,
                () if failure.rule.startswith("dtype") else tuple(sorted(failure.examples)),
            )
            for failure in found.failures
        ),
    }


def without_examples(found: CheckResults) -> dict[str, Any]:
    """A verdict without values, which engines show in their own words."""
    said = verdict(found)
    return said | {"failures": [failure[:4] for failure in said["failures"]]}

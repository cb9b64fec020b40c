"""What each version of Airflow offers, and what a DAG file has where its version lacks it.

This is the only place that knows versions: the template and everything else ask for a feature.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

VERSIONS = ("3.0", "3.1", "3.2", "3.3")
NEWEST = VERSIONS[-1]


class Feature(NamedTuple):
    """A feature of Airflow that a DAG file can use."""

    since: str
    what: str
    instead: str


FEATURES = {
    "log_url": Feature(
        "3.1",
        "the address of a task's log, in templates",
        "the MLflow run has no link to the DAG run",
    ),
    # The schedulers of 3.0 and of the first releases of 3.1 start such a task again at once.
    "reschedule": Feature(
        "3.2",
        "a task that looks again later, without a sensor",
        "data that is not delivered is not waited for",
    ),
    "public_names": Feature(
        "3.2",
        "all timetables and exceptions in `airflow.sdk`",
        "they are imported from where they were before",
    ),
    "backoff_factor": Feature(
        "3.2",
        "a factor as `retry_exponential_backoff`",
        "the delay doubles with each retry",
    ),
    "deadlines": Feature(
        "3.3",
        "deadlines of runs",
        "nobody is notified of a run that misses its deadline",
    ),
    "partitions": Feature(
        "3.3",
        "Assets that are announced with a partition",
        "the month is in the `extra` of an Asset's event, and a DAG that waits for Assets is "
        "triggered by the DAG that publishes them all",
    ),
}


def offered(version: str) -> dict[str, bool]:
    """Whether a version has each feature, by its name."""
    number = VERSIONS.index(version)
    return {name: VERSIONS.index(each.since) <= number for name, each in FEATURES.items()}


def replacements(version: str, used: Collection[str]) -> Iterator[str]:
    """What is done instead of each used feature that a version lacks."""
    for name, has in offered(version).items():
        if name in used and not has:
            yield FEATURES[name].instead

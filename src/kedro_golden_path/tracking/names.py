"""Every name that is written to MLflow, in one table; nothing here imports MLflow.

A name in angle brackets is filled in: `INPUT.of("flights_raw")` is `input.flights_raw`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container
from itertools import count

_BLANK = re.compile(r"<[^>]+>")
_NOT_ALLOWED = re.compile(r"[^/\w.\- ]")
_LONGEST_NAME = 200
_LONGEST_PART = 100


class Name(str):
    """A name, or its pattern, with what stands under it."""

    meaning: str

    def __new__(cls, text: str, meaning: str) -> Name:
        """Keep both."""
        name = super().__new__(cls, text)
        name.meaning = meaning
        return name

    @property
    def prefix(self) -> str:
        """What stands before the first part that is filled in."""
        return _BLANK.split(self, maxsplit=1)[0]

    def of(self, *parts: object) -> str:
        """The name with its parts filled in, in their order, as MLflow takes it."""
        left = iter(parts)
        return _BLANK.sub(lambda _: _part(str(next(left))), self)

    def exactly(self, *parts: str) -> str:
        """The name with parts filled in that MLflow takes as they are, however long."""
        left = iter(parts)
        return _BLANK.sub(lambda _: next(left), self)


def valid(name: str, taken: Container[str] = ()) -> str:
    """The name of a metric or a parameter as MLflow takes it.

    Args:
        name: The name.
        taken: Names that it must not be.
    """
    made = _NOT_ALLOWED.sub("_", str(name))[:_LONGEST_NAME]
    # To MLflow, names are paths, and one path has one name.
    if posixpath.normpath(made) != made or made.startswith(("/", "..")) or made == ".":
        made = re.sub(r"^\.{2,}", "__", _part(made))
    others = (f"{made}_{number}" for number in count(2))
    return made if made not in taken else next(each for each in others if each not in taken)


def _part(text: str) -> str:
    made = _NOT_ALLOWED.sub("_", text).replace("/", "_")[:_LONGEST_PART]
    return made if made.strip(".") else "_" * max(1, len(made))


# What a tag may hold at most, in characters.
LONGEST_TAG = 5000

# Tags of a run
RUN_ID = Name("run_id", "Kedro's id of the run")
MONTH = Name("month", "the month that the run works on; empty if there is none")
OWNER = Name("owner", "the team that owns the project, from globals.yml")
GIT_COMMIT = Name("git_commit", "the commit of the project, or none")
GIT_DIRTY = Name("git_dirty", "whether there were changes that are not committed: true or false")
LOCK_DIGEST = Name("lock_digest", "the SHA-256 of requirements.lock, or none")
PYTHON_VERSION = Name("python_version", "the version of Python")
PLUGIN_VERSION = Name("golden_path_version", "the version of kedro-golden-path")
INPUT = Name("input.<dataset>", "the SHA-256 of a file that the run read but did not write")
CONTRACTS = Name("contracts", "the outcome of all contracts, worst first")
ERROR = Name("error", "why the run failed")
MODEL = Name("model.<name>.<role>", "the version that had the alias when the run began, or none")
READ = Name(
    "read.<name>.<alias>/<task>",
    "the version that a task has read by the alias, or none; `run` where there are no tasks",
)
ALIAS = Name("alias.<name>.<alias>", "the version that the run wants to give the alias to")
MOVE = Name(
    "move.<name>.<alias>",
    "what became of that: begun, done, superseded by VERSION, or not of this run: VERSION",
)
GATE = Name("gate.<key>", "the gate's decision; also on the model version that it is about")
SUPERSEDED_BY = Name(
    GATE.of("superseded_by"),
    "the version that had the alias when the run was published, if another was compared with",
)
DAG_ID = Name("airflow.dag_id", "the DAG")
DAG_RUN_ID = Name("airflow.run_id", "the DAG run")
DAG_URL = Name("airflow.url", "the page of the DAG run")
DAG_TRY = Name("airflow.try.<task>", "the number of the task's latest try")
PROCESS = Name("process.<task>", "the process that works on the task")

# Tags of a model version; it also gets `month`, `owner`, `git_commit` and `run_id` of its run
PUBLISHED = Name("published", "true once a run was published that gave the version an alias")
COMPARED_WITH = Name(
    GATE.of("compared_with"), "the version that the run has compared it with, or none"
)
PREVIOUS = Name("previous_<alias>", "the version that had the alias before")

# Tags of a registered model
TURN = Name("moving.<alias>.<mlflow_run_id>", "a run that is moving the alias; gone when it has")

# Metrics of a run, beside those of datasets with `metadata: {mlflow: metrics}`
CONTRACT_DATASETS = Name("contracts/datasets", "how many datasets were checked")
CONTRACTS_FAILED = Name("contracts/failed", "how many of them broke their contract")
QUARANTINED_ROWS = Name("contracts/quarantined_rows", "how many rows were quarantined")
CONTRACT_SECONDS = Name("contracts/seconds", "how long all checks took")
CONTRACT_FIGURE = Name(
    "contracts/<dataset>/<figure>",
    "`rows`, `failures` (failed rules), `quarantined`, and what each rule over the frame measured",
)

# Artifacts of a run, beside those of datasets with `metadata: {mlflow: artifact}`
REPORT_JSON = Name("contracts.json", "the report on the data, for programs")
REPORT_PAGE = Name("contracts.html", "the same as a page")
TASK_REPORT = Name("contracts/<task>.json", "what one task of a DAG run has to report")
FILES = Name("reports/<file>", "the file of a dataset with `metadata: {mlflow: artifact}`")

RUN_TAGS = (
    *(RUN_ID, MONTH, OWNER, GIT_COMMIT, GIT_DIRTY, LOCK_DIGEST, PYTHON_VERSION, PLUGIN_VERSION),
    *(INPUT, CONTRACTS, ERROR, MODEL, READ, ALIAS, MOVE, GATE, SUPERSEDED_BY),
    *(DAG_ID, DAG_RUN_ID, DAG_URL, DAG_TRY, PROCESS),
)
# What a model version takes over from the run that made it.
INHERITED_TAGS = (MONTH, OWNER, GIT_COMMIT, RUN_ID)
VERSION_TAGS = (*INHERITED_TAGS, PUBLISHED, PREVIOUS, GATE, COMPARED_WITH, SUPERSEDED_BY)
MODEL_TAGS = (TURN,)
METRICS = (CONTRACT_DATASETS, CONTRACTS_FAILED, QUARANTINED_ROWS, CONTRACT_SECONDS, CONTRACT_FIGURE)
ARTIFACTS = (REPORT_JSON, REPORT_PAGE, TASK_REPORT, FILES)

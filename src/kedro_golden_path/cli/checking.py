"""Check one stored dataset against its contract."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kedro.io import DatasetError

from ..spark.session import is_of_spark
from .stored import Stored

if TYPE_CHECKING:
    from ..contracts.checks import Failure
    from ..contracts.validator import Contract


@dataclass
class Result:
    """The result of one check."""

    dataset: str
    outcome: str
    record: dict[str, Any]
    failures: Sequence[Failure] = ()
    note: str = ""


def check(stored: Stored, name: str) -> Result:
    """Check the stored data of a dataset against its contract, without writing anything."""
    contract = stored.demand(name)
    started = time.time()
    failures: Sequence[Failure] = ()
    try:
        validation = contract.dry_run(stored.load(name))
    except Exception as problem:
        # Spark reads only when it computes something.
        if not isinstance(problem, DatasetError) and not is_of_spark(problem):
            raise
        record = contract.report(contract.unread())
        record["error"] = note = _reason(problem, contract)
    else:
        record, failures = contract.report(validation), validation.found.failures
        note = _note(validation.outcome, validation.quarantined)
    record |= {"at": started, "seconds": round(time.time() - started, 3)}
    return Result(name, record["outcome"], record, failures, note)


def _reason(problem: BaseException, contract: Contract) -> str:
    cause: BaseException = problem
    while isinstance(cause, DatasetError) and cause.__cause__ is not None:
        cause = cause.__cause__
    # A parser's message may contain a value.
    text = "" if contract.compiled.sensitive else str(cause).strip().partition("\n")[0]
    return f"cannot be read: {text or type(cause).__name__}"


def _note(outcome: str, quarantined: int) -> str:
    if outcome == "quarantined":
        return f"a run would quarantine {quarantined:,} rows and go on"
    return "a run would warn and go on" if outcome == "warned" else ""

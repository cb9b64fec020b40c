"""What a command tells the program that has started it, beside its exit code.

The environment variable `GOLDEN_PATH_OUTCOME` names a file, in which a command then leaves a JSON
object: `reason`, why it failed; `month`; `mlflow_run`, the address of the run's page in MLflow; and
`warnings`, what somebody should look at although the run has succeeded. What is not known is
missing. In a pod it can be the file of the container's termination message.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from .guards import message

OUTCOME = "GOLDEN_PATH_OUTCOME"

# A termination message of Kubernetes has at most 4096 bytes, and a letter up to 4.
_LONGEST_REASON = 300
_LONGEST_WARNING = 200
_MOST_WARNINGS = 3


def tell(
    *, reason: str = "", month: str = "", mlflow_run: str = "", warnings: Sequence[str] = ()
) -> None:
    """Add what is known to the outcome, if somebody wants to know it.

    Args:
        reason: Why the command failed; its first paragraph is told, without examples of the data.
        month: The month of the run.
        mlflow_run: The page of the MLflow run.
        warnings: What somebody should look at.
    """
    if not (file := os.environ.get(OUTCOME)):
        return
    path = Path(file)
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    told = {
        "reason": _headline(reason, _LONGEST_REASON),
        "month": month,
        "mlflow_run": mlflow_run,
        "warnings": [_headline(each, _LONGEST_WARNING) for each in warnings][:_MOST_WARNINGS],
    }
    told = {key: value for key, value in told.items() if value}
    try:
        outcome = json.loads(known or "{}")
    except ValueError:
        outcome = None
    if isinstance(outcome, dict):  # Otherwise, the file is not an outcome, and stays as it is.
        path.write_text(json.dumps(outcome | told, ensure_ascii=False), encoding="utf-8")


def _headline(text: str, longest: int) -> str:
    """The first paragraph of a text, as one line."""
    paragraph = re.split(r"\n\s*\n", text.strip())[0]
    line = re.sub(r":$", ".", message(" ".join(paragraph.split())))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"

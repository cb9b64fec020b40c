"""The validation results of one run, collected from all processes that work for it."""

import json
import os
import shutil
import tempfile
import uuid
from pathlib import Path
from typing import Any

_VARIABLE = "GOLDEN_PATH_RESULTS"


def open_results() -> None:
    """Start collecting; worker processes inherit the directory through the environment."""
    os.environ[_VARIABLE] = tempfile.mkdtemp(prefix="golden-path-results-")


def record(result: dict[str, Any]) -> None:
    """Store the result of one validation; outside of a run, as in a notebook, do nothing."""
    if directory := os.environ.get(_VARIABLE):
        text = json.dumps(result, default=str)
        (Path(directory) / f"{uuid.uuid4().hex}.json").write_text(text, encoding="utf-8")


def close_results() -> list[dict[str, Any]]:
    """Stop collecting.

    Returns:
        The results in the order in which the datasets were validated.
    """
    directory = os.environ.pop(_VARIABLE, None)
    if directory is None:
        return []
    files = Path(directory).glob("*.json")
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    shutil.rmtree(directory, ignore_errors=True)
    return sorted(results, key=lambda result: float(result["at"]))

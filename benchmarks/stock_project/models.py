"""A model as a file: what stands in for the registry where every task has an MLflow run of its own.

It becomes a module of the plain project, see `stock.py`.
"""

import pickle
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset


class PickledModel(AbstractDataset[dict[str, Any], dict[str, Any]]):
    """A mapping with a model; an empty one as long as there is no file."""

    def __init__(self, *, filepath: str, month: str) -> None:
        self._file = Path(filepath)
        self._about = {"version": 1, "month": month}

    def load(self) -> dict[str, Any]:
        if not self._file.is_file():
            return {}
        model: dict[str, Any] = pickle.loads(self._file.read_bytes())
        return model

    def save(self, data: dict[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_bytes(pickle.dumps(self._about | data))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file)}

"""Whether a dataset is stored and under contract, according to its catalog entry."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ..datasets.entries import is_in_memory


class Standing(Enum):
    """Whether a dataset has a contract. The value describes the dataset in a message."""

    NOT_KEPT = ""
    UNDER_CONTRACT = "under contract"
    EXEMPT = "exempt"
    WITHOUT_CONTRACT = "has no contract"
    WITHOUT_REASON = "is exempt from contracts without a reason"
    SWITCHED_OFF = "has a contract that is switched off"

    @property
    def is_wrong(self) -> bool:
        """Whether it has to be fixed."""
        return self in (self.WITHOUT_CONTRACT, self.WITHOUT_REASON, self.SWITCHED_OFF)


def standing(entry: Mapping[str, Any]) -> Standing:
    """Whether a dataset has a contract, or a reason for having none.

    Args:
        entry: Its entry in the catalog; empty if there is none.
    """
    if is_in_memory(entry):
        return Standing.NOT_KEPT
    if entry.get("contract"):
        return Standing.UNDER_CONTRACT
    if "validator" in entry:
        return Standing.UNDER_CONTRACT if _stops(entry["validator"]) else Standing.SWITCHED_OFF
    metadata = entry.get("metadata")
    if not isinstance(metadata, Mapping) or "no_contract" not in metadata:
        return Standing.WITHOUT_CONTRACT
    reason = metadata["no_contract"]
    given = isinstance(reason, str) and reason.strip()
    return Standing.EXEMPT if given else Standing.WITHOUT_REASON


def _stops(validator: Any) -> bool:
    """Whether Kedro fails if data breaks the contract."""
    if not isinstance(validator, Mapping):
        return True
    return validator.get("enabled", True) is True and validator.get("severity", "error") == "error"

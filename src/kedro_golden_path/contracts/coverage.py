"""Whether a dataset is kept, and under contract, by its catalog entry."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ..datasets.entries import is_in_memory


class Standing(Enum):
    """How a dataset stands to contracts. The value says it of one that is not as it should be."""

    NOT_KEPT = ""
    UNDER_CONTRACT = "under contract"
    EXEMPT = "exempt"
    WITHOUT_CONTRACT = "has no contract"
    WITHOUT_REASON = "is exempt from contracts without a reason"
    SWITCHED_OFF = "has a contract that is switched off"

    @property
    def is_wrong(self) -> bool:
        """Whether somebody has to do something about it."""
        return self in (self.WITHOUT_CONTRACT, self.WITHOUT_REASON, self.SWITCHED_OFF)


def standing(entry: Mapping[str, Any]) -> Standing:
    """How a dataset stands to contracts.

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
    """Whether data that breaks the contract is an error to Kedro."""
    if not isinstance(validator, Mapping):
        return True
    return validator.get("enabled", True) is True and validator.get("severity", "error") == "error"

from typing import Any

import pytest
from kedro_datasets.text import TextDataset

from kedro_golden_path.datasets.saving import Saving, saving_of
from kedro_golden_path.errors import GoldenPathError


class Loads(TextDataset):  # type: ignore[misc]  # kedro-datasets has no types
    def load(self) -> Any:
        return super().load()


class Saves(TextDataset):  # type: ignore[misc]
    def save(self, data: Any) -> None:
        super().save(data)


class Says(Saves):
    saving = "replaces"


class SaysNonsense(Saves):
    saving = "sometimes"


@pytest.mark.parametrize(
    ("entry", "saving"),
    [
        ({"type": "text.TextDataset"}, Saving.REPLACES),
        ({"type": Loads}, Saving.REPLACES),
        ({"type": Saves}, Saving.CHANGES),
        ({"type": Says}, Saving.REPLACES),
        ({"type": "text.TextDataset", "versioned": True}, Saving.ADDS_VERSION),
        ({"type": "kedro_golden_path.spark.ParquetDataset"}, Saving.REPLACES),
        ({"type": "kedro_golden_path.GateDecisionDataset", "name": "m"}, Saving.REPLACES),
        ({"type": "pandas.DeltaTableDataset"}, Saving.CHANGES),
        ({"type": "pandas.CSVDataset", "save_args": {"mode": "x"}}, Saving.CHANGES),
        ({"type": "pandas.GenericDataset", "file_format": "delta"}, Saving.CHANGES),
        ({"type": "pandas.ParquetDataset", "save_args": {"partition_cols": ["a"]}}, Saving.CHANGES),
        ({"type": "pandas.CSVDataset", "load_args": {"mode": "a"}}, Saving.REPLACES),
    ],
)
def test_what_a_save_does_with_what_is_there_is_known(
    entry: dict[str, Any], saving: Saving
) -> None:
    assert saving_of(entry | {"filepath": "/data/x"}) == saving
    assert saving_of(entry) is None


def test_a_type_that_says_nonsense_is_named() -> None:
    with pytest.raises(GoldenPathError, match=r"SaysNonsense says saving = 'sometimes', which is"):
        saving_of({"type": SaysNonsense, "filepath": "/data/x"})

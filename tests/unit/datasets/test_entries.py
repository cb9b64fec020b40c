import sys
from pathlib import Path
from typing import Any

import pytest

from kedro_golden_path.datasets.entries import engine_of, is_in_memory, moved, place_of, type_of

TEXT = {"type": "text.TextDataset", "filepath": "data/x.txt"}
CACHED = {"type": "CachedDataset", "dataset": TEXT}
PARTS = {"type": "partitions.PartitionedDataset", "path": "data/x", "dataset": TEXT["type"]}


@pytest.mark.parametrize(
    ("entry", "engine"),
    [
        ({"type": "pandas.ParquetDataset"}, "pandas"),
        ({"type": "kedro_golden_path.spark.ParquetDataset"}, "spark"),
        ({"type": "kedro_golden_path.spark.CollectedDataset"}, "spark"),
        ({"type": "spark.SparkDataset"}, "spark"),
        ({"type": "kedro_datasets.spark.SparkDataset"}, "spark"),
        ({"type": "teams_own.Quotes"}, "spark"),
        ({"type": "teams_own.spark_prices.Prices"}, "pandas"),
        ({"type": "CachedDataset", "dataset": {"type": "spark.SparkDataset"}}, "spark"),
        ({"type": "CachedDataset", "dataset": {"type": "pandas.CSVDataset"}}, "pandas"),
        (PARTS, "pandas"),
        (PARTS | {"dataset": "kedro_golden_path.spark.ParquetDataset"}, "spark"),
        ({"type": "pandas.GBQTableDataset", "dataset": "sales"}, "pandas"),
        ({"type": "not.there.spark.Dataset"}, "spark"),
        ({}, "pandas"),
    ],
)
def test_the_engine_is_told_by_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any], engine: str
) -> None:
    (tmp_path / "teams_own").mkdir()
    (tmp_path / "teams_own/__init__.py").write_text(
        "from kedro_golden_path.spark import ParquetDataset\nclass Quotes(ParquetDataset): ...\n"
    )
    (tmp_path / "teams_own/spark_prices.py").write_text(
        "from kedro_datasets.pandas import CSVDataset\nclass Prices(CSVDataset): ...\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert engine_of(entry) == engine
    for module in [name for name in sys.modules if name.startswith("teams_own")]:
        monkeypatch.delitem(sys.modules, module)


def test_a_type_that_cannot_be_imported_is_left_to_kedro() -> None:
    assert type_of({"type": "not.there.Dataset"}) is None


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (TEXT, "data/x.txt"),
        (CACHED, "data/x.txt"),
        ({"type": "CachedDataset", "dataset": CACHED}, "data/x.txt"),
        (PARTS, "data/x"),
        ({"type": "pandas.SQLTableDataset", "table_name": "x"}, ""),
        ({"type": "pandas.GBQTableDataset", "dataset": "sales"}, ""),
    ],
)
def test_the_place_of_a_dataset_is_found_and_changed(entry: dict[str, Any], place: str) -> None:
    assert place_of(entry) == place
    if place:
        other = moved(entry, "elsewhere")
        assert place_of(other) == "elsewhere" and moved(other, place) == entry


@pytest.mark.parametrize(
    ("entry", "lost"),
    [
        ({}, True),
        ({"type": "MemoryDataset"}, True),
        ({"type": "kedro.io.MemoryDataset"}, True),
        (TEXT, False),
    ],
)
def test_what_is_in_memory_is_lost_with_the_process(entry: dict[str, Any], lost: bool) -> None:
    assert is_in_memory(entry) is lost

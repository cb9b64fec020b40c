from pathlib import Path
from typing import Any

import pytest
from kedro.io import AbstractDataset, CachedDataset, DataCatalog, MemoryDataset

from kedro_golden_path import MonthsDataset
from kedro_golden_path.datasets.files import files_of, location

MONTHS: dict[str, Any] = {
    "type": "kedro_golden_path.MonthsDataset",
    "path": "/data/trips",
    "file": "trips.parquet",
    "months": ["2019-12", "2020-01"],
    "dataset": {"type": "pandas.ParquetDataset"},
}
TEXT = {"type": "text.TextDataset", "filepath": "/data/x.txt"}
IN_S3 = TEXT | {"filepath": "s3://bucket/x.txt"}
PARTS = {"type": "partitions.PartitionedDataset", "dataset": "text.TextDataset"}


@pytest.mark.parametrize(
    ("entry", "files", "place"),
    [
        (TEXT, {"": "/data/x.txt"}, "/data/x.txt"),
        (TEXT | {"versioned": True}, {"": "/data/x.txt"}, "/data/x.txt"),
        (IN_S3, {"": "s3://bucket/x.txt"}, "s3://bucket/x.txt"),
        (PARTS | {"path": "/data/x"}, {"": "/data/x"}, "/data/x"),
        (PARTS | {"path": "s3://bucket/x"}, {"": "s3://bucket/x"}, "s3://bucket/x"),
        ({"type": "CachedDataset", "dataset": IN_S3}, {"": "s3://bucket/x.txt"}, IN_S3["filepath"]),
        (
            MONTHS,
            {
                "2019-12": "/data/trips/month=2019-12/trips.parquet",
                "2020-01": "/data/trips/month=2020-01/trips.parquet",
            },
            "/data/trips",
        ),
        (
            MONTHS | {"path": "s3://bucket/trips", "months": ["2020-01"]},
            {"2020-01": "s3://bucket/trips/month=2020-01/trips.parquet"},
            "s3://bucket/trips/month=2020-01/trips.parquet",
        ),
        (
            {"type": "kedro_golden_path.spark.ParquetDataset", "filepath": "/data/x.parquet"},
            {"": "/data/x.parquet"},
            "/data/x.parquet",
        ),
        ({"type": "MemoryDataset"}, {}, ""),
    ],
)
def test_the_files_of_a_dataset_are_known(
    entry: dict[str, Any], files: dict[str, str], place: str
) -> None:
    dataset = DataCatalog.from_config({"x": entry}, save_version="2020").get("x")
    assert files_of(dataset) == files
    assert location(dataset) == place


def test_what_is_no_dataset_has_no_files() -> None:
    assert files_of(None) == {} and location(None) == ""


def test_a_dataset_says_itself_which_files_it_has() -> None:
    class Two(AbstractDataset[Any, Any]):
        def files(self) -> dict[str, str]:
            return {"left": "/data/left", "right": "/data/right"}

        def load(self) -> None: ...

        def save(self, data: Any) -> None: ...

        def _describe(self) -> dict[str, Any]:
            return {}

    assert files_of(Two()) == {"left": "/data/left", "right": "/data/right"}
    assert files_of(CachedDataset(Two())) == files_of(Two())
    assert location(Two()) == "/data"


def test_the_months_are_files(tmp_path: Path) -> None:
    arguments = {key: value for key, value in MONTHS.items() if key != "type"}
    assert list(files_of(MonthsDataset(**arguments))) == MONTHS["months"]
    assert files_of(MemoryDataset(tmp_path)) == {}

from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DatasetError

from kedro_golden_path.datasets.months import MonthsDataset


def months(root: Path, *wanted: str) -> MonthsDataset:
    for number, month in enumerate(["2020-01", "2020-02", "2020-03"]):
        file = root / f"month={month}/trips.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"trip": [number]}).to_parquet(file, index=False)
    dataset = {"type": "pandas.ParquetDataset"}
    return MonthsDataset(path=str(root), file="trips.parquet", months=list(wanted), dataset=dataset)


def test_the_wanted_months_are_loaded_in_their_order(tmp_path: Path) -> None:
    frame = months(tmp_path, "2020-03", "2020-01").load()
    assert frame["trip"].tolist() == [2, 0]
    assert frame.index.tolist() == [0, 1]


def test_a_missing_month_is_an_error_that_names_its_file(tmp_path: Path) -> None:
    dataset = months(tmp_path, "2020-03", "2020-04")
    assert not dataset.exists()
    with pytest.raises(DatasetError, match=r"1 of the 2 months.*\n.*month=2020-04/trips.parquet"):
        dataset.load()


def test_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="only read"):
        months(tmp_path, "2020-01").save(pd.DataFrame())

"""Quarantined rows are published with the run that put them aside."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import pandera.pandas as pa
import pytest
from kedro.framework.hooks import _create_hook_manager
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.contracts.quarantine import Quarantine
from kedro_golden_path.session.publication import hand_over


class Trips(pa.DataFrameModel):
    """The contract that these tests break."""

    fare: int = pa.Field(ge=0)


class Shop:
    """A project in which a node makes trips, or reads raw ones."""

    def __init__(self, directory: Path, root: str, on: Any) -> None:
        self.conf, self.root = directory / "conf", root
        options = {"schema": f"{__name__}.Trips", "on_failure": "quarantine"}
        validator = {
            "class": "kedro_golden_path.Contract",
            "on": on,
            "options": options | {"max_quarantined": 0.9},
        }
        trips = {"type": "pandas.ParquetDataset", "filepath": f"{root}/trips.parquet"}
        files: Mapping[str, Any] = {
            "globals": {"data_root": root},
            "parameters": {},
            "catalog": {
                "trips": trips | {"validator": validator},
                "raw": trips | {"validator": validator, "filepath": f"{root}/raw.parquet"},
            },
        }
        for environment in ("base", "local"):
            (self.conf / environment).mkdir(parents=True)
        for name, content in files.items():
            (self.conf / f"base/{name}.yml").write_text(json.dumps(content))

    def make(self, *fares: int, fails: bool = False, run_id: str = "one") -> None:
        made = Node(lambda: pd.DataFrame({"fare": fares}), None, "trips", name="make")
        self._run([made, *_read("trips", fails)], run_id)

    def read(self, *fares: int, run_id: str = "one") -> None:
        with fsspec.open(f"{self.root}/raw.parquet", "wb", auto_mkdir=True) as stream:
            pd.DataFrame({"fare": fares}).to_parquet(stream)
        self._run(_read("raw", False), run_id)

    def aside(self, name: str = "trips") -> list[int]:
        rows = Quarantine(f"{self.root}/quarantine/{name}").rows()
        return [] if rows.empty else sorted(rows["fare"].tolist())

    def _run(self, nodes: list[Node], run_id: str) -> None:
        loader = ConfigLoader(self.conf)
        pipeline = Pipeline(nodes)
        loader.redirect_to_staging(run_id, pipeline)
        catalog = DataCatalog.from_config(loader["catalog"])
        SequentialRunner().run(pipeline, catalog, _create_hook_manager())
        hand_over(loader)


def _read(name: str, fails: bool) -> list[Node]:
    def count(frame: pd.DataFrame) -> int:
        if fails:
            raise RuntimeError("It fails.")
        return len(frame)

    return [Node(count, name, f"count_{n}", name=f"count_{n}") for n in (1, 2)]


def test_a_run_that_fails_leaves_the_quarantine_of_the_published_data(
    tmp_path: Path, root: str
) -> None:
    shop = Shop(tmp_path, root, "save")
    shop.make(1, -1, -2)
    assert shop.aside() == [-2, -1]
    with pytest.raises(RuntimeError, match="It fails"):
        shop.make(1, 2, -3, fails=True, run_id="two")
    assert shop.aside() == [-2, -1]
    # The same run, tried again.
    shop.make(1, 2, -4, run_id="two")
    assert shop.aside() == [-4]


@pytest.mark.parametrize("on", ["save", ["save", "load"]])
def test_the_quarantine_is_emptied_by_a_run_without_bad_rows(
    tmp_path: Path, root: str, on: Any
) -> None:
    shop = Shop(tmp_path, root, on)
    shop.make(1, -1)
    with pytest.raises(RuntimeError, match="It fails"):
        shop.make(1, 2, fails=True, run_id="two")
    assert shop.aside() == [-1]
    shop.make(1, 2, run_id="three")
    assert shop.aside() == []


def test_rows_put_aside_on_save_are_kept_when_the_same_run_loads_the_others(
    tmp_path: Path, root: str
) -> None:
    shop = Shop(tmp_path, root, ["save", "load"])
    shop.make(1, -1, -1)
    assert shop.aside() == [-1, -1]


def test_rows_of_data_that_is_loaded_twice_are_put_aside_once(tmp_path: Path, root: str) -> None:
    shop = Shop(tmp_path, root, ["save", "load"])
    shop.read(1, -1, -1)
    assert shop.aside("raw") == [-1, -1]
    shop.read(1, -2, run_id="two")
    assert shop.aside("raw") == [-2]

"""Pandas and Spark make the same data of the same data, and each goes on from the other's files.

`SPARK_MONTHS=2013-01,2013-02` makes it look at other months.
"""

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from cookiecutter.main import cookiecutter
from flight_delays.pipelines.training.nodes import fit_model, join_outcomes
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner
from pyspark.sql import SparkSession

from kedro_golden_path import ConfigLoader
from kedro_golden_path.session.publication import hand_over
from support import ROOT, TEMPLATE

# In March an hour of local time does not exist, in November one comes twice.
MONTHS = os.environ.get("SPARK_MONTHS", "2013-03,2013-07,2013-11").split(",")
FLIGHT = ["scheduled_hour", "carrier", "flight"]
KEYS = {
    "02_intermediate/schedule": FLIGHT,
    "02_intermediate/outcomes": FLIGHT,
    "02_intermediate/weather": ["origin", "observed_hour"],
    "02_intermediate/planes": ["tailnum"],
    "02_intermediate/airports": ["airport"],
    "02_intermediate/airlines": ["carrier"],
    "04_feature/features": FLIGHT,
    "07_model_output/predictions": FLIGHT,
}


class Engine:
    """The project on one engine, with data of its own."""

    def __init__(self, env: str, root: Path, conf: Path) -> None:
        self.env = env
        self.conf = conf
        self.data = root / "data"
        self.data.mkdir(parents=True)
        (self.data / "01_raw").symlink_to(TEMPLATE / "data/01_raw")

    def run(self, names: str, month: str, champion: Any = None, data: Path | None = None) -> None:
        """Run pipelines, on the engine's own data or on those of the other one."""
        root = data or self.data
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TEST_ROOT", str(root.parent))
            environment.setenv("DATA_ROOT", str(root))
            loader = ConfigLoader(
                self.conf,
                self.env,
                {"month": month, "run_id": "this-run"},
                merge_strategy={"catalog": "soft"},
            )
            for name in names.split(","):
                pipeline = import_module(f"flight_delays.pipelines.{name}").create_pipeline()
                loader.redirect_to_staging("this-run", pipeline)
                catalog = DataCatalog.from_config(loader["catalog"], validation_enabled=False)
                for parameter, value in loader["parameters"].items():
                    catalog[f"params:{parameter}"] = MemoryDataset(value)
                catalog["champion"] = MemoryDataset(champion, copy_mode="assign")
                SequentialRunner().run(pipeline, catalog)
                hand_over(loader)

    def file(self, dataset: str, month: str) -> Path:
        name = dataset.rpartition("/")[2]
        return self.data / dataset / f"month={month}" / f"{name}.parquet"

    def frame(self, dataset: str, month: str) -> pd.DataFrame:
        frame = pd.read_parquet(self.file(dataset, month))
        return frame.sort_values(KEYS[dataset]).reset_index(drop=True)


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The configuration of a project with the example."""
    output = str(tmp_path_factory.mktemp("project"))
    return Path(cookiecutter(str(ROOT), no_input=True, output_dir=output)) / "conf"


@pytest.fixture(scope="module")
def engines(
    spark: SparkSession, conf: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Engine]]:
    yield {
        "pandas": Engine("test", tmp_path_factory.mktemp("pandas"), conf),
        "spark": Engine("spark", tmp_path_factory.mktemp("spark"), conf),
    }


@pytest.fixture(scope="module")
def champion(engines: dict[str, Engine], conf: Path) -> dict[str, Any]:
    """A model that was fitted to the first of the months."""
    pandas = engines["pandas"]
    pandas.run("ingestion,features", MONTHS[0])
    data = {
        name: pandas.frame(name, MONTHS[0])
        for name in ("04_feature/features", "02_intermediate/outcomes")
    }
    parameters = ConfigLoader(conf, "base")["parameters"]
    model: dict[str, Any] = fit_model(join_outcomes(*data.values()), parameters["model"])
    return model | {"version": 7}


def assert_same(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Same rows, columns and types; numbers to nine digits."""
    pd.testing.assert_frame_equal(a, b, rtol=1e-9, atol=0)


@pytest.mark.parametrize("month", MONTHS)
def test_both_engines_make_the_same_data(
    engines: dict[str, Engine], champion: dict[str, Any], month: str
) -> None:
    for engine in engines.values():
        engine.run("ingestion,features,scoring", month, champion)
    assert engines["spark"].file("04_feature/features", month).is_dir()
    for dataset in KEYS:
        on_pandas, on_spark = (engine.frame(dataset, month) for engine in engines.values())
        assert len(on_pandas) > 0
        assert_same(on_pandas, on_spark)


def test_each_engine_goes_on_from_the_files_of_the_other(
    engines: dict[str, Engine], champion: dict[str, Any]
) -> None:
    month, features = MONTHS[0], "04_feature/features"
    pandas, spark = engines.values()
    for engine in engines.values():
        engine.run("ingestion,features", month)
    wanted = pandas.frame(features, month)

    spark.run("features,scoring", month, champion, data=pandas.data)
    pandas.run("features,scoring", month, champion, data=spark.data)

    assert pandas.file(features, month).is_dir() and spark.file(features, month).is_file()
    for engine in engines.values():
        assert_same(engine.frame(features, month), wanted)
        assert len(engine.frame("07_model_output/predictions", month)) == len(wanted)

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mlflow
import pytest
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog

from {{ cookiecutter.package_name }}.golden_path.config import ConfigLoader, entries_of

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def configured() -> None:
    """Have Kedro know the project, as its commands do; once, for it takes a while each time."""
    bootstrap_project(PROJECT)


@pytest.fixture(scope="session")
def _one_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for the one store: to make a new one takes seconds."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def mlflow_store(_one_store: Path) -> Iterator[Path]:
    """The directory of the MLflow store that is in use while the tests of a module run."""
    known = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{_one_store / 'mlflow.db'}")
    yield _one_store
    mlflow.set_tracking_uri(known)


@pytest.fixture(scope="session")
def catalog(configured: None) -> DataCatalog:
    """The catalog with all that its patterns make of the datasets of all pipelines."""
    catalog = DataCatalog.from_config(_configuration())
    for name in _datasets_of_pipelines():
        catalog.get(name)
    return catalog


@pytest.fixture(scope="session")
def entries(configured: None) -> dict[str, dict[str, Any]]:
    """The same as it is written, by dataset."""
    configuration = _configuration()
    return entries_of(configuration, configuration.keys() | _datasets_of_pipelines())


def _configuration() -> dict[str, Any]:
    return ConfigLoader(PROJECT / "conf")["catalog"]


def _datasets_of_pipelines() -> set[str]:
    return {name for pipeline in pipelines.values() for name in pipeline.datasets()}

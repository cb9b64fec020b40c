from pathlib import Path

import pytest
from kedro.framework.project import pipelines
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog

from {{ cookiecutter.package_name }}.golden_path.config import ConfigLoader

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def catalog() -> DataCatalog:
    """The catalog with all that its patterns make of the datasets of all pipelines."""
    bootstrap_project(PROJECT)
    catalog = DataCatalog.from_config(ConfigLoader(PROJECT / "conf")["catalog"])
    for pipeline in pipelines.values():
        for name in pipeline.datasets():
            catalog.get(name)
    return catalog

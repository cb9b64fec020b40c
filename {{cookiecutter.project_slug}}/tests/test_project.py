"""The project fits together: its settings, its catalog and its pipelines."""

from pathlib import Path

from kedro.framework.project import pipelines, settings
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog


def test_the_catalog_has_what_the_pipelines_read() -> None:
    project = bootstrap_project(Path(__file__).resolve().parents[1]).project_path
    loader = settings.CONFIG_LOADER_CLASS(project / "conf", **settings.CONFIG_LOADER_ARGS)
    catalog = DataCatalog.from_config(loader["catalog"])
    assert all(name in catalog for name in pipelines["__default__"].inputs() if ":" not in name)

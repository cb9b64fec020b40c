"""The example in a project as `kedro new` makes it: same nodes, same files, nothing of ours.

Without contracts, staging, gate tags or registry it has less to do than the golden path. Models are
pickled: kedro-mlflow finds a model again by the id of its run, and here every task has another one.
Changed so that it runs at all: an `mlflow.yml` with a store that MLflow still writes to, a resolver
for environment variables, and one month in the catalog, since its DAG has no parameters.
"""

import shutil
from pathlib import Path
from typing import Any

import yaml
from projects import ROOT
from stock import plain_project

PACKAGE = "flight_delays"
_DATASETS = Path(__file__).with_name("stock_project")
_GOLDEN_PATH = "kedro_golden_path."
_OF_THE_GOLDEN_PATH = ("contract", "metadata")


def plain_example(directory: Path, golden_path: Path, month: str, months: list[str]) -> Path:
    """Make the project from one of ours.

    Args:
        directory: Where.
        golden_path: A project generated with the example.
        month: The month to work on.
        months: The months to learn from.
    """
    project = plain_project(directory, "Flight Delays")
    source, package = golden_path / f"src/{PACKAGE}", project / f"src/{PACKAGE}"
    shutil.copytree(source / "pipelines", package / "pipelines", dirs_exist_ok=True)
    shutil.copy(ROOT / "src/kedro_golden_path/datasets/months.py", package / "datasets.py")
    shutil.copy(_DATASETS / "models.py", package / "models.py")
    shutil.copytree(golden_path / "data/01_raw", project / "data/01_raw", dirs_exist_ok=True)
    for file in (golden_path / "conf/base").glob("parameters*.yml"):
        shutil.copy(file, project / "conf/base")
    catalog: dict[str, Any] = {}
    for file in sorted((golden_path / "conf/base/catalog").glob("*.yml")):
        catalog |= yaml.safe_load(_resolved(file.read_text("utf-8"), month, months))
    entries = {
        name: _plain(entry, catalog, month)
        for name, entry in catalog.items()
        if not name.startswith("_")
    }
    (project / "conf/base/catalog.yml").write_text(yaml.safe_dump(entries), encoding="utf-8")
    return project


def _resolved(catalog: str, month: str, months: list[str]) -> str:
    window = "${months_before:${param:month},${param:training_months}}"
    for reference, value in {
        window: str(months),
        "${param:month}": month,
        "${globals:data_root}": "data",
        "${globals:table}": "pandas.ParquetDataset",
    }.items():
        catalog = catalog.replace(reference, value)
    return catalog


def _plain(entry: dict[str, Any], catalog: dict[str, Any], month: str) -> dict[str, Any]:
    plain = {key: value for key, value in entry.items() if key not in _OF_THE_GOLDEN_PATH}
    kind = plain["type"].removeprefix(_GOLDEN_PATH)
    if kind == "MonthsDataset":
        one = _plain(catalog[plain.pop("of")], catalog, month)
        path, _, file = one["filepath"].partition(f"/month={month}/")
        where = {"path": path, "file": file, "dataset": {"type": one["type"]}}
        return plain | where | {"type": f"{PACKAGE}.datasets.MonthsDataset"}
    if kind == "GateDecisionDataset":
        return {"type": "json.JSONDataset", "filepath": plain["filepath"]}
    if kind == "ModelDataset":
        file = f"data/06_models/{plain['alias']}.pickle"
        return {"type": f"{PACKAGE}.models.PickledModel", "filepath": file, "month": month}
    return plain

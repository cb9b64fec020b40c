"""What is compared with: projects as `kedro new` makes them, with kedro-mlflow and kedro-airflow.

kedro-airflow's DAGs import Kedro, and their tasks run it inside Airflow's own process. So Airflow
and the project's packages need one environment. There is one, without any lock of ours: Airflow
refuses the FastAPI that the projects' lock has, MLflow the importlib-metadata that Airflow's lock
has. What both locks name themselves is pinned to the same versions, uv chooses the rest.
"""

import re
import shutil
import sys
from pathlib import Path

from measure import timed
from projects import NO_TELEMETRY, ROOT, TEMPLATE_BIN, add_one_node, generate_plain

TEMPLATE = ROOT / "{{cookiecutter.project_slug}}"
# As `airflow_stack` wants it: Airflow's environment is in it, and that of the MLflow server.
ENVIRONMENTS = ROOT / "build/environments/stock"
AIRFLOW = ENVIRONMENTS / "airflow"
AIRFLOW_LOCK = TEMPLATE / "requirements-airflow.lock"

_PROJECT_PACKAGES = (
    "kedro",
    "kedro-mlflow",
    "matplotlib",
    "mlflow",
    "narwhals",
    "pandas",
    "pyarrow",
    "scikit-learn",
)
_AIRFLOW_PACKAGES = (
    "apache-airflow",
    "apache-airflow-providers-postgres",
    "apache-airflow-providers-standard",
    "asyncpg",
)
_DATASETS = "json-jsondataset,matplotlib-matplotlibdataset,pandas-parquetdataset"
# Without it, every command of Kedro dies: MLflow's default, a file store, is in maintenance mode.
_MLFLOW = """
server:
  mlflow_tracking_uri: ${oc.env:MLFLOW_TRACKING_URI,"sqlite:///mlflow.db"}
"""
# Kedro's own configuration knows `oc.env` in credentials only.
_SETTINGS = """
from omegaconf.resolvers import oc

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    "custom_resolvers": {"oc.env": oc.env},
}
"""


def install_stock() -> None:
    """Make the environment of Airflow, kedro-airflow and the projects, unless it is there."""
    requirements = _stock_requirements()
    installed = AIRFLOW / "requirements.in"
    if not installed.exists() or installed.read_text("utf-8") != requirements:
        shutil.rmtree(AIRFLOW, ignore_errors=True)
        AIRFLOW.mkdir(parents=True)
        _make_environment(AIRFLOW)
        given = ENVIRONMENTS / "requirements.in"
        given.write_text(requirements, encoding="utf-8")
        _install(AIRFLOW, "--requirement", str(given))
        shutil.move(given, installed)
    # It takes the place of the environment that `airflow_stack` would make of this lock.
    shutil.copyfile(AIRFLOW_LOCK, AIRFLOW / AIRFLOW_LOCK.name)
    server = ENVIRONMENTS / "mlflow-server"
    if not server.exists():
        server.symlink_to("../mlflow-server", target_is_directory=True)


def plain_project(directory: Path, name: str) -> Path:
    """Generate a project with `kedro new` that kedro-mlflow works in."""
    generate_plain(directory, name)
    project = directory / name.lower().replace(" ", "-")
    (settings,) = project.glob("src/*/settings.py")
    settings.write_text(_SETTINGS, encoding="utf-8")
    (project / "conf/base/mlflow.yml").write_text(_MLFLOW, encoding="utf-8")
    return project


def tracked_one_node(directory: Path, package: str) -> Path:
    """Make a project of the trivial node with kedro-mlflow, in an environment of its own."""
    project = plain_project(directory, package.replace("_", " ").title())
    _make_environment(project / ".venv")
    lock = TEMPLATE / "requirements.lock"
    datasets = "kedro-datasets[pandas-parquetdataset]"
    _install(project / ".venv", "--constraint", str(lock), "kedro", datasets, "kedro-mlflow")
    add_one_node(project, package, contract=False)
    return project


def export(project: Path, pipeline: str, *options: str) -> Path:
    """Write the DAG of a pipeline as kedro-airflow does; its file."""
    command = [str(AIRFLOW / "bin/kedro"), "airflow", "create", "--pipelines", pipeline, *options]
    timed(command, cwd=project, **NO_TELEMETRY)
    suffix = "" if pipeline == "__default__" else f"_{pipeline}"
    (file,) = (project / "airflow_dags").glob(f"*{suffix}_dag.py")
    return file


def _stock_requirements() -> str:
    pins = [_pin(TEMPLATE / "requirements.lock", name) for name in _PROJECT_PACKAGES]
    pins += [_pin(AIRFLOW_LOCK, name) for name in _AIRFLOW_PACKAGES]
    datasets = _pin(TEMPLATE / "requirements.lock", "kedro-datasets")
    pins.append(datasets.replace("==", f"[{_DATASETS}]=="))
    pins.append(_pin(TEMPLATE / "requirements-dev.lock", "kedro-airflow"))
    return "\n".join(pins) + "\n"


def _pin(lock: Path, name: str) -> str:
    found = re.search(rf"^{name}==\S+", lock.read_text("utf-8"), re.MULTILINE)
    assert found, f"{name} is not in {lock.name}"
    return found[0]


def _make_environment(directory: Path) -> None:
    command = [str(TEMPLATE_BIN / "uv"), "venv", "--quiet", "--allow-existing"]
    timed([*command, "--python", sys.executable, str(directory)], cwd=ROOT)


def _install(environment: Path, *arguments: str) -> None:
    command = [str(TEMPLATE_BIN / "uv"), "pip", "install", "--quiet"]
    command += ["--python", str(environment)]
    timed([*command, *arguments], cwd=ROOT)

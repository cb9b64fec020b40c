"""What tests of the package share: a small project, the example's package, one MLflow store."""

import atexit
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from kedro.framework.startup import bootstrap_project

from kedro_golden_path import configure_process
from support import TEMPLATE
from support.object_store import bucket

# As the settings of a project do, before pandera or MLflow are imported.
configure_process()
# The main module of a worker of pytest-xdist has neither a file nor a spec. PySpark takes it for a
# doctest and ends the process.
sys.modules["__main__"].__spec__ = ModuleSpec("__main__", None)


def _make_example_importable() -> None:
    """Have the package of the template's example as `flight_delays`.

    It is a copy: what Python compiles of it must not get into the template.
    """
    directory = Path(tempfile.mkdtemp(prefix="example-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    (package,) = TEMPLATE.glob("src/*cookiecutter.package_name*")
    shutil.copytree(package, directory / "flight_delays")
    sys.path.append(str(directory))


_make_example_importable()


@pytest.fixture(scope="session")
def rides() -> Path:
    """The directory of a small project, which Kedro knows as its commands do."""
    project = Path(__file__).with_name("project")
    bootstrap_project(project)
    return project


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a bucket: to start its server takes seconds."""
    with bucket(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture(params=["directory", "object store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place for data, of either kind."""
    if request.param == "directory":
        return (tmp_path / "data").as_posix()
    return f"{request.getfixturevalue('object_store')}/{tmp_path.name}"


@pytest.fixture(scope="session")
def _one_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for the one store: to make a new one takes seconds."""
    return tmp_path_factory.mktemp("mlflow")


@pytest.fixture(scope="module")
def mlflow_store(_one_store: Path) -> Iterator[Path]:
    """The directory of the MLflow store that is in use while the tests of a module run."""
    import mlflow

    known = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(f"sqlite:///{_one_store / 'mlflow.db'}")
    yield _one_store
    mlflow.set_tracking_uri(known)

"""The projects that are measured: generated and installed as their users do it."""

import shutil
import sys
from pathlib import Path

import pandas as pd
from measure import timed

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_BIN = ROOT / ".venv/bin"

_PIPELINE = Path(__file__).with_name("one_node_pipeline")
_PLAIN_KEDRO = ("kedro", "kedro-datasets[pandas-parquetdataset]")
# Plain Kedro would try to report every command over the network; that is not what is compared.
NO_TELEMETRY = {"KEDRO_DISABLE_TELEMETRY": "true"}


def generate(directory: Path, **answers: str) -> float:
    """Generate a project from this template into `directory`; the seconds that it took."""
    directory.mkdir(parents=True, exist_ok=True)
    config = directory / "cookiecutter.yaml"
    config.write_text(f"replay_dir: {directory / 'replay'}\n", encoding="utf-8")
    command = [str(TEMPLATE_BIN / "cookiecutter"), "--no-input", "--config-file", str(config)]
    given = [f"{key}={value}" for key, value in answers.items()]
    return timed([*command, str(ROOT), *given], cwd=directory)


def generate_plain(directory: Path, name: str) -> float:
    """Generate a project with `kedro new` into `directory`; the seconds that it took."""
    directory.mkdir(parents=True, exist_ok=True)
    command = [str(TEMPLATE_BIN / "kedro"), "new", "--name", name]
    command += ["--tools", "none", "--example", "n"]
    return timed(command, cwd=directory, **NO_TELEMETRY)


def install(project: Path) -> None:
    """Make the environment of a generated project."""
    timed(["make", "install", f"PYTHON={sys.executable}"], cwd=project)


def install_spark(project: Path) -> None:
    """Add Spark to the environment of a generated project."""
    timed(["make", "install-spark", f"PYTHON={sys.executable}"], cwd=project)


def make_environment(directory: Path, *requirements: str) -> Path:
    """Make an environment with packages that projects do not have; its Python."""
    uv = str(TEMPLATE_BIN / "uv")
    directory.mkdir(parents=True, exist_ok=True)
    timed([uv, "venv", "--quiet", "--python", sys.executable, ".venv"], cwd=directory)
    timed([uv, "pip", "install", "--quiet", "--python", ".venv", *requirements], cwd=directory)
    return directory / ".venv/bin/python"


def install_plain(project: Path, lock: Path) -> None:
    """Make an environment with Kedro and pandas only, in the versions of `lock`."""
    uv = str(TEMPLATE_BIN / "uv")
    timed([uv, "venv", "--quiet", "--python", sys.executable, ".venv"], cwd=project)
    install = [uv, "pip", "install", "--quiet", "--python", ".venv", "--constraint", str(lock)]
    timed([*install, *_PLAIN_KEDRO], cwd=project)


def add_one_node(project: Path, package: str, contract: bool) -> None:
    """Give a project a pipeline of one node that reads and writes Parquet, and its input.

    With `contract`, both datasets are declared as the golden path wants it; without, as in the
    documentation of Kedro.
    """
    shutil.copytree(
        _PIPELINE,
        project / "src" / package / "pipelines/one_node",
        ignore=shutil.ignore_patterns("__pycache__", "contract.py"),
    )
    declared = ""
    if contract:
        shutil.copy(_PIPELINE / "contract.py", project / "src" / package / "contracts/one_node.py")
        declared = '  contract: {{schema: one_node.{model}, "on": {mode}}}\n'
    entry = "{name}:\n  type: pandas.ParquetDataset\n  filepath: data/{file}.parquet\n" + declared
    (project / "conf/base/catalog_one_node.yml").write_text(
        entry.format(name="numbers", file="numbers", mode="load", model="Numbers")
        + entry.format(name="sums", file="sums", mode="save", model="Sums"),
        encoding="utf-8",
    )
    (project / "data").mkdir(exist_ok=True)
    names = [chr(ord("a") + number % 26) for number in range(1000)]
    numbers = pd.DataFrame({"name": names, "value": [number / 1000 for number in range(1000)]})
    numbers.to_parquet(project / "data/numbers.parquet")


class Snapshot:
    """What a run changes in a directory, to be put back before the next run."""

    def __init__(self, directory: Path, patterns: list[str]) -> None:
        """Keep a copy of everything in `directory` that matches one of the patterns."""
        self._directory = directory
        self._patterns = patterns
        self._copy = directory.with_name(f"{directory.name}.snapshot")
        for path in self._matches():
            _copy(path, self._copy / path.relative_to(directory))

    def restore(self) -> None:
        """Put the directory back as it was."""
        for path in self._matches():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for pattern in self._patterns:
            for path in self._copy.glob(pattern):
                _copy(path, self._directory / path.relative_to(self._copy))

    def _matches(self) -> list[Path]:
        return [path for pattern in self._patterns for path in self._directory.glob(pattern)]


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)

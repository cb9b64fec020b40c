"""A project that was not generated adopts the plugin, one part after the other."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from support import (
    ENVIRONMENTS,
    KEDRO,
    ROOT,
    Project,
    clean_environment,
    commit_all,
    git,
    share_bytecode,
    up_to_date,
)
from support.pages import Reader, blocks_of
from support.spaceflights import FILES

UV = str(Path(sys.executable).with_name("uv"))
PAGE = ROOT / "docs/adopting.md"
DATASETS = "kedro-datasets[pandas-csvdataset,pandas-parquetdataset,pickle-pickledataset]"
COMPANIES = "data/01_raw/companies.csv"
BROKEN = FILES[COMPANIES].replace("91%", "91")
VALIDATOR = """companies:
  type: pandas.CSVDataset
  filepath: data/01_raw/companies.csv
  validator:
    class: kedro_golden_path.Contract
    on: load
    options:
      schema: spaceflights.contracts.Companies
"""
TASK = {
    "GOLDEN_PATH_DAG_ID": "nightly",
    "GOLDEN_PATH_DAG_RUN_ID": "tonight",
    "GOLDEN_PATH_TASK_ID": "a_task",
}


def environment(name: str, extras: str) -> Path:
    """An environment with the plugin as its wheel has it, and nothing that was not asked for."""
    directory = ENVIRONMENTS / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    directory.mkdir(parents=True, exist_ok=True)
    wheel = run_path(str(ROOT / "scripts/build_wheel.py"))["build"](directory / "wheels")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    versions = [
        line.rstrip(" \\")
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line
    ]
    lock = directory / "wanted/lock.txt"
    lock.parent.mkdir(exist_ok=True)
    lock.write_text("\n".join([f"# {digest}", *versions, ""]))
    with up_to_date(directory, lock) as there:
        if not there:
            shutil.rmtree(directory / "venv", ignore_errors=True)
            install = [UV, "pip", "install", "--quiet", "--python", "venv", "--constraint"]
            wanted = [f"{wheel}{extras}", DATASETS, "scikit-learn"]
            for command in (
                [UV, "venv", "--quiet", "--python", sys.executable, "venv"],
                [*install, str(lock), *wanted],
            ):
                subprocess.run(command, cwd=directory, check=True)
            share_bytecode(directory / "venv")
    return directory / "venv"


@pytest.fixture(scope="session")
def plugin_alone() -> Path:
    return environment("adoption-core", "")


@pytest.fixture(scope="session")
def plugin_and_extras() -> Path:
    return environment("adoption", "[mlflow,airflow,doctor]")


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it was before anything was adopted."""
    directory = tmp_path_factory.mktemp("plain")
    new = [KEDRO, "new", "--name", "spaceflights", "--tools", "none", "--example", "n"]
    env = clean_environment() | {"DO_NOT_TRACK": "1"}
    subprocess.run(new, cwd=directory, env=env, check=True, capture_output=True)
    project = directory / "spaceflights"
    (project / "conf/base/catalog.yml").unlink()
    write(project, FILES)
    git(project, "init", "--quiet", "--initial-branch", "main")
    commit_all(project, "plain")
    return project


@pytest.fixture
def project(plain: Path, plugin_alone: Path, tmp_path: Path) -> Project:
    """The plain project, in an environment with neither MLflow nor Airflow's tools."""
    return copy(plain, plugin_alone, tmp_path)


@pytest.fixture
def project_with_extras(plain: Path, plugin_and_extras: Path, tmp_path: Path) -> Project:
    return copy(plain, plugin_and_extras, tmp_path)


def copy(plain: Path, environment: Path, directory: Path) -> Project:
    path = directory / "spaceflights"
    shutil.copytree(plain, path)
    (path / ".venv").symlink_to(environment)
    # Its settings decide what its processes are like.
    return Project(path, forks=False)


def write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)


def of_page(file: str, number: int = -1) -> dict[str, str]:
    """A file that the page has its reader write."""
    return {file: [block.body for block in blocks_of(PAGE) if block.file == file][number]}


def settings(*lines: str) -> dict[str, str]:
    text = "\n".join(["import kedro_golden_path as plugin", "", *lines, ""])
    return {"src/spaceflights/settings.py": text}


def results(project: Project, *arguments: str, code: int = 0) -> dict[str, Any]:
    output = project.kedro("contracts", "check", "--json", *arguments, code=code)
    return {each["dataset"]: each for each in json.loads(output[output.index("{") :])["contracts"]}


def test_contracts_alone(project: Project) -> None:
    write(project.path, of_page("src/spaceflights/contracts.py"))
    write(project.path, {"conf/base/catalog/companies.yml": VALIDATOR})
    write(project.path, settings("HOOKS = (plugin.ContractHooks(),)"))
    project.kedro("run", "--runner", "ParallelRunner")
    (project.path / COMPANIES).write_text(BROKEN)
    output = project.kedro("run", code=1)
    assert f"The data of 'companies' ({COMPANIES}) breaks its contract" in " ".join(output.split())
    assert "str_matches" in output
    result = results(project, code=1)["companies"]
    assert (result["outcome"], result["file"], result["rows"]) == ("failed", COMPANIES, 4)


def test_rows_are_quarantined_where_runs_are_of_no_month(project: Project) -> None:
    quarantining = f"{VALIDATOR}      on_failure: quarantine\n      max_quarantined: 0.5\n"
    write(project.path, of_page("src/spaceflights/contracts.py"))
    write(project.path, {"conf/base/catalog/companies.yml": quarantining, COMPANIES: BROKEN})
    write(project.path, settings("HOOKS = (plugin.ContractHooks(),)"))
    project.kedro("run", "--pipelines", "data_processing")
    assert (project.path / "data/quarantine/companies/rows.parquet").is_file()
    assert "1 row of 'companies' quarantined" in project.kedro(
        "contracts", "quarantine", "companies"
    )
    project.kedro("contracts", "release", "companies")
    assert results(project)["companies"]["quarantined"] == 0


def test_a_short_entry_that_nobody_reads_is_explained(project: Project) -> None:
    write(project.path, of_page("src/spaceflights/contracts.py"))
    write(project.path, of_page("conf/base/catalog/companies.yml"))
    write(project.path, settings("HOOKS = (plugin.ContractHooks(),)"))
    assert "CONFIG_LOADER_CLASS = ConfigLoader" in project.kedro("run", code=1)


def test_staging_alone(project: Project) -> None:
    adopted = ("CONFIG_LOADER_CLASS = plugin.ConfigLoader", "SESSION_CLASS = plugin.Session")
    write(project.path, settings(*adopted))
    published = project.path / "data/03_primary/model_input_table.parquet"
    project.kedro("run")
    before = published.read_bytes()
    assert not list((project.path / "data/.runs").glob("*"))
    shuttles = "data/01_raw/shuttles.csv"
    write(project.path, {shuttles: FILES[shuttles].replace("1,715", "1,716")})
    nodes = "src/spaceflights/pipelines/data_science/nodes.py"
    write(project.path, {nodes: FILES[nodes].replace("r2_score(table", "r2_score(tabel")})
    assert "name 'tabel' is not defined" in project.kedro("run", code=1)
    assert published.read_bytes() == before
    write(project.path, {nodes: FILES[nodes]})
    project.kedro("run")
    assert published.read_bytes() != before
    assert "Removed" in project.kedro("runs", "clean", "--yes", "--days", "0")
    assert not list((project.path / "data/.runs").glob("*"))


def test_a_session_without_its_loader_is_explained(project: Project) -> None:
    write(project.path, settings("SESSION_CLASS = plugin.Session"))
    assert "CONFIG_LOADER_CLASS" in project.kedro("run", code=1)


@pytest.mark.parametrize(
    ("files", "command", "needed"),
    [
        (settings("HOOKS = (plugin.TrackingHooks(),)"), ("run",), "kedro-golden-path[mlflow]"),
        (of_page("conf/base/catalog/regressor.yml"), ("run",), "kedro-golden-path[mlflow]"),
        (
            of_page("conf/base/airflow.yml"),
            ("dags", "--env", "base"),
            "kedro-golden-path[airflow]",
        ),
    ],
    ids=["tracking", "models", "dags"],
)
def test_an_extra_that_is_missing_is_named(
    files: dict[str, str], command: tuple[str, ...], needed: str, project: Project
) -> None:
    write(project.path, files)
    output = project.kedro(*command, code=2 if command[0] == "dags" else 1)
    assert f"pip install '{needed}'" in " ".join(output.split())


def test_the_doctor_says_what_is_missing(project: Project) -> None:
    output = project.kedro("doctor", code=1)
    assert "Traceback" not in output
    assert "model_input_table" in output
    assert "pip install 'kedro-golden-path[doctor]'" in output


def test_tracking_alone(project_with_extras: Project) -> None:
    project = project_with_extras
    write(project.path, settings("HOOKS = (plugin.TrackingHooks(),)"))
    project.kedro("run")
    nodes = "src/spaceflights/pipelines/data_science/nodes.py"
    write(project.path, {nodes: FILES[nodes].replace("r2_score(table", "r2_score(tabel")})
    project.kedro("run", code=1)
    runs = project.store()["runs"]
    by_status = {run["status"]: run for run in runs}
    assert sorted(run["status"] for run in runs) == ["FAILED", "FINISHED"]
    tags = by_status["FINISHED"]["tags"]
    assert tags["git_commit"] == git(project.path, "rev-parse", "HEAD").strip()
    assert tags["input.companies"].startswith("sha256:")
    assert "engines" in by_status["FINISHED"]["params"]["features"]
    assert "tabel" in by_status["FAILED"]["tags"]["error"]
    assert [run["experiment"] for run in runs] == ["spaceflights"] * 2


def test_models_alone(project_with_extras: Project) -> None:
    project = project_with_extras
    write(project.path, of_page("conf/base/catalog/regressor.yml"))
    write(project.path, of_page("src/spaceflights/pipelines/data_science/nodes.py"))
    address = "server:\n  mlflow_tracking_uri: sqlite:///mlflow.db\n"
    write(project.path, {"conf/base/mlflow.yml": address})
    project.kedro("run")
    assert project.store()["models"]["spaceflights"]["aliases"] == {"champion": 1}
    # From here on, evaluation alone finds the model by its alias.
    project.kedro("run", "--to-outputs", "metrics", "--from-inputs", "regressor")
    assert (project.path / "data/08_reporting/metrics.json").is_file()


@pytest.mark.parametrize("staging", [True, False], ids=["staging", "nothing else"])
def test_tasks_of_a_dag_do_what_was_adopted(staging: bool, project: Project) -> None:
    adopted = ("CONFIG_LOADER_CLASS = plugin.ConfigLoader", "SESSION_CLASS = plugin.Session")
    write(project.path, settings(*adopted) if staging else {})
    published = project.path / "data/03_primary/model_input_table.parquet"
    assert "not tracked" in project.kedro("runs", "open", env=TASK)
    project.kedro("run", "--pipelines", "data_processing", env=TASK)
    assert published.is_file() is not staging
    output = project.kedro("runs", "publish", env=TASK)
    assert "not tracked" in output
    assert (f"Published {published}" in output) is staging
    assert published.is_file()
    assert "is published" in project.kedro("runs", "close", env=TASK)
    project.kedro("runs", "open", env=TASK)
    assert "has failed" in project.kedro("runs", "close", env=TASK, code=65)


def test_the_page_can_be_followed(project: Project, plugin_and_extras: Path) -> None:
    everything = f"ln -sfn '{plugin_and_extras}' .venv"
    extras = ("mlflow", "airflow")
    instead = {f"pip install 'kedro-golden-path[{extra}]'": everything for extra in extras}
    reader = Reader(project.path, instead | {"pip install kedro-golden-path": "true"})
    reader.run(f"export PATH='{project.path}/.venv/bin':\"$PATH\"\n")
    reader.follow(PAGE)
    assert project.store()["models"]["spaceflights"]["aliases"] == {"champion": 1}
    assert {run["status"] for run in project.store()["runs"]} == {"FINISHED"}
    assert "runs publish" in (project.path / "dags/spaceflights_nightly.py").read_text()

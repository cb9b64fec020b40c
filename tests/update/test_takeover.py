"""Projects of 0.1.0 to 0.4.0, with the platform's code in `golden_path/`, that get the package."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import Project, git, install, make
from support.teams import NOW, PACKAGE, Team, Template, files_of, make_project, releases, work

OLD = dict(release.split() for release in releases() if release < "0.5")
EDITS = "golden-path-edits.patch"
MONTHS = f"{PACKAGE}/golden_path/months.py"
OURS = f"{PACKAGE}/golden_path/ours.py"
WINDOWS = f"{PACKAGE}/windows.py"
CATALOG = """\
sales:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/02_intermediate/sales/month=${param:month}/sales.parquet
  validator:
    class: ${globals:contract}
    "on": save
    options:
      schema: ${globals:package}.contracts.sales.Sales
      on_failure: quarantine

sales_raw:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/01_raw/sales.parquet
  validator:
    class: flight_delays.golden_path.contract.Contract
    "on": load
    options:
      schema: flight_delays.contracts.sales.Sales

sales_history:
  type: flight_delays.windows.Window
  path: ${globals:data_root}/02_intermediate/sales
  file: sales.parquet
  months: ["2013-01"]
  dataset:
    type: pandas.ParquetDataset
  validator:
    # Not all of it.
    class: ${globals:contract}
    "on": load
    options:
      schema: ${globals:package}.contracts.sales.Sales
"""
SHORT = """\
sales:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/02_intermediate/sales/month=${param:month}/sales.parquet
  contract:
    schema: sales.Sales
    on_failure: quarantine

sales_raw:
  type: pandas.ParquetDataset
  filepath: ${globals:data_root}/01_raw/sales.parquet
  contract: sales.Sales

"""
EDITED = """
flights_raw:
  type: ${globals:table}
  filepath: ${globals:data_root}/01_raw/f/month=${param:month}/f.parquet
  contract:
    schema: raw.FlightsRaw
    on_failure: quarantine

"""
CONTRACT = '''"""Sales."""

import narwhals as nw
import pandera.pandas as pa

from ..golden_path.contract import Columns, rule


class Sales(pa.DataFrameModel):
    """What is sold."""

    amount: int = pa.Field(ge=0)

    @rule
    @classmethod
    def few(cls, sales: Columns) -> nw.Expr:
        """Nobody buys more than ten."""
        return sales["amount"] <= 10
'''
WINDOW = '''"""A window with a name of our own."""

import flight_delays.golden_path.lifecycle

from .golden_path import months as calendar
from .golden_path.datasets import MonthsDataset
from .golden_path.errors import GoldenPathError


class Window(MonthsDataset):
    """Months that are there."""

    def months_until(self, month: str) -> list[str]:
        """The months before one."""
        if not month:
            raise GoldenPathError("Which month?")
        return calendar.months_before(month, 3)


Model = flight_delays.golden_path.lifecycle.ModelDataset
'''
TEST = '''"""What we think of digests."""

from flight_delays.golden_path.contract import Contract
from flight_delays.golden_path.storage import AtomicFileSystemOfOurs


def test_nothing() -> None:
    assert Contract and AtomicFileSystemOfOurs
'''


def work_on(team: Team) -> None:
    """What teams have done to projects with `golden_path/`."""
    settings, package = f"{PACKAGE}/settings.py", team.path / PACKAGE
    team.edit(
        settings,
        "from .golden_path.config",
        "from .alerts import AlertHooks\nfrom .golden_path.config",
    )
    team.edit(settings, "TrackingHooks())", "TrackingHooks(), AlertHooks())")
    (package / "alerts.py").write_text(
        '"""Alerts."""\n\n\nclass AlertHooks:\n    """None yet."""\n'
    )
    (package / "contracts/sales.py").write_text(CONTRACT)
    (package / "windows.py").write_text(WINDOW)
    (team.path / "conf/base/catalog_sales.yml").write_text(CATALOG)
    (team.path / "tests/test_ours.py").write_text(TEST)
    (team.path / "docs/notes.md").write_text("Contracts are in src/flight_delays/golden_path/.\n")
    (team.path / "notebooks").mkdir(exist_ok=True)
    (team.path / "notebooks/months.ipynb").write_text(notebook())
    team.edit(f"{PACKAGE}/golden_path/months.py", "\n\nimport", "\n\n# ours\nimport")
    (package / "golden_path/ours.py").write_text(
        '"""Ours."""\n\nfrom .errors import GoldenPathError\n'
    )
    team.commit()


@dataclass(frozen=True)
class Updated:
    """A project with the work of its team after an update, and what that has printed."""

    team: Team
    output: str

    def text(self, name: str) -> str:
        return self.team.text(name)

    def section(self, title: str) -> list[str]:
        """The lines below a title in what was printed."""
        return section(self.output, title)


@pytest.fixture(scope="module", params=OLD)
def updated(
    request: pytest.FixtureRequest, template: Template, tmp_path_factory: pytest.TempPathFactory
) -> Updated:
    """A project of each release before the package; the tests only look at it."""
    team = make_project(template, tmp_path_factory.mktemp("old") / "top", OLD[request.param])
    work_on(team)
    return Updated(team, team.update("--version", NOW, code=1))


def section(output: str, title: str) -> list[str]:
    """The lines below a title in what an update prints."""
    return output.partition(title)[2].partition("\n\n")[0].splitlines()[1:]


def notebook() -> str:
    lines = [
        "%load_ext kedro.ipython\n",
        "from flight_delays.golden_path.months import months_before\n",
        "\n",
        'months_before("2013-04", 2)',
    ]
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "0",
        "metadata": {},
        "outputs": [],
    }
    content = {
        "cells": [cell | {"source": lines}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, indent=1) + "\n"


def test_what_refers_to_golden_path_refers_to_the_package(updated: Updated) -> None:
    assert "'storage.AtomicFileSystemOfOurs' of golden_path has no successor" in updated.output
    imports = "from kedro_golden_path import Columns, rule\n"
    assert updated.text(f"{PACKAGE}/contracts/sales.py") == CONTRACT.replace(
        "\nfrom ..golden_path.contract import Columns, rule\n", imports
    )
    assert "from kedro_golden_path.months import months_before" in updated.text(
        "notebooks/months.ipynb"
    )
    assert updated.text(OURS).endswith("from kedro_golden_path import GoldenPathError\n")
    assert "from kedro_golden_path import Contract\n" in updated.text("tests/test_ours.py")
    windows = updated.text(WINDOWS)
    assert windows.startswith(
        '"""A window with a name of our own."""\n\n'
        "import kedro_golden_path\n"
        "from kedro_golden_path import GoldenPathError, MonthsDataset\n"
        "from kedro_golden_path import months as calendar\n"
    )
    assert windows.endswith("\nModel = kedro_golden_path.ModelDataset\n")
    settings = updated.text(f"{PACKAGE}/settings.py")
    assert "from .golden_path" not in settings and "import AlertHooks" in settings
    assert "configure_process" in settings and "make_writes_atomic" not in settings


def test_catalog_entries_of_the_team_get_the_short_form(updated: Updated) -> None:
    catalog = updated.text("conf/base/catalog_sales.yml")
    assert catalog.startswith(SHORT)
    history = catalog.removeprefix(SHORT)
    assert "    class: kedro_golden_path.Contract\n" in history and "# Not all of it." in history


def test_files_of_the_platform_go_and_edits_of_them_are_kept(
    updated: Updated, tmp_path: Path
) -> None:
    places = (f"{PACKAGE}/golden_path/", "tests/golden_path/", "tests/spark/")
    left = [name for name in files_of(updated.team.path) if name.startswith(places)]
    assert left == [OURS] and updated.section("The team's own files") == [f"  {OURS}"]
    (edited,) = updated.section("have no effect any more")
    assert edited.startswith(f"  {MONTHS}: kedro_golden_path.months in the package")
    ours = git(updated.team.top, "show", f"HEAD:{MONTHS}")
    (tmp_path / MONTHS).parent.mkdir(parents=True)
    (tmp_path / MONTHS).write_text(ours)
    git(tmp_path, "apply", "--reverse", str(updated.team.path / EDITS))
    assert (tmp_path / MONTHS).read_text() == ours.replace("# ours\n", "")


def test_what_is_left_is_named_where_it_is(updated: Updated) -> None:
    notes = [note.strip() for note in updated.section("To look at")]
    assert (
        "docs/notes.md:1: refers to what is gone: Contracts are in src/flight_delays/golden_path/."
        in notes
    )
    heir = next(
        note for note in notes if "'Window' inherits from kedro_golden_path.MonthsDataset" in note
    )
    number = int(heir.split(":")[1])
    assert updated.text(WINDOWS).splitlines()[number - 1] == "class Window(MonthsDataset):"
    (broken,) = updated.section("To repair, because")
    path, line, _ = broken.strip().split(":", 2)
    assert "AtomicFileSystemOfOurs" in updated.text(path).splitlines()[int(line) - 1]
    assert "  repair what no longer works" in updated.section("To do:")


def test_it_can_be_undone_and_is_done_once(template: Template, tmp_path: Path) -> None:
    team = make_project(template, tmp_path / "old", OLD["0.4.0"])
    work_on(team)
    output = team.update("--version", NOW, "--dry-run", code=1)
    assert "would come" in output and EDITS in output and team.status() == ""
    team.update("--version", NOW, code=1)
    git(team.top, "reset", "--quiet", "--hard")
    assert team.status() == "" and "golden_path" in team.text(f"{PACKAGE}/settings.py")
    team.update("--version", NOW, code=1)
    team.commit()
    assert "up to date" in team.update("--version", NOW)


@pytest.mark.parametrize("release", ["0.1.0", "0.4.0"])
def test_a_project_without_the_example_comes_to_this_state(
    release: str, template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD[release], example="none")
    fresh = make_project(template, tmp_path / "new", template.commit_of(NOW), example="none")
    team.update("--version", NOW)
    assert files_of(team.path) == files_of(fresh.path)
    for name in set(files_of(team.path)) - {".cruft.json"}:
        assert (team.path / name).read_bytes() == (fresh.path / name).read_bytes(), name


def test_a_project_below_others_is_taken_over_alone(template: Template, tmp_path: Path) -> None:
    team = make_project(template, tmp_path / "top", OLD["0.4.0"], below="services/flights")
    work_on(team)
    other = team.top / "src/flight_delays/golden_path"
    other.mkdir(parents=True)
    (other / "months.py").write_text("# of another project\n")
    team.commit()
    team.update("--version", NOW, code=1)
    changed = git(team.top, "diff", "--cached", "--name-only", "HEAD").splitlines()
    assert all(name.startswith("services/flights/") for name in changed)
    assert "a/src/flight_delays/golden_path/months.py" in team.text(EDITS)
    assert not (team.path / f"{PACKAGE}/golden_path/months.py").exists()
    assert "from kedro_golden_path import" in team.text(f"{PACKAGE}/contracts/sales.py")


@pytest.mark.parametrize("release", ["0.2.0", "0.4.0"])
def test_commands_of_the_team_stay_and_those_of_the_platform_leave_their_module(
    release: str, template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD[release])
    cli = team.path / PACKAGE / "cli.py"
    cli.write_text(f'{cli.read_text()}\n\n@cli.command()\ndef hello() -> None:\n    """Greet."""\n')
    team.commit()
    output = team.update("--version", NOW)
    text = cli.read_text()
    assert "def hello()" in text and "golden_path" not in text.lower()
    assert "cli.py" not in output.partition("To do:")[0].partition("To look at:")[2]
    compile(text, str(cli), "exec")


def test_an_edited_entry_of_the_template_and_its_own_environment_stay_one(
    template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD["0.4.0"])
    raw = "conf/base/catalog/raw.yml"
    team.edit(
        raw, "flights/month=${param:month}/flights.parquet", "f/month=${param:month}/f.parquet"
    )
    team.edit(
        raw,
        "contracts.raw.FlightsRaw\n",
        "contracts.raw.FlightsRaw\n      on_failure: quarantine\n",
    )
    (team.path / "conf/prod/catalog.yml").write_text(
        "weather_raw:\n  validator:\n    options:\n      on_failure: warn\n"
    )
    team.commit()
    team.update("--version", NOW)
    assert EDITED in team.text(raw)
    assert "weather.parquet\n  contract:\n    schema: raw.WeatherRaw\n" in team.text(raw)
    assert team.text("conf/prod/catalog.yml") == "weather_raw:\n  contract:\n    on_failure: warn\n"


def test_tables_of_the_team_on_spark_follow_the_rule_for_all(
    template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD["0.4.0"])
    (team.path / "conf/base/catalog_sales.yml").write_text(CATALOG)
    with (team.path / "conf/spark/catalog.yml").open("a") as catalog:
        spark = "${globals:package}.golden_path.spark"
        catalog.write(f"\nsales:\n  type: {spark}.ParquetDataset\n")
        catalog.write(f"\nsales_raw:\n  type: {spark}.CollectedDataset\n")
    team.commit()
    team.update("--version", NOW)
    base, there = team.text("conf/base/catalog_sales.yml"), team.text("conf/spark/catalog.yml")
    assert base.startswith("sales:\n  type: ${globals:table}\n")
    assert "sales_raw:\n  type: pandas.ParquetDataset\n" in base
    assert "\nsales:" not in there
    assert there.endswith("\nsales_raw:\n  type: kedro_golden_path.spark.CollectedDataset\n")


def test_requirements_of_the_team_are_merged_with_those_that_the_package_brings(
    template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD["0.4.0"])
    team.edit(
        "pyproject.toml", '  "matplotlib>=3.10",\n', '  "lightgbm>=4",\n  "matplotlib>=3.10",\n'
    )
    team.edit("pyproject.toml", '"mlflow>=3.17,<4"', '"mlflow>=3.17.2,<4"')
    team.edit("requirements.lock", "\n", "\n# ours\n")
    team.commit()
    output = team.update("--version", NOW)
    requirements = (
        team.text("pyproject.toml").partition("dependencies = [")[2].partition("]\n\n")[0]
    )
    for wanted in ("kedro-golden-path[mlflow]", "lightgbm>=4", "mlflow>=3.17.2,<4"):
        assert f'"{wanted}' in requirements
    assert "sqlalchemy" not in requirements and "find-links" in team.text("pyproject.toml")
    to_do = [line.strip() for line in section(output, "To do:")]
    assert to_do[:2] == ["make lock", "make install"]


def test_a_taken_over_project_installs_lints_tests_and_runs(
    template: Template, tmp_path: Path
) -> None:
    team = make_project(template, tmp_path / "old", OLD["0.4.0"])
    work(team)
    work_on(team)
    team.update("--version", NOW, code=1)
    # What the update says to repair.
    (team.path / "tests/test_ours.py").unlink()
    (team.path / OURS).unlink()
    install(team.path)
    project = Project(team.path)
    project.kedro("contracts", "docs")
    make(team.path, "lint")
    make(team.path, "test")
    assert "Contract passed for" in project.kedro("run")
    team.commit()
    assert "is up to date" in project.kedro("template", "update", "--version", NOW)

import json
import logging
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest
from click.testing import CliRunner, Result
from kedro.framework.cli.utils import find_run_command

from kedro_golden_path import Columns, Contract, rule
from kedro_golden_path.cli import stored
from kedro_golden_path.cli.contracts import contracts

CATALOG = """
trips: {entry}
ridden: {entry}
absent: {entry}
free:
  type: pandas.ParquetDataset
  filepath: data/trips.parquet
figures:
  type: json.JSONDataset
  filepath: data/figures.json
  metadata:
    no_contract: figures, not rows
"""
ENTRY = """
  type: pandas.ParquetDataset
  filepath: data/01_raw/{name}-{month}.parquet
  validator:
    class: {contract}
    "on": load
    options:
      schema: models_of_the_commands.Trips
      max_quarantined: 0.5
      on_failure: {on_failure}
"""
GOOD = pd.DataFrame({"trip": [1, 2, 3, 4], "fare": [1.0, 2.0, 3.0, 4.0], "email": list("abcd")})
BAD = GOOD.assign(fare=[1.0, -2.0, 3.0, 4.0], email=["a", "secret", "c", "d"])


class Trips(pa.DataFrameModel):
    trip: int = pa.Field(unique=True)
    fare: float = pa.Field(ge=0)
    email: str = pa.Field(str_length={"max_value": 1}, metadata={"sensitive": True})

    @rule(ge=1)
    @classmethod
    def number_of_trips(cls, trips: Columns) -> nw.Expr:
        return trips.rows


class Project:
    """A project of its own, in a temporary directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = "rides"

    def configure(self, on_failure: str = "error") -> None:
        contract = f"{Contract.__module__}.{Contract.__qualname__}"
        catalog = CATALOG
        for name in ("trips", "ridden", "absent"):
            entry = ENTRY.format(
                month="${param:month}", name=name, contract=contract, on_failure=on_failure
            )
            catalog = catalog.replace("{entry}", entry, 1)
        for name, text in {
            "base/parameters.yml": 'month: "2020-04"\n',
            "base/globals.yml": "owner: us@example.com\n",
            "base/catalog.yml": catalog,
            "local/globals.yml": "{}",
        }.items():
            file = self.root / "conf" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def store(self, name: str, frame: pd.DataFrame, month: str = "2020-04") -> Path:
        file = self.root / f"data/01_raw/{name}-{month}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(file)
        return file

    def run(self, *arguments: str) -> Result:
        metadata = SimpleNamespace(
            project_path=self.root, source_dir=self.root / "src", package_name=self.package
        )
        return CliRunner().invoke(contracts, list(arguments), obj=metadata)

    def files(self) -> set[Path]:
        return {file for file in self.root.rglob("*") if file.is_file()}

    def quarantined(self, name: str, frame: pd.DataFrame) -> None:
        frame = frame.copy()
        frame["_reasons"] = [["fare: greater_than_or_equal_to(0)"]] * len(frame)
        directory = self.root / f"data/quarantine/{name}/month=2020-04"
        directory.mkdir(parents=True)
        frame.to_parquet(directory / "rows.parquet")


@pytest.fixture
def project(rides: Path, tmp_path: Path) -> Iterator[Project]:
    module = types.ModuleType("models_of_the_commands")
    module.__dict__.update(Trips=Trips)
    sys.modules[module.__name__] = module
    project = Project(tmp_path)
    project.configure()
    project.store("trips", GOOD)
    project.store("ridden", GOOD)
    yield project
    del sys.modules[module.__name__]


def test_what_holds_is_told_and_what_is_not_there(project: Project) -> None:
    before = project.files()
    result = project.run("check")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split() for line in lines if line.startswith(("ridden", "trips"))] == [
        ["ridden", "4", "10", "passed"],
        ["trips", "4", "10", "passed"],
    ]
    assert "Not there: absent" in lines
    assert project.files() == before


def test_what_is_broken_is_told_as_in_a_run(project: Project) -> None:
    project.store("trips", BAD)
    result = project.run("check", "trips")
    assert result.exit_code == 1
    assert "column 'fare': greater_than_or_equal_to(0) failed once" in result.stdout
    assert "-2.0" in result.stdout
    assert "secret" not in result.output


def test_every_option_of_what_to_do_on_failure_is_told_and_nothing_is_done(
    project: Project,
) -> None:
    project.store("trips", BAD)
    for on_failure, note in (("quarantine", "quarantine 1 rows"), ("warn", "warn and go on")):
        project.configure(on_failure)
        before = project.files()
        result = project.run("check", "trips")
        assert (result.exit_code, note in result.stdout) == (1, True), result.output
        assert project.files() == before


def test_json_is_all_there_is(project: Project) -> None:
    project.store("trips", BAD)
    result = project.run("check", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["not_there"] == ["absent"]
    ridden, trips = found["contracts"]
    assert (ridden["outcome"], ridden["rows"], ridden["failures"]) == ("passed", 4, [])
    assert (trips["outcome"], trips["measures"]) == ("failed", {"number_of_trips": 4.0})
    assert {failure["column"] for failure in trips["failures"]} == {"fare", "email"}


def test_a_truncated_file_is_broken(project: Project) -> None:
    file = project.store("trips", GOOD)
    file.write_bytes(file.read_bytes()[:100])
    result = project.run("check")
    assert result.exit_code == 1
    assert "cannot be read" in result.stdout
    assert "Traceback" not in result.output
    assert "error" in json.loads(project.run("check", "--json").stdout)["contracts"][1]


def test_parameters_choose_the_data(project: Project) -> None:
    project.store("trips", BAD, "2020-05")
    assert project.run("check", "trips").exit_code == 0
    assert project.run("check", "trips", "--params", "month=2020-05").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "messages"),
    [
        (["check", "trip"], ["no dataset 'trip'", "Did you mean trips"]),
        (["check", "free"], ["'free' has no contract", "kedro contracts infer free"]),
        (["check", "figures"], ["'figures' has no contract", "figures, not rows"]),
        (["check", "trips", "absent"], ["Not there in 2020-04", "absent-2020-04.parquet"]),
        (["check", "--env", "prd"], ["no environment 'prd'", "base, local"]),
        (["check", "--params", "month=2020-13"], ["'2020-13' is not a month"]),
        (["check", "--params", "month"], ["key and a value"]),
        (["infer", "figures"], ["figures, not rows"]),
        (["infer", "absent"], ["Not there in 2020-04"]),
        (["quarantine", "trips"], ["quarantines no rows", "on_failure: error"]),
        (["release", "trips"], ["quarantines no rows", "on_failure: error"]),
        (["release", "trip"], ["no dataset 'trip'"]),
    ],
)
def test_wrong_usage_says_what_to_do(
    project: Project, arguments: list[str], messages: list[str]
) -> None:
    result = project.run(*arguments)
    assert result.exit_code == 2, result.output
    assert [each for each in messages if each not in result.stderr] == []
    assert "Traceback" not in result.output


def test_a_first_contract_is_written_once(project: Project) -> None:
    file = project.root / "src" / project.package / "contracts/ridden.py"
    result = project.run("infer", "ridden")
    assert result.exit_code == 0, result.output
    assert "contract: ridden.Ridden" in result.stdout
    text = file.read_text()
    assert "from kedro_golden_path import" in text
    assert 'email: str = pa.Field(metadata={"sensitive": True})' in text
    again = project.run("infer", "ridden")
    assert again.exit_code == 2
    assert "nothing is overwritten" in again.stderr
    assert file.read_text() == text


def test_a_first_contract_hides_no_module(project: Project) -> None:
    module = project.root / "src" / project.package / "contracts.py"
    module.parent.mkdir(parents=True)
    module.touch()
    result = project.run("infer", "ridden")
    assert result.exit_code == 2 and "contracts.py is a module" in result.stderr
    assert list(module.parent.iterdir()) == [module]


def test_a_first_contract_is_written_where_one_wants_it(project: Project) -> None:
    file = project.root / "drafts/mine.py"
    assert project.run("infer", "ridden", "--output", str(file)).exit_code == 0
    assert "from kedro_golden_path import" in file.read_text()


def test_the_data_dictionary_is_written_and_checked(project: Project) -> None:
    assert project.run("docs", "--check").exit_code == 1
    assert project.run("docs").exit_code == 0
    assert project.run("docs", "--check").exit_code == 0
    page = project.root / "docs/data-dictionary.md"
    assert "### trips" in page.read_text()
    page.write_text("Ours, of three weeks.")
    result = project.run("docs", "--check")
    assert result.exit_code == 1
    assert "kedro contracts docs" in result.stderr
    result = project.run("docs")
    assert (result.exit_code, page.read_text()) == (2, "Ours, of three weeks.")
    assert "docs/data-dictionary.md was not written by kedro contracts docs" in result.stderr


def test_a_project_without_contracts_needs_no_data_dictionary(project: Project) -> None:
    (project.root / "conf/base/catalog.yml").write_text("free: {type: MemoryDataset}\n")
    assert project.run("docs", "--check").exit_code == 0
    assert project.run("check").exit_code == 0


def test_rows_that_were_put_aside_are_shown_and_released(project: Project) -> None:
    project.configure("quarantine")
    nothing = project.run("quarantine", "trips")
    assert "No row of 'trips' is quarantined in 2020-04" in nothing.stdout
    assert project.run("release", "trips").exit_code == 2
    project.quarantined("trips", pd.concat([BAD.iloc[[1]]] * 30).assign(trip=range(30)))
    shown = project.run("quarantine", "trips")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.count("greater_than_or_equal_to(0)") == 20
    assert "30 rows of 'trips' quarantined" in shown.stdout
    assert "rows.parquet" in shown.stdout
    record = json.loads(project.run("quarantine", "trips", "--json").stdout)
    assert (record["quarantined"], len(record["rows"])) == (30, 30)
    assert record["rows"][0]["email"] == "•••"
    released = project.run("release", "trips", "--params", "month=2020-04")
    assert released.exit_code == 0
    assert "30 rows of 'trips' pass" in released.stdout
    assert "kedro run --params month=2020-04" in released.stdout
    assert json.loads(project.run("quarantine", "trips", "--json").stdout)["released"] == 30


def test_a_narrow_terminal_cuts_nothing_off(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    project.configure("quarantine")
    project.quarantined("trips", BAD.iloc[[1]])
    assert "fare: greater_than_or_equal_to(0)" in project.run("quarantine", "trips").stdout


def test_released_rows_hold(project: Project) -> None:
    project.configure("quarantine")
    project.store("trips", BAD)
    project.quarantined("trips", BAD.iloc[[1]])
    assert project.run("check", "trips").exit_code == 1
    assert project.run("release", "trips").exit_code == 0
    assert project.run("check", "trips").exit_code == 0


@pytest.mark.parametrize("command", ["", "check", "infer", "docs", "quarantine", "release"])
def test_every_command_has_help(project: Project, command: str) -> None:
    result = project.run(*command.split(), "--help")
    assert result.exit_code == 0
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_the_package_can_still_be_run_as_a_module(project: Project) -> None:
    command: Any = find_run_command(project.package)
    assert command.name == "run"


def test_logs_leave_standard_output_alone() -> None:
    handler = logging.StreamHandler(sys.stdout)
    logging.getLogger().addHandler(handler)
    try:
        stored.log_to_stderr()
        assert handler.stream is sys.stderr
    finally:
        logging.getLogger().removeHandler(handler)

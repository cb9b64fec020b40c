"""kedro doctor on generated projects: as they come, edited for real, and many at once."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import KEDRO, ROOT, Generate, Project, clean_environment

VERSION = (ROOT / "VERSION").read_text().strip()
OLDER = "0.4.0"
SECRET = f"token: {'ghp_'}Zk3vXq8LmT5wRb2NcY7dHs9JfGp4Ea6UoBtQ\n"
NODE = """

def clean_prices(prices):
    prices.to_csv("prices.csv")
    return prices
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A directory that says the version of a template."""
    directory = tmp_path / "template"
    directory.mkdir()
    (directory / "VERSION").write_text(f"{VERSION}\n")
    return directory


def made_with(project: Path, template: Path, version: str = VERSION) -> Path:
    """Let a project come from a version of a template."""
    context = {"cookiecutter": {"_template_version": version}}
    content = {"template": str(template), "commit": None, "context": context}
    (project / ".cruft.json").write_text(json.dumps(content))
    return project


def kedro(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command of the environment of these tests, which has the plugin as it lies here."""
    return subprocess.run(
        [KEDRO, *arguments],
        cwd=directory,
        env=clean_environment() | {"COLUMNS": "200", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def edit(project: Project, name: str, old: str, new: str) -> None:
    file = project.path / name
    text = file.read_text()
    assert old in text, name
    file.write_text(text.replace(old, new, 1))


def append(project: Project, name: str, text: str) -> None:
    with (project.path / name).open("a") as stream:
        stream.write(text)


def test_nothing_is_found_in_the_example(project: Project, template: Path) -> None:
    made_with(project.path, template)
    done = subprocess.run(
        ["make", "--silent", "doctor"], cwd=project.path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "Nothing found by 12 rules: flight-delays is on the golden path.\n"


def test_nothing_is_found_in_a_project_without_example(
    empty_project: Project, template: Path
) -> None:
    made_with(empty_project.path, template)
    told = json.loads(empty_project.kedro("doctor", "--json"))
    assert (told["findings"], told["not_looked_at"]) == ([], [])
    assert told["contracts"] == {"kept": 0, "under_contract": 0, "exempt": 0}


def test_each_edit_is_found(project: Project, template: Path) -> None:
    made_with(project.path, template, OLDER)
    append(
        project,
        "conf/base/catalog/raw.yml",
        "\nprices: {type: pandas.CSVDataset, filepath: prices.csv}\n",
    )
    edit(project, "conf/base/catalog/reporting.yml", "no_contract: a picture", "no_contract:")
    append(project, "src/flight_delays/pipelines/features/nodes.py", NODE)
    edit(
        project,
        "src/flight_delays/pipelines/features/pipeline.py",
        "import build_features",
        "import build_features, clean_prices",
    )
    edit(
        project,
        "src/flight_delays/pipelines/features/pipeline.py",
        "            Node(\n",
        '            Node(clean_prices, "prices", "prices_clean"),\n            Node(\n',
    )
    edit(project, "conf/base/airflow_dags.yml", "2013-04-01", "2014-04-01")
    edit(project, "src/flight_delays/contracts/raw.py", "class PlanesRaw", "class Planes_Raw")
    edit(project, "conf/base/catalog/raw.yml", "PlanesRaw", "Planes_Raw")
    edit(project, "pyproject.toml", '"matplotlib>=3.10"', '"matplotlib>=99"')
    edit(project, "requirements-spark.lock", "matplotlib==", "matplotlib>=")
    edit(project, "conf/base/globals.yml", "owner: ", "owner: # ")
    append(project, "conf/base/parameters.yml", SECRET)

    told = json.loads(project.kedro("doctor", "--json", code=1))
    found = {(each["rule"], each["where"].partition(":")[0]) for each in told["findings"]}
    assert found == {
        ("template-version", ".cruft.json"),
        ("contracts", "conf/base/catalog/raw.yml"),
        ("contracts", "conf/base/catalog/reporting.yml"),
        ("node-io", "src/flight_delays/pipelines/features/nodes.py"),
        # Both name the owner.
        ("dags", "dags/flight_delays_training.py"),
        ("dags", "dags/flight_delays_scoring.py"),
        ("data-dictionary", "docs/data-dictionary.md"),
        ("lock", "requirements.lock"),
        ("lock", "requirements-dev.lock"),
        ("lock", "requirements-notebook.lock"),
        ("lock", "requirements-spark.lock"),
        ("lock-hashes", "requirements-spark.lock"),
        ("owner", "conf/base/globals.yml"),
        ("secrets", "conf/base/parameters.yml"),
    }
    assert told["not_looked_at"] == []
    assert (told["version"], told["newest"]) == (OLDER, VERSION)


def test_a_project_that_cannot_be_loaded_is_told_of(project: Project, template: Path) -> None:
    made_with(project.path, template)
    append(project, "src/flight_delays/pipelines/scoring/nodes.py", "import no_such_package\n")
    output = project.kedro("doctor", code=1)
    assert "importing the 'flight_delays.pipelines.scoring' module" in output
    assert "ModuleNotFoundError: No module named 'no_such_package'" in output
    assert "tell the platform team" not in output and "Traceback" not in output


def test_a_template_out_of_reach_is_no_finding(project: Project, tmp_path: Path) -> None:
    made_with(project.path, tmp_path / "gone")
    output = project.kedro("doctor")
    assert f"Not looked at: template-version: {tmp_path}/gone cannot be reached" in output


def test_a_finding_that_the_team_accepts_is_none(project: Project, template: Path) -> None:
    made_with(project.path, template, OLDER)
    table, reason = "tool.kedro-golden-path.doctor.accept", "After the summer sale."
    line = f'".cruft.json" = "{reason}"'
    append(project, "pyproject.toml", f"\n[{table}.template-version]\n{line}\n")
    told = json.loads(project.kedro("doctor", "--json"))
    assert told["findings"] == []
    assert [(each["rule"], each["accepted"]) for each in told["accepted"]] == [
        ("template-version", reason)
    ]


def test_a_project_of_kedros_own_starter_is_told_what_it_lacks(tmp_path: Path) -> None:
    new = ("new", "--name", "Shop Sales", "--tools", "none", "--example", "n", "--telemetry", "no")
    done = kedro(tmp_path, *new)
    assert done.returncode == 0, done.stderr
    catalog = "sales: {type: pandas.CSVDataset, filepath: data/01_raw/sales.csv}\n"
    (tmp_path / "shop-sales/conf/base/catalog.yml").write_text(catalog)
    done = kedro(tmp_path / "shop-sales", "doctor")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stdout.splitlines()
    for finding in (
        "  conf/base/catalog.yml: 'sales' has no contract",
        "  requirements.lock: is missing",
        "  conf/base/globals.yml: has no owner",
        "4 findings of 3 rules; 7 rules looked.",
    ):
        assert finding in lines
    assert [line.split(": ")[1] for line in lines if line.startswith("Not looked at")] == [
        "template-version",
        "plugin-version",
        "dags",
        "data-dictionary",
        "lock-hashes",
    ]
    assert any("docs/adopting.md" in line for line in lines)


def test_who_asks_for_the_fleet_is_told_where_it_is(tmp_path: Path, project: Project) -> None:
    done = kedro(project.path, "doctor", "--fleet", str(tmp_path), "--format", "html")
    assert done.returncode == 2
    assert "with make fleet DIRECTORY=…" in done.stderr


def test_many_generated_projects_are_one_table(
    generate: Generate, template: Path, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet"
    for name, version in {"Late Trains": OLDER, "Shop Sales": VERSION}.items():
        made_with(generate(fleet, project_name=name, example="none"), template, version)
    edited = made_with(generate(fleet, project_name="Old Cars"), template)
    (edited / "requirements.lock").unlink()
    (fleet / "plain").mkdir()
    (fleet / "plain/pyproject.toml").write_text('[tool.kedro]\npackage_name = "plain"\n')
    command = ["make", "--no-print-directory", "fleet", "FORMAT=json", f"DIRECTORY={fleet}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["adoption"] == {"projects": 4, "on_the_path": 3, "elsewhere": ["plain"]}
    assert told["versions"] == {VERSION: 2, OLDER: 1}
    assert {
        each["directory"]: [finding["rule"] for finding in each["findings"]]
        for each in told["projects"]
    } == {"late-trains": ["template-version"], "old-cars": ["lock"], "shop-sales": []}

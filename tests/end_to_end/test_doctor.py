"""kedro doctor on generated projects: as they come, edited for real, and many at once."""

import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import Generate, Project, clean_environment

VERSION = "1.2.0"
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


def doctor(project: Project, *arguments: str, code: int) -> str:
    """What the command prints for people or programs, after checking its exit code."""
    done = subprocess.run(
        [str(project.path / ".venv/bin/kedro"), "doctor", *arguments],
        cwd=project.path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


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
    assert done.stdout == "Nothing found by 10 rules: flight-delays is on the golden path.\n"


def test_nothing_is_found_in_a_project_without_example(
    empty_project: Project, template: Path
) -> None:
    made_with(empty_project.path, template)
    told = json.loads(doctor(empty_project, "--json", code=0))
    assert (told["findings"], told["not_looked_at"]) == ([], [])
    assert told["contracts"] == {"kept": 0, "under_contract": 0, "exempt": 0}


def test_each_edit_is_found(project: Project, template: Path) -> None:
    made_with(project.path, template, "1.1.0")
    append(project, "src/flight_delays/golden_path/months.py", "# mine\n")
    (project.path / "tests/golden_path/test_months.py").unlink()
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
    edit(project, "pyproject.toml", '"filelock>=3.20"', '"filelock>=99"')
    edit(project, "requirements-spark.lock", "filelock==", "filelock>=")
    edit(project, "conf/base/globals.yml", "owner: ", "owner: # ")
    append(project, "conf/base/parameters.yml", SECRET)

    told = json.loads(doctor(project, "--json", code=1))
    found = {(each["rule"], each["where"].partition(":")[0]) for each in told["findings"]}
    assert found == {
        ("template-version", ".cruft.json"),
        ("platform-files", "src/flight_delays/golden_path/months.py"),
        ("platform-files", "tests/golden_path/test_months.py"),
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
    assert (told["version"], told["newest"]) == ("1.1.0", VERSION)


def test_a_project_that_cannot_be_loaded_is_told_of(project: Project, template: Path) -> None:
    made_with(project.path, template)
    append(project, "src/flight_delays/pipelines/scoring/nodes.py", "import no_such_package\n")
    output = doctor(project, code=1)
    assert "importing the 'flight_delays.pipelines.scoring' module" in output
    assert "ModuleNotFoundError: No module named 'no_such_package'" in output
    assert "tell the platform team" not in output and "Traceback" not in output


def test_a_template_out_of_reach_is_no_finding(project: Project, tmp_path: Path) -> None:
    made_with(project.path, tmp_path / "gone")
    output = doctor(project, code=0)
    assert f"Not looked at: template-version: {tmp_path}/gone cannot be reached" in output


def test_many_generated_projects_are_one_table(
    project: Project, generate: Generate, template: Path, tmp_path: Path
) -> None:
    fleet = tmp_path / "fleet"
    for name, version in {"Late Trains": "1.1.0", "Shop Sales": VERSION}.items():
        made_with(generate(fleet, project_name=name, example="none"), template, version)
    edited = made_with(generate(fleet, project_name="Old Cars"), template)
    (edited / "requirements.lock").unlink()
    (fleet / "plain").mkdir()
    (fleet / "plain/pyproject.toml").write_text('[tool.kedro]\npackage_name = "plain"\n')
    told: dict[str, Any] = json.loads(doctor(project, "--fleet", str(fleet), "--json", code=1))
    assert told["adoption"] == {"projects": 4, "on_the_path": 3, "elsewhere": ["plain"]}
    assert told["versions"] == {VERSION: 2, "1.1.0": 1}
    assert {
        each["directory"]: [finding["rule"] for finding in each["findings"]]
        for each in told["projects"]
    } == {"late-trains": ["template-version"], "old-cars": ["lock"], "shop-sales": []}


def test_the_platforms_files_are_recorded_as_they_are_generated(generate: Generate) -> None:
    for example in ("flights", "none"):
        project = generate(project_name=f"Shop {example}", example=example)
        package = f"src/shop_{example}/golden_path"
        record = json.loads((project / package / "digests.json").read_text())
        files = {
            path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for place in (package, "tests/golden_path")
            for path in (project / place).rglob("*")
            if path.is_file() and path.name != "digests.json"
        }
        assert record == files
        assert list(record) == sorted(record)

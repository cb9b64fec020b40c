"""`kedro run` in a generated project: what it leaves behind, and how it says what is wrong."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import ROOT, Project, copy_project, spare_picture

PREDICTIONS = "data/07_model_output/predictions/month={}/predictions.parquet"
# Two models that take over, one that is refused, and one after it.
REPLAYED = ["2013-04", "2013-07", "2013-10", "2013-12"]


@pytest.fixture(scope="module")
def used(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, str]:
    """A project in which the default month was run, and what that printed."""
    project = copy_project(installed, tmp_path_factory.mktemp("used") / "project")
    return project, project.kedro("run")


@pytest.fixture
def used_project(used: tuple[Project, str]) -> Project:
    """The same project, for tests that only look."""
    return used[0]


def test_a_run_ends_with_a_summary(used: tuple[Project, str]) -> None:
    _, output = used
    assert re.search(r"^flights_raw +28,330 +79$", output, re.MULTILINE)
    assert re.search(r"^roc_auc +0\.\d{4} +- +0\.\d{4}$", output, re.MULTILINE)
    assert "Model version 1 was promoted: now the champion" in output
    assert PREDICTIONS.format("2013-04") in output
    assert "make ui" in output and "make viz" in output


def test_a_run_is_tracked(used_project: Project) -> None:
    store = used_project.store()
    (run,) = store["runs"]
    assert (run["name"], run["status"]) == ("default 2013-04", "FINISHED")
    assert run["experiment"] == "flight_delays"
    assert run["params"]["month"] == "2013-04"
    assert run["params"]["gate.margin"] == "0.005"
    for figure in ("roc_auc", "average_precision", "brier", "log_loss"):
        assert {figure, f"baseline/{figure}", f"carrier/UA/{figure}"} <= run["metrics"].keys()
    assert run["metrics"]["contracts/flights_raw/rows"] == 28_330
    assert run["tags"]["contracts"] == "passed"
    plots = {"roc", "precision_recall", "calibration", "feature_importance"}
    assert {f"reports/{plot}.png" for plot in plots} <= set(run["artifacts"])
    assert {"contracts.html", "contracts.json"} <= set(run["artifacts"])


def test_a_run_says_where_it_came_from(used_project: Project) -> None:
    (run,) = used_project.store()["runs"]
    tags = run["tags"]
    assert tags["owner"] == "team@example.com"
    assert tags["month"] == "2013-04"
    assert tags["golden_path_version"] == (ROOT / "VERSION").read_text().strip()
    assert re.fullmatch(r"3\.\d+\.\d+", tags["python_version"])
    digest = re.compile("sha256:[0-9a-f]{64}")
    assert digest.fullmatch(tags["lock_digest"])
    inputs = {name for name in tags if name.startswith("input.")}
    assert inputs == {
        "input.airlines_raw",
        "input.airports_raw",
        "input.flights_raw",
        "input.history.flights_raw.2013-01",
        "input.history.flights_raw.2013-02",
        "input.history.flights_raw.2013-03",
        "input.planes_raw",
        "input.weather_raw",
    }
    assert all(digest.fullmatch(tags[name]) for name in inputs)


def test_the_commit_and_uncommitted_changes_are_recorded(project: Project) -> None:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *command], cwd=project.path, check=True)
    project.kedro("run", "--pipelines", "ingestion")
    (project.path / "README.md").write_text("changed")
    project.kedro("run", "--pipelines", "ingestion")
    clean, dirty = (run["tags"] for run in project.store()["runs"])
    assert re.fullmatch("[0-9a-f]{40}", clean["git_commit"])
    assert clean["git_commit"] == dirty["git_commit"]
    assert (clean["git_dirty"], dirty["git_dirty"]) == ("false", "true")


def test_the_model_is_ready_to_be_served(used_project: Project) -> None:
    program = """
import json, mlflow, pandas as pd
mlflow.set_tracking_uri("sqlite:///mlflow.db")
model = mlflow.pyfunc.load_model("models:/flight_delays@champion")
example = model.input_example
requirements = mlflow.pyfunc.get_model_dependencies("models:/flight_delays@champion")
print(json.dumps({
    "types": sorted({str(column.type) for column in model.metadata.signature.inputs}),
    "shape": list(model.predict(example).shape),
    "requirements": open(requirements).read().split(),
}))
"""
    served = json.loads(used_project.run("python", "-W", "ignore", "-c", program).splitlines()[-1])
    assert served["types"] == ["DataType.double", "DataType.string"]
    assert served["shape"] == [5, 2]
    names = [requirement.partition("==")[0] for requirement in served["requirements"]]
    assert names == ["mlflow", "numpy", "pandas", "scikit-learn", "skops"]
    assert all("==" in requirement for requirement in served["requirements"])


def test_predictions_name_their_model_and_run(used_project: Project) -> None:
    (run,) = used_project.store()["runs"]
    file = PREDICTIONS.format("2013-04")
    first = used_project.evaluate(f"pd.read_parquet('{file}').iloc[0].to_dict()")
    assert first["model_version"] == 1
    assert first["run_id"] == run["tags"]["run_id"]
    assert first["month"] == "2013-04"
    assert 0 <= first["probability"] <= 1
    assert used_project.evaluate(f"len(pd.read_parquet('{file}'))") == 28_330


def test_the_gate_promotes_and_refuses(project: Project) -> None:
    spare_picture(project)
    for month in REPLAYED:
        project.kedro("run", "--params", f"month={month}")
    store = project.store()
    assert [run["status"] for run in store["runs"]] == ["FINISHED"] * len(REPLAYED)
    model = store["models"]["flight_delays"]
    versions = [model["versions"][str(number)] for number in range(1, len(REPLAYED) + 1)]
    assert [version["month"] for version in versions] == REPLAYED

    files = {month: PREDICTIONS.format(month) for month in REPLAYED}
    scored_by = project.evaluate(
        f"{{month: pd.read_parquet(file)['model_version'].unique().tolist() "
        f"for month, file in {files}.items()}}"
    )
    champion = None
    for number, version in enumerate(versions, start=1):
        gain = float(version["gate.challenger"]) - float(version["gate.reference"])
        assert version["gate.reference_is"] == ("baseline" if champion is None else "champion")
        assert version.get("gate.incumbent_version") == (champion and str(champion))
        assert version["gate.promote"] == str(gain >= 0.005), version["gate.reason"]
        assert f"{float(version['gate.challenger']):.4f}" in version["gate.reason"]
        assert f"{float(version['gate.reference']):.4f}" in version["gate.reason"]
        if gain >= 0.005:
            assert version.get("previous_champion") == (champion and str(champion))
            champion = number
        else:
            assert "previous_champion" not in version
        assert scored_by[version["month"]] == [champion]
    assert model["aliases"] == {"champion": champion, "challenger": len(REPLAYED)}
    assert [version["gate.promote"] for version in versions] == ["True", "True", "False", "True"]

    # The champion was fitted to the three months before its own.
    output = project.kedro("run", "--params", "month=2013-10")
    assert "was refused: stays a challenger" in output
    assert "the comparison would not be fair" in output


def test_named_pipelines_run_alone_and_say_what_has_to_run_before(project: Project) -> None:
    project.kedro("run", "--pipelines", "ingestion")
    project.kedro("run", "--pipelines", "features")
    output = project.kedro("run", "--pipelines", "scoring", code=1)
    assert "Traceback" not in output
    assert "No version of the model 'flight_delays' is champion yet" in output
    assert "kedro run --pipelines ingestion,features,training" in output
    assert not (project.path / PREDICTIONS.format("2013-04")).exists()
    project.kedro("run", "--pipelines", "training")
    project.kedro("run", "--pipelines", "scoring")
    assert (project.path / PREDICTIONS.format("2013-04")).exists()
    assert [(run["name"].partition(" ")[0], run["status"]) for run in project.store()["runs"]] == [
        ("ingestion", "FINISHED"),
        ("features", "FINISHED"),
        ("scoring", "FAILED"),
        ("training", "FINISHED"),
        ("scoring", "FINISHED"),
    ]


def corrupt(project: Project) -> None:
    """Give twelve flights of April an origin that does not exist."""
    file = project.path / "data/01_raw/flights/month=2013-04/flights.parquet"
    project.run(
        "python",
        "-c",
        "import pandas as pd; "
        f"frame = pd.read_parquet('{file}'); "
        "frame.loc[frame.index[:12], 'origin'] = 'XXX'; "
        f"frame.to_parquet('{file}', index=False)",
    )


@pytest.mark.parametrize("runner", ["SequentialRunner", "ThreadRunner", "ParallelRunner"])
def test_every_runner_leaves_a_report_on_the_data(project: Project, runner: str) -> None:
    corrupt(project)
    run = ["run", "--pipelines", "ingestion", "--runner", runner]
    project.kedro(*run, code=1)
    catalog = project.path / "conf/base/catalog/raw.yml"
    options = "contract: {schema: raw.FlightsRaw, on_failure: quarantine}"
    catalog.write_text(catalog.read_text().replace("contract: raw.FlightsRaw", options, 1))
    project.kedro(*run)
    failed, quarantined = project.store()["runs"]
    assert (failed["status"], quarantined["status"]) == ("FAILED", "FINISHED")
    assert failed["tags"]["contracts"] == "failed: flights_raw"
    assert quarantined["tags"]["contracts"] == "quarantined: flights_raw (12 rows)"
    assert quarantined["metrics"]["contracts/datasets"] == 11
    assert quarantined["metrics"]["contracts/flights_raw/quarantined"] == 12
    assert quarantined["metrics"]["contracts/schedule/rows"] == 28_318
    for each in (failed, quarantined):
        assert {"contracts.html", "contracts.json"} <= set(each["artifacts"])


def test_a_broken_contract_stops_the_run(project: Project) -> None:
    corrupt(project)
    output = project.kedro("run", code=1)
    message = output[output.index("Error:") :]
    assert "Traceback" not in output
    assert "'flights_raw'" in message
    assert "data/01_raw/flights/month=2013-04/flights.parquet" in message
    assert re.search(r"column 'origin': isin\(.*\) failed 12 times, for example 'XXX'", message)
    assert "What to do: repair the source" in message
    assert "src/flight_delays/contracts/raw.py" in message
    assert not (project.path / "data/02_intermediate/schedule").exists()
    (run,) = project.store()["runs"]
    assert run["status"] == "FAILED"
    assert run["tags"]["contracts"] == "failed: flights_raw"
    assert "'flights_raw'" in run["tags"]["error"]


def test_a_file_of_another_month_is_noticed(project: Project) -> None:
    flights = project.path / "data/01_raw/flights"
    shutil.copyfile(
        flights / "month=2013-05/flights.parquet", flights / "month=2013-04/flights.parquet"
    )
    output = project.kedro("run", "--pipelines", "ingestion", code=1)
    assert "in_period(2013-04) failed 28,796 times, for example '2013-05'" in output
    assert not (project.path / "data/02_intermediate/schedule/month=2013-04").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--params", "month=2013-13"], "'2013-13' is not a month. Write it as YYYY-MM"),
        (["--params", "month=2014-01"], "The months that are there: 2013-01, 2013-02"),
        (["--params", "month=2013-02"], "2 of the 3 months that are needed do not exist"),
        (
            ["--pipelines", "trianing"],
            "Did you mean training? Pipelines of this project: __default__, features, ingestion",
        ),
        (
            ["--env", "prdo"],
            "Did you mean prod? Environments of this project: base, local, prod, spark, test.",
        ),
        (["--env", "prod"], "DATA_ROOT  (used in conf/prod/globals.yml)\n  MLFLOW_TRACKING_URI"),
    ],
)
def test_mistakes_are_explained(project: Project, arguments: list[str], expected: str) -> None:
    output = project.kedro("run", *arguments, code=1)
    assert expected in output
    assert "Traceback" not in output
    assert list((project.path / "data/07_model_output").iterdir()) == [
        project.path / "data/07_model_output/.gitkeep"
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (".Predictions", ".Predictoins", "Predictoins' cannot be imported"),
        (
            "contract: model_output.Predictions",
            "contract: {schema: model_output.Predictions, on_failure: ignore}",
            "on_failure is one of error, quarantine, warn, not 'ignore'",
        ),
    ],
)
def test_a_contract_that_cannot_work_is_found_before_any_node_runs(
    project: Project, right: str, wrong: str, expected: str
) -> None:
    file = project.path / "conf/base/catalog/model_output.yml"
    file.write_text(file.read_text().replace(right, wrong))
    output = project.kedro("run", code=1)
    entry = "The catalog entry 'predictions' (conf/base/catalog/model_output.yml"
    assert entry in output and "declares a contract that cannot be used" in output
    assert expected in output
    assert "Running node" not in output
    (run,) = project.store()["runs"]
    assert run["status"] == "FAILED" and expected in run["tags"]["error"]


def test_a_check_that_is_a_python_function_is_refused_by_name(project: Project) -> None:
    contracts = project.path / "src/flight_delays/contracts/model_output.py"
    contracts.write_text(
        contracts.read_text().replace(
            "    @rule(ge=20_000, le=40_000)\n",
            "    @pa.check('probability')\n"
            "    @classmethod\n"
            "    def is_sure(cls, probability):\n"
            "        return probability > 0.9\n\n"
            "    @rule(ge=20_000, le=40_000)\n",
        )
    )
    output = project.kedro("run", code=1)
    assert "the check 'is_sure' of column 'probability' cannot be translated" in output
    assert "Running node" not in output

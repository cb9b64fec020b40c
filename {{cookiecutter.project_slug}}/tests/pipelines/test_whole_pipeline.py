"""All pipelines on a small slice of the real data, in the environment `test`."""

import json
from pathlib import Path

import pandas as pd
import pytest
from kedro.framework.startup import bootstrap_project
from kedro_golden_path import Session

PROJECT = Path(__file__).resolve().parents[2]
MONTHS = ["2013-03", "2013-04", "2013-05", "2013-06"]
FLIGHTS_A_MONTH = 1_000
PARAMETERS = {
    "month": "2013-06",
    # So few flights may well lose to the baseline; there has to be a champion to score.
    "gate": {"margin": -1.0},
    # What takes long and shows nothing here.
    "model": {"classifier": {"max_iter": 20}},
    "importance": {"rows": 50, "repeats": 1},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory after a run on every thirtieth flight or so."""
    root = tmp_path_factory.mktemp("test")
    raw, data = PROJECT / "data/01_raw", root / "data"
    for month in MONTHS:
        file = f"flights/month={month}/flights.parquet"
        flights = pd.read_parquet(raw / file).sample(FLIGHTS_A_MONTH, random_state=1)
        (data / "01_raw" / file).parent.mkdir(parents=True)
        flights.to_parquet(data / "01_raw" / file, index=False)
    for table in raw.glob("*.parquet"):
        (data / "01_raw" / table.name).symlink_to(table)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TEST_ROOT", str(root))
        # A slice has fewer rows than the contracts expect of a month.
        environment.setenv("KEDRO_DATASET_VALIDATION", "off")
        bootstrap_project(PROJECT)
        session = Session.create(project_path=PROJECT, env="test")
        session.run(runtime_params=PARAMETERS)
    return data


def test_every_flight_is_scored(data: Path) -> None:
    predictions = pd.read_parquet(
        data / "07_model_output/predictions/month=2013-06/predictions.parquet"
    )
    assert len(predictions) == FLIGHTS_A_MONTH
    assert predictions["model_version"].unique().tolist() == [1]
    assert predictions["probability"].between(0, 1).all()


def test_the_model_learns_from_the_months_before(data: Path) -> None:
    directory = data / "05_model_input"
    training = pd.read_parquet(directory / "training_set/month=2013-06/training_set.parquet")
    evaluation = pd.read_parquet(directory / "evaluation_set/month=2013-06/evaluation_set.parquet")
    assert sorted(training["month"].unique()) == ["2013-03", "2013-04", "2013-05"]
    assert evaluation["month"].unique().tolist() == ["2013-06"]


def test_the_gate_gives_its_figures(data: Path) -> None:
    decision = json.loads((data / "08_reporting/month=2013-06/gate_decision.json").read_text())
    assert decision["reference_is"] == "baseline"
    assert decision["margin"] == -1.0
    assert decision["promote"] is True
    assert 0.5 < decision["challenger"] < 1


def test_nothing_is_written_next_to_the_real_data(data: Path) -> None:
    assert {path.name for path in data.parent.iterdir()} >= {"data", "mlflow.db", "mlruns"}
    assert PROJECT not in data.parents

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.pipelines.scoring.nodes import score

SCORING = {"threshold": 0.5}


@pytest.fixture
def features() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "scheduled_hour": pd.Timestamp("2013-04-07T10Z"),
            "carrier": "UA",
            "flight": [3, 1, 2],
            "month": "2013-04",
            "hour": [0.9, 0.49, 0.5],
        }
    )


@pytest.fixture
def champion(oracle: Callable[[str], Any]) -> dict[str, Any]:
    """A model whose probability is the column `hour`."""
    return {"estimator": oracle("hour"), "version": 7, "month": "2013-03", "run_id": "earlier"}


def test_every_flight_gets_one_prediction(features: pd.DataFrame, champion: dict[str, Any]) -> None:
    predictions = score(features, champion, "this-run", SCORING)

    assert list(predictions) == [
        *("scheduled_hour", "carrier", "flight", "month"),
        *("probability", "decision", "model_version", "run_id"),
    ]
    assert predictions["flight"].tolist() == [3, 1, 2]
    assert predictions["probability"].tolist() == [0.9, 0.49, 0.5]
    assert predictions["month"].unique() == ["2013-04"]


def test_from_the_threshold_on_a_flight_is_late(
    features: pd.DataFrame, champion: dict[str, Any]
) -> None:
    predictions = score(features, champion, "this-run", SCORING)

    assert predictions["decision"].tolist() == [True, False, True]


def test_a_prediction_names_its_model_and_the_run_that_made_it(
    features: pd.DataFrame, champion: dict[str, Any]
) -> None:
    predictions = score(features, champion, "this-run", SCORING)

    assert set(predictions["model_version"]) == {7}
    assert set(predictions["run_id"]) == {"this-run"}


def test_without_a_champion_there_are_no_predictions(features: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="no champion"):
        score(features, {}, "this-run", SCORING)

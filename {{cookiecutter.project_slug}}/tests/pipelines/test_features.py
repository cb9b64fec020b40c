from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.runner import SequentialRunner

from {{ cookiecutter.package_name }}.pipelines import features as features_pipeline
from {{ cookiecutter.package_name }}.pipelines import ingestion as ingestion_pipeline

Run = Callable[[pd.DataFrame], dict[str, pd.DataFrame]]

# Whatever raw flights have that is not known before departure.
OUTCOMES = ["dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"]


@pytest.fixture
def run(
    weather_raw: pd.DataFrame,
    planes_raw: pd.DataFrame,
    airports_raw: pd.DataFrame,
    airlines: pd.DataFrame,
) -> Run:
    """Run the pipelines as Kedro does, so that their wiring is tested with them."""

    def run_pipelines(flights_raw: pd.DataFrame) -> dict[str, pd.DataFrame]:
        tables = {
            "flights_raw": flights_raw,
            "weather_raw": weather_raw,
            "planes_raw": planes_raw,
            "airports_raw": airports_raw,
            "airlines_raw": airlines,
        }
        catalog = DataCatalog({name: MemoryDataset(table) for name, table in tables.items()})
        pipeline = ingestion_pipeline.create_pipeline() + features_pipeline.create_pipeline()
        outputs = SequentialRunner().run(pipeline, catalog)
        return {name: outputs[name].load() for name in ("features", "outcomes")}

    return run_pipelines


@pytest.fixture
def features(run: Run, flights_raw: pd.DataFrame) -> pd.DataFrame:
    """By carrier and flight, to be looked up."""
    return run(flights_raw)["features"].set_index(["carrier", "flight"])


def erase(outcome: pd.Series) -> pd.Series:
    return outcome * np.nan


def change(outcome: pd.Series) -> pd.Series:
    return outcome.fillna(0) * -3 + 1000


def move_to_other_flights(outcome: pd.Series) -> pd.Series:
    return outcome.iloc[::-1].set_axis(outcome.index)


@pytest.mark.parametrize("tamper", [erase, change, move_to_other_flights])
def test_no_outcome_leaks_into_features(
    run: Run, flights_raw: pd.DataFrame, tamper: Callable[[pd.Series], pd.Series]
) -> None:
    tampered = flights_raw.assign(**{name: tamper(flights_raw[name]) for name in OUTCOMES})
    expected, actual = run(flights_raw), run(tampered)

    assert not actual["outcomes"].equals(expected["outcomes"])
    pd.testing.assert_frame_equal(actual["features"], expected["features"])


def test_outcomes_are_no_input_of_features() -> None:
    inputs = features_pipeline.create_pipeline().inputs()

    assert inputs == {"schedule", "weather", "planes", "airports"}


def test_every_flight_is_there_once_and_in_order(run: Run, flights_raw: pd.DataFrame) -> None:
    features = run(flights_raw)["features"]

    assert features["carrier"].tolist() == flights_raw["carrier"].tolist()
    assert features["flight"].tolist() == flights_raw["flight"].tolist()


def test_all_numbers_but_the_key_are_float(features: pd.DataFrame) -> None:
    # `hour` is the first of the numbers.
    numbers = features.loc[:, "hour":]

    assert set(numbers.dtypes.astype(str)) == {"float64"}


def test_weather_is_that_of_the_scheduled_hour_at_the_origin(features: pd.DataFrame) -> None:
    assert features.loc[("UA", 1), "temp"] == 50
    assert features.loc[("UA", 2), "temp"] == 50
    assert features.loc[("B6", 1), "temp"] == 60
    assert features["temp"].isna()[("B6", 2)]


def test_what_is_known_of_the_plane(features: pd.DataFrame) -> None:
    assert features.loc[("UA", 1), "plane_age"] == 10
    assert features.loc[("UA", 1), "seats"] == 100
    assert features["plane_age"].isna()[("UA", 2)]
    assert features.loc[("UA", 2), "seats"] == 200


@pytest.mark.parametrize("unassigned_and_unregistered", [("AA", 1), ("AA", 2)])
def test_an_unknown_plane_leaves_nulls(
    features: pd.DataFrame, unassigned_and_unregistered: tuple[str, int]
) -> None:
    assert features["plane_age"].isna()[unassigned_and_unregistered]
    assert features["seats"].isna()[unassigned_and_unregistered]


@pytest.mark.parametrize(
    ("flight", "minutes"),
    [
        pytest.param(("UA", 2), 3 * 60, id="same-clock"),
        pytest.param(("UA", 1), 3 * 60 + 15 + 3 * 60, id="three-zones-west"),
        pytest.param(("B6", 1), 2 * 60 + 35 + 3 * 60, id="no-summer-time-there"),
    ],
)
def test_scheduled_duration_minds_the_clocks(
    features: pd.DataFrame, flight: tuple[str, int], minutes: int
) -> None:
    assert features.loc[flight, "scheduled_duration"] == minutes


def test_in_winter_everyone_is_on_winter_time(run: Run, flights_raw: pd.DataFrame) -> None:
    west = flights_raw[flights_raw["dest"].isin(["LAX", "PHX"])]
    hours = [f"2013-01-07T{hour + 5:02}:00:00Z" for hour in west["hour"]]
    features = run(west.assign(month=1, time_hour=hours))["features"]

    assert features["dest"].tolist() == ["LAX", "PHX"]
    assert features["scheduled_duration"].tolist() == [
        3 * 60 + 15 + 3 * 60,
        2 * 60 + 35 + 2 * 60,
    ]


def test_scheduled_duration_goes_over_midnight(run: Run, flights_raw: pd.DataFrame) -> None:
    overnight = flights_raw.replace({"dest": {"SJU": "MIA"}})
    features = run(overnight)["features"].set_index(["carrier", "flight"])

    assert features.loc[("B6", 2), "scheduled_duration"] == 5 + 3 * 60 + 45


def test_an_unknown_airport_leaves_the_duration_null(features: pd.DataFrame) -> None:
    assert features["scheduled_duration"].isna()[("B6", 2)]


def test_departures_are_counted_by_origin_and_hour(features: pd.DataFrame) -> None:
    assert features.loc[("UA", 1), "departures_in_hour"] == 2
    assert features.loc[("UA", 2), "departures_in_hour"] == 2
    # The same hour at another airport.
    assert features.loc[("AA", 1), "departures_in_hour"] == 1
    # The same local hour on two days.
    assert features.loc[("AA", 2), "departures_in_hour"] == 1
    assert features.loc[("AA", 3), "departures_in_hour"] == 1

"""The data of a month keeps its contracts; what must never get through breaks them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro_golden_path import Contract, ContractError

from {{ cookiecutter.package_name }}.pipelines.features.nodes import build_features
from {{ cookiecutter.package_name }}.pipelines.ingestion import nodes as ingestion
from {{ cookiecutter.package_name }}.pipelines.training.nodes import join_outcomes

RAW = Path(__file__).resolve().parents[2] / "data/01_raw"
MONTH = "2013-04"
PACKAGE = "{{ cookiecutter.package_name }}"

Tables = dict[str, pd.DataFrame]
Change = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="session")
def tables() -> Tables:
    """What is under contract, made of the raw data of one month as the pipelines make it."""
    flights = pd.read_parquet(RAW / f"flights/month={MONTH}/flights.parquet")
    names = ("weather", "planes", "airports", "airlines")
    weather, planes, airports, airlines = (pd.read_parquet(RAW / f"{n}.parquet") for n in names)
    tables = {
        "raw.FlightsRaw": flights,
        "raw.WeatherRaw": weather,
        "raw.PlanesRaw": planes,
        "raw.AirportsRaw": airports,
        "raw.AirlinesRaw": airlines,
        "intermediate.Weather": ingestion.clean_weather(weather),
        "intermediate.Planes": ingestion.clean_planes(planes),
        "intermediate.Airports": ingestion.clean_airports(airports),
        "intermediate.Airlines": ingestion.clean_airlines(airlines),
    }
    schedule, outcomes = ingestion.split_flights(flights)
    cleaned = [tables[f"intermediate.{name}"] for name in ("Weather", "Planes", "Airports")]
    features = build_features(schedule, *cleaned)
    labelled = join_outcomes(features, outcomes)
    probability = features["departure_minute"] / 1440
    predictions = features[["scheduled_hour", "carrier", "flight", "month"]].assign(
        probability=probability, decision=probability >= 0.5, model_version=1, run_id="run"
    )
    return tables | {
        "intermediate.Schedule": schedule,
        "intermediate.Outcomes": outcomes,
        "feature.Features": features,
        "model_input.TrainingSet": labelled,
        "model_input.EvaluationSet": labelled,
        "model_output.Predictions": predictions,
    }


def validate(contract: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The data, if it keeps its contract."""
    path = f"{PACKAGE}.contracts.{contract}"
    passed: pd.DataFrame = Contract(path, periods=[MONTH]).validate(frame)
    return passed


def first(**cells: Any) -> Change:
    """Write values into the first row."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        changed = frame.copy()
        for column, value in cells.items():
            changed.loc[changed.index[0], column] = value
        return changed

    return change


def without(*columns: str) -> Change:
    """Erase a third of the rows in some columns."""
    return lambda frame: frame.assign(
        **{name: frame[name].mask(frame.index % 3 == 0) for name in columns}
    )


def test_data_of_a_month_keeps_its_contracts(tables: Tables) -> None:
    for contract, frame in tables.items():
        assert len(validate(contract, frame)) == len(frame)


@pytest.mark.parametrize(
    ("contract", "rule", "change"),
    [
        ("raw.FlightsRaw", "flights_of_every_month", lambda frame: frame.head(10_000)),
        ("raw.FlightsRaw", "nobody_flies_to_where_they_are", first(origin="JFK", dest="JFK")),
        ("raw.FlightsRaw", "share_that_never_arrived", without("arr_delay")),
        ("raw.WeatherRaw", "number_of_airports", lambda frame: frame[frame["origin"] != "LGA"]),
        ("raw.WeatherRaw", "dew_point_is_not_above_temperature", first(temp=40.0, dewp=50.0)),
        ("raw.PlanesRaw", "share_without_year", without("year")),
        ("raw.AirportsRaw", "column_in_dataframe", lambda frame: frame.drop(columns="tzone")),
        ("raw.AirlinesRaw", "number_of_airlines", lambda frame: frame.head(1)),
        ("intermediate.Schedule", "sched_dep_time", first(sched_dep_time=2_360)),
        ("intermediate.Outcomes", "late_is_more_than_15_minutes", first(arr_delay=90.0, late=0.0)),
        ("intermediate.Weather", "wind_speed", first(wind_speed=1_048.0)),
        ("intermediate.Planes", "seats", first(seats=0)),
        ("intermediate.Airports", "utc_offset", first(utc_offset=15)),
        ("intermediate.Airlines", "carrier", first(carrier="")),
        ("feature.Features", "share_without_weather", without("temp")),
        ("feature.Features", "departure_minute", first(departure_minute=-1.0)),
        ("model_input.TrainingSet", "share_of_late_flights", lambda frame: frame.assign(late=True)),
        ("model_output.Predictions", "probability", first(probability=1.5)),
        ("model_output.Predictions", "one_model_and_one_run", first(run_id="another")),
    ],
)
def test_what_must_not_get_through(
    tables: Tables, contract: str, rule: str, change: Change
) -> None:
    with pytest.raises(ContractError, match=rule):
        validate(contract, change(tables[contract]))

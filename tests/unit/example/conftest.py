"""One valid frame for each contract: raw tables made up, everything else made from them."""

from datetime import datetime, timedelta
from itertools import islice, product
from string import ascii_uppercase

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
from flight_delays.contracts.feature import Features
from flight_delays.contracts.intermediate import (
    Airlines,
    Airports,
    Outcomes,
    Planes,
    Schedule,
    Weather,
)
from flight_delays.contracts.model_input import (
    EvaluationSet,
    TrainingSet,
)
from flight_delays.contracts.model_output import Predictions
from flight_delays.contracts.raw import (
    LARGE_AIRLINES,
    AirlinesRaw,
    AirportsRaw,
    FlightsRaw,
    PlanesRaw,
    WeatherRaw,
)
from flight_delays.pipelines.features.nodes import build_features
from flight_delays.pipelines.ingestion.nodes import (
    clean_airlines,
    clean_airports,
    clean_planes,
    clean_weather,
    split_flights,
)
from flight_delays.pipelines.training.nodes import join_outcomes

Model = type[pa.DataFrameModel]
ORIGINS = ["EWR", "JFK", "LGA"]
FIRST_HOUR = datetime(2013, 4, 1, 4)  # midnight in New York


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def make_flights_raw() -> pd.DataFrame:
    """As many flights as a month must have, at ten past every hour from 6 to 20."""
    number = np.arange(20_000)
    hour = 6 + number % 15
    day = 1 + number // 15 % 30
    # Every fiftieth flight is cancelled.
    flown = number % 50 > 0
    delay = number % 40 - 10
    hours = [FIRST_HOUR + timedelta(hours=int(h)) for h in (day - 1) * 24 + hour]
    return pd.DataFrame(
        {
            **{"year": 2013, "month": 4, "day": day},
            "dep_time": np.where(flown, hour * 100 + 10 + delay, np.nan),
            "sched_dep_time": hour * 100 + 10,
            "dep_delay": np.where(flown, delay, np.nan),
            "arr_time": np.where(flown, hour * 100 + 210, np.nan),
            "sched_arr_time": hour * 100 + 210,
            "arr_delay": np.where(flown, delay, np.nan),
            "carrier": np.take(LARGE_AIRLINES, number % 7),
            "flight": 1 + number // 450,
            "tailnum": [f"N{10_000 + n % 2_000}" for n in number],
            "origin": np.take(ORIGINS, number % 3),
            "dest": np.take(["ATL", "AUS", "BDL"], number % 3),
            "air_time": np.where(flown, 100.0, np.nan),
            **{"distance": 800, "hour": hour, "minute": 10},
            "time_hour": [iso(moment) for moment in hours],
        }
    )


def make_weather_raw() -> pd.DataFrame:
    """Every hour of April at every airport."""
    hours = np.tile(np.arange(30 * 24), 3)
    return pd.DataFrame(
        {
            "origin": np.repeat(ORIGINS, 30 * 24),
            **{"year": 2013, "month": 4, "day": 1 + hours // 24, "hour": hours % 24},
            **{"temp": 50.0 + hours % 24 / 100, "dewp": 40.0, "humid": 70.0, "wind_dir": 180.0},
            **{"wind_speed": 10.0, "wind_gust": np.nan},
            **{"precip": 0.0, "pressure": 1013.0, "visib": 10.0},
            "time_hour": [iso(FIRST_HOUR + timedelta(hours=int(hour))) for hour in hours],
        }
    )


def make_planes_raw() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "tailnum": [f"N{10_000 + number}" for number in range(2_000)],
            **{"year": 2000.0, "type": "Fixed wing multi engine", "manufacturer": "BOEING"},
            **{"model": "737", "engines": 2, "seats": 150, "speed": np.nan, "engine": "Turbo-fan"},
        }
    )


def make_airports_raw() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "faa": ["".join(code) for code in islice(product(ascii_uppercase, repeat=3), 1_000)],
            **{"name": "Airport", "lat": 40.0, "lon": -90.0, "alt": 100, "tz": -5, "dst": "A"},
            "tzone": "America/New_York",
        }
    )


def make_airlines_raw() -> pd.DataFrame:
    codes = ["UA", *(f"{digit}X" for digit in range(9))]
    return pd.DataFrame({"carrier": codes, "name": [f"Airline {code}" for code in codes]})


def make_predictions(features: pd.DataFrame) -> pd.DataFrame:
    probability = np.linspace(0, 1, len(features))
    return features[["scheduled_hour", "carrier", "flight", "month"]].assign(
        probability=probability,
        decision=probability >= 0.5,
        model_version=1,
        run_id="run",
    )


@pytest.fixture(scope="session")
def valid() -> dict[Model, pd.DataFrame]:
    """Valid frames by contract. Tests work on copies."""
    flights_raw, weather_raw = make_flights_raw(), make_weather_raw()
    planes_raw, airports_raw = make_planes_raw(), make_airports_raw()
    airlines_raw = make_airlines_raw()
    schedule, outcomes = split_flights(flights_raw)
    weather, planes = clean_weather(weather_raw), clean_planes(planes_raw)
    airports = clean_airports(airports_raw)
    features = build_features(schedule, weather, planes, airports)
    labelled = join_outcomes(features, outcomes)
    return {
        FlightsRaw: flights_raw,
        WeatherRaw: weather_raw,
        PlanesRaw: planes_raw,
        AirportsRaw: airports_raw,
        AirlinesRaw: airlines_raw,
        Schedule: schedule,
        Outcomes: outcomes,
        Weather: weather,
        Planes: planes,
        Airports: airports,
        Airlines: clean_airlines(airlines_raw),
        Features: features,
        TrainingSet: labelled,
        EvaluationSet: labelled,
        Predictions: make_predictions(features),
    }

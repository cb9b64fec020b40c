"""Small frames, made by hand: every row is there for a reason."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Keep scikit-learn to one thread: on a busy machine, several wait for each other."""
    with threadpool_limits(limits=1):
        yield


@pytest.fixture
def flights_raw() -> pd.DataFrame:
    """Seven flights of April 2013, a Sunday but for the last."""
    columns = [
        *("carrier", "flight", "tailnum", "origin", "dest", "distance", "day"),
        *("sched_dep_time", "sched_arr_time", "dep_time", "arr_time", "arr_delay"),
    ]
    rows: list[tuple[Any, ...]] = [
        # punctual, just not late (15 minutes), just late (16), and over midnight
        ("UA", 1, "N100UA", "EWR", "LAX", 2454, 7, 600, 915, 605, 900, -15),
        ("UA", 2, "N200UA", "EWR", "MIA", 1085, 7, 630, 930, 630, 945, 15),
        ("B6", 1, "N300JB", "JFK", "PHX", 2153, 7, 805, 1040, 820, 1056, 16),
        ("B6", 2, "N300JB", "JFK", "SJU", 1598, 7, 2355, 345, 10, 350, 5),
        # cancelled before an aircraft was assigned, cancelled later, and diverted
        ("AA", 1, None, "LGA", "ORD", 733, 7, 605, 745, None, None, None),
        ("AA", 2, "N999XX", "LGA", "ORD", 733, 7, 1205, 1345, None, None, None),
        ("AA", 3, "N100UA", "LGA", "ORD", 733, 8, 1205, 1345, 1210, None, None),
    ]
    flights = pd.DataFrame(rows, columns=columns)
    hour = flights["sched_dep_time"] // 100
    local = pd.to_datetime("2013-04-" + flights["day"].astype(str).str.zfill(2))
    utc = local + pd.to_timedelta(hour + 4, unit="h")
    return flights.assign(
        year=2013,
        month=4,
        hour=hour,
        minute=flights["sched_dep_time"] % 100,
        dep_delay=flights["dep_time"] - flights["sched_dep_time"],
        air_time=np.where(flights["arr_delay"].notna(), 120.0, np.nan),
        time_hour=utc.dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


@pytest.fixture
def weather_raw() -> pd.DataFrame:
    """Three hours at Newark, the second with an impossible wind; one at Kennedy."""
    hours = ["10", "11", "12", "12"]
    return pd.DataFrame(
        {
            "origin": ["EWR", "EWR", "EWR", "JFK"],
            **{"year": 2013, "month": 4, "day": 7, "hour": [6, 7, 8, 8]},
            **{"temp": [50.0, 51.0, 52.0, 60.0], "dewp": 40.0, "humid": 70.0, "wind_dir": 180.0},
            **{"wind_speed": [10.0, 1048.0, np.nan, 0.0], "wind_gust": np.nan},
            **{"precip": 0.1, "pressure": 1013.0, "visib": 10.0},
            "time_hour": [f"2013-04-07T{hour}:00:00Z" for hour in hours],
        }
    )


@pytest.fixture
def planes_raw() -> pd.DataFrame:
    """Three planes, the year of one unknown."""
    return pd.DataFrame(
        {
            "tailnum": ["N100UA", "N200UA", "N300JB"],
            "year": [2003.0, np.nan, 2013.0],
            **{"type": "Fixed wing multi engine", "manufacturer": "BOEING", "model": "737"},
            **{"engines": 2, "seats": [100, 200, 300], "speed": np.nan, "engine": "Turbo-fan"},
        }
    )


@pytest.fixture
def airports_raw() -> pd.DataFrame:
    """Four airports: one on Eastern time, one without summer time, and no San Juan."""
    return pd.DataFrame(
        {
            "faa": ["LAX", "MIA", "PHX", "ORD"],
            "name": ["Los Angeles", "Miami", "Phoenix", "Chicago"],
            **{"lat": 40.0, "lon": -90.0, "alt": 100},
            "tz": [-8, -5, -7, -6],
            "dst": ["A", "A", "N", "A"],
            "tzone": None,
        }
    )


@pytest.fixture
def labelled() -> pd.DataFrame:
    """A thousand flights that are late in the evening, and with carrier ZZ, a little more often."""
    random = np.random.default_rng(0)
    number = 1_000
    hour = random.integers(6, 22, number).astype(float)
    carrier = random.choice(["AA", "ZZ"], number)
    probability = 0.1 + 0.6 * (hour >= 16) + 0.2 * (carrier == "ZZ")
    return pd.DataFrame(
        {
            "carrier": carrier,
            "month": "2013-04",
            "hour": hour,
            "temp": np.where(random.random(number) < 0.3, np.nan, random.normal(50, 10, number)),
            "late": random.random(number) < probability,
        }
    )


@pytest.fixture
def airlines() -> pd.DataFrame:
    """Names of the two carriers."""
    return pd.DataFrame({"carrier": ["AA", "ZZ"], "name": ["American", "Zigzag"]})


class Oracle:
    """A fitted estimator, as far as nodes can tell, that reads its probability from a column."""

    def __init__(self, column: str) -> None:
        self.feature_names_in_ = np.array([column])

    def predict_proba(self, frame: pd.DataFrame) -> np.ndarray:
        late = frame.iloc[:, 0].to_numpy(dtype=float)
        return np.column_stack([1 - late, late])


@pytest.fixture
def oracle() -> type[Oracle]:
    """Estimators whose predictions a test can choose."""
    return Oracle

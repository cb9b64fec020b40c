"""Every rule of every contract, broken once."""

from collections.abc import Callable
from functools import cache
from typing import Any

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
    AirlinesRaw,
    AirportsRaw,
    FlightsRaw,
    PlanesRaw,
    WeatherRaw,
)

from kedro_golden_path import Contract
from kedro_golden_path.contracts.checks import Failure

Model = type[pa.DataFrameModel]
Corruption = Callable[[pd.DataFrame], pd.DataFrame]

CONTRACTS: list[Model] = [
    *(FlightsRaw, WeatherRaw, PlanesRaw, AirportsRaw, AirlinesRaw),
    *(Schedule, Outcomes, Weather, Planes, Airports, Airlines),
    *(Features, TrainingSet, EvaluationSet, Predictions),
]

TAIL_NUMBER = ["N1", "N1234567", "n12345"]
CARRIER = ["", "U", "UAL", "ua"]
FLIGHT = [0, 10_000]
MONTH = ["2013-4", "2013-13", "April", "2013-04-01"]
DESTINATION = ["", "LA", "lax", "LAX1"]
ORIGIN = ["PHL", "", "jfk"]
TIME = [-1, 2401]
DELAY = [-181.0, 2881.0]
HOUR = ["2013-04-01 10:00:00", "2013-04-01T10:30:00Z", "2013-04-01T10:00:00"]
HALF_PAST = pd.Timestamp("2013-04-01T10:30Z")
CALENDAR: dict[str, list[Any]] = {
    "year": [1986, 2101],
    "month": [0, 13],
    "day": [0, 32],
    "hour": [-1, 24],
}
WEATHER: dict[str, list[Any]] = {
    "temp": [-41.0, 131.0],
    "dewp": [-61.0, 101.0],
    "humid": [-1.0, 101.0],
    "wind_dir": [-1.0, 361.0],
    "wind_gust": [-1.0, 201.0],
    "precip": [-0.1, 10.1],
    "pressure": [869.0, 1086.0],
    "visib": [-0.1, 10.1],
}
FEATURES: dict[str, list[Any]] = WEATHER | {
    "carrier": CARRIER,
    "flight": FLIGHT,
    "month": MONTH,
    "origin": ORIGIN,
    "dest": DESTINATION,
    "hour": [-1.0, 24.0],
    "weekday": [-1.0, 7.0],
    "departure_minute": [-1.0, 1440.0],
    "arrival_minute": [-1.0, 1441.0],
    "scheduled_duration": [19.0, 1201.0],
    "distance": [9.0, 6001.0],
    "departures_in_hour": [0.0, 101.0],
    "plane_age": [-2.0, 101.0],
    "seats": [0.0, 901.0],
    "wind_speed": [-1.0, 151.0],
}
BAD_VALUES: dict[Model, dict[str, list[Any]]] = {
    FlightsRaw: CALENDAR
    | {
        "dep_time": [0.0, 2401.0],
        "sched_dep_time": [-1, 2360],
        "dep_delay": DELAY,
        "arr_time": [0.0, 2401.0],
        "sched_arr_time": TIME,
        "arr_delay": DELAY,
        "carrier": CARRIER,
        "flight": FLIGHT,
        "tailnum": TAIL_NUMBER,
        "origin": ORIGIN,
        "dest": DESTINATION,
        "air_time": [9.0, 1201.0],
        "distance": [9, 6001],
        "minute": [-1, 60],
        "time_hour": HOUR,
    },
    WeatherRaw: CALENDAR | WEATHER | {"origin": ORIGIN, "wind_speed": [-1.0], "time_hour": HOUR},
    PlanesRaw: {
        "tailnum": TAIL_NUMBER,
        "year": [1899.0, 2101.0],
        "type": ["Balloon"],
        "manufacturer": [""],
        "model": [""],
        "engines": [0, 9],
        "seats": [0, 901],
        "speed": [49.0, 701.0],
        "engine": ["Rubber band"],
    },
    AirportsRaw: {
        "faa": ["", "LA", "lax", "LAX1"],
        "name": [""],
        "lat": [-90.1, 90.1],
        "lon": [-180.1, 180.1],
        "alt": [-301, 15_001],
        "tz": [-13, 15],
        "dst": ["X"],
        "tzone": ["New York", "America/", "/New_York"],
    },
    AirlinesRaw: {"carrier": CARRIER, "name": [""]},
    Schedule: {
        "carrier": CARRIER,
        "flight": FLIGHT,
        "month": MONTH,
        "year": [1986, 2101],
        "weekday": [-1, 7],
        "hour": [-1, 24],
        "minute": [-1, 60],
        "sched_dep_time": [-1, 2360],
        "sched_arr_time": TIME,
        "tailnum": TAIL_NUMBER,
        "origin": ORIGIN,
        "dest": DESTINATION,
        "distance": [9, 6001],
    },
    Outcomes: {
        "carrier": CARRIER,
        "flight": FLIGHT,
        "month": MONTH,
        "arr_delay": DELAY,
        "late": [0.5, 2.0],
    },
    Weather: WEATHER | {"origin": ORIGIN, "wind_speed": [-1.0, 151.0]},
    Planes: {"tailnum": TAIL_NUMBER, "year_built": [1899.0, 2101.0], "seats": [0, 901]},
    Airports: {"airport": ["", "LA", "lax", "LAX1"], "utc_offset": [-13, 15]},
    Airlines: {"carrier": CARRIER, "name": [""]},
    Features: FEATURES,
    TrainingSet: FEATURES,
    EvaluationSet: FEATURES,
    Predictions: {
        "carrier": CARRIER,
        "flight": FLIGHT,
        "month": MONTH,
        "probability": [-0.01, 1.01],
        "model_version": [0],
        "run_id": [""],
    },
}

NULLABLE_WEATHER = {"temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "pressure"}
NULLABLE_FEATURES = NULLABLE_WEATHER | {
    *("precip", "visib", "scheduled_duration", "plane_age", "seats"),
}
NULLABLE: dict[Model, set[str]] = {
    FlightsRaw: {"dep_time", "dep_delay", "arr_time", "arr_delay", "tailnum", "air_time"},
    WeatherRaw: NULLABLE_WEATHER,
    PlanesRaw: {"year", "speed"},
    AirportsRaw: {"tzone"},
    Schedule: {"tailnum"},
    Outcomes: {"arr_delay", "late"},
    Weather: NULLABLE_WEATHER,
    Planes: {"year_built"},
    Features: NULLABLE_FEATURES,
    TrainingSet: NULLABLE_FEATURES,
    EvaluationSet: NULLABLE_FEATURES,
}

KEYS: dict[Model, list[str]] = {
    FlightsRaw: ["time_hour", "carrier", "flight"],
    WeatherRaw: ["origin", "time_hour"],
    Weather: ["origin", "observed_hour"],
    Schedule: ["scheduled_hour", "carrier", "flight"],
    Outcomes: ["scheduled_hour", "carrier", "flight"],
    Features: ["scheduled_hour", "carrier", "flight"],
    TrainingSet: ["scheduled_hour", "carrier", "flight"],
    EvaluationSet: ["scheduled_hour", "carrier", "flight"],
    Predictions: ["scheduled_hour", "carrier", "flight"],
    PlanesRaw: ["tailnum"],
    Planes: ["tailnum"],
    AirportsRaw: ["faa"],
    Airports: ["airport"],
    AirlinesRaw: ["carrier"],
    Airlines: ["carrier"],
}


def put(**cells: Any) -> Corruption:
    """Write values into the second row, which is that of a flight that took place."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        second = np.arange(len(frame)) == 1
        return frame.assign(**{name: frame[name].mask(second, v) for name, v in cells.items()})

    return corrupt


def erase(share: float, *columns: str) -> Corruption:
    """Set the first rows to null; of what flights did, two percent of the others are as well."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        first = np.arange(len(frame)) < share * len(frame)
        return frame.assign(**{name: frame[name].mask(first) for name in columns})

    return corrupt


def keep(rows: int) -> Corruption:
    return lambda frame: frame.head(rows)


def repeat(times: int) -> Corruption:
    return lambda frame: pd.concat([frame] * times, ignore_index=True)


FRAME_RULES: dict[Model, list[tuple[str, Corruption]]] = {
    FlightsRaw: [
        ("flights_of_every_month", keep(19_999)),
        ("flights_of_every_month", repeat(3)),
        ("number_of_flights", keep(0)),
        ("flights_of_every_month", put(month=5)),
        ("share_of_the_smallest_airport", lambda frame: frame[frame["origin"] != "LGA"]),
        ("share_of_the_smallest_large_airline", lambda frame: frame.replace("US", "UA")),
        ("share_that_never_departed", erase(0.14, "dep_time")),
        ("share_that_never_arrived", erase(0.19, "arr_delay")),
        ("share_without_tail_number", erase(0.06, "tailnum")),
        ("scheduled_time_is_hour_and_minute", put(minute=11)),
        ("hour_is_that_of_new_york", put(time_hour="2013-04-01T07:00:00Z")),
        ("date_is_that_of_new_york", put(time_hour="2013-04-02T11:00:00Z")),
        ("what_arrived_had_departed", put(dep_time=np.nan)),
        ("departure_has_time_and_delay", put(dep_delay=np.nan)),
        ("nobody_flies_to_where_they_are", put(dest="JFK")),
    ],
    WeatherRaw: [
        ("hours_of_every_month", lambda frame: frame[frame["day"] <= 24]),
        ("hours_of_every_month", repeat(2)),
        ("number_of_observations", keep(0)),
        ("number_of_airports", lambda frame: frame[frame["origin"] != "LGA"]),
        ("share_without_temperature_or_wind", erase(0.02, "wind_speed")),
        ("share_without_temperature_or_wind", erase(0.02, "humid")),
        ("share_without_pressure", erase(0.21, "pressure")),
        ("share_without_wind_direction", erase(0.11, "wind_dir")),
        (
            "share_of_impossible_winds",
            lambda frame: frame.assign(wind_speed=[1048.0] * 3 + [10.0] * (len(frame) - 3)),
        ),
        ("dew_point_is_not_above_temperature", put(dewp=51.0)),
        (
            "humidity_fits_temperature",
            lambda frame: frame.assign(temp=(frame["temp"] - 32) / 1.8, dewp=(40 - 32) / 1.8),
        ),
        ("hour_is_that_of_new_york", put(time_hour="2013-04-01T01:00:00Z")),
        ("date_is_that_of_new_york", put(day=2)),
    ],
    PlanesRaw: [
        ("number_of_planes", keep(1_999)),
        ("number_of_planes", repeat(11)),
        ("share_without_year", erase(0.06, "year")),
    ],
    AirportsRaw: [
        ("number_of_airports", keep(999)),
        ("number_of_airports", repeat(11)),
        ("share_without_time_zone_name", erase(0.02, "tzone")),
    ],
    AirlinesRaw: [
        ("number_of_airlines", keep(9)),
        ("number_of_airlines", repeat(21)),
    ],
    Schedule: [
        ("flights_of_the_month", keep(19_999)),
        ("flights_of_the_month", repeat(3)),
        ("share_without_tail_number", erase(0.06, "tailnum")),
        ("scheduled_hour_is_a_whole_hour", put(scheduled_hour=HALF_PAST)),
        ("scheduled_time_is_hour_and_minute", put(sched_dep_time=2359)),
    ],
    Outcomes: [
        ("flights_of_the_month", keep(19_999)),
        ("flights_of_the_month", repeat(3)),
        ("share_that_never_arrived", erase(0.19, "late", "arr_delay")),
        ("cancelled_flights_have_no_delay", put(cancelled=True)),
        ("late_is_known_of_what_arrived", put(late=np.nan)),
        ("late_is_known_of_what_arrived", put(arr_delay=np.nan)),
        ("late_is_more_than_15_minutes", put(late=1.0, arr_delay=15.0)),
        ("late_is_more_than_15_minutes", put(late=0.0, arr_delay=16.0)),
    ],
    Weather: [
        ("number_of_observations", keep(0)),
        ("number_of_airports", lambda frame: frame[frame["origin"] != "LGA"]),
        ("hours_of_every_airport", keep(2 * 720 + 499)),
        ("share_without_temperature_or_wind", erase(0.02, "temp")),
        ("observed_hour_is_a_whole_hour", put(observed_hour=HALF_PAST)),
        ("dew_point_is_not_above_temperature", put(dewp=51.0)),
    ],
    Planes: [
        ("number_of_planes", keep(1_999)),
        ("number_of_planes", repeat(11)),
        ("share_without_year", erase(0.06, "year_built")),
    ],
    Airports: [
        ("number_of_airports", keep(999)),
        ("number_of_airports", repeat(11)),
    ],
    Airlines: [
        ("number_of_airlines", keep(9)),
        ("number_of_airlines", repeat(21)),
    ],
    Features: [
        ("flights_of_the_month", keep(19_999)),
        ("flights_of_the_month", repeat(3)),
        ("share_without_weather", erase(0.11, "temp")),
        ("share_without_duration", erase(0.11, "scheduled_duration")),
        ("share_without_plane", erase(0.31, "seats")),
        ("scheduled_hour_is_a_whole_hour", put(scheduled_hour=HALF_PAST)),
        ("departure_is_within_its_hour", put(departure_minute=0.0)),
        ("nobody_is_scheduled_faster_than_sound", put(distance=2_000.0, scheduled_duration=180.0)),
    ],
    Predictions: [
        ("flights_of_the_month", keep(19_999)),
        ("flights_of_the_month", repeat(3)),
        ("one_model_and_one_run", put(model_version=2)),
        ("one_model_and_one_run", put(run_id="another")),
        ("probabilities_differ", lambda frame: frame.assign(probability=0.5)),
        ("decisions_follow_probabilities", put(decision=True)),
    ],
}
FRAME_RULES[TrainingSet] = FRAME_RULES[EvaluationSet] = [
    *[rule for rule in FRAME_RULES[Features] if rule[0] != "flights_of_the_month"],
    ("flights_of_every_month", keep(14_999)),
    ("flights_of_every_month", repeat(3)),
    ("number_of_flights", keep(0)),
    ("share_of_late_flights", lambda frame: frame.assign(late=True)),
    ("share_of_late_flights", lambda frame: frame.assign(late=False)),
]


@cache
def contract_of(model: Model) -> Contract:
    return Contract(f"{model.__module__}.{model.__name__}", examples=10)


def failures(contract: Model, frame: pd.DataFrame) -> list[Failure]:
    return contract_of(contract).run_checks(frame).failures


def broken(contract: Model, frame: pd.DataFrame) -> set[str]:
    return {failure.rule for failure in failures(contract, frame)}


def broken_for_pandera(schema: pa.DataFrameSchema, frame: pd.DataFrame) -> set[str]:
    """The checks that fail when pandera alone validates."""
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return set(error.failure_cases["check"])
    return set()


def spread(frame: pd.DataFrame, column: str, values: list[Any]) -> pd.DataFrame:
    """Put bad values into as many rows."""
    cells = frame[column].tolist()
    cells[: len(values)] = values
    return frame.assign(**{column: pd.Series(cells, frame.index, dtype=frame[column].dtype)})


@pytest.mark.parametrize("contract", CONTRACTS)
def test_valid_data_pass(valid: dict[Model, pd.DataFrame], contract: Model) -> None:
    assert failures(contract, valid[contract]) == []


@pytest.mark.parametrize("contract", CONTRACTS)
def test_valid_data_pass_pandera_alone(valid: dict[Model, pd.DataFrame], contract: Model) -> None:
    assert broken_for_pandera(contract.to_schema(), valid[contract]) == set()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_can_be_checked_on_spark(contract: Model) -> None:
    assert Contract(f"{contract.__module__}.{contract.__name__}", engine="spark")


def test_several_months_pass_as_one_frame(valid: dict[Model, pd.DataFrame]) -> None:
    april = valid[FlightsRaw]
    hours = pd.to_datetime(april["time_hour"]) + pd.Timedelta(days=30)
    may = april.assign(month=5, time_hour=hours.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))

    assert failures(FlightsRaw, pd.concat([april, may], ignore_index=True)) == []


@pytest.mark.parametrize("contract", CONTRACTS)
def test_bad_values_are_reported(valid: dict[Model, pd.DataFrame], contract: Model) -> None:
    frame = valid[contract]
    for column, values in BAD_VALUES[contract].items():
        frame = spread(frame, column, values)
    found = [failure for failure in failures(contract, frame) if failure.column]
    examples = {failure.column: set[str]() for failure in found}
    counts = dict.fromkeys(examples, 0)
    for failure in found:
        examples[failure.column].update(failure.examples)
        counts[failure.column] += failure.count

    bad = BAD_VALUES[contract]
    assert examples == {name: set(map(repr, values)) for name, values in bad.items()}
    assert counts == {name: len(values) for name, values in bad.items()}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_rule_of_a_column_has_a_bad_value(contract: Model) -> None:
    rules = {name: len(column.checks) for name, column in contract.to_schema().columns.items()}

    assert BAD_VALUES[contract].keys() == {name for name, number in rules.items() if number}
    assert all(len(values) >= rules[name] for name, values in BAD_VALUES[contract].items())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_only_some_columns_may_be_null(valid: dict[Model, pd.DataFrame], contract: Model) -> None:
    frame = valid[contract]
    with_nulls = erase(1 / len(frame), *frame.columns)(frame)
    found = failures(contract, with_nulls)
    refused = {failure.column for failure in found if failure.rule == "not_nullable"}

    assert set(frame) - refused == NULLABLE.get(contract, set())


@pytest.mark.parametrize(
    ("contract", "rule", "corrupt"),
    [(contract, *rule) for contract, rules in FRAME_RULES.items() for rule in rules],
)
def test_broken_frame_rules_are_reported(
    valid: dict[Model, pd.DataFrame], contract: Model, rule: str, corrupt: Corruption
) -> None:
    frame = corrupt(valid[contract])
    found = broken(contract, frame)
    checks = contract.to_schema().checks
    for_pandera = broken_for_pandera(pa.DataFrameSchema(checks=checks), frame)

    assert rule in found
    assert for_pandera == found & {check.name for check in checks}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_frame_rule_is_broken_here(contract: Model) -> None:
    rules = {check.name for check in contract.to_schema().checks}

    assert rules == {rule for rule, _ in FRAME_RULES[contract]}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_second_row_with_the_same_key_is_reported(
    valid: dict[Model, pd.DataFrame], contract: Model
) -> None:
    frame, key = valid[contract], KEYS[contract]
    twice = frame.assign(**{name: [frame[name].iloc[0], *frame[name].iloc[:-1]] for name in key})
    found = failures(contract, twice.astype(frame.dtypes))

    assert [failure.count for failure in found if "uniqueness" in failure.rule] == [2]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_missing_additional_and_misplaced_columns_are_reported(
    valid: dict[Model, pd.DataFrame], contract: Model
) -> None:
    frame = valid[contract]
    last = frame.columns[-1]

    assert "column_in_dataframe" in broken(contract, frame.drop(columns=last))
    assert "column_in_schema" in broken(contract, frame.assign(new=1))
    assert "column_ordered" in broken(contract, frame[list(frame)[::-1]])


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_type_that_changed_is_reported(valid: dict[Model, pd.DataFrame], contract: Model) -> None:
    frame = valid[contract]
    found = failures(contract, frame.assign(**{str(name): pd.Timedelta(0) for name in frame}))
    changed = {failure.column for failure in found if failure.rule.startswith("dtype")}

    assert changed == set(frame)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_readers_are_told_what_it_is(contract: Model) -> None:
    schema = contract.to_schema()

    assert schema.title
    assert schema.description


@pytest.mark.parametrize(
    "contract", [Schedule, Outcomes, Features, TrainingSet, EvaluationSet, Predictions]
)
def test_the_month_is_marked_as_the_period(contract: Model) -> None:
    columns = contract.to_schema().columns
    periods = [name for name, column in columns.items() if (column.metadata or {}).get("period")]

    assert periods == ["month"]

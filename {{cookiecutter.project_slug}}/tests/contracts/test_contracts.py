"""Every rule of every contract, broken once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest

from {{ cookiecutter.package_name }}.contracts.feature import Features
from {{ cookiecutter.package_name }}.contracts.intermediate import (
    Airlines,
    Airports,
    Outcomes,
    Planes,
    Schedule,
    Weather,
)
from {{ cookiecutter.package_name }}.contracts.model_input import (
    EvaluationSet,
    TrainingSet,
)
from {{ cookiecutter.package_name }}.contracts.model_output import Predictions
from {{ cookiecutter.package_name }}.contracts.raw import (
    AirlinesRaw,
    AirportsRaw,
    FlightsRaw,
    PlanesRaw,
    WeatherRaw,
)

Contract = type[pa.DataFrameModel]
Corruption = Callable[[pd.DataFrame], pd.DataFrame]

CONTRACTS: list[Contract] = [
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
BAD_VALUES: dict[Contract, dict[str, list[Any]]] = {
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
NULLABLE: dict[Contract, set[str]] = {
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

KEYS: dict[Contract, list[str]] = {
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


FRAME_RULES: dict[Contract, list[tuple[str, Corruption]]] = {
    FlightsRaw: [
        ("every_month_has_20_to_40_thousand_flights", keep(19_999)),
        ("every_month_has_20_to_40_thousand_flights", repeat(3)),
        ("every_month_has_20_to_40_thousand_flights", keep(0)),
        ("every_month_has_20_to_40_thousand_flights", put(month=5)),
        ("at_most_15_percent_never_departed", erase(0.14, "dep_time")),
        ("at_most_20_percent_never_arrived", erase(0.19, "arr_delay")),
        ("at_most_5_percent_without_tail_number", erase(0.06, "tailnum")),
        ("scheduled_time_is_hour_and_minute", put(minute=11)),
        ("what_arrived_had_departed", put(dep_time=np.nan)),
        ("departure_has_time_and_delay", put(dep_delay=np.nan)),
        ("nobody_flies_to_where_they_are", put(dest="JFK")),
    ],
    WeatherRaw: [
        ("every_month_has_600_to_745_hours", lambda frame: frame[frame["day"] <= 24]),
        ("every_month_has_600_to_745_hours", repeat(2)),
        ("every_month_has_600_to_745_hours", keep(0)),
        ("every_airport_is_observed", lambda frame: frame[frame["origin"] != "LGA"]),
        ("at_most_1_percent_without_temperature_or_wind", erase(0.02, "wind_speed")),
        ("at_most_1_percent_without_temperature_or_wind", erase(0.02, "humid")),
        ("at_most_20_percent_without_pressure", erase(0.21, "pressure")),
        ("at_most_10_percent_without_wind_direction", erase(0.11, "wind_dir")),
        (
            "at_most_1_in_1000_winds_is_impossible",
            lambda frame: frame.assign(wind_speed=[1048.0] * 3 + [10.0] * (len(frame) - 3)),
        ),
        ("dew_point_is_not_above_temperature", put(dewp=51.0)),
    ],
    PlanesRaw: [
        ("register_has_2_to_20_thousand_planes", keep(1_999)),
        ("register_has_2_to_20_thousand_planes", repeat(11)),
        ("at_most_5_percent_without_year", erase(0.06, "year")),
    ],
    AirportsRaw: [
        ("there_are_1_to_10_thousand_airports", keep(999)),
        ("there_are_1_to_10_thousand_airports", repeat(11)),
        ("at_most_1_percent_without_time_zone_name", erase(0.02, "tzone")),
    ],
    AirlinesRaw: [
        ("there_are_10_to_200_airlines", keep(9)),
        ("there_are_10_to_200_airlines", repeat(21)),
    ],
    Schedule: [
        ("month_has_20_to_40_thousand_flights", keep(19_999)),
        ("month_has_20_to_40_thousand_flights", repeat(3)),
        ("at_most_5_percent_without_tail_number", erase(0.06, "tailnum")),
        ("scheduled_hour_is_a_whole_hour", put(scheduled_hour=HALF_PAST)),
        ("scheduled_time_is_hour_and_minute", put(sched_dep_time=2359)),
    ],
    Outcomes: [
        ("month_has_20_to_40_thousand_flights", keep(19_999)),
        ("month_has_20_to_40_thousand_flights", repeat(3)),
        ("at_most_20_percent_never_arrived", erase(0.19, "late", "arr_delay")),
        ("cancelled_flights_have_no_delay", put(cancelled=True)),
        ("late_is_known_of_what_arrived", put(late=np.nan)),
        ("late_is_known_of_what_arrived", put(arr_delay=np.nan)),
        ("late_is_more_than_15_minutes", put(late=1.0, arr_delay=15.0)),
        ("late_is_more_than_15_minutes", put(late=0.0, arr_delay=16.0)),
    ],
    Weather: [
        ("every_airport_has_500_hours_or_more", lambda frame: frame[frame["origin"] != "LGA"]),
        ("every_airport_has_500_hours_or_more", keep(2 * 720 + 499)),
        ("at_most_1_percent_without_temperature_or_wind", erase(0.02, "temp")),
        ("observed_hour_is_a_whole_hour", put(observed_hour=HALF_PAST)),
        ("dew_point_is_not_above_temperature", put(dewp=51.0)),
    ],
    Planes: [
        ("register_has_2_to_20_thousand_planes", keep(1_999)),
        ("register_has_2_to_20_thousand_planes", repeat(11)),
        ("at_most_5_percent_without_year", erase(0.06, "year_built")),
    ],
    Airports: [
        ("there_are_1_to_10_thousand_airports", keep(999)),
        ("there_are_1_to_10_thousand_airports", repeat(11)),
    ],
    Airlines: [
        ("there_are_10_to_200_airlines", keep(9)),
        ("there_are_10_to_200_airlines", repeat(21)),
    ],
    Features: [
        ("month_has_20_to_40_thousand_flights", keep(19_999)),
        ("month_has_20_to_40_thousand_flights", repeat(3)),
        ("at_most_10_percent_without_weather", erase(0.11, "temp")),
        ("at_most_10_percent_without_duration", erase(0.11, "scheduled_duration")),
        ("at_most_30_percent_without_plane", erase(0.31, "seats")),
        ("scheduled_hour_is_a_whole_hour", put(scheduled_hour=HALF_PAST)),
        ("departure_is_within_its_hour", put(departure_minute=0.0)),
        ("nobody_is_scheduled_faster_than_sound", put(distance=2_000.0, scheduled_duration=180.0)),
    ],
    Predictions: [
        ("month_has_20_to_40_thousand_flights", keep(19_999)),
        ("month_has_20_to_40_thousand_flights", repeat(3)),
        ("one_model_and_one_run", put(model_version=2)),
        ("one_model_and_one_run", put(run_id="another")),
        ("probabilities_differ", lambda frame: frame.assign(probability=0.5)),
        ("decisions_follow_probabilities", put(decision=True)),
    ],
}
FRAME_RULES[TrainingSet] = FRAME_RULES[EvaluationSet] = [
    *[rule for rule in FRAME_RULES[Features] if not rule[0].startswith("month_has")],
    ("every_month_has_15_to_40_thousand_flights", keep(14_999)),
    ("every_month_has_15_to_40_thousand_flights", repeat(3)),
    ("every_month_has_15_to_40_thousand_flights", keep(0)),
    ("late_flights_are_5_to_60_percent", lambda frame: frame.assign(late=True)),
    ("late_flights_are_5_to_60_percent", lambda frame: frame.assign(late=False)),
]


def failures(contract: Contract, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what fails: the columns `column`, `check` and `failure_case`."""
    try:
        contract.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        return error.failure_cases
    return pd.DataFrame({"column": [], "check": [], "failure_case": []})


def spread(frame: pd.DataFrame, column: str, values: list[Any]) -> pd.DataFrame:
    """Put bad values into as many rows."""
    cells = frame[column].tolist()
    cells[: len(values)] = values
    return frame.assign(**{column: pd.Series(cells, frame.index, dtype=frame[column].dtype)})


@pytest.mark.parametrize("contract", CONTRACTS)
def test_valid_data_pass(valid: dict[Contract, pd.DataFrame], contract: Contract) -> None:
    assert failures(contract, valid[contract]).empty


def test_several_months_pass_as_one_frame(valid: dict[Contract, pd.DataFrame]) -> None:
    april = valid[FlightsRaw]
    may = april.assign(month=5, flight=april["flight"] + 1_000)

    assert failures(FlightsRaw, pd.concat([april, may], ignore_index=True)).empty


@pytest.mark.parametrize("contract", CONTRACTS)
def test_bad_values_are_reported(valid: dict[Contract, pd.DataFrame], contract: Contract) -> None:
    frame = valid[contract]
    for column, values in BAD_VALUES[contract].items():
        frame = spread(frame, column, values)
    found = failures(contract, frame)

    bad = {(name, str(value)) for name, values in BAD_VALUES[contract].items() for value in values}
    assert bad <= set(zip(found["column"], found["failure_case"].astype(str), strict=True))


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_rule_of_a_column_has_a_bad_value(contract: Contract) -> None:
    rules = {name: len(column.checks) for name, column in contract.to_schema().columns.items()}

    assert BAD_VALUES[contract].keys() == {name for name, number in rules.items() if number}
    assert all(len(values) >= rules[name] for name, values in BAD_VALUES[contract].items())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_only_some_columns_may_be_null(
    valid: dict[Contract, pd.DataFrame], contract: Contract
) -> None:
    frame = valid[contract]
    with_nulls = erase(1 / len(frame), *frame.columns)(frame)
    found = failures(contract, with_nulls)
    # Booleans and integers that are null are no longer booleans and integers.
    refused = set(found.loc[found["check"].str.contains("not_nullable|dtype"), "column"])

    assert set(frame) - refused == NULLABLE.get(contract, set())


@pytest.mark.parametrize(
    ("contract", "rule", "corrupt"),
    [(contract, *rule) for contract, rules in FRAME_RULES.items() for rule in rules],
)
def test_broken_frame_rules_are_reported(
    valid: dict[Contract, pd.DataFrame], contract: Contract, rule: str, corrupt: Corruption
) -> None:
    assert rule in set(failures(contract, corrupt(valid[contract]))["check"])


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_frame_rule_is_broken_here(contract: Contract) -> None:
    rules = {check.name for check in contract.to_schema().checks}

    assert rules == {rule for rule, _ in FRAME_RULES[contract]}


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_second_row_with_the_same_key_is_reported(
    valid: dict[Contract, pd.DataFrame], contract: Contract
) -> None:
    frame, key = valid[contract], KEYS[contract]
    twice = frame.assign(**{name: [frame[name].iloc[0], *frame[name].iloc[:-1]] for name in key})
    found = failures(contract, twice.astype(frame.dtypes))

    assert found["check"].str.contains("unique").any()


@pytest.mark.parametrize("contract", CONTRACTS)
def test_missing_additional_and_misplaced_columns_are_reported(
    valid: dict[Contract, pd.DataFrame], contract: Contract
) -> None:
    frame = valid[contract]
    last = frame.columns[-1]

    assert "column_in_dataframe" in set(failures(contract, frame.drop(columns=last))["check"])
    assert "column_in_schema" in set(failures(contract, frame.assign(new=1))["check"])
    assert "column_ordered" in set(failures(contract, frame[list(frame)[::-1]])["check"])


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_type_that_changed_is_reported(
    valid: dict[Contract, pd.DataFrame], contract: Contract
) -> None:
    frame = valid[contract]
    found = failures(contract, frame.astype("category"))
    changed = found.loc[found["check"].str.startswith("dtype"), "column"]

    assert set(changed) == set(frame)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_readers_are_told_what_it_is(contract: Contract) -> None:
    schema = contract.to_schema()

    assert schema.title
    assert schema.description


@pytest.mark.parametrize(
    "contract", [Schedule, Outcomes, Features, TrainingSet, EvaluationSet, Predictions]
)
def test_the_month_is_marked_as_the_period(contract: Contract) -> None:
    columns = contract.to_schema().columns
    periods = [name for name, column in columns.items() if (column.metadata or {}).get("period")]

    assert periods == ["month"]

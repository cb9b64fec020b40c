import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.pipelines.ingestion.nodes import (
    clean_airlines,
    clean_airports,
    clean_planes,
    clean_weather,
    split_flights,
)

KEY = ["scheduled_hour", "carrier", "flight"]


def test_both_halves_have_every_flight_once(flights_raw: pd.DataFrame) -> None:
    schedule, outcomes = split_flights(flights_raw)

    assert len(schedule) == len(flights_raw)
    assert not schedule.duplicated(KEY).any()
    pd.testing.assert_frame_equal(schedule[[*KEY, "month"]], outcomes[[*KEY, "month"]])


def test_schedule_has_nothing_but_what_is_scheduled(flights_raw: pd.DataFrame) -> None:
    schedule, _ = split_flights(flights_raw)

    assert list(schedule) == [
        *KEY,
        *("month", "year", "weekday", "hour", "minute", "sched_dep_time", "sched_arr_time"),
        *("tailnum", "origin", "dest", "distance"),
    ]


def test_month_and_weekday_are_local(flights_raw: pd.DataFrame) -> None:
    schedule, _ = split_flights(flights_raw)
    late_evening = schedule[schedule["hour"] == 23].iloc[0]

    assert schedule["month"].unique() == ["2013-04"]
    assert late_evening["scheduled_hour"] == pd.Timestamp("2013-04-08T03:00Z")
    assert late_evening["weekday"] == 0  # still Sunday in New York
    assert schedule["weekday"].iloc[-1] == 1


@pytest.mark.parametrize(
    "day", ["1999-12-31", "2000-02-29", "2000-03-01", "2013-01-01", "2100-02-28", "2100-03-01"]
)
def test_weekdays_are_those_of_the_calendar(flights_raw: pd.DataFrame, day: str) -> None:
    date = pd.Timestamp(day)
    schedule, _ = split_flights(
        flights_raw.assign(year=date.year, month=date.month, day=date.day).head(1)
    )
    assert schedule["weekday"].to_list() == [date.isoweekday() % 7]


def test_hours_are_utc_in_microseconds(flights_raw: pd.DataFrame) -> None:
    for half in split_flights(flights_raw):
        assert half["scheduled_hour"].dtype == "datetime64[us, UTC]"


def test_late_is_more_than_15_minutes(flights_raw: pd.DataFrame) -> None:
    _, outcomes = split_flights(flights_raw)
    arrived = outcomes.dropna(subset="arr_delay")

    assert arrived["arr_delay"].tolist() == [-15, 15, 16, 5]
    assert arrived["late"].tolist() == [0, 0, 1, 0]


def test_flights_that_never_arrive_are_neither_late_nor_punctual(flights_raw: pd.DataFrame) -> None:
    _, outcomes = split_flights(flights_raw)

    assert outcomes["late"].isna().tolist() == [False] * 4 + [True] * 3


def test_diverted_flights_are_not_cancelled(flights_raw: pd.DataFrame) -> None:
    _, outcomes = split_flights(flights_raw)

    assert outcomes["cancelled"].tolist() == [False] * 4 + [True, True, False]


def test_nodes_leave_their_input_alone(
    flights_raw: pd.DataFrame, weather_raw: pd.DataFrame
) -> None:
    flights_before, weather_before = flights_raw.copy(), weather_raw.copy()
    split_flights(flights_raw)
    clean_weather(weather_raw)

    pd.testing.assert_frame_equal(flights_raw, flights_before)
    pd.testing.assert_frame_equal(weather_raw, weather_before)


def test_impossible_wind_becomes_null_and_the_observation_stays(weather_raw: pd.DataFrame) -> None:
    weather = clean_weather(weather_raw)

    assert weather["wind_speed"].isna().tolist() == [False, True, True, False]
    assert weather["temp"].tolist() == weather_raw["temp"].tolist()


def test_weather_is_by_airport_and_utc_hour(weather_raw: pd.DataFrame) -> None:
    weather = clean_weather(weather_raw)

    assert weather["observed_hour"].dtype == "datetime64[us, UTC]"
    assert weather["observed_hour"].dt.hour.tolist() == [10, 11, 12, 12]
    assert not weather.duplicated(["origin", "observed_hour"]).any()


def test_planes_keep_an_unknown_year(planes_raw: pd.DataFrame) -> None:
    planes = clean_planes(planes_raw)

    assert list(planes) == ["tailnum", "year_built", "seats"]
    assert planes["year_built"].isna().tolist() == [False, True, False]


def test_only_airports_that_surely_have_summer_time_do(airports_raw: pd.DataFrame) -> None:
    airports = clean_airports(airports_raw.assign(dst=["A", "N", "U", "A"]))

    assert list(airports) == ["airport", "utc_offset", "has_summer_time"]
    assert airports["has_summer_time"].tolist() == [True, False, False, True]


def test_airlines_are_codes_and_names(airlines: pd.DataFrame) -> None:
    cleaned = clean_airlines(airlines.assign(country="US"))

    pd.testing.assert_frame_equal(cleaned, airlines)

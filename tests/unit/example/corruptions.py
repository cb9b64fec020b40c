"""A catalogue of what goes wrong with data, and of the rule that is there to notice it.

Each corruption starts from the real data of one month, or what the pipelines make of it, and ends
as a parquet file, which any engine can read. How many values, rows or groups have to be reported is
known from what was done to the data.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.parquet
from flight_delays.pipelines.features.nodes import build_features
from flight_delays.pipelines.ingestion.nodes import (
    clean_airports,
    clean_planes,
    clean_weather,
)
from flight_delays.pipelines.ingestion.nodes import (
    split_flights as split,
)
from flight_delays.pipelines.training.nodes import join_outcomes

from kedro_golden_path import Contract
from support import TEMPLATE

RAW = TEMPLATE / "data/01_raw"
MONTH = "2013-04"

Corrupt = Callable[[pd.DataFrame], pd.DataFrame | pyarrow.Table]
Count = int | Callable[[pd.DataFrame], int]


@dataclass(frozen=True)
class Corruption:
    """Something that goes wrong with a dataset.

    `count` is a number, or counts in the data as they were before. Spark refuses to read a file in
    which names differ by case alone.
    """

    name: str
    corrupt: Corrupt
    rule: str
    column: str | None = None
    count: Count = 1
    contract: str = ""
    spark_can_read: bool = True

    def expected(self) -> tuple[str, str | None, int]:
        """What has to be reported: rule, column and count."""
        count = self.count if isinstance(self.count, int) else self.count(valid(self.contract))
        return self.rule, self.column, int(count)


def contract_of(name: str, engine: str = "pandas") -> Contract:
    return Contract(f"flight_delays.contracts.{name}", engine=engine, periods=[MONTH])


def flights_of(month: str) -> pd.DataFrame:
    return pd.read_parquet(RAW / f"flights/month={month}/flights.parquet")


@cache
def valid(contract: str) -> pd.DataFrame:
    """The data of a contract, with nothing wrong."""
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        "raw.FlightsRaw": lambda: flights_of(MONTH),
        "raw.WeatherRaw": lambda: pd.read_parquet(RAW / "weather.parquet"),
        "raw.PlanesRaw": lambda: pd.read_parquet(RAW / "planes.parquet"),
        "raw.AirportsRaw": lambda: pd.read_parquet(RAW / "airports.parquet"),
        "raw.AirlinesRaw": lambda: pd.read_parquet(RAW / "airlines.parquet"),
        "intermediate.Schedule": lambda: split(valid("raw.FlightsRaw"))[0],
        "intermediate.Outcomes": lambda: split(valid("raw.FlightsRaw"))[1],
        "intermediate.Weather": lambda: clean_weather(valid("raw.WeatherRaw")),
        "feature.Features": lambda: build_features(
            valid("intermediate.Schedule"),
            valid("intermediate.Weather"),
            clean_planes(valid("raw.PlanesRaw")),
            clean_airports(valid("raw.AirportsRaw")),
        ),
        "model_input.EvaluationSet": lambda: join_outcomes(
            valid("feature.Features"), valid("intermediate.Outcomes")
        ),
        "model_output.Predictions": lambda: predict(valid("feature.Features")),
    }
    return makers[contract]()


def predict(features: pd.DataFrame) -> pd.DataFrame:
    """The predictions of a model for which delays grow over the day."""
    probability = features["departure_minute"] / 1440
    return features[["scheduled_hour", "carrier", "flight", "month"]].assign(
        probability=probability, decision=probability >= 0.5, model_version=1, run_id="run"
    )


def write(corruption: Corruption, directory: Path) -> Path:
    """Write the corrupted data to a parquet file, without what only pandas would read in it."""
    data = corruption.corrupt(valid(corruption.contract))
    if isinstance(data, pd.DataFrame):
        data = pyarrow.Table.from_pandas(data, preserve_index=False)
    file = directory / f"{corruption.name}.parquet"
    pyarrow.parquet.write_table(data.replace_schema_metadata(None), file)
    return file


def cells(column: str, *values: Any) -> Corrupt:
    """Put values into the first rows."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        cells = [*values, *frame[column].iloc[len(values) :]]
        return frame.assign(**{column: pd.Series(cells, frame.index, dtype=frame[column].dtype)})

    return corrupt


def change(**columns: Callable[[pd.DataFrame], Any]) -> Corrupt:
    """Compute columns anew, all of them from the valid frame."""
    return lambda frame: frame.assign(**{name: make(frame) for name, make in columns.items()})


def change_first(rows: int, **columns: Callable[[pd.DataFrame], Any]) -> Corrupt:
    """Compute columns anew in the first rows."""
    return lambda frame: pd.concat(
        [change(**columns)(frame.head(rows)), frame.iloc[rows:]], ignore_index=True
    )


def cast(column: str, kind: Any) -> Corrupt:
    return lambda frame: frame.assign(**{column: frame[column].astype(kind)})


def nulls(rows: int, *columns: str) -> Corrupt:
    """Take values away and leave the type as it is, which pandas alone cannot."""

    def corrupt(frame: pd.DataFrame) -> pd.DataFrame:
        first = np.arange(len(frame)) < rows
        return frame.assign(**{name: _nullable(frame[name]).mask(first) for name in columns})

    return corrupt


def null_share(share: float, *columns: str) -> Corrupt:
    return lambda frame: nulls(int(share * len(frame)) + 1, *columns)(frame)


def _nullable(values: Any) -> Any:
    kinds = {"int64": "Int64", "bool": "boolean"}
    return values.astype(kinds.get(str(values.dtype), values.dtype))


def not_a_number(rows: int, column: str) -> Corrupt:
    """Write NaN, which is not null to a parquet file."""

    def corrupt(frame: pd.DataFrame) -> pyarrow.Table:
        values = frame[column].to_numpy(copy=True)
        values[:rows] = np.nan
        table = pyarrow.Table.from_pandas(frame, preserve_index=False)
        position = frame.columns.get_loc(column)
        return table.set_column(position, column, pyarrow.array(values, from_pandas=False))

    return corrupt


def append(more: Callable[[pd.DataFrame], pd.DataFrame]) -> Corrupt:
    return lambda frame: pd.concat([frame, more(frame)], ignore_index=True)


def swap(one: str, other: str) -> Corrupt:
    return change(**{one: lambda frame: frame[other], other: lambda frame: frame[one]})


def ge(bound: int) -> str:
    return f"greater_than_or_equal_to({bound})"


def le(bound: int) -> str:
    return f"less_than_or_equal_to({bound})"


def known(column: str) -> Count:
    return lambda frame: int(frame[column].notna().sum())


def unknown(column: str) -> Count:
    return lambda frame: int(frame[column].isna().sum())


def celsius(degrees: "pd.Series[float]") -> "pd.Series[float]":
    return (degrees - 32) / 1.8


def one_hour_later(frame: pd.DataFrame) -> "pd.Series[str]":
    """The hours in UTC as if New York had no summer."""
    later = pd.to_datetime(frame["time_hour"]) + pd.Timedelta(hours=1)
    return later.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def local_as_utc(frame: pd.DataFrame) -> "pd.Series[str]":
    date = pd.to_datetime(frame[["year", "month", "day", "hour"]])
    return date.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


IS_CARRIER = "str_matches('^[0-9A-Z]{2}$')"
IS_TAIL_NUMBER = "str_matches('^[0-9A-Z]{5,6}$')"
IS_DESTINATION = "str_matches('^[A-Z]{3}$')"
IS_AIRPORT = "str_matches('^[0-9A-Z]{3}$')"
IS_ISO_HOUR = r"str_matches('^\d{4}-\d{2}-\d{2}T\d{2}:00:00Z$')"
IS_TIME_ZONE = "str_matches('^[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+$')"
IS_ORIGIN = "isin(['EWR', 'JFK', 'LGA'])"
IN_MONTH = f"in_period({MONTH})"
UNIQUE_FLIGHT = "multiple_fields_uniqueness(time_hour, carrier, flight)"
UNIQUE_SCHEDULE = "multiple_fields_uniqueness(scheduled_hour, carrier, flight)"
UNIQUE_WEATHER = "multiple_fields_uniqueness(origin, time_hour)"
NO_TEXT = "dtype('str')"
NO_INTEGER = "dtype('int64')"
NO_FLOAT = "dtype('float64')"
NO_BOOLEAN = "dtype('bool')"
NO_UTC = "dtype('datetime64[us, UTC]')"

FLIGHTS = [
    Corruption(
        "missing_column",
        lambda frame: frame.drop(columns="tailnum"),
        *("column_in_dataframe", "tailnum"),
    ),
    Corruption(
        "renamed_column",
        lambda frame: frame.rename(columns={"dest": "destination"}),
        *("column_in_dataframe", "dest"),
    ),
    Corruption(
        "column_in_upper_case",
        lambda frame: frame.rename(columns={"carrier": "CARRIER"}),
        *("column_in_dataframe", "carrier"),
    ),
    Corruption("extra_column", change(comment=lambda frame: "none"), "column_in_schema", "comment"),
    Corruption(
        "column_twice_but_for_case",
        change(Carrier=lambda frame: frame["carrier"]),
        *("column_in_schema", "Carrier"),
        spark_can_read=False,
    ),
    Corruption("reordered_columns", lambda frame: frame[frame.columns[::-1]], "column_ordered"),
    Corruption("integer_as_float", cast("flight", "float64"), NO_INTEGER, "flight"),
    Corruption("integer_in_32_bits", cast("distance", "int32"), NO_INTEGER, "distance"),
    Corruption(
        "integer_as_decimal",
        change(distance=lambda frame: frame["distance"].map(Decimal)),
        *(NO_INTEGER, "distance"),
    ),
    Corruption("integer_as_text", cast("flight", "str"), NO_INTEGER, "flight"),
    Corruption("float_as_text", cast("arr_delay", "str"), NO_FLOAT, "arr_delay"),
    Corruption("float_in_32_bits", cast("dep_time", "float32"), NO_FLOAT, "dep_time"),
    Corruption(
        "text_as_timestamp",
        change(time_hour=lambda frame: pd.to_datetime(frame["time_hour"])),
        *(NO_TEXT, "time_hour"),
    ),
    Corruption("null_text", nulls(3, "carrier"), "not_nullable", "carrier", 3),
    Corruption("null_integer", nulls(4, "flight"), "not_nullable", "flight", 4),
    Corruption(
        "delays_not_recorded",
        nulls(5, "dep_delay"),
        *("departure_has_time_and_delay", None, lambda frame: frame["dep_delay"].head(5).count()),
    ),
    Corruption(
        "not_a_number",
        not_a_number(5, "dep_delay"),
        *("departure_has_time_and_delay", None, lambda frame: frame["dep_delay"].head(5).count()),
    ),
    Corruption("infinite_delay", cells("arr_delay", np.inf, np.inf), le(2880), "arr_delay", 2),
    Corruption("infinitely_early", cells("arr_delay", -np.inf), ge(-180), "arr_delay"),
    Corruption("integer_overflow", cells("flight", 2**31), le(9999), "flight"),
    Corruption("negative_after_overflow", cells("flight", -(2**31)), ge(1), "flight"),
    Corruption(
        "sentinel_9999",
        change(arr_delay=lambda frame: frame["arr_delay"].fillna(9999)),
        *(le(2880), "arr_delay", unknown("arr_delay")),
    ),
    Corruption(
        "sentinel_minus_999",
        change(dep_delay=lambda frame: frame["dep_delay"].fillna(-999)),
        *(ge(-180), "dep_delay", unknown("dep_delay")),
    ),
    Corruption(
        "zero_for_null_time",
        change(dep_time=lambda frame: frame["dep_time"].fillna(0)),
        *(ge(1), "dep_time", unknown("dep_time")),
    ),
    Corruption(
        "zero_for_null_delay",
        change(arr_delay=lambda frame: frame["arr_delay"].fillna(0)),
        *("what_arrived_had_departed", None, unknown("dep_time")),
    ),
    Corruption(
        "departures_not_recorded",
        null_share(0.16, "dep_time", "dep_delay"),
        "share_that_never_departed",
    ),
    Corruption("arrivals_not_recorded", null_share(0.21, "arr_delay"), "share_that_never_arrived"),
    Corruption(
        "tail_numbers_not_recorded", null_share(0.06, "tailnum"), "share_without_tail_number"
    ),
    Corruption("no_tail_numbers", null_share(1, "tailnum"), "share_without_tail_number"),
    Corruption("one_duplicate", append(lambda frame: frame.head(1)), UNIQUE_FLIGHT, None, 2),
    Corruption(
        "duplicates_that_differ",
        append(lambda frame: frame.head(10).assign(distance=100)),
        *(UNIQUE_FLIGHT, None, 20),
    ),
    Corruption(
        "month_twice",
        append(lambda frame: frame),
        *(UNIQUE_FLIGHT, None, lambda frame: 2 * len(frame)),
    ),
    Corruption(
        "half_the_month",
        lambda frame: frame.head(len(frame) // 2),
        "flights_of_every_month",
    ),
    Corruption("ten_rows", lambda frame: frame.head(10), "flights_of_every_month"),
    Corruption("no_rows", lambda frame: frame.head(0), "number_of_flights"),
    Corruption(
        "next_month_mixed_in",
        append(lambda frame: flights_of("2013-05").head(50)),
        "flights_of_every_month",
    ),
    Corruption(
        "date_in_the_future",
        change(time_hour=lambda frame: "2031" + frame["time_hour"].str[4:]),
        *("date_is_that_of_new_york", None, lambda frame: (frame["hour"] < 19).sum()),
    ),
    Corruption(
        "date_one_day_off",
        change(day=lambda frame: frame["day"] + 1),
        *("date_is_that_of_new_york", None, lambda frame: (frame["hour"] < 19).sum()),
    ),
    Corruption("month_of_13", cells("month", 13, 13), le(12), "month", 2),
    Corruption("month_of_0", cells("month", 0), ge(1), "month"),
    Corruption("year_with_two_digits", change(year=lambda frame: 13), ge(1987), "year", len),
    Corruption("midnight_as_2400", cells("sched_dep_time", 2400), le(2359), "sched_dep_time"),
    Corruption("distance_of_zero", cells("distance", 0, 0, 0), ge(10), "distance", 3),
    Corruption("negative_air_time", cells("air_time", -20), ge(10), "air_time"),
    Corruption("unknown_origin", cells("origin", "PHL", "PHL"), IS_ORIGIN, "origin", 2),
    Corruption(
        "category_in_lower_case",
        change(origin=lambda frame: frame["origin"].str.lower()),
        *(IS_ORIGIN, "origin", len),
    ),
    Corruption(
        "trailing_whitespace",
        change(carrier=lambda frame: frame["carrier"] + " "),
        *(IS_CARRIER, "carrier", len),
    ),
    Corruption("leading_whitespace", cells("dest", " MSP", " DTW"), IS_DESTINATION, "dest", 2),
    Corruption("no_break_space", cells("dest", "MSP\u00a0"), IS_DESTINATION, "dest"),
    Corruption(
        "cyrillic_letters",
        change(carrier=lambda frame: frame["carrier"].replace("AA", "\u0410\u0410")),
        *(IS_CARRIER, "carrier", lambda frame: (frame["carrier"] == "AA").sum()),
    ),
    Corruption(
        "fullwidth_digits",
        cells("tailnum", "N\uff11\uff12\uff13\uff14\uff15"),
        *(IS_TAIL_NUMBER, "tailnum"),
    ),
    Corruption(
        "arabic_digits",
        cells("time_hour", "\u0662\u0660\u0661\u0663-04-05T18:00:00Z"),
        *(IS_ISO_HOUR, "time_hour"),
    ),
    Corruption("empty_text", cells("carrier", "", ""), IS_CARRIER, "carrier", 2),
    Corruption("null_as_text", cells("tailnum", "None", "NaN"), IS_TAIL_NUMBER, "tailnum", 2),
    Corruption("line_break_at_the_end", cells("carrier", "9E\n"), IS_CARRIER, "carrier"),
    Corruption(
        "carriage_return_at_the_end",
        change(dest=lambda frame: frame["dest"] + "\r"),
        *(IS_DESTINATION, "dest", len),
    ),
    Corruption(
        "hour_and_minute_swapped",
        swap("hour", "minute"),
        *("scheduled_time_is_hour_and_minute", None),
        lambda frame: (frame["hour"] != frame["minute"]).sum(),
    ),
    Corruption(
        "time_as_minutes_of_the_day",
        change(sched_dep_time=lambda frame: frame["hour"] * 60 + frame["minute"]),
        *("scheduled_time_is_hour_and_minute", None, len),
    ),
    Corruption(
        "origin_and_destination_swapped",
        swap("origin", "dest"),
        *(IS_ORIGIN, "origin", lambda frame: (~frame["dest"].isin(["EWR", "JFK", "LGA"])).sum()),
    ),
    Corruption(
        "origin_copied_to_destination",
        change_first(7, dest=lambda frame: frame["origin"]),
        *("nobody_flies_to_where_they_are", None, 7),
    ),
    Corruption(
        "winter_time_in_summer",
        change(time_hour=one_hour_later),
        *("hour_is_that_of_new_york", None, len),
    ),
    Corruption(
        "largest_airline_missing",
        lambda frame: frame[frame["carrier"] != "UA"],
        *("share_of_the_smallest_large_airline", None),
    ),
    Corruption(
        "an_airport_missing",
        lambda frame: frame[frame["origin"] != "LGA"].head(25_000),
        *("share_of_the_smallest_airport", None),
    ),
    Corruption(
        "local_time_as_utc",
        change(time_hour=local_as_utc),
        *("hour_is_that_of_new_york", None, len),
    ),
    Corruption(
        "utc_as_another_notation",
        change(time_hour=lambda frame: frame["time_hour"].str.replace("Z", "+00:00")),
        *(IS_ISO_HOUR, "time_hour", len),
    ),
    Corruption(
        "kilometres_for_miles",
        change(distance=lambda frame: (frame["distance"] * 1.609344).astype("int64")),
        *(le(6000), "distance", lambda frame: (frame["distance"] > 6000 / 1.609344).sum()),
    ),
    Corruption(
        "seconds_for_minutes",
        change(air_time=lambda frame: frame["air_time"] * 60),
        *(le(1200), "air_time", lambda frame: (frame["air_time"] > 20).sum()),
    ),
]

WEATHER = [
    Corruption(
        "temperature_and_dew_point_swapped",
        swap("temp", "dewp"),
        *("dew_point_is_not_above_temperature", None),
        lambda frame: (frame["temp"] > frame["dewp"]).sum(),
    ),
    Corruption(
        "temperature_in_celsius",
        change(temp=lambda frame: celsius(frame["temp"])),
        *("dew_point_is_not_above_temperature", None),
        lambda frame: (frame["temp"] < frame["dewp"] * 1.8 + 32).sum(),
    ),
    Corruption(
        "all_degrees_in_celsius",
        change(
            temp=lambda frame: celsius(frame["temp"]), dewp=lambda frame: celsius(frame["dewp"])
        ),
        "humidity_fits_temperature",
    ),
    Corruption(
        "humidity_as_fraction",
        change(humid=lambda frame: frame["humid"] / 100),
        "humidity_fits_temperature",
    ),
    Corruption(
        "pascal_for_hectopascal",
        change(pressure=lambda frame: frame["pressure"] * 100),
        *(le(1085), "pressure", known("pressure")),
    ),
    Corruption(
        "inches_of_mercury",
        change(pressure=lambda frame: frame["pressure"] / 33.8639),
        *(ge(870), "pressure", known("pressure")),
    ),
    Corruption("sentinel_999", cells("wind_dir", 999, 999, 999), le(360), "wind_dir", 3),
    Corruption("infinite_gust", cells("wind_gust", np.inf), le(200), "wind_gust"),
    Corruption("precipitation_as_trace", cells("precip", -0.1), ge(0), "precip"),
    Corruption("null_float", nulls(6, "visib"), "not_nullable", "visib", 6),
    Corruption("not_a_number_for_null", not_a_number(2, "precip"), "not_nullable", "precip", 2),
    Corruption(
        "wind_sensor_broken",
        change_first(50, wind_speed=lambda frame: 1048.36),
        "share_of_impossible_winds",
    ),
    Corruption("thermometer_broken", null_share(0.02, "temp"), "share_without_temperature_or_wind"),
    Corruption("hygrometer_broken", null_share(0.02, "humid"), "share_without_temperature_or_wind"),
    Corruption("barometer_broken", null_share(0.5, "pressure"), "share_without_pressure"),
    Corruption("wind_vane_broken", null_share(0.2, "wind_dir"), "share_without_wind_direction"),
    Corruption(
        "station_missing",
        lambda frame: frame[frame["origin"] != "LGA"],
        "number_of_airports",
    ),
    Corruption("no_observations", lambda frame: frame.head(0), "number_of_observations"),
    Corruption(
        "observations_broke_off",
        lambda frame: frame[(frame["month"] < 12) | (frame["day"] <= 20)],
        *("hours_of_every_month", None, 3),
    ),
    Corruption(
        "station_twice",
        append(lambda frame: frame[frame["origin"] == "JFK"]),
        *(UNIQUE_WEATHER, None, lambda frame: 2 * (frame["origin"] == "JFK").sum()),
    ),
    Corruption(
        "local_hours_as_utc",
        change(time_hour=local_as_utc),
        *("hour_is_that_of_new_york", None, len),
    ),
]

PLANES = [
    Corruption(
        "zero_for_null_year",
        change(year=lambda frame: frame["year"].fillna(0)),
        *(ge(1900), "year", unknown("year")),
    ),
    Corruption(
        "plane_twice", append(lambda frame: frame.head(1)), "field_uniqueness", "tailnum", 2
    ),
    Corruption(
        "unknown_category",
        cells("type", "Balloon"),
        "isin(['Fixed wing multi engine', 'Fixed wing single engine', 'Rotorcraft'])",
        "type",
    ),
    Corruption("half_the_register", lambda frame: frame.head(len(frame) // 2), "number_of_planes"),
    Corruption("years_not_given", null_share(0.1, "year"), "share_without_year"),
]

AIRPORTS = [
    Corruption("float_as_integer", cast("lat", "int64"), NO_FLOAT, "lat"),
    Corruption(
        "latitude_and_longitude_swapped",
        swap("lat", "lon"),
        *(ge(-90), "lat", lambda frame: (frame["lon"] < -90).sum()),
    ),
    Corruption(
        "utf_8_read_as_latin_1",
        cells("tzone", "America/S\u00e3o_Paulo".encode().decode("latin-1")),
        *(IS_TIME_ZONE, "tzone"),
    ),
    Corruption("byte_order_mark", cells("faa", "\ufeff04G"), IS_AIRPORT, "faa"),
    Corruption("code_read_as_number", cells("faa", "4"), IS_AIRPORT, "faa"),
    Corruption("replacement_character", cells("faa", "0\ufffdG"), IS_AIRPORT, "faa"),
]

AIRLINES = [
    Corruption(
        "two_airlines_of_one_name",
        cells("name", "Delta Air Lines Inc."),
        *("field_uniqueness", "name", 2),
    ),
    Corruption("nine_airlines", lambda frame: frame.head(9), "number_of_airlines"),
]

SCHEDULE = [
    Corruption(
        "naive_timestamps",
        change(scheduled_hour=lambda frame: frame["scheduled_hour"].dt.tz_localize(None)),
        *(NO_UTC, "scheduled_hour"),
    ),
    Corruption("timestamps_as_text", cast("scheduled_hour", "str"), NO_UTC, "scheduled_hour"),
    Corruption(
        "half_an_hour_off",
        change(scheduled_hour=lambda frame: frame["scheduled_hour"] + pd.Timedelta(minutes=30)),
        *("scheduled_hour_is_a_whole_hour", None, len),
    ),
    Corruption("wrong_month", change(month=lambda frame: "2013-05"), IN_MONTH, "month", len),
    Corruption("some_of_another_month", cells("month", "2013-03", "2013-05"), IN_MONTH, "month", 2),
]

OUTCOMES = [
    Corruption("boolean_as_text", cast("cancelled", "str"), NO_BOOLEAN, "cancelled"),
    Corruption("boolean_as_integer", cast("cancelled", "int64"), NO_BOOLEAN, "cancelled"),
    Corruption("null_boolean", nulls(4, "cancelled"), "not_nullable", "cancelled", 4),
    Corruption(
        "label_inverted",
        change(late=lambda frame: 1 - frame["late"]),
        *("late_is_more_than_15_minutes", None, known("late")),
    ),
    Corruption(
        "label_zero_for_null",
        change(late=lambda frame: frame["late"].fillna(0)),
        *("late_is_known_of_what_arrived", None, unknown("late")),
    ),
    Corruption(
        "all_cancelled",
        change(cancelled=lambda frame: True),
        *("cancelled_flights_have_no_delay", None, known("arr_delay")),
    ),
]

FEATURES = [
    Corruption(
        "join_with_weather_failed",
        null_share(1, "temp", "dewp", "humid", "precip", "visib"),
        "share_without_weather",
    ),
    Corruption(
        "join_doubled_flights",
        append(lambda frame: frame[frame["origin"] == "EWR"]),
        *(UNIQUE_SCHEDULE, None, lambda frame: 2 * (frame["origin"] == "EWR").sum()),
    ),
    Corruption("planes_not_found", null_share(0.5, "plane_age", "seats"), "share_without_plane"),
    Corruption(
        "departure_in_utc",
        change(departure_minute=lambda frame: (frame["departure_minute"] + 240) % 1440),
        *("departure_is_within_its_hour", None, len),
    ),
    Corruption(
        "duration_on_the_wrong_clock",
        change_first(9, distance=lambda frame: 1000.0, scheduled_duration=lambda frame: 60.0),
        *("nobody_is_scheduled_faster_than_sound", None, 9),
    ),
]

LABELLED = [
    Corruption("all_late", change(late=lambda frame: True), "share_of_late_flights"),
    Corruption(
        "label_of_punctuality", change(late=lambda frame: ~frame["late"]), "share_of_late_flights"
    ),
    Corruption(
        "durations_unknown", null_share(0.2, "scheduled_duration"), "share_without_duration"
    ),
]

PREDICTIONS = [
    Corruption(
        "mixed_models", change_first(100, model_version=lambda frame: 2), "one_model_and_one_run"
    ),
    Corruption("mixed_runs", cells("run_id", "another"), "one_model_and_one_run"),
    Corruption(
        "constant_probabilities", change(probability=lambda frame: 0.2), "probabilities_differ"
    ),
    Corruption(
        "probabilities_as_percent",
        change(probability=lambda frame: frame["probability"] * 100),
        *(le(1), "probability", lambda frame: (frame["probability"] > 0.01).sum()),
    ),
    Corruption(
        "probabilities_of_punctuality",
        change(probability=lambda frame: 1 - frame["probability"]),
        "decisions_follow_probabilities",
    ),
    Corruption(
        "probability_not_a_number",
        not_a_number(1, "probability"),
        *("not_nullable", "probability"),
    ),
    Corruption(
        "half_the_predictions",
        lambda frame: frame.head(len(frame) // 2),
        "flights_of_the_month",
    ),
]

CORRUPTIONS = [
    replace(corruption, contract=contract)
    for contract, corruptions in {
        "raw.FlightsRaw": FLIGHTS,
        "raw.WeatherRaw": WEATHER,
        "raw.PlanesRaw": PLANES,
        "raw.AirportsRaw": AIRPORTS,
        "raw.AirlinesRaw": AIRLINES,
        "intermediate.Schedule": SCHEDULE,
        "intermediate.Outcomes": OUTCOMES,
        "feature.Features": FEATURES,
        "model_input.EvaluationSet": LABELLED,
        "model_output.Predictions": PREDICTIONS,
    }.items()
    for corruption in corruptions
]

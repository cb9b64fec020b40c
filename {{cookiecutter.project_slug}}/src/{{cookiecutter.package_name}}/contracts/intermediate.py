"""Contracts of the cleaned tables, and of the two halves of the flights."""

from typing import Annotated

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from kedro_golden_path import Columns, rule

from .measures import is_whole_hour, share_of_nulls

KEY = ["scheduled_hour", "carrier", "flight"]
WEATHER_KEY = ["origin", "observed_hour"]
ORIGINS = ["EWR", "JFK", "LGA"]
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
UtcHour = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


class Schedule(pa.DataFrameModel):
    """What is known of a flight at scheduling time. Nothing that happens later belongs here."""

    scheduled_hour: UtcHour
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    month: str = pa.Field(str_matches=MONTH, metadata={"period": True})
    year: int = pa.Field(ge=1987, le=2100)
    weekday: int = pa.Field(ge=0, le=6, description="Sunday is 0")
    hour: int = pa.Field(ge=0, le=23, description="local")
    minute: int = pa.Field(ge=0, le=59, description="local")
    sched_dep_time: int = pa.Field(ge=0, le=2359, description="local, hhmm")
    sched_arr_time: int = pa.Field(ge=0, le=2400, description="local, hhmm")
    tailnum: str = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", nullable=True)
    origin: str = pa.Field(isin=ORIGINS)
    dest: str = pa.Field(str_matches=r"^[A-Z]{3}$")
    distance: int = pa.Field(ge=10, le=6000, description="miles")

    class Config:
        """The key: a flight number departs at most once an hour."""

        title = "Schedule"
        description = "Scheduled flights of one month, one row per flight"
        strict = True
        ordered = True
        unique = KEY

    @rule(ge=20_000, le=40_000)
    @classmethod
    def flights_of_the_month(cls, schedule: Columns) -> nw.Expr:
        """Number of flights, as in the raw data."""
        return schedule.rows

    @rule(le=0.05)
    @classmethod
    def share_without_tail_number(cls, schedule: Columns) -> nw.Expr:
        """Share of flights without a tail number; only some cancelled flights have none."""
        return share_of_nulls(schedule["tailnum"])

    @rule
    @classmethod
    def scheduled_hour_is_a_whole_hour(cls, schedule: Columns) -> nw.Expr:
        """`scheduled_hour` is a full hour; the weather is joined on it."""
        return is_whole_hour(schedule["scheduled_hour"])

    @rule
    @classmethod
    def scheduled_time_is_hour_and_minute(cls, schedule: Columns) -> nw.Expr:
        """`sched_dep_time` equals `hour * 100 + minute`."""
        return schedule["sched_dep_time"] == schedule["hour"] * 100 + schedule["minute"]


class Outcomes(pa.DataFrameModel):
    """What happened to the flights. Features are built without it."""

    scheduled_hour: UtcHour
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    month: str = pa.Field(str_matches=MONTH, metadata={"period": True})
    cancelled: bool
    arr_delay: float = pa.Field(ge=-180, le=2880, nullable=True, description="minutes")
    late: float = pa.Field(isin=[0.0, 1.0], nullable=True, description="1 for late, 0 for not")

    class Config:
        """The key: a flight number departs at most once an hour."""

        title = "Outcomes"
        description = "What happened to the flights of one month, one row per scheduled flight"
        strict = True
        ordered = True
        unique = KEY

    @rule(ge=20_000, le=40_000)
    @classmethod
    def flights_of_the_month(cls, outcomes: Columns) -> nw.Expr:
        """Number of flights, as in the raw data."""
        return outcomes.rows

    @rule(le=0.2)
    @classmethod
    def share_that_never_arrived(cls, outcomes: Columns) -> nw.Expr:
        """Share of flights that were cancelled or diverted."""
        return share_of_nulls(outcomes["late"])

    @rule
    @classmethod
    def cancelled_flights_have_no_delay(cls, outcomes: Columns) -> nw.Expr:
        """A cancelled flight has no arrival delay."""
        return ~outcomes["cancelled"] | outcomes["arr_delay"].is_null()

    @rule
    @classmethod
    def late_is_known_of_what_arrived(cls, outcomes: Columns) -> nw.Expr:
        """`late` is null exactly where `arr_delay` is null."""
        return outcomes["late"].is_null() == outcomes["arr_delay"].is_null()

    @rule
    @classmethod
    def late_is_more_than_15_minutes(cls, outcomes: Columns) -> nw.Expr:
        """`late` is 1 exactly where `arr_delay` is above 15: what the model predicts."""
        return (outcomes["late"] == 1) == (outcomes["arr_delay"] > 15)


class Weather(pa.DataFrameModel):
    """Hourly observations without impossible values."""

    origin: str = pa.Field(isin=ORIGINS)
    observed_hour: UtcHour
    temp: float = pa.Field(ge=-40, le=130, nullable=True, description="degrees Fahrenheit")
    dewp: float = pa.Field(ge=-60, le=100, nullable=True, description="degrees Fahrenheit")
    humid: float = pa.Field(ge=0, le=100, nullable=True, description="percent")
    wind_dir: float = pa.Field(ge=0, le=360, nullable=True, description="degrees")
    wind_speed: float = pa.Field(ge=0, le=150, nullable=True, description="mph")
    wind_gust: float = pa.Field(ge=0, le=200, nullable=True, description="mph")
    precip: float = pa.Field(ge=0, le=10, description="inches")
    pressure: float = pa.Field(ge=870, le=1085, nullable=True, description="millibars")
    visib: float = pa.Field(ge=0, le=10, description="miles")

    class Config:
        """The key: a second row for the same hour would duplicate flights in the join."""

        title = "Weather"
        description = "One observation per airport and hour"
        strict = True
        ordered = True
        unique = WEATHER_KEY

    @rule(ge=1)
    @classmethod
    def number_of_observations(cls, weather: Columns) -> nw.Expr:
        """Number of observations; an empty table has no airport that could lack hours."""
        return weather.rows

    @rule(by="origin", ge=500)
    @classmethod
    def hours_of_every_airport(cls, weather: Columns) -> nw.Expr:
        """Hours observed at each airport; fewer are not worth joining."""
        return weather.rows

    @rule(ge=len(ORIGINS))
    @classmethod
    def number_of_airports(cls, weather: Columns) -> nw.Expr:
        """Number of airports, as in the raw data."""
        return weather["origin"].n_unique()

    @rule(le=0.01)
    @classmethod
    def share_without_temperature_or_wind(cls, weather: Columns) -> nw.Expr:
        """Largest share of missing values among them; stations fail for hours, not weeks."""
        columns = ["temp", "dewp", "humid", "wind_speed"]
        return nw.max_horizontal(*(share_of_nulls(weather[name]) for name in columns))

    @rule
    @classmethod
    def observed_hour_is_a_whole_hour(cls, weather: Columns) -> nw.Expr:
        """`observed_hour` is a full hour; flights are joined on it."""
        return is_whole_hour(weather["observed_hour"])

    @rule
    @classmethod
    def dew_point_is_not_above_temperature(cls, weather: Columns) -> nw.Expr:
        """The dew point is at most the temperature; fails when the two are swapped."""
        return weather["dewp"] <= weather["temp"]


class Planes(pa.DataFrameModel):
    """What is known of each plane."""

    tailnum: str = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", unique=True)
    year_built: float = pa.Field(ge=1900, le=2100, nullable=True)
    seats: int = pa.Field(ge=1, le=900)

    class Config:
        """A second row for the same plane would duplicate flights in the join."""

        title = "Planes"
        description = "One row per tail number"
        strict = True
        ordered = True

    @rule(ge=2_000, le=20_000)
    @classmethod
    def number_of_planes(cls, planes: Columns) -> nw.Expr:
        """Number of planes, as in the raw data."""
        return planes.rows

    @rule(le=0.05)
    @classmethod
    def share_without_year(cls, planes: Columns) -> nw.Expr:
        """Share of planes without a year; two percent is usual."""
        return share_of_nulls(planes["year_built"])


class Airports(pa.DataFrameModel):
    """The local time of each airport."""

    airport: str = pa.Field(str_matches=r"^[0-9A-Z]{3}$", unique=True)
    utc_offset: int = pa.Field(ge=-12, le=14, description="hours, in winter")
    has_summer_time: bool

    class Config:
        """A second row for the same airport would duplicate flights in the join."""

        title = "Airports"
        description = "One row per FAA code"
        strict = True
        ordered = True

    @rule(ge=1_000, le=10_000)
    @classmethod
    def number_of_airports(cls, airports: Columns) -> nw.Expr:
        """Number of airports, as in the raw data."""
        return airports.rows


class Airlines(pa.DataFrameModel):
    """The names of the carriers, for reports."""

    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$", unique=True)
    name: str = pa.Field(str_length={"min_value": 1}, unique=True)

    class Config:
        """One row per carrier."""

        title = "Airlines"
        description = "Names of the carriers"
        strict = True
        ordered = True

    @rule(ge=10, le=200)
    @classmethod
    def number_of_airlines(cls, airlines: Columns) -> nw.Expr:
        """Number of airlines, as in the raw data."""
        return airlines.rows

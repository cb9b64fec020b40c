"""Contracts of the cleaned tables, and of the two halves of the flights."""

from typing import Annotated

import pandas as pd
import pandera.pandas as pa

KEY = ["scheduled_hour", "carrier", "flight"]
WEATHER_KEY = ["origin", "observed_hour"]
ORIGINS = ["EWR", "JFK", "LGA"]
MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
UtcHour = Annotated[pd.DatetimeTZDtype, "us", "UTC"]


def is_whole_hour(moment: pd.Series) -> pd.Series:
    """Tell which moments are at the full hour."""
    return moment == moment.dt.floor("h")


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
        """A flight number departs at most once an hour."""

        title = "Schedule"
        description = "Scheduled flights of one month, one row per flight"
        strict = True
        ordered = True
        unique = KEY

    @pa.dataframe_check
    @classmethod
    def month_has_20_to_40_thousand_flights(cls, schedule: pd.DataFrame) -> bool:
        """As many as raw."""
        return 20_000 <= len(schedule) <= 40_000

    @pa.dataframe_check
    @classmethod
    def at_most_5_percent_without_tail_number(cls, schedule: pd.DataFrame) -> bool:
        """Only some of the cancelled flights have none."""
        return bool(schedule["tailnum"].isna().mean() <= 0.05)

    @pa.dataframe_check
    @classmethod
    def scheduled_hour_is_a_whole_hour(cls, schedule: pd.DataFrame) -> pd.Series:
        """The weather is joined on it."""
        return is_whole_hour(schedule["scheduled_hour"])

    @pa.dataframe_check
    @classmethod
    def scheduled_time_is_hour_and_minute(cls, schedule: pd.DataFrame) -> pd.Series:
        """The same time comes twice."""
        return schedule["sched_dep_time"] == schedule["hour"] * 100 + schedule["minute"]


class Outcomes(pa.DataFrameModel):
    """What came of the flights. Features are built without it."""

    scheduled_hour: UtcHour
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    month: str = pa.Field(str_matches=MONTH, metadata={"period": True})
    cancelled: bool
    arr_delay: float = pa.Field(ge=-180, le=2880, nullable=True, description="minutes")
    late: float = pa.Field(isin=[0.0, 1.0], nullable=True, description="1 for late, 0 for not")

    class Config:
        """A flight number departs at most once an hour."""

        title = "Outcomes"
        description = "What came of the flights of one month, one row per scheduled flight"
        strict = True
        ordered = True
        unique = KEY

    @pa.dataframe_check
    @classmethod
    def month_has_20_to_40_thousand_flights(cls, outcomes: pd.DataFrame) -> bool:
        """As many as raw."""
        return 20_000 <= len(outcomes) <= 40_000

    @pa.dataframe_check
    @classmethod
    def at_most_20_percent_never_arrived(cls, outcomes: pd.DataFrame) -> bool:
        """Cancelled and diverted flights together."""
        return bool(outcomes["late"].isna().mean() <= 0.2)

    @pa.dataframe_check
    @classmethod
    def cancelled_flights_have_no_delay(cls, outcomes: pd.DataFrame) -> pd.Series:
        """They never arrived."""
        return ~outcomes["cancelled"] | outcomes["arr_delay"].isna()

    @pa.dataframe_check
    @classmethod
    def late_is_known_of_what_arrived(cls, outcomes: pd.DataFrame) -> pd.Series:
        """And of nothing else."""
        return outcomes["late"].isna() == outcomes["arr_delay"].isna()

    @pa.dataframe_check
    @classmethod
    def late_is_more_than_15_minutes(cls, outcomes: pd.DataFrame) -> pd.Series:
        """The definition that the model is made for."""
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
        """A second row for the same hour would double flights when it is joined."""

        title = "Weather"
        description = "One observation per airport and hour"
        strict = True
        ordered = True
        unique = WEATHER_KEY

    @pa.dataframe_check
    @classmethod
    def every_airport_has_500_hours_or_more(cls, weather: pd.DataFrame) -> bool:
        """Less than a month is not worth joining."""
        rows = weather.groupby("origin").size()
        return set(rows.index) == set(ORIGINS) and bool((rows >= 500).all())

    @pa.dataframe_check
    @classmethod
    def at_most_1_percent_without_temperature_or_wind(cls, weather: pd.DataFrame) -> bool:
        """Stations fail for hours, not for weeks."""
        columns = ["temp", "dewp", "humid", "wind_speed"]
        return bool((weather[columns].isna().mean() <= 0.01).all())

    @pa.dataframe_check
    @classmethod
    def observed_hour_is_a_whole_hour(cls, weather: pd.DataFrame) -> pd.Series:
        """Flights are joined on it."""
        return is_whole_hour(weather["observed_hour"])

    @pa.dataframe_check
    @classmethod
    def dew_point_is_not_above_temperature(cls, weather: pd.DataFrame) -> pd.Series:
        """Physics; also fails when the two columns were swapped."""
        return ~(weather["dewp"] > weather["temp"])


class Planes(pa.DataFrameModel):
    """What a plane is known for."""

    tailnum: str = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", unique=True)
    year_built: float = pa.Field(ge=1900, le=2100, nullable=True)
    seats: int = pa.Field(ge=1, le=900)

    class Config:
        """A second row for the same plane would double flights when it is joined."""

        title = "Planes"
        description = "One row per tail number"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def register_has_2_to_20_thousand_planes(cls, planes: pd.DataFrame) -> bool:
        """As many as raw."""
        return 2_000 <= len(planes) <= 20_000

    @pa.dataframe_check
    @classmethod
    def at_most_5_percent_without_year(cls, planes: pd.DataFrame) -> bool:
        """Two percent is usual."""
        return bool(planes["year_built"].isna().mean() <= 0.05)


class Airports(pa.DataFrameModel):
    """Which clock an airport lives by."""

    airport: str = pa.Field(str_matches=r"^[0-9A-Z]{3}$", unique=True)
    utc_offset: int = pa.Field(ge=-12, le=14, description="hours, in winter")
    has_summer_time: bool

    class Config:
        """A second row for the same airport would double flights when it is joined."""

        title = "Airports"
        description = "One row per FAA code"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def there_are_1_to_10_thousand_airports(cls, airports: pd.DataFrame) -> bool:
        """As many as raw."""
        return 1_000 <= len(airports) <= 10_000


class Airlines(pa.DataFrameModel):
    """Names for reports."""

    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$", unique=True)
    name: str = pa.Field(str_length={"min_value": 1}, unique=True)

    class Config:
        """One row per carrier."""

        title = "Airlines"
        description = "Names of the carriers"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def there_are_10_to_200_airlines(cls, airlines: pd.DataFrame) -> bool:
        """As many as raw."""
        return 10 <= len(airlines) <= 200

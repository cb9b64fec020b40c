"""Contracts of the raw tables, as their sources deliver them."""

import pandas as pd
import pandera.pandas as pa

ORIGINS = ["EWR", "JFK", "LGA"]
FLIGHTS_KEY = ["time_hour", "carrier", "flight"]
WEATHER_KEY = ["origin", "time_hour"]
ISO_HOUR = r"^\d{4}-\d{2}-\d{2}T\d{2}:00:00Z$"


class FlightsRaw(pa.DataFrameModel):
    """Scheduled flights of one month, or of several one after the other."""

    year: int = pa.Field(ge=1987, le=2100)
    month: int = pa.Field(ge=1, le=12)
    day: int = pa.Field(ge=1, le=31)
    dep_time: float = pa.Field(ge=1, le=2400, nullable=True, description="local, hhmm")
    sched_dep_time: int = pa.Field(ge=0, le=2359, description="local, hhmm")
    dep_delay: float = pa.Field(ge=-180, le=2880, nullable=True, description="minutes")
    arr_time: float = pa.Field(ge=1, le=2400, nullable=True, description="local, hhmm")
    sched_arr_time: int = pa.Field(ge=0, le=2400, description="local, hhmm")
    arr_delay: float = pa.Field(ge=-180, le=2880, nullable=True, description="minutes")
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    tailnum: str = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", nullable=True)
    origin: str = pa.Field(isin=ORIGINS)
    dest: str = pa.Field(str_matches=r"^[A-Z]{3}$")
    air_time: float = pa.Field(ge=10, le=1200, nullable=True, description="minutes")
    distance: int = pa.Field(ge=10, le=6000, description="miles")
    hour: int = pa.Field(ge=0, le=23, description="scheduled, local")
    minute: int = pa.Field(ge=0, le=59, description="scheduled, local")
    time_hour: str = pa.Field(str_matches=ISO_HOUR, description="scheduled hour, UTC")

    class Config:
        """A flight number departs at most once an hour."""

        title = "Raw flights"
        description = "Flights scheduled to depart from New York, and what came of them"
        strict = True
        ordered = True
        unique = FLIGHTS_KEY

    @pa.dataframe_check
    @classmethod
    def every_month_has_20_to_40_thousand_flights(cls, flights: pd.DataFrame) -> bool:
        """A month of half the size is a delivery that broke off."""
        rows = flights.groupby(["year", "month"]).size()
        return bool(len(rows) > 0 and rows.between(20_000, 40_000).all())

    @pa.dataframe_check
    @classmethod
    def at_most_15_percent_never_departed(cls, flights: pd.DataFrame) -> bool:
        """More than that happens when departures were not recorded."""
        return bool(flights["dep_time"].isna().mean() <= 0.15)

    @pa.dataframe_check
    @classmethod
    def at_most_20_percent_never_arrived(cls, flights: pd.DataFrame) -> bool:
        """Cancelled and diverted flights together."""
        return bool(flights["arr_delay"].isna().mean() <= 0.2)

    @pa.dataframe_check
    @classmethod
    def at_most_5_percent_without_tail_number(cls, flights: pd.DataFrame) -> bool:
        """Only some of the cancelled flights have none."""
        return bool(flights["tailnum"].isna().mean() <= 0.05)

    @pa.dataframe_check
    @classmethod
    def scheduled_time_is_hour_and_minute(cls, flights: pd.DataFrame) -> pd.Series:
        """The same time comes twice."""
        return flights["sched_dep_time"] == flights["hour"] * 100 + flights["minute"]

    @pa.dataframe_check
    @classmethod
    def what_arrived_had_departed(cls, flights: pd.DataFrame) -> pd.Series:
        """No arrival delay without a departure."""
        return flights["arr_delay"].isna() | flights["dep_time"].notna()

    @pa.dataframe_check
    @classmethod
    def departure_has_time_and_delay(cls, flights: pd.DataFrame) -> pd.Series:
        """Both, or none of them."""
        return flights["dep_time"].isna() == flights["dep_delay"].isna()

    @pa.dataframe_check
    @classmethod
    def nobody_flies_to_where_they_are(cls, flights: pd.DataFrame) -> pd.Series:
        """Origin and destination differ."""
        return flights["origin"] != flights["dest"]


class WeatherRaw(pa.DataFrameModel):
    """Hourly observations at the three airports of New York."""

    origin: str = pa.Field(isin=ORIGINS)
    year: int = pa.Field(ge=1987, le=2100)
    month: int = pa.Field(ge=1, le=12)
    day: int = pa.Field(ge=1, le=31)
    hour: int = pa.Field(ge=0, le=23, description="local")
    temp: float = pa.Field(ge=-40, le=130, nullable=True, description="degrees Fahrenheit")
    dewp: float = pa.Field(ge=-60, le=100, nullable=True, description="degrees Fahrenheit")
    humid: float = pa.Field(ge=0, le=100, nullable=True, description="percent")
    wind_dir: float = pa.Field(ge=0, le=360, nullable=True, description="degrees")
    wind_speed: float = pa.Field(ge=0, nullable=True, description="mph")
    wind_gust: float = pa.Field(ge=0, le=200, nullable=True, description="mph")
    precip: float = pa.Field(ge=0, le=10, description="inches")
    pressure: float = pa.Field(ge=870, le=1085, nullable=True, description="millibars")
    visib: float = pa.Field(ge=0, le=10, description="miles")
    time_hour: str = pa.Field(str_matches=ISO_HOUR, description="UTC")

    class Config:
        """The local hour is no key: one hour of November comes twice."""

        title = "Raw weather"
        description = "One observation per airport and hour"
        strict = True
        ordered = True
        unique = WEATHER_KEY

    @pa.dataframe_check
    @classmethod
    def every_month_has_600_to_745_hours(cls, weather: pd.DataFrame) -> bool:
        """At each airport; November has 721."""
        rows = weather.groupby(["origin", "year", "month"]).size()
        return bool(len(rows) > 0 and rows.between(600, 745).all())

    @pa.dataframe_check
    @classmethod
    def every_airport_is_observed(cls, weather: pd.DataFrame) -> bool:
        """A station that is missing altogether would pass all other rules."""
        return set(weather["origin"]) == set(ORIGINS)

    @pa.dataframe_check
    @classmethod
    def at_most_1_percent_without_temperature_or_wind(cls, weather: pd.DataFrame) -> bool:
        """Stations fail for hours, not for weeks."""
        columns = ["temp", "dewp", "humid", "wind_speed"]
        return bool((weather[columns].isna().mean() <= 0.01).all())

    @pa.dataframe_check
    @classmethod
    def at_most_20_percent_without_pressure(cls, weather: pd.DataFrame) -> bool:
        """A tenth is usual."""
        return bool(weather["pressure"].isna().mean() <= 0.2)

    @pa.dataframe_check
    @classmethod
    def at_most_10_percent_without_wind_direction(cls, weather: pd.DataFrame) -> bool:
        """Light and variable wind has none."""
        return bool(weather["wind_dir"].isna().mean() <= 0.1)

    @pa.dataframe_check
    @classmethod
    def at_most_1_in_1000_winds_is_impossible(cls, weather: pd.DataFrame) -> bool:
        """Cleaning takes care of single misreadings (one of 1048 mph), not of a broken sensor."""
        return bool((weather["wind_speed"] > 150).mean() <= 0.001)

    @pa.dataframe_check
    @classmethod
    def dew_point_is_not_above_temperature(cls, weather: pd.DataFrame) -> pd.Series:
        """Physics; also fails when the two columns were swapped."""
        return ~(weather["dewp"] > weather["temp"])


class PlanesRaw(pa.DataFrameModel):
    """The register of aircraft."""

    tailnum: str = pa.Field(str_matches=r"^[0-9A-Z]{5,6}$", unique=True)
    year: float = pa.Field(ge=1900, le=2100, nullable=True, description="of manufacture")
    type: str = pa.Field(isin=["Fixed wing multi engine", "Fixed wing single engine", "Rotorcraft"])
    manufacturer: str = pa.Field(str_length={"min_value": 1})
    model: str = pa.Field(str_length={"min_value": 1})
    engines: int = pa.Field(ge=1, le=8)
    seats: int = pa.Field(ge=1, le=900)
    speed: float = pa.Field(ge=50, le=700, nullable=True, description="mph, hardly ever given")
    engine: str = pa.Field(
        isin=["Turbo-fan", "Turbo-jet", "Turbo-prop", "Turbo-shaft", "Reciprocating", "4 Cycle"]
    )

    class Config:
        """One row per tail number."""

        title = "Raw planes"
        description = "Aircraft that flew from New York, as registered with the FAA"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def register_has_2_to_20_thousand_planes(cls, planes: pd.DataFrame) -> bool:
        """Fewer is an extract that broke off."""
        return 2_000 <= len(planes) <= 20_000

    @pa.dataframe_check
    @classmethod
    def at_most_5_percent_without_year(cls, planes: pd.DataFrame) -> bool:
        """Two percent is usual."""
        return bool(planes["year"].isna().mean() <= 0.05)


class AirportsRaw(pa.DataFrameModel):
    """Airports of the United States."""

    faa: str = pa.Field(str_matches=r"^[0-9A-Z]{3}$", unique=True)
    name: str = pa.Field(str_length={"min_value": 1})
    lat: float = pa.Field(ge=-90, le=90, description="degrees")
    lon: float = pa.Field(ge=-180, le=180, description="degrees")
    alt: int = pa.Field(ge=-300, le=15000, description="feet")
    tz: int = pa.Field(ge=-12, le=14, description="hours from UTC in winter")
    dst: str = pa.Field(isin=["A", "N", "U"], description="A: summer time, N: none, U: unknown")
    tzone: str = pa.Field(str_matches=r"^[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+$", nullable=True)

    class Config:
        """One row per FAA code."""

        title = "Raw airports"
        description = "Where the airports are and which clock they live by"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def there_are_1_to_10_thousand_airports(cls, airports: pd.DataFrame) -> bool:
        """Fewer is an extract that broke off."""
        return 1_000 <= len(airports) <= 10_000

    @pa.dataframe_check
    @classmethod
    def at_most_1_percent_without_time_zone_name(cls, airports: pd.DataFrame) -> bool:
        """Three airports have none."""
        return bool(airports["tzone"].isna().mean() <= 0.01)


class AirlinesRaw(pa.DataFrameModel):
    """Airlines and their names."""

    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$", unique=True)
    name: str = pa.Field(str_length={"min_value": 1}, unique=True)

    class Config:
        """One row per carrier."""

        title = "Raw airlines"
        description = "Names of the carriers"
        strict = True
        ordered = True

    @pa.dataframe_check
    @classmethod
    def there_are_10_to_200_airlines(cls, airlines: pd.DataFrame) -> bool:
        """An empty file has a header, too."""
        return 10 <= len(airlines) <= 200

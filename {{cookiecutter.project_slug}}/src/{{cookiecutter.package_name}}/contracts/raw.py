"""Contracts of the raw tables, as their sources deliver them."""

import narwhals as nw
import pandera.pandas as pa
from kedro_golden_path import Columns, rule, share

from .measures import share_of_nulls

ORIGINS = ["EWR", "JFK", "LGA"]
LARGE_AIRLINES = ["AA", "B6", "DL", "EV", "MQ", "UA", "US"]
FLIGHTS_KEY = ["time_hour", "carrier", "flight"]
WEATHER_KEY = ["origin", "time_hour"]
ISO_HOUR = r"^\d{4}-\d{2}-\d{2}T\d{2}:00:00Z$"


def is_hour_of_new_york(hour: nw.Expr, utc: nw.Expr) -> nw.Expr:
    """Whether a local hour is behind one in UTC (ISO 8601) by four hours in summer, five in winter.

    The clocks change on a Sunday between 8 and 14 March, and between 1 and 7 November: in those
    weeks both pass.
    """
    in_summer, in_winter = (
        ((hour + behind) % 24).cast(nw.String).str.zfill(2) for behind in (4, 5)
    )
    utc_hour, day = utc.str.slice(11, 2), utc.str.slice(5, 5)
    may_be_summer = (day >= "03-08") & (day <= "11-07")
    may_be_winter = (day <= "03-14") | (day >= "11-01")
    return (may_be_summer & (utc_hour == in_summer)) | (may_be_winter & (utc_hour == in_winter))


def is_date_of_new_york(
    year: nw.Expr, month: nw.Expr, day: nw.Expr, hour: nw.Expr, utc: nw.Expr
) -> nw.Expr:
    """Whether a local date is the date of an hour in UTC; in the evening they may differ."""
    month, day = (number.cast(nw.String).str.zfill(2) for number in (month, day))
    date = nw.concat_str(year.cast(nw.String), month, day, separator="-")
    return (hour >= 19) | (utc.str.slice(0, 10) == date)


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
        """The key: a flight number departs at most once an hour."""

        title = "Raw flights"
        description = "Flights scheduled to depart from New York, and what happened to them"
        strict = True
        ordered = True
        unique = FLIGHTS_KEY

    @rule(ge=1)
    @classmethod
    def number_of_flights(cls, flights: Columns) -> nw.Expr:
        """Number of flights; an empty file has no month that could be too small."""
        return flights.rows

    @rule(by=["year", "month"], ge=20_000, le=40_000)
    @classmethod
    def flights_of_every_month(cls, flights: Columns) -> nw.Expr:
        """Number of flights in each month; half as many is an incomplete delivery."""
        return flights.rows

    @rule(ge=0.2)
    @classmethod
    def share_of_the_smallest_airport(cls, flights: Columns) -> nw.Expr:
        """Smallest share of an airport; each has about a third of all flights."""
        return nw.min_horizontal(*(share(flights["origin"] == name) for name in ORIGINS))

    @rule(ge=0.03)
    @classmethod
    def share_of_the_smallest_large_airline(cls, flights: Columns) -> nw.Expr:
        """Smallest share of a large airline; a month without one could still be long enough."""
        return nw.min_horizontal(*(share(flights["carrier"] == name) for name in LARGE_AIRLINES))

    @rule(le=0.15)
    @classmethod
    def share_that_never_departed(cls, flights: Columns) -> nw.Expr:
        """Share of flights without a departure; more means that it was not recorded."""
        return share_of_nulls(flights["dep_time"])

    @rule(le=0.2)
    @classmethod
    def share_that_never_arrived(cls, flights: Columns) -> nw.Expr:
        """Share of flights that were cancelled or diverted."""
        return share_of_nulls(flights["arr_delay"])

    @rule(le=0.05)
    @classmethod
    def share_without_tail_number(cls, flights: Columns) -> nw.Expr:
        """Share of flights without a tail number; only some cancelled flights have none."""
        return share_of_nulls(flights["tailnum"])

    @rule
    @classmethod
    def scheduled_time_is_hour_and_minute(cls, flights: Columns) -> nw.Expr:
        """`sched_dep_time` equals `hour * 100 + minute`."""
        return flights["sched_dep_time"] == flights["hour"] * 100 + flights["minute"]

    @rule
    @classmethod
    def hour_is_that_of_new_york(cls, flights: Columns) -> nw.Expr:
        """`hour` is `time_hour` in New York; otherwise the weather is of another hour."""
        return is_hour_of_new_york(flights["hour"], flights["time_hour"])

    @rule
    @classmethod
    def date_is_that_of_new_york(cls, flights: Columns) -> nw.Expr:
        """`year`, `month` and `day` are the date of `time_hour` in New York."""
        year, month, day = flights["year"], flights["month"], flights["day"]
        return is_date_of_new_york(year, month, day, flights["hour"], flights["time_hour"])

    @rule
    @classmethod
    def what_arrived_had_departed(cls, flights: Columns) -> nw.Expr:
        """A flight with an arrival delay has a departure time."""
        return flights["arr_delay"].is_null() | ~flights["dep_time"].is_null()

    @rule
    @classmethod
    def departure_has_time_and_delay(cls, flights: Columns) -> nw.Expr:
        """Departure time and departure delay are both known, or neither."""
        return flights["dep_time"].is_null() == flights["dep_delay"].is_null()

    @rule
    @classmethod
    def nobody_flies_to_where_they_are(cls, flights: Columns) -> nw.Expr:
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
        """The key has the hour in UTC: one local hour of November comes twice."""

        title = "Raw weather"
        description = "One observation per airport and hour"
        strict = True
        ordered = True
        unique = WEATHER_KEY

    @rule(ge=1)
    @classmethod
    def number_of_observations(cls, weather: Columns) -> nw.Expr:
        """Number of observations; an empty file has no month that could be too short."""
        return weather.rows

    @rule(by=["origin", "year", "month"], ge=600, le=745)
    @classmethod
    def hours_of_every_month(cls, weather: Columns) -> nw.Expr:
        """Hours observed at each airport in each month; November has 721."""
        return weather.rows

    @rule(ge=len(ORIGINS))
    @classmethod
    def number_of_airports(cls, weather: Columns) -> nw.Expr:
        """Number of airports; a station that is missing would pass all other rules."""
        return weather["origin"].n_unique()

    @rule(le=0.01)
    @classmethod
    def share_without_temperature_or_wind(cls, weather: Columns) -> nw.Expr:
        """Largest share of missing values among them; stations fail for hours, not weeks."""
        columns = ["temp", "dewp", "humid", "wind_speed"]
        return nw.max_horizontal(*(share_of_nulls(weather[name]) for name in columns))

    @rule(le=0.2)
    @classmethod
    def share_without_pressure(cls, weather: Columns) -> nw.Expr:
        """Share of observations without a pressure; a tenth is usual."""
        return share_of_nulls(weather["pressure"])

    @rule(le=0.1)
    @classmethod
    def share_without_wind_direction(cls, weather: Columns) -> nw.Expr:
        """Share without a wind direction; light and variable wind has none."""
        return share_of_nulls(weather["wind_dir"])

    @rule(le=0.001)
    @classmethod
    def share_of_impossible_winds(cls, weather: Columns) -> nw.Expr:
        """Share of winds above 150 mph; cleaning drops single misreadings only."""
        return share(weather["wind_speed"] > 150)

    @rule
    @classmethod
    def dew_point_is_not_above_temperature(cls, weather: Columns) -> nw.Expr:
        """The dew point is at most the temperature; fails when the two are swapped."""
        return weather["dewp"] <= weather["temp"]

    @rule
    @classmethod
    def humidity_fits_temperature(cls, weather: Columns) -> nw.Expr:
        """On average, humidity falls by 1.5 to 3.5 percent per degree above the dew point."""
        percent = (100 - weather["humid"]).mean()
        degrees = (weather["temp"] - weather["dewp"]).mean()
        return (percent >= 1.5 * degrees) & (percent <= 3.5 * degrees)

    @rule
    @classmethod
    def hour_is_that_of_new_york(cls, weather: Columns) -> nw.Expr:
        """`hour` is `time_hour` in New York; otherwise flights get another hour's weather."""
        return is_hour_of_new_york(weather["hour"], weather["time_hour"])

    @rule
    @classmethod
    def date_is_that_of_new_york(cls, weather: Columns) -> nw.Expr:
        """`year`, `month` and `day` are the date of `time_hour` in New York."""
        year, month, day = weather["year"], weather["month"], weather["day"]
        return is_date_of_new_york(year, month, day, weather["hour"], weather["time_hour"])


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

    @rule(ge=2_000, le=20_000)
    @classmethod
    def number_of_planes(cls, planes: Columns) -> nw.Expr:
        """Number of planes; fewer is an incomplete extract."""
        return planes.rows

    @rule(le=0.05)
    @classmethod
    def share_without_year(cls, planes: Columns) -> nw.Expr:
        """Share of planes without a year; two percent is usual."""
        return share_of_nulls(planes["year"])


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
        description = "Where the airports are, and their time zones"
        strict = True
        ordered = True

    @rule(ge=1_000, le=10_000)
    @classmethod
    def number_of_airports(cls, airports: Columns) -> nw.Expr:
        """Number of airports; fewer is an incomplete extract."""
        return airports.rows

    @rule(le=0.01)
    @classmethod
    def share_without_time_zone_name(cls, airports: Columns) -> nw.Expr:
        """Share of airports without a time zone's name; three have none."""
        return share_of_nulls(airports["tzone"])


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

    @rule(ge=10, le=200)
    @classmethod
    def number_of_airlines(cls, airlines: Columns) -> nw.Expr:
        """Number of airlines."""
        return airlines.rows

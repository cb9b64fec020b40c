"""Clean the raw tables, and split what is known at scheduling time from what happens later.

The functions work on any frame that narwhals knows: pandas in, pandas out; Spark in, Spark out.
"""

import narwhals as nw
from narwhals.typing import IntoFrameT

from ..frames import KEY, lazy

LATE_AFTER_MINUTES = 15
# The strongest wind ever measured near New York stayed below; one raw row says 1048 mph.
FASTEST_WIND_MPH = 150


def split_flights(flights: IntoFrameT) -> tuple[IntoFrameT, IntoFrameT]:
    """Split raw flights into what was scheduled and what happened.

    The two halves share only the key and the month, so no outcome can reach a feature.

    Args:
        flights: Raw flights of one or more months, one row per scheduled flight; `time_hour` is the
            scheduled hour as ISO 8601 text in UTC, all other times are local.

    Returns:
        The schedule (key, month, local departure and arrival times as hhmm, tail number, route,
        distance in miles), and the outcomes (key, month, whether the flight was cancelled, its
        arrival delay in minutes, and `late`: 1.0 if above 15 minutes, 0.0 if not, null if it never
        arrived). Both have one row per raw row.
    """
    keyed = lazy(flights).with_columns(
        _utc("time_hour").alias("scheduled_hour"),
        _month().alias("month"),
        _weekday().alias("weekday"),
        nw.col("dep_time").is_null().alias("cancelled"),
        _late().alias("late"),
    )
    schedule = keyed.select(
        *KEY,
        *("month", "year", "weekday", "hour", "minute", "sched_dep_time", "sched_arr_time"),
        *("tailnum", "origin", "dest", "distance"),
    )
    outcomes = keyed.select(*KEY, "month", "cancelled", "arr_delay", "late")
    return schedule.to_native(), outcomes.to_native()


def clean_weather(weather: IntoFrameT) -> IntoFrameT:
    """Keep the hourly observations, with impossible wind speeds set to null.

    Args:
        weather: Raw observations, one row per airport and hour.

    Returns:
        One row per airport (`origin`) and hour (`observed_hour`, UTC): temperature and dew point in
        degrees Fahrenheit, relative humidity in percent, wind direction in degrees, speed and gusts
        in mph, precipitation in inches, pressure in millibars, visibility in miles.
    """
    speed = nw.col("wind_speed")
    return (
        lazy(weather)
        .with_columns(
            _utc("time_hour").alias("observed_hour"),
            nw.when(speed <= FASTEST_WIND_MPH).then(speed).alias("wind_speed"),
        )
        .select(
            *("origin", "observed_hour", "temp", "dewp", "humid", "wind_dir", "wind_speed"),
            *("wind_gust", "precip", "pressure", "visib"),
        )
        .to_native()
    )


def clean_planes(planes: IntoFrameT) -> IntoFrameT:
    """Keep what is known of a plane before it departs.

    Args:
        planes: The raw register, one row per tail number.

    Returns:
        One row per tail number: `year_built` (null where the register has none) and seats.
    """
    return lazy(planes).select("tailnum", nw.col("year").alias("year_built"), "seats").to_native()


def clean_airports(airports: IntoFrameT) -> IntoFrameT:
    """Keep the local time of each airport.

    Args:
        airports: Raw airports, one row per FAA code.

    Returns:
        One row per airport: the `utc_offset` of its winter time in hours, and whether it observes
        summer time.
    """
    return (
        lazy(airports)
        .select(
            nw.col("faa").alias("airport"),
            nw.col("tz").alias("utc_offset"),
            (nw.col("dst") == "A").alias("has_summer_time"),
        )
        .to_native()
    )


def clean_airlines(airlines: IntoFrameT) -> IntoFrameT:
    """Keep the code and the name of every airline.

    Args:
        airlines: Raw airlines, one row per carrier code.

    Returns:
        One row per carrier: `carrier` and `name`.
    """
    return lazy(airlines).select("carrier", "name").to_native()


def _utc(column: str) -> nw.Expr:
    # Without a format, every engine reads ISO 8601, and the raw contracts allow nothing else. With
    # one, Spark does not read the "Z" for UTC.
    moment = nw.col(column).str.to_datetime()
    return moment.cast(nw.Datetime("us", time_zone="UTC"))


def _month() -> nw.Expr:
    return nw.concat_str("year", _two_digits("month"), separator="-")


def _weekday() -> nw.Expr:
    """Number the weekdays from Sunday, 0, to Saturday, 6.

    By counting the days since a Wednesday, 1 March of the year 0, when years begin in March and so
    end with the leap day; after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    Engines count in integers ten times faster than they read dates.
    """
    month = (nw.col("month") + 9) % 12
    year = nw.col("year") - month // 10
    days_of_years = 365 * year + year // 4 - year // 100 + year // 400
    days_of_months = (306 * month + 5) // 10
    return ((days_of_years + days_of_months + nw.col("day") + 2) % 7).cast(nw.Int64)


def _two_digits(column: str) -> nw.Expr:
    return nw.col(column).cast(nw.String).str.zfill(2)


def _late() -> nw.Expr:
    delay = nw.col("arr_delay")
    return nw.when(~delay.is_null()).then((delay > LATE_AFTER_MINUTES).cast(nw.Float64))

"""Turn the schedule into model features, using only what is known at scheduling time."""

import narwhals as nw
from narwhals.typing import IntoFrameT

from ..frames import KEY, lazy

CATEGORIES = ["origin", "dest"]
NUMBERS = [
    *("hour", "weekday", "departure_minute", "arrival_minute", "scheduled_duration", "distance"),
    *("departures_in_hour", "plane_age", "seats"),
    *("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust"),
    *("precip", "pressure", "visib"),
]
MINUTES_PER_DAY = 24 * 60
NEW_YORK_WINTER_OFFSET = -5


def build_features(
    schedule: IntoFrameT, weather: IntoFrameT, planes: IntoFrameT, airports: IntoFrameT
) -> IntoFrameT:
    """Describe every scheduled flight by what is known when it is scheduled.

    There is no argument for outcomes, so none can leak into a feature. The source lacks forecasts
    and planned aircraft: the weather observed at the origin in the scheduled hour and the aircraft
    on record stand in for them.

    Args:
        schedule: One row per scheduled flight.
        weather: One row per airport and hour.
        planes: One row per tail number.
        airports: One row per airport.

    Returns:
        One row per row of `schedule`: key, month, the categories as text and all other features as
        float64, null where weather, plane or airport are not known.
    """
    observed = lazy(weather).rename({"observed_hour": "scheduled_hour"})
    destinations = lazy(airports).select(
        nw.col("airport").alias("dest"),
        "utc_offset",
        nw.col("has_summer_time").cast(nw.Float64).alias("summer_time"),
    )
    return (
        lazy(schedule)
        .join(observed, on=["origin", "scheduled_hour"], how="left")
        .join(lazy(planes), on="tailnum", how="left")
        .join(destinations, on="dest", how="left")
        .with_columns(
            departure_minute=_minute_of_day("sched_dep_time"),
            arrival_minute=_minute_of_day("sched_arr_time"),
            scheduled_duration=_scheduled_duration(),
            departures_in_hour=nw.len().over("origin", "scheduled_hour"),
            plane_age=nw.col("year") - nw.col("year_built"),
        )
        .select(*KEY, "month", *CATEGORIES, nw.col(*NUMBERS).cast(nw.Float64))
        .to_native()
    )


def _minute_of_day(hhmm: str) -> nw.Expr:
    return nw.col(hhmm) // 100 * 60 + nw.col(hhmm) % 100


def _scheduled_duration() -> nw.Expr:
    """Minutes between two local times, each in the time zone of its own airport."""
    utc_hour = nw.col("scheduled_hour").dt.hour()
    # Adding 36 and subtracting 12 again keeps the dividend positive: backends disagree on
    # remainders of negative numbers.
    origin_offset = (nw.col("hour") - utc_hour + 36) % 24 - 12
    summer_time = origin_offset - NEW_YORK_WINTER_OFFSET
    dest_offset = nw.col("utc_offset") + nw.col("summer_time") * summer_time
    local_minutes = _minute_of_day("sched_arr_time") - _minute_of_day("sched_dep_time")
    elapsed = local_minutes + 60 * (origin_offset - dest_offset)
    return (elapsed + 2 * MINUTES_PER_DAY) % MINUTES_PER_DAY

"""Three nodes of the example as one would write them for Spark alone."""

from typing import Any

from plain_nodes_pandas import KEY, NUMBERS
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def split_flights(flights: DataFrame) -> tuple[DataFrame, DataFrame]:
    delay = F.col("arr_delay")
    keyed = flights.select(
        "*",
        F.to_timestamp("time_hour").alias("scheduled_hour"),
        F.format_string("%d-%02d", "year", "month").alias("year_month"),
        (F.dayofweek(F.make_date("year", "month", "day")) - 1).cast("bigint").alias("weekday"),
        F.col("dep_time").isNull().alias("cancelled"),
        F.when(delay.isNotNull(), (delay > 15).cast("double")).alias("late"),
    )
    month = F.col("year_month").alias("month")
    schedule = keyed.select(
        *KEY,
        month,
        *("year", "weekday", "hour", "minute", "sched_dep_time", "sched_arr_time"),
        *("tailnum", "origin", "dest", "distance"),
    )
    return schedule, keyed.select(*KEY, month, "cancelled", "arr_delay", "late")


def clean_weather(weather: DataFrame) -> DataFrame:
    speed = F.col("wind_speed")
    return weather.select(
        "origin",
        F.to_timestamp("time_hour").alias("observed_hour"),
        *("temp", "dewp", "humid", "wind_dir"),
        F.when(speed <= 150, speed).alias("wind_speed"),
        *("wind_gust", "precip", "pressure", "visib"),
    )


def build_features(
    schedule: DataFrame, weather: DataFrame, planes: DataFrame, airports: DataFrame
) -> DataFrame:
    def minute_of_day(hhmm: str) -> Any:
        return F.floor(F.col(hhmm) / 100) * 60 + F.col(hhmm) % 100

    observed = weather.withColumnRenamed("observed_hour", "scheduled_hour")
    destinations = airports.withColumnRenamed("airport", "dest")
    origin_offset = (F.col("hour") - F.hour("scheduled_hour") + 36) % 24 - 12
    summer_time = F.col("has_summer_time").cast("double") * (origin_offset + 5)
    elapsed = minute_of_day("sched_arr_time") - minute_of_day("sched_dep_time")
    elapsed = elapsed + 60 * (origin_offset - (F.col("utc_offset") + summer_time))
    same_hour = Window.partitionBy("origin", "scheduled_hour")
    return (
        schedule.join(observed, ["origin", "scheduled_hour"], "left")
        .join(planes, "tailnum", "left")
        .join(destinations, "dest", "left")
        .withColumns(
            {
                "departure_minute": minute_of_day("sched_dep_time"),
                "arrival_minute": minute_of_day("sched_arr_time"),
                "scheduled_duration": (elapsed + 2 * 24 * 60) % (24 * 60),
                "departures_in_hour": F.count("*").over(same_hour),
                "plane_age": F.col("year") - F.col("year_built"),
            }
        )
        .select(*KEY, "month", "origin", "dest", *(F.col(name).cast("double") for name in NUMBERS))
    )

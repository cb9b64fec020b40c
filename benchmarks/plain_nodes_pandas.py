"""Three nodes of the example as one would write them for pandas alone."""

import pandas as pd

KEY = ["scheduled_hour", "carrier", "flight"]
NUMBERS = [
    *("hour", "weekday", "departure_minute", "arrival_minute", "scheduled_duration", "distance"),
    *("departures_in_hour", "plane_age", "seats"),
    *("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust"),
    *("precip", "pressure", "visib"),
]


def split_flights(flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    date = pd.to_datetime(flights[["year", "month", "day"]])
    delay = flights["arr_delay"]
    keyed = flights.assign(
        scheduled_hour=pd.to_datetime(flights["time_hour"], format="ISO8601", utc=True),
        month=flights["year"].astype("str") + "-" + flights["month"].astype("str").str.zfill(2),
        # pandas counts from Monday, the example from Sunday.
        weekday=((date.dt.weekday + 1) % 7).astype("int64"),
        cancelled=flights["dep_time"].isna(),
        late=(delay > 15).astype("float64").where(delay.notna()),
    )
    keyed["scheduled_hour"] = keyed["scheduled_hour"].astype("datetime64[us, UTC]")
    schedule = [
        *KEY,
        *("month", "year", "weekday", "hour", "minute", "sched_dep_time", "sched_arr_time"),
        *("tailnum", "origin", "dest", "distance"),
    ]
    return keyed[schedule], keyed[[*KEY, "month", "cancelled", "arr_delay", "late"]]


def clean_weather(weather: pd.DataFrame) -> pd.DataFrame:
    hour = pd.to_datetime(weather["time_hour"], format="ISO8601", utc=True)
    speed = weather["wind_speed"]
    columns = ["origin", "observed_hour", "temp", "dewp", "humid", "wind_dir", "wind_speed"]
    columns += ["wind_gust", "precip", "pressure", "visib"]
    return weather.assign(
        observed_hour=hour.astype("datetime64[us, UTC]"), wind_speed=speed.where(speed <= 150)
    )[columns]


def build_features(
    schedule: pd.DataFrame, weather: pd.DataFrame, planes: pd.DataFrame, airports: pd.DataFrame
) -> pd.DataFrame:
    destinations = airports.rename(columns={"airport": "dest"})
    features = (
        schedule.merge(
            weather.rename(columns={"observed_hour": "scheduled_hour"}),
            on=["origin", "scheduled_hour"],
            how="left",
        )
        .merge(planes, on="tailnum", how="left")
        .merge(destinations, on="dest", how="left")
    )
    departure, arrival = features["sched_dep_time"], features["sched_arr_time"]
    features["departure_minute"] = departure // 100 * 60 + departure % 100
    features["arrival_minute"] = arrival // 100 * 60 + arrival % 100
    utc_hour = features["scheduled_hour"].dt.hour
    origin_offset = (features["hour"] - utc_hour + 36) % 24 - 12
    summer_time = features["has_summer_time"].astype("float64")
    dest_offset = features["utc_offset"] + summer_time * (origin_offset + 5)
    elapsed = features["arrival_minute"] - features["departure_minute"]
    elapsed = elapsed + 60 * (origin_offset - dest_offset)
    features["scheduled_duration"] = (elapsed + 2 * 24 * 60) % (24 * 60)
    hours = features.groupby(["origin", "scheduled_hour"], sort=False)
    features["departures_in_hour"] = hours["hour"].transform("size")
    features["plane_age"] = features["year"] - features["year_built"]
    columns = features[[*KEY, "month", "origin", "dest", *NUMBERS]]
    return columns.astype(dict.fromkeys(NUMBERS, "float64"))

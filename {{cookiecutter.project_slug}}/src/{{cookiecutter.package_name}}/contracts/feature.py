"""Contract of the features."""

import narwhals as nw
import pandera.pandas as pa
from kedro_golden_path import Columns, rule

from .intermediate import KEY, MONTH, ORIGINS, UtcHour
from .measures import is_whole_hour, share_of_nulls


class FeatureColumns(pa.DataFrameModel):
    """The columns and rules that features have wherever they go.

    All numbers are float64: a served model would silently cut an integer column's 1.9 to 1.
    """

    scheduled_hour: UtcHour
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    month: str = pa.Field(str_matches=MONTH, metadata={"period": True})
    origin: str = pa.Field(isin=ORIGINS)
    dest: str = pa.Field(str_matches=r"^[A-Z]{3}$")
    hour: float = pa.Field(ge=0, le=23, description="scheduled, local")
    weekday: float = pa.Field(ge=0, le=6, description="Sunday is 0")
    departure_minute: float = pa.Field(ge=0, le=1439, description="of the day, local")
    arrival_minute: float = pa.Field(ge=0, le=1440, description="of the day, local")
    scheduled_duration: float = pa.Field(ge=20, le=1200, nullable=True, description="minutes")
    distance: float = pa.Field(ge=10, le=6000, description="miles")
    departures_in_hour: float = pa.Field(ge=1, le=100, description="scheduled from this origin")
    plane_age: float = pa.Field(ge=-1, le=100, nullable=True, description="years")
    seats: float = pa.Field(ge=1, le=900, nullable=True)
    temp: float = pa.Field(ge=-40, le=130, nullable=True, description="degrees Fahrenheit")
    dewp: float = pa.Field(ge=-60, le=100, nullable=True, description="degrees Fahrenheit")
    humid: float = pa.Field(ge=0, le=100, nullable=True, description="percent")
    wind_dir: float = pa.Field(ge=0, le=360, nullable=True, description="degrees")
    wind_speed: float = pa.Field(ge=0, le=150, nullable=True, description="mph")
    wind_gust: float = pa.Field(ge=0, le=200, nullable=True, description="mph")
    precip: float = pa.Field(ge=0, le=10, nullable=True, description="inches")
    pressure: float = pa.Field(ge=870, le=1085, nullable=True, description="millibars")
    visib: float = pa.Field(ge=0, le=10, nullable=True, description="miles")

    class Config:
        """The key: a flight number departs at most once an hour."""

        strict = True
        ordered = True
        unique = KEY

    @rule(le=0.1)
    @classmethod
    def share_without_weather(cls, features: Columns) -> nw.Expr:
        """Largest share of missing weather; more is a failed join."""
        columns = ["temp", "precip", "visib"]
        return nw.max_horizontal(*(share_of_nulls(features[name]) for name in columns))

    @rule(le=0.1)
    @classmethod
    def share_without_duration(cls, features: Columns) -> nw.Expr:
        """Share of flights without a duration; some airports are not in the list."""
        return share_of_nulls(features["scheduled_duration"])

    @rule(le=0.3)
    @classmethod
    def share_without_plane(cls, features: Columns) -> nw.Expr:
        """Largest share of missing plane data; one flight in six has none."""
        return nw.max_horizontal(
            share_of_nulls(features["plane_age"]), share_of_nulls(features["seats"])
        )

    @rule
    @classmethod
    def scheduled_hour_is_a_whole_hour(cls, features: Columns) -> nw.Expr:
        """`scheduled_hour` is a full hour; the weather was joined on it."""
        return is_whole_hour(features["scheduled_hour"])

    @rule
    @classmethod
    def departure_is_within_its_hour(cls, features: Columns) -> nw.Expr:
        """`departure_minute` lies within `hour`: from `hour * 60` to `hour * 60 + 59`."""
        minutes_past = features["departure_minute"] - features["hour"] * 60
        return minutes_past.is_between(0, 60, closed="left")

    @rule
    @classmethod
    def nobody_is_scheduled_faster_than_sound(cls, features: Columns) -> nw.Expr:
        """At most 650 mph over the ground; more is a duration in the wrong time zone."""
        return features["distance"] <= features["scheduled_duration"] * 650 / 60


class Features(FeatureColumns):
    """Everything a model may know about the flights of a month."""

    class Config(FeatureColumns.Config):
        """One row per scheduled flight."""

        title = "Features"
        description = "Features of the flights scheduled in one month"

    @rule(ge=20_000, le=40_000)
    @classmethod
    def flights_of_the_month(cls, features: Columns) -> nw.Expr:
        """Number of flights, as scheduled: no join drops or duplicates any."""
        return features.rows

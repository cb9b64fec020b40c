"""Contract of the features."""

import pandas as pd
import pandera.pandas as pa

from .intermediate import KEY, MONTH, ORIGINS, UtcHour, is_whole_hour


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
        """A flight number departs at most once an hour."""

        strict = True
        ordered = True
        unique = KEY

    @pa.dataframe_check
    @classmethod
    def at_most_10_percent_without_weather(cls, features: pd.DataFrame) -> bool:
        """More than that is a join that failed."""
        return bool((features[["temp", "precip", "visib"]].isna().mean() <= 0.1).all())

    @pa.dataframe_check
    @classmethod
    def at_most_10_percent_without_duration(cls, features: pd.DataFrame) -> bool:
        """A few airports of the Caribbean are not on the list."""
        return bool(features["scheduled_duration"].isna().mean() <= 0.1)

    @pa.dataframe_check
    @classmethod
    def at_most_30_percent_without_plane(cls, features: pd.DataFrame) -> bool:
        """For one flight in six carriers report a fleet number, which is not on the register."""
        return bool((features[["plane_age", "seats"]].isna().mean() <= 0.3).all())

    @pa.dataframe_check
    @classmethod
    def scheduled_hour_is_a_whole_hour(cls, features: pd.DataFrame) -> pd.Series:
        """The weather was joined on it."""
        return is_whole_hour(features["scheduled_hour"])

    @pa.dataframe_check
    @classmethod
    def departure_is_within_its_hour(cls, features: pd.DataFrame) -> pd.Series:
        """The same time comes twice."""
        return features["departure_minute"] // 60 == features["hour"]

    @pa.dataframe_check
    @classmethod
    def nobody_is_scheduled_faster_than_sound(cls, features: pd.DataFrame) -> pd.Series:
        """650 mph over the ground; more is a duration with the wrong clock."""
        return ~(features["distance"] > features["scheduled_duration"] * 650 / 60)


class Features(FeatureColumns):
    """Everything a model may know about the flights of a month."""

    class Config(FeatureColumns.Config):
        """One row per scheduled flight."""

        title = "Features"
        description = "Features of the flights scheduled in one month"

    @pa.dataframe_check
    @classmethod
    def month_has_20_to_40_thousand_flights(cls, features: pd.DataFrame) -> bool:
        """As many as scheduled: no join may drop or double flights."""
        return 20_000 <= len(features) <= 40_000

"""Contracts of what models learn from and are measured on."""

import pandas as pd
import pandera.pandas as pa

from .feature import FeatureColumns


class LabelledFlights(FeatureColumns):
    """Features, and whether the flight arrived late."""

    late: bool = pa.Field(description="more than 15 minutes after schedule")

    @pa.dataframe_check
    @classmethod
    def every_month_has_15_to_40_thousand_flights(cls, flights: pd.DataFrame) -> bool:
        """Those that never arrived are not in it."""
        rows = flights.groupby("month").size()
        return bool(len(rows) > 0 and rows.between(15_000, 40_000).all())

    @pa.dataframe_check
    @classmethod
    def late_flights_are_5_to_60_percent(cls, flights: pd.DataFrame) -> bool:
        """Anything else is a broken label rather than a bad month."""
        return bool(0.05 <= flights["late"].mean() <= 0.6)


class TrainingSet(LabelledFlights):
    """The months of the training window."""

    class Config(FeatureColumns.Config):
        """One row per flight that arrived."""

        title = "Training set"
        description = "Flights of the training window that arrived"


class EvaluationSet(LabelledFlights):
    """The month that is predicted."""

    class Config(FeatureColumns.Config):
        """One row per flight that arrived."""

        title = "Evaluation set"
        description = "Flights of one month that arrived"

"""Contracts of what models learn from and are measured on."""

import narwhals as nw
import pandera.pandas as pa
from kedro_golden_path import Columns, rule, share

from .feature import FeatureColumns


class LabelledFlights(FeatureColumns):
    """Features, and whether the flight arrived late."""

    late: bool = pa.Field(description="more than 15 minutes after schedule")

    @rule(ge=1)
    @classmethod
    def number_of_flights(cls, flights: Columns) -> nw.Expr:
        """Number of flights; an empty set has no month that could be too small."""
        return flights.rows

    @rule(by="month", ge=15_000, le=40_000)
    @classmethod
    def flights_of_every_month(cls, flights: Columns) -> nw.Expr:
        """Number of flights in each month that arrived."""
        return flights.rows

    @rule(ge=0.05, le=0.6)
    @classmethod
    def share_of_late_flights(cls, flights: Columns) -> nw.Expr:
        """Share of late flights; anything else is a wrong label, not a bad month."""
        return share(flights["late"])


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

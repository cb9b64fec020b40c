"""Contract of the predictions."""

import narwhals as nw
import pandera.pandas as pa
from kedro_golden_path import Columns, rule

from .intermediate import KEY, MONTH, UtcHour


class Predictions(pa.DataFrameModel):
    """How likely each flight of a month is to arrive late, and by which model and run."""

    scheduled_hour: UtcHour
    carrier: str = pa.Field(str_matches=r"^[0-9A-Z]{2}$")
    flight: int = pa.Field(ge=1, le=9999)
    month: str = pa.Field(str_matches=MONTH, metadata={"period": True})
    probability: float = pa.Field(ge=0, le=1, description="of arriving late")
    decision: bool = pa.Field(description="true where the flight is expected to be late")
    model_version: int = pa.Field(ge=1)
    run_id: str = pa.Field(str_length={"min_value": 1})

    class Config:
        """The key: a flight number departs at most once an hour."""

        title = "Predictions"
        description = "One row per scheduled flight of one month"
        strict = True
        ordered = True
        unique = KEY

    @rule(ge=20_000, le=40_000)
    @classmethod
    def flights_of_the_month(cls, predictions: Columns) -> nw.Expr:
        """Number of flights, as scheduled."""
        return predictions.rows

    @rule
    @classmethod
    def one_model_and_one_run(cls, predictions: Columns) -> nw.Expr:
        """All rows are of one model version and one run; a mixture cannot be traced."""
        version, run = predictions["model_version"], predictions["run_id"]
        return (version.min() == version.max()) & (run.min() == run.max())

    @rule
    @classmethod
    def probabilities_differ(cls, predictions: Columns) -> nw.Expr:
        """Not all probabilities are equal; a model that says the same of all is broken."""
        return predictions["probability"].min() < predictions["probability"].max()

    @rule
    @classmethod
    def decisions_follow_probabilities(cls, predictions: Columns) -> nw.Expr:
        """No flight expected late has a lower probability than one that is not."""
        late, probability = predictions["decision"], predictions["probability"]
        least_of_late = nw.when(late).then(probability).min()
        greatest_of_others = nw.when(~late).then(probability).max()
        return least_of_late >= greatest_of_others

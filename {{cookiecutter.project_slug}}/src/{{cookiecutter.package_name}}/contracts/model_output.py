"""Contract of the predictions."""

import pandas as pd
import pandera.pandas as pa

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
        """A flight number departs at most once an hour."""

        title = "Predictions"
        description = "One row per scheduled flight of one month"
        strict = True
        ordered = True
        unique = KEY

    @pa.dataframe_check
    @classmethod
    def month_has_20_to_40_thousand_flights(cls, predictions: pd.DataFrame) -> bool:
        """As many as scheduled."""
        return 20_000 <= len(predictions) <= 40_000

    @pa.dataframe_check
    @classmethod
    def one_model_and_one_run(cls, predictions: pd.DataFrame) -> bool:
        """A mixture cannot be traced back."""
        return bool((predictions[["model_version", "run_id"]].nunique() == 1).all())

    @pa.dataframe_check
    @classmethod
    def probabilities_differ(cls, predictions: pd.DataFrame) -> bool:
        """A model that says the same of all flights is broken."""
        return bool(predictions["probability"].nunique() > 1)

    @pa.dataframe_check
    @classmethod
    def decisions_follow_probabilities(cls, predictions: pd.DataFrame) -> bool:
        """Whatever the threshold, no flight expected late is less likely so than any other."""
        late = predictions["decision"]
        probability = predictions["probability"]
        return not bool(probability[late].min() < probability[~late].max())

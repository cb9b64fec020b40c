"""Predict every scheduled flight of a month with the champion."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from narwhals.typing import IntoFrame

from ..frames import KEY, lazy


def score(
    features: IntoFrame, champion: Mapping[str, Any], run_id: str, scoring: Mapping[str, Any]
) -> pd.DataFrame:
    """Estimate for every scheduled flight how likely it is to arrive late.

    A frame of another engine is collected first: the estimator works in the memory of one machine.

    Args:
        features: One row per scheduled flight.
        champion: The model to use, with its `estimator` and `version`.
        run_id: The run that makes the predictions.
        scoring: `threshold`, the probability from which on a flight counts as late.

    Returns:
        One row per row of `features`: key, month, `probability`, `decision` (true for late),
        `model_version` and `run_id`.

    Raises:
        ValueError: If there is no champion.
    """
    if not champion:
        raise ValueError("There is no champion to score with: no model has passed the gate yet.")
    estimator = champion["estimator"]
    frame = lazy(features).collect().to_pandas()
    probability = estimator.predict_proba(frame[list(estimator.feature_names_in_)])[:, 1]
    return frame[[*KEY, "month"]].assign(
        probability=probability,
        decision=probability >= scoring["threshold"],
        model_version=int(champion["version"]),
        run_id=run_id,
    )

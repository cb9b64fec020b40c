"""Predict every scheduled flight of a month with the champion."""

from collections.abc import Mapping
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd
from narwhals.typing import IntoFrameT

from ..frames import KEY, add_number, lazy


def score(
    features: IntoFrameT, champion: Mapping[str, Any], run_id: str, scoring: Mapping[str, Any]
) -> IntoFrameT:
    """Estimate for every scheduled flight how likely it is to arrive late.

    Args:
        features: One row per scheduled flight.
        champion: The model to use, with its `estimator` and `version`.
        run_id: The run that makes the predictions.
        scoring: `threshold`, the lowest probability of a flight that counts as late.

    Returns:
        One row per row of `features`: key, month, `probability`, `decision` (true for late),
        `model_version` and `run_id`.

    Raises:
        ValueError: If there is no champion.
    """
    if not champion:
        raise ValueError("There is no champion to score with: no model has passed the gate yet.")
    estimator = champion["estimator"]

    def probability(rows: pd.DataFrame) -> np.ndarray:
        return estimator.predict_proba(rows[list(estimator.feature_names_in_)])[:, 1]

    return (
        lazy(add_number(features, "probability", probability))
        .select(
            *(*KEY, "month", "probability"),
            (nw.col("probability") >= scoring["threshold"]).alias("decision"),
            nw.lit(int(champion["version"])).cast(nw.Int64).alias("model_version"),
            nw.lit(run_id).alias("run_id"),
        )
        .to_native()
    )

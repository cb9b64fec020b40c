"""A model goes to the rows, and needs nothing of the project there."""

from importlib.util import find_spec

import numpy as np
import pandas as pd
from flight_delays.pipelines.frames import add_number
from flight_delays.pipelines.training.nodes import predict_baseline
from pyspark.sql import SparkSession


def test_the_project_need_not_be_installed_on_workers(spark: SparkSession) -> None:
    baseline = {"by_carrier_and_hour": {"UA 7": 0.5}, "by_hour": {}, "overall": 0.1}

    def probability(rows: pd.DataFrame) -> np.ndarray:
        if find_spec("flight_delays"):
            raise AssertionError("the project is there: this test shows nothing")
        probability: np.ndarray = predict_baseline(baseline, rows)
        return probability

    flights = spark.createDataFrame([("UA", 7.0), ("AA", 7.0)], "carrier string, hour double")
    scored = add_number(flights, "probability", probability)
    assert [row.probability for row in scored.collect()] == [0.5, 0.1]

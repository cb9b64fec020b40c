"""The project on Spark: the session of a run, and datasets whose data stays in Spark.

Nothing here imports pyspark before a run needs it.
"""

from .datasets import CollectedDataset, MonthsDataset, ParquetDataset
from .files import discard, stage
from .session import SparkHooks, configure, is_of_spark, spark_session, stop_session

__all__ = [
    "CollectedDataset",
    "MonthsDataset",
    "ParquetDataset",
    "SparkHooks",
    "configure",
    "discard",
    "is_of_spark",
    "spark_session",
    "stage",
    "stop_session",
]

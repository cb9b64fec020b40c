"""Spark: the session of a run, and datasets whose data stays in Spark.

pyspark is imported only when a run needs it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "datasets": ["CollectedDataset", "ParquetDataset"],
        "session": ["SparkHooks"],
    },
)

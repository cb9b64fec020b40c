"""Spark: the session of a run, and datasets whose data stays in Spark.

pyspark is imported only when a run needs it.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from .datasets import CollectedDataset as CollectedDataset
    from .datasets import ParquetDataset as ParquetDataset
    from .session import SparkHooks as SparkHooks

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "datasets": ["CollectedDataset", "ParquetDataset"],
        "session": ["SparkHooks"],
    },
)

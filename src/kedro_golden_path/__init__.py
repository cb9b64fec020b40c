"""Kedro Golden Path: contracts, tracking, models, Airflow DAGs and a doctor for Kedro projects.

The public names are those in `__all__`, and the dataset types in `kedro_golden_path.spark`. Every
other module is private and may change. A name is loaded when it is first used, and importing this
package changes nothing in the process.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from .config.loader import ConfigLoader as ConfigLoader
    from .contracts.expressions import Columns as Columns
    from .contracts.hooks import ContractHooks as ContractHooks
    from .contracts.rules import rule as rule
    from .contracts.rules import share as share
    from .contracts.validator import Contract as Contract
    from .datasets.months import MonthsDataset as MonthsDataset
    from .errors import ContractError as ContractError
    from .errors import GoldenPathError as GoldenPathError
    from .models.dataset import ModelDataset as ModelDataset
    from .models.gate import GateDecisionDataset as GateDecisionDataset
    from .process import configure_process as configure_process
    from .session.hooks import TrackingHooks as TrackingHooks
    from .session.session import Session as Session
    from .spark.session import SparkHooks as SparkHooks

__version__ = "0.6.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "config.loader": ["ConfigLoader"],
        "contracts.hooks": ["ContractHooks"],
        "contracts.expressions": ["Columns"],
        "contracts.rules": ["rule", "share"],
        "contracts.validator": ["Contract"],
        "datasets.months": ["MonthsDataset"],
        "errors": ["ContractError", "GoldenPathError"],
        "models.dataset": ["ModelDataset"],
        "models.gate": ["GateDecisionDataset"],
        "process": ["configure_process"],
        "session.hooks": ["TrackingHooks"],
        "session.session": ["Session"],
        "spark.session": ["SparkHooks"],
    },
)

"""Settings of the project; see https://docs.kedro.org for what else can be set here."""

from .golden_path.config import ConfigLoader
from .golden_path.contract import ContractHooks
from .golden_path.session import Session
from .golden_path.spark import SparkHooks
from .golden_path.storage import make_writes_atomic
from .golden_path.tracking import TrackingHooks

make_writes_atomic()

CONFIG_LOADER_CLASS = ConfigLoader
# An environment's catalog says what is different there, key by key; base has the rest.
CONFIG_LOADER_ARGS = {"merge_strategy": {"catalog": "soft"}}
SESSION_CLASS = Session
HOOKS = (SparkHooks(), ContractHooks(), TrackingHooks())
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)

"""Settings of the project; see https://docs.kedro.org for what else can be set here."""

from .golden_path.config import ConfigLoader
from .golden_path.contract import ContractHooks
from .golden_path.session import Session
from .golden_path.storage import make_writes_atomic
from .golden_path.tracking import TrackingHooks

make_writes_atomic()

CONFIG_LOADER_CLASS = ConfigLoader
SESSION_CLASS = Session
HOOKS = (ContractHooks(), TrackingHooks())
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)

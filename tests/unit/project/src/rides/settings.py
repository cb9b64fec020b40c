"""Settings of the project."""

from kedro_golden_path import ConfigLoader, ContractHooks, Session

CONFIG_LOADER_CLASS = ConfigLoader
CONFIG_LOADER_ARGS = {"merge_strategy": {"catalog": "soft"}}
SESSION_CLASS = Session
HOOKS = (ContractHooks(),)
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-mlflow", "kedro-telemetry")

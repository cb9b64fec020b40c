"""Settings of the project; see https://docs.kedro.org for what else can be set here."""

import sys

try:
    from kedro_golden_path import (
        ConfigLoader,
        ContractHooks,
        Session,
        SparkHooks,
        TrackingHooks,
        configure_process,
    )
except ModuleNotFoundError as error:
    sys.exit(f"{error} in {sys.executable}: run 'make install', then use '.venv/bin/kedro'")

configure_process()

CONFIG_LOADER_CLASS = ConfigLoader
# An environment's catalog says what is different there, key by key; base has the rest.
CONFIG_LOADER_ARGS = {"merge_strategy": {"catalog": "soft"}}
SESSION_CLASS = Session
HOOKS = (SparkHooks(), ContractHooks(), TrackingHooks())
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)

"""Kedro's command line with the commands of this package and of the project alone."""

from collections.abc import Sequence
from importlib import import_module

import click
from kedro.framework.cli.cli import KedroCLI, cli

from . import commands


class OwnCommands(KedroCLI):
    """`kedro`, without the commands of other plugins; see `start`."""

    @property
    def global_groups(self) -> Sequence[click.Group]:
        """Those that are Kedro's own."""
        return [cli]

    @property
    def project_groups(self) -> Sequence[click.Group]:
        """Our commands, and those of the project's `cli.py`, which go before them."""
        assert self._metadata is not None  # `start` has found a project.
        try:
            own = import_module(f"{self._metadata.package_name}.cli")
        except ModuleNotFoundError:
            return [commands]
        return [own.cli, commands] if hasattr(own, "cli") else super().project_groups

"""The commands of this project: those of the golden path, and the team's own."""

import click
from kedro.framework.cli.project import run

from .golden_path.cli import contracts
from .golden_path.cli.dags import dags
from .golden_path.cli.doctor import doctor
from .golden_path.cli.runs import runs

# `python -m` with the name of the package looks for `run` here.
__all__ = ["cli", "run"]


@click.group()
def cli() -> None:
    """Commands of this project."""


cli.add_command(contracts)
cli.add_command(dags)
cli.add_command(doctor)
cli.add_command(runs)

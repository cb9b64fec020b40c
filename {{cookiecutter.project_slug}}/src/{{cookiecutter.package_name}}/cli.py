"""The commands of this project: those of the golden path, and the team's own."""

import click
from kedro.framework.cli.project import run
from kedro.framework.cli.utils import LazyGroup

# `python -m` with the name of the package looks for `run` here.
__all__ = ["cli", "run"]

_GOLDEN_PATH = f"{__package__}.golden_path.cli"


@click.group(
    cls=LazyGroup,
    # Imported when they are used: a task of a DAG is a command, and waits for its imports.
    lazy_subcommands={
        "contracts": f"{_GOLDEN_PATH}.contracts",
        "dags": f"{_GOLDEN_PATH}.dags.dags",
        "doctor": f"{_GOLDEN_PATH}.doctor.doctor",
        "runs": f"{_GOLDEN_PATH}.runs.runs",
        "template": f"{_GOLDEN_PATH}.template.template",
    },
)
def cli() -> None:
    """Commands of this project."""

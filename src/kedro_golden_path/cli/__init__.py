"""The commands that the plugin adds to `kedro`."""

import click
from kedro.framework.cli.utils import LazyGroup


@click.group(
    cls=LazyGroup,
    name="Golden Path",
    # Imported when they are used: a task of a DAG is a command, and waits for its imports.
    lazy_subcommands={
        "contracts": f"{__name__}.contracts.contracts",
        "dags": f"{__name__}.dags.dags",
        "doctor": f"{__name__}.doctor.doctor",
        "runs": f"{__name__}.runs.runs",
        "template": f"{__name__}.template.template",
    },
)
def commands() -> None:
    """The commands of Kedro Golden Path."""

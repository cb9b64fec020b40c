"""The command `kedro doctor`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from kedro.framework.cli.utils import CONTEXT_SETTINGS
from kedro.framework.startup import ProjectMetadata

from .. import __version__
from ..doctor import report
from ..doctor.checkout import Checkout, Inside
from ..doctor.examination import examine
from ..doctor.finding import Finding, NotLookedAt
from ..doctor.releases import newest_releases
from ..errors import GoldenPathError, causes
from .contracts import DICTIONARY, wrong_with_dictionary
from .output import print_json
from .stored import explained, log_to_stderr

_DAGS = "dags"


def _moved(context: click.Context, option: click.Parameter, given: str | None) -> None:
    if given:
        raise click.UsageError(
            "kedro doctor looks at one project. The table of many is made in a checkout of the "
            "template, with make fleet DIRECTORY=…"
        )


@click.command(context_settings=CONTEXT_SETTINGS)
@click.option(
    "--env",
    "-e",
    default="prod",
    show_default=True,
    metavar="NAME",
    help="The environment that the DAGs are made for, as in kedro dags.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
@click.option(
    *("--fleet", "--format", "--output"), expose_value=False, hidden=True, callback=_moved
)
@click.pass_obj
def doctor(metadata: ProjectMetadata, env: str, as_json: bool) -> None:
    """Find out where the project has left the golden path.

    Each finding comes with its reason and its remedy. Nothing is run or changed. A team can accept
    findings, with a reason, in pyproject.toml.

    \b
    Exit code:
      0  There are no findings, except those that the team accepts.
      1  There are findings.
      2  The command itself failed.
    """  # noqa: D301
    log_to_stderr()
    inside = Inside(
        dags=lambda: _told(_DAGS, lambda: _dags(metadata, env)),
        data_dictionary=lambda: _told(DICTIONARY, lambda: _dictionary(metadata)),
        plugin=__version__,
    )
    root = metadata.project_path
    # The code of the project may print.
    with contextlib.redirect_stdout(sys.stderr), contextlib.chdir(root):
        examination = examine(Checkout(root, newest_releases([root]), inside))
    if as_json:
        print_json(report.as_data(examination))
    else:
        click.echo(report.as_text(examination))
    sys.exit(1 if examination.findings else 0)


def _dags(metadata: ProjectMetadata, env: str) -> list[Finding]:
    try:
        from ..airflow.files import changes
        from .dags import files
    except ModuleNotFoundError as error:
        raise NotLookedAt(
            f"{error.name} is not installed. It comes with the extra airflow: "
            "pip install 'kedro-golden-path[airflow]'"
        ) from error
    directory = Path(_DAGS)
    found = changes(directory, files(metadata, env)).by_file
    return [Finding((directory / name).as_posix(), f"is {kind}") for name, kind in found.items()]


def _dictionary(metadata: ProjectMetadata) -> list[Finding]:
    wrong = wrong_with_dictionary(metadata)
    return [Finding(DICTIONARY, wrong)] if wrong else []


def _told(where: str, ask: Callable[[], Iterable[Finding]]) -> Iterable[Finding]:
    """What the project tells; it is a finding, too, if it can tell nothing."""
    try:
        with explained():
            return ask()
    except NotLookedAt:
        raise
    except GoldenPathError as error:
        return [Finding(where, error.message)]
    except Exception as error:
        # It is the team's code that is imported: it may raise anything.
        first = list(causes(error))[-1]
        said = "" if first is error else f"{error} "
        return [Finding(where, f"cannot be made: {said}{type(first).__name__}: {first}")]

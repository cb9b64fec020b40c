"""The command `kedro doctor`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from kedro.framework.cli.utils import CONTEXT_SETTINGS
from kedro.framework.startup import ProjectMetadata

from ..airflow.files import changes
from ..doctor import fleet_report, report
from ..doctor.checkout import Checkout, Inside
from ..doctor.examination import examine
from ..doctor.finding import Finding
from ..doctor.fleet import examine_all, find, newest_releases
from ..errors import CommandError, GoldenPathError, causes
from . import dags
from .contracts import DICTIONARY, wrong_with_dictionary
from .output import print_json
from .stored import explained, log_to_stderr

_FORMATS = {
    "markdown": fleet_report.as_markdown,
    "json": fleet_report.as_json,
    "html": fleet_report.as_html,
}


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
    "--fleet",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Look at all projects below a directory instead, by their files alone.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    help="The format of the table of --fleet.  [default: markdown]",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write the table of --fleet to.  [default: standard output]",
)
@click.pass_obj
def doctor(
    metadata: ProjectMetadata,
    env: str,
    as_json: bool,
    fleet: Path | None,
    form: str | None,
    output: Path | None,
) -> None:
    """Tell how far the project is from the golden path.

    Each finding comes with its reason and its remedy. Nothing is run and nothing is changed.

    \b
    Exit code:
      0  Nothing was found.
      1  Something was.
      2  The command could not do what it was asked.
    """  # noqa: D301
    if fleet is None and (form or output):
        raise click.UsageError("--format and --output are about the table of --fleet.")
    if fleet is None:
        found = _look_at(metadata, env, as_json)
    else:
        found = _look_at_all(fleet, "json" if as_json else form or "markdown", output)
    sys.exit(1 if found else 0)


def _look_at(metadata: ProjectMetadata, env: str, as_json: bool) -> bool:
    """Tell about the project, and whether something was found."""
    log_to_stderr()
    inside = Inside(
        dags=lambda: _told(dags.DIRECTORY, lambda: _dags(metadata, env)),
        data_dictionary=lambda: _told(DICTIONARY, lambda: _dictionary(metadata)),
    )
    root = metadata.project_path
    # The code of the project may print.
    with contextlib.redirect_stdout(sys.stderr), contextlib.chdir(root):
        examination = examine(Checkout(root, newest_releases([root]), inside))
    if as_json:
        print_json(report.as_data(examination))
    else:
        click.echo(report.as_text(examination))
    return bool(examination.findings)


def _look_at_all(directory: Path, form: str, output: Path | None) -> bool:
    """Tell about all projects below a directory, and whether something was found."""
    checkouts, elsewhere = find(directory)
    if not checkouts and not elsewhere:
        raise CommandError(
            f"There is no Kedro project in {directory}, nor below it down to the fifth level."
        )
    fleet = examine_all(directory, checkouts, elsewhere)
    _write(_FORMATS[form](fleet), output)
    return fleet.number_of_findings > 0


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {output}.")


def _dags(metadata: ProjectMetadata, env: str) -> list[Finding]:
    directory = Path(dags.DIRECTORY)
    found = changes(directory, dags.files(metadata, env)).by_file
    return [Finding((directory / name).as_posix(), f"is {kind}") for name, kind in found.items()]


def _dictionary(metadata: ProjectMetadata) -> list[Finding]:
    wrong = wrong_with_dictionary(metadata)
    return [Finding(DICTIONARY, wrong)] if wrong else []


def _told(where: str, ask: Callable[[], Iterable[Finding]]) -> Iterable[Finding]:
    """What the project tells; it is a finding, too, if it can tell nothing."""
    try:
        with explained():
            return ask()
    except GoldenPathError as error:
        return [Finding(where, error.message)]
    except Exception as error:
        # It is the team's code that is imported: it may raise anything.
        first = list(causes(error))[-1]
        said = "" if first is error else f"{error} "
        return [Finding(where, f"cannot be made: {said}{type(first).__name__}: {first}")]

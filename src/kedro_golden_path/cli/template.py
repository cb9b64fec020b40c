"""The commands `kedro template …`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import click
from kedro.framework.cli.utils import CONTEXT_SETTINGS
from kedro.framework.startup import ProjectMetadata

from ..errors import CommandError, GoldenPathError
from ..guards import without_credentials
from ..origin import cloned, read_origin


@click.group(context_settings=CONTEXT_SETTINGS)
def template() -> None:
    """The template that the project was made from."""


@template.command()
@click.option("--version", metavar="X.Y.Z", help="The release to update to.  [default: the newest]")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--defaults", is_flag=True, help="Answer new questions with their defaults.")
@click.option(
    "--template",
    "address",
    metavar="ADDRESS",
    help="The template's new address, if it has moved.",
)
@click.pass_obj
def update(
    metadata: ProjectMetadata,
    version: str | None,
    dry_run: bool,
    defaults: bool,
    address: str | None,
) -> None:
    """Update the project to a later release of its template, keeping the team's changes.

    Git merges what the template has changed; nothing is committed. The code of the newest release
    does the update.

    \b
    Exit code:
      0  Done, or there is nothing to do.
      1  Done, with something left to solve by hand.
      2  It failed, and nothing was changed.
    """  # noqa: D301
    options = [f"--version={version}"] if version else []
    options += [f"--template={address}"] if address else []
    options += [name for name, on in (("--dry-run", dry_run), ("--defaults", defaults)) if on]
    try:
        where = address or read_origin(metadata.project_path).template
        with cloned(where) as clone:
            if not (clone / "update").is_dir():
                shown = without_credentials(where)
                raise GoldenPathError(f"The template at {shown} is too old for updates.")
            command = [sys.executable, "-m", "update", *options, str(metadata.project_path)]
            code = _code_of(command, clone)
    except GoldenPathError as error:
        reason = error.message.rstrip(".")
        raise CommandError(f"{reason}. Nothing was changed.") from error
    sys.exit(code)


def _code_of(command: list[str], directory: Path) -> int:
    """Run a command to its end: after Ctrl-C, it undoes what it has begun, and says so."""
    # The command gets the signal, too; to ignore it here would be inherited.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(command, cwd=directory, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)

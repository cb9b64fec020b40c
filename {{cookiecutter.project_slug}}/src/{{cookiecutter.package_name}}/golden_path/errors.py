"""The one kind of error that a person at the command line is meant to read."""

import os
import traceback
from pathlib import Path

import click
from kedro.framework.cli.utils import KedroCliError


class GoldenPathError(KedroCliError):
    """A problem that its message explains completely: what is wrong, where, and what to do.

    On the command line only the message is shown, with exit code 1; if the environment variable
    `GOLDEN_PATH_TRACEBACK` is set, the traceback comes first. In Python it is an ordinary
    exception.
    """

    def show(self, file: object = None) -> None:
        """Print the message to standard error, without a traceback unless one was asked for."""
        if os.environ.get("GOLDEN_PATH_TRACEBACK"):
            traceback.print_exc()
        click.secho(f"\nError: {self.message}", fg="red", err=True)


def explain(error: BaseException) -> str:
    """The message for a person: the error's own, or a plainer one for a file that is not there."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, FileNotFoundError):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return str(error)
    dataset = str(error).partition(":")[0]
    file = str(cause.filename or cause)
    return f"'{dataset}' cannot be read: {file} does not exist.{_other_months(Path(file))}"


def _other_months(file: Path) -> str:
    there = sorted(path.name.partition("=")[2] for path in file.parent.parent.glob("month=*"))
    return f" The months that are there: {', '.join(there)}." if there else ""

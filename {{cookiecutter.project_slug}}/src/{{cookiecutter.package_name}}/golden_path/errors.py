"""The one kind of error that a person at the command line is meant to read."""

import os
import traceback
from collections.abc import Iterator
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


class FailsAgainError(GoldenPathError):
    """A problem that another try of the same task would meet again; DAGs know its exit code."""

    # What sysexits.h calls EX_DATAERR.
    exit_code = 65


def explain(error: BaseException) -> str:
    """The message for a person: the error's own, or a plainer one for a file that is no good."""
    found = list(causes(error))
    missing = [cause for cause in found if isinstance(cause, FileNotFoundError)]
    dataset, _, text = str(error).partition(": ")
    if missing:
        file = str(missing[0].filename or missing[0])
        return f"'{dataset}' cannot be read: {file} does not exist.{_other_months(Path(file))}"
    if text.startswith("Failed while loading data") and len(found) > 1:
        reason = str(found[-1]).strip().partition("\n")[0]
        return (
            f"'{dataset}' cannot be read: {reason}\nThe file may be incomplete, or of another "
            "format. Have it delivered again, and run the same command again."
        )
    return str(error)


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    yield error
    if cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from causes(cause)


def _other_months(file: Path) -> str:
    there = sorted(path.name.partition("=")[2] for path in file.parent.parent.glob("month=*"))
    return f" The months that are there: {', '.join(there)}." if there else ""

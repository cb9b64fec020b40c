"""The errors of this package, and how they are shown on the command line.

- `GoldenPathError`: a problem that its message explains; the exit code is 1.
    - `FailsAgainError`: a retry of the same task would fail in the same way; the exit code is 65.
    - `NotDeliveredError`: a file that others deliver is not there yet; the exit code is 66.
    - `CommandError`: a command itself failed; the exit code is 2.
    - `git.GitError`: a git command failed.
- `ContractError`: data breaks its contract; a subclass of Kedro's `DataValidationError`.
"""

import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import click
from kedro.framework import project
from kedro.framework.cli.utils import KedroCliError
from kedro.framework.project import pipelines
from kedro.validation.exceptions import CheckFailure, DataValidationError
from omegaconf.errors import OmegaConfBaseException

from .guards import message as guarded
from .outcome import tell


class GoldenPathError(KedroCliError):
    """A problem that its message explains: what is wrong, where, and what to do.

    On the command line only the message is shown, with exit code 1; if the environment variable
    `GOLDEN_PATH_TRACEBACK` is set, the traceback comes first. In Python it is an ordinary
    exception.
    """

    def __init__(self, message: str) -> None:
        """Store the message; nothing in it steers a terminal, and no address has a password."""
        super().__init__(guarded(message))

    def show(self, file: object = None) -> None:
        """Print the message to standard error, without a traceback unless one was asked for."""
        tell(reason=self.message)
        if os.environ.get("GOLDEN_PATH_TRACEBACK"):
            traceback.print_exc()
        click.secho(f"\nError: {self.message}", fg="red", err=True)


class FailsAgainError(GoldenPathError):
    """A problem that a retry of the task would meet again; DAGs do not retry on its exit code."""

    # What sysexits.h calls EX_DATAERR.
    exit_code = 65


class NotDeliveredError(GoldenPathError):
    """A file that others deliver is not there yet; a DAG waits for it on its exit code."""

    # What sysexits.h calls EX_NOINPUT.
    exit_code = 66


class CommandError(GoldenPathError):
    """The command itself failed (exit code 2); exit code 1 means that it found problems."""

    exit_code = 2


class ContractError(DataValidationError):
    """Data that breaks its contract. The message lists all failed rules and what to do."""

    def __init__(
        self, message: str, failures: Sequence[CheckFailure], lines: Sequence[str], remedy: str
    ) -> None:
        """Store the parts of the message; Kedro adds the dataset's name and the mode.

        Args:
            message: What is wrong.
            failures: The checks that failed, for programs.
            lines: The same for people.
            remedy: What to do.
        """
        super().__init__(message, failures=list(failures))
        self._lines = lines
        self._remedy = remedy

    def __str__(self) -> str:
        """The dataset, its file, each failed rule with counts and examples, and what to do."""
        when = {"load": " as it was read", "save": " before it was written"}.get(self.mode or "")
        text = "\n".join([f"{self.args[0]}{when or ''}:", "", *self._lines, "", self._remedy])
        return guarded(text)


def explain(error: BaseException, is_sensitive: Callable[[str], bool] = lambda name: False) -> str:
    """The message for a person: the error's own, or a clearer one if a file cannot be read.

    Args:
        error: What was raised.
        is_sensitive: Whether a dataset has columns of which no value is shown.
    """
    found = list(causes(error))
    if isinstance(error, OmegaConfBaseException):
        return _explain_interpolation(error)
    missing = [cause for cause in found if isinstance(cause, FileNotFoundError)]
    dataset, _, text = str(error).partition(": ")
    if missing:
        file = str(missing[0].filename or missing[0])
        return f"'{dataset}' cannot be read: {file} does not exist.{_remedy(dataset, file)}"
    is_loaded, is_saved = (text.startswith(f"Failed while {each}") for each in ("load", "sav"))
    if (is_loaded or is_saved) and is_sensitive(dataset):
        # What a parser says may contain a value.
        reason = f"{type(found[-1]).__name__}. It has sensitive columns, so no more is said of it."
        return f"'{dataset}' cannot be {'read' if is_loaded else 'written'}: {reason}"
    if is_loaded and len(found) > 1:
        reason = str(found[-1]).strip().partition("\n")[0]
        return (
            f"'{dataset}' cannot be read: {reason}\nThe file may be incomplete, or of another "
            "format. Have it delivered again, and run the same command again."
        )
    return str(error).strip()


def is_not_delivered(error: BaseException) -> bool:
    """Whether a file is missing that no pipeline makes."""
    missing = any(isinstance(cause, FileNotFoundError) for cause in causes(error))
    return missing and not _makers(str(error).partition(": ")[0])


def _explain_interpolation(error: OmegaConfBaseException) -> str:
    # OmegaConf hides what a resolver raised behind an error of its own.
    for cause in causes(error.__context__ or error):
        if isinstance(cause, GoldenPathError):
            return f"{error.full_key}: {cause.message}"
    return str(error)


def locate(error: BaseException) -> str:
    """Where in the project's code an error was raised, and its message."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{place(error)}: {type(error).__name__}: {text}"


def place(error: BaseException) -> str:
    """Where in the project's code an error was raised."""
    package = package_directory()
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    if isinstance(error, SyntaxError):
        file, line = error.filename or "", error.lineno
    elif frames:
        file, line = (own or frames)[-1].filename, (own or frames)[-1].lineno
    else:
        return "an unknown place"
    inside = Path(file).is_relative_to(package)
    shown = Path(file).relative_to(package.parents[1]) if inside else Path(file)
    return f"{shown.as_posix()}, line {line}"


def package_directory() -> Path:
    """The directory of the project's package, `src/<package>`."""
    name = project.PACKAGE_NAME or ""
    spec = find_spec(name) if name else None
    places = list(spec.submodule_search_locations or []) if spec else []
    return Path(places[0]) if places else Path("src", name).absolute()


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, followed by its causes."""
    yield error
    if cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from causes(cause)


def raised_by_kedro(error: BaseException) -> bool:
    """Whether the error was raised in Kedro's code."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    module = frames[-1].f_globals.get("__name__", "") if frames else ""
    return str(module).startswith("kedro.")


def _remedy(dataset: str, file: str) -> str:
    directories = Path(file).parent.parent.glob("month=*")
    months = sorted(directory.name.partition("=")[2] for directory in directories)
    there = f" The months that are there: {', '.join(months)}." if months else ""
    makers = ", ".join(_makers(dataset))
    if makers:
        return f"{there} Run what makes it first: kedro run --pipelines {makers}"
    return f"{there} No pipeline makes it: have it delivered, or correct its catalog entry."


def _makers(dataset: str) -> list[str]:
    try:
        pipelines.set_requested(None)
        named = {name: each for name, each in pipelines.items() if name != "__default__"}
    except Exception:  # Code that cannot be imported is not what the message is about.
        return []
    return sorted(name for name, each in named.items() if dataset in each.all_outputs())

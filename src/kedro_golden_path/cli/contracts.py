"""The commands `kedro contracts …`."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click
from kedro.framework import project
from kedro.framework.cli.utils import CONTEXT_SETTINGS, _split_params
from kedro.framework.startup import ProjectMetadata

from ..config.loader import ConfigLoader
from ..console import say
from ..errors import CommandError, GoldenPathError
from ..nested import leaves
from .checking import check as check_stored
from .output import HIDDEN, print_json, print_quarantine, print_results, progress, quarantine_record
from .stored import Stored, explained, loader_of, opened

DICTIONARY = "docs/data-dictionary.md"
_MADE_BY = "Written by `kedro contracts docs`"


@click.group(context_settings=CONTEXT_SETTINGS)
def contracts() -> None:
    """Check stored data, draft contracts, document the data, release quarantined rows.

    None of these commands runs a pipeline.
    """


_params_option = click.option(
    "--params",
    type=click.UNPROCESSED,
    default="",
    callback=_split_params,
    metavar="NAME=VALUE,…",
    help="Parameters that override the configuration, as in kedro run: month=2013-05.",
)
_env_option = click.option(
    "--env", "-e", metavar="NAME", help="The environment, as in kedro run.  [default: local]"
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")


@contracts.command()
@click.argument("datasets", metavar="[DATASET]…", nargs=-1)
@_env_option
@_params_option
@_json_option
@click.pass_obj
def check(
    metadata: ProjectMetadata,
    datasets: tuple[str, ...],
    env: str | None,
    params: dict[str, Any],
    as_json: bool,
) -> None:
    """Check stored data against its contract.

    Without DATASET, all datasets that exist and have a contract. Nothing is run or written: no rows
    are quarantined, and no MLflow run is opened.

    \b
    Exit code:
      0  All of them pass.
      1  At least one fails, or cannot be read.
      2  The command itself failed.
    """  # noqa: D301
    with opened(metadata, env, params) as stored:
        names, absent = stored.choose(datasets)
        results = []
        for name in names:
            results.append(check_stored(stored, name))
            if not as_json:
                progress(results)
        if as_json:
            print_json({"contracts": [each.record for each in results], "not_there": absent})
        else:
            print_results(results, absent)
    if any(each.outcome != "passed" for each in results):
        sys.exit(1)


@contracts.command()
@click.argument("dataset")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; it must not exist.  [default: contracts/DATASET.py in the package]",
)
@click.option(
    "--sensitive",
    multiple=True,
    metavar="COLUMN",
    help="A column whose values must not appear in the contract; can be repeated.",
)
@_env_option
@_params_option
@click.pass_obj
def infer(
    metadata: ProjectMetadata,
    dataset: str,
    output: Path | None,
    sensitive: tuple[str, ...],
    env: str | None,
    params: dict[str, Any],
) -> None:
    """Draft a contract from stored data, for you to finish.

    The stored data passes it, and it says where you have to decide. All figures come from all rows,
    on pandas and on Spark. No file is overwritten.

    Columns that are sensitive in the present contract of DATASET, or whose names suggest personal
    data, are treated as with --sensitive.

    \b
    Exit code:
      0  The contract is written.
      2  The command itself failed.
    """  # noqa: D301
    from ..contracts.infer import infer as draft_of
    from ..contracts.infer import module_name

    directory = metadata.source_dir / metadata.package_name / "contracts"
    file = output.absolute() if output else directory / f"{module_name(dataset)}.py"
    if os.path.lexists(file):
        raise _exists(file, metadata)
    if (module := file.parent.with_suffix(".py")).is_file():
        raise CommandError(
            f"{_shown(module, metadata)} is a module, and a package of its name would hide it. "
            f"Move it to {_shown(file.parent, metadata)}/__init__.py, or name another file with "
            "--output."
        )
    with opened(metadata, env, params) as stored:
        stored.check_known(dataset)
        if reason := stored.no_contract(dataset):
            raise CommandError(
                f"'{dataset}' is not meant to have a contract: its catalog entry says no_contract: "
                f"{reason}"
            )
        if not stored.exists(dataset):
            raise stored.not_there([dataset])
        hidden = {*sensitive, *stored.sensitive(dataset)}
        draft = draft_of(
            stored.load(dataset),
            dataset,
            package=metadata.package_name,
            month=stored.parameters.get("month"),
            sensitive=sorted(hidden),
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(draft.source)
    except FileExistsError as error:
        raise _exists(file, metadata) from error
    say(
        f"Wrote {_shown(file, metadata)}: {draft.model}, from {draft.rows:,} rows of "
        f"{draft.columns} columns. The data passes it."
    )
    if draft.sensitive:
        say(f"Sensitive, so without values: {', '.join(draft.sensitive)}")
    say(_what_to_do(stored, dataset, file, draft.model, metadata.package_name))


@contracts.command()
@click.option("--check", "only_check", is_flag=True, help="Only check whether it is up to date.")
@click.pass_obj
def docs(metadata: ProjectMetadata, only_check: bool) -> None:
    """Write docs/data-dictionary.md from the contracts.

    For each dataset under contract, it says what the data is, where it is, and what must be true of
    it. It depends only on the code and conf/base.

    \b
    Exit code with --check:
      0  The page is up to date.
      1  It is not.
      2  The command itself failed.
    """  # noqa: D301
    with explained(), contextlib.chdir(metadata.project_path):
        page = _data_dictionary(metadata)
    file = metadata.project_path / DICTIONARY
    if not only_check:
        if file.is_file() and _MADE_BY not in file.read_text(encoding="utf-8", errors="replace"):
            raise CommandError(
                f"{DICTIONARY} was not written by kedro contracts docs, and is not overwritten. "
                "Move it, and run the same command again."
            )
        file.parent.mkdir(exist_ok=True)
        file.write_text(page, encoding="utf-8")
        say(f"Wrote {DICTIONARY}.")
    elif wrong := _wrong_with(file, page):
        raise GoldenPathError(
            f"{DICTIONARY} {wrong}. Write it again and commit it: kedro contracts docs"
        )


def wrong_with_dictionary(metadata: ProjectMetadata) -> str | None:
    """What is wrong with the data dictionary; None if it is up to date.

    Args:
        metadata: The project, which is the working directory.

    Raises:
        GoldenPathError: It cannot be made.
    """
    return _wrong_with(metadata.project_path / DICTIONARY, _data_dictionary(metadata))


@contracts.command()
@click.argument("dataset")
@_env_option
@_params_option
@_json_option
@click.pass_obj
def quarantine(
    metadata: ProjectMetadata,
    dataset: str,
    env: str | None,
    params: dict[str, Any],
    as_json: bool,
) -> None:
    """Show quarantined rows, and why they were quarantined.

    Shows the first 20 rows, with their key and the columns that are wrong; with --json, all rows
    and all columns. Values of sensitive columns are hidden.

    \b
    Exit code:
      0  Done, also if no row is quarantined.
      2  The command itself failed.
    """  # noqa: D301
    from ..contracts.validator import shown

    with opened(metadata, env, params) as stored:
        contract = stored.quarantining(dataset)
        rows = contract.quarantine.rows()
        released = len(contract.quarantine.released())
        for name in contract.compiled.sensitive.intersection(rows.columns):
            rows[name] = HIDDEN
    if as_json:
        print_json(quarantine_record(contract, rows, released))
    elif rows.empty:
        say(f"No row of '{dataset}' is quarantined{stored.of_month}.")
    else:
        print_quarantine(contract, rows)
        say(
            "To let them pass from the next run on: "
            f"kedro contracts release {dataset}{_options(env, params)}"
        )
    if released and not as_json:
        say(f"Released before: {released:,} rows, in {shown(contract.quarantine.released_file)}")


@contracts.command()
@click.argument("dataset")
@_env_option
@_params_option
@click.pass_obj
def release(
    metadata: ProjectMetadata, dataset: str, env: str | None, params: dict[str, Any]
) -> None:
    """Let quarantined rows pass from the next run on.

    They are stored beside the quarantine, and rows equal to one of them are not quarantined again.
    Look at them first: kedro contracts quarantine DATASET.

    \b
    Exit code:
      0  Done.
      2  The command itself failed.
    """  # noqa: D301
    with opened(metadata, env, params) as stored:
        contract = stored.quarantining(dataset)
        number = contract.quarantine.release()
    rows = "1 row" if number == 1 else f"{number:,} rows"
    say(
        f"{rows} of '{dataset}' {'passes' if number == 1 else 'pass'} from the next run on. "
        f"Now: kedro run{_options(env, params)}"
    )


def _data_dictionary(metadata: ProjectMetadata) -> str:
    from ..contracts.dictionary import MONTH_OF_NO_DATA, data_dictionary

    base = str(project.settings.CONFIG_LOADER_ARGS.get("base_env", "base"))
    return data_dictionary(loader_of(metadata, base, {"month": MONTH_OF_NO_DATA}))


def _exists(file: Path, metadata: ProjectMetadata) -> CommandError:
    return CommandError(
        f"{_shown(file, metadata)} exists, and nothing is overwritten. Remove it, or name another "
        "file with --output."
    )


def _wrong_with(file: Path, page: str) -> str | None:
    if not file.is_file():
        # Without a contract, there is nothing to say.
        return "does not exist" if "\n### " in page else None
    same = file.read_text(encoding="utf-8") == page
    return None if same else "is not what the contracts say"


def _what_to_do(stored: Stored, dataset: str, file: Path, model: str, package: str) -> str:
    from ..datasets.entries import is_raw

    entry = stored.loader["catalog"].get(dataset, {})
    inside = file.parent.name == "contracts"
    path = f"{file.stem}.{model}" if inside else f"<import path of {file.name}>.{model}"
    lines = [f"  contract: {path}"]
    if not isinstance(stored.loader, ConfigLoader):
        lines = [
            "  validator:",
            "    class: kedro_golden_path.Contract",
            f'    "on": {"load" if is_raw(entry) else "save"}',
            "    options:",
            f"      schema: {f'{package}.contracts.{path}' if inside else path}",
        ]
    there = "replace its contract" if "validator" in entry else "add"
    return (
        "\nAnswer the questions in it, then "
        f"{there} under '{dataset}' in conf/base/catalog:\n\n"
        + "\n".join(lines)
        + f"\n\nTo try it: kedro contracts check {dataset}. Finally, renew the data dictionary: "
        "kedro contracts docs"
    )


def _options(env: str | None, params: dict[str, Any]) -> str:
    text = f" --env {shlex.quote(env)}" if env else ""
    given = ",".join(f"{name}={value}" for name, value in leaves(params).items())
    return text + (f" --params {shlex.quote(given)}" if given else "")


def _shown(file: Path, metadata: ProjectMetadata) -> str:
    inside = file.is_relative_to(metadata.project_path)
    return (file.relative_to(metadata.project_path) if inside else file).as_posix()

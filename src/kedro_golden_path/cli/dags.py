"""The command `kedro dags`."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import click
from kedro.config import OmegaConfigLoader
from kedro.framework import project
from kedro.framework.cli.utils import CONTEXT_SETTINGS
from kedro.framework.startup import ProjectMetadata

from ..airflow.configuration import PATTERNS, placeholders, read, written_files
from ..airflow.dag import source
from ..airflow.files import Changes, changes, formatted, write
from ..airflow.project import Project
from ..airflow.project import dags as dags_of
from ..config.project import globals_of
from ..console import say
from ..errors import GoldenPathError
from .stored import explained

DIRECTORY = "dags"


@click.command(context_settings=CONTEXT_SETTINGS)
@click.option(
    "--env",
    "-e",
    default="prod",
    show_default=True,
    metavar="NAME",
    help="The environment whose airflow.yml is read, and with which tasks run.",
)
@click.option("--check", "only_check", is_flag=True, help="Only check whether they are up to date.")
@click.option(
    "--target-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=DIRECTORY,
    show_default=True,
    help="The directory of the DAG files.",
)
@click.pass_obj
def dags(metadata: ProjectMetadata, env: str, only_check: bool, target_dir: Path) -> None:
    """Write pipelines as Airflow DAGs, one file per DAG.

    airflow.yml says which DAGs there are. Files of DAGs that no longer exist are deleted; files
    that this command has not written are left alone.

    \b
    Exit code with --check:
      0  The files are up to date.
      1  They are not.
      2  The command itself failed.
    """  # noqa: D301
    with explained(), contextlib.chdir(metadata.project_path):
        wanted = files(metadata, env)
        found = changes(target_dir, wanted) if only_check else write(target_dir, wanted)
    if only_check and found:
        raise GoldenPathError(
            f"{target_dir.as_posix()} is out of date:\n{_listed(found, target_dir)}\n"
            f"Write it again and commit it: kedro dags --env {env}"
        )
    if not wanted:
        say(f"No DAG is configured in conf/base/airflow.yml or conf/{env}/airflow.yml.")
    elif not only_check:
        say(_listed(found, target_dir) or f"{target_dir.as_posix()} is up to date.")


def files(metadata: ProjectMetadata, env: str) -> dict[str, str]:
    """The text of each DAG's file, by its name.

    Args:
        metadata: The project, which is the working directory.
        env: The environment that the DAGs are made for.

    Raises:
        GoldenPathError: They cannot be made.
    """
    conf_source = metadata.project_path / project.settings.CONF_SOURCE
    base = str(project.settings.CONFIG_LOADER_ARGS.get("base_env", "base"))
    with placeholders(conf_source):
        loader = _loader_of(metadata, env)
        configuration = read(loader, written_files(conf_source, [base, env]))
        if not configuration.dags:
            return {}
        exported = Project(
            package=metadata.package_name,
            pipelines=dict(project.pipelines),
            loader_of=lambda other: loader if other == env else _loader_of(metadata, other),
            environments={path.name for path in conf_source.iterdir() if path.is_dir()},
            owner=str(globals_of(loader).get("owner", metadata.package_name)),
        )
        made = dags_of(exported, configuration, env)
    return {dag.file: formatted(source(dag), dag.file, metadata.project_path) for dag in made}


def _loader_of(metadata: ProjectMetadata, env: str) -> OmegaConfigLoader:
    """The configuration, with airflow.yml of an environment merged over that of conf/base."""
    settings = project.settings
    arguments: dict[str, Any] = dict(settings.CONFIG_LOADER_ARGS)
    arguments["config_patterns"] = {"airflow": PATTERNS} | arguments.get("config_patterns", {})
    arguments["merge_strategy"] = {"airflow": "soft"} | arguments.get("merge_strategy", {})
    loader: OmegaConfigLoader = settings.CONFIG_LOADER_CLASS(
        conf_source=str(metadata.project_path / settings.CONF_SOURCE), env=env, **arguments
    )
    return loader


def _listed(found: Changes, directory: Path) -> str:
    return "\n".join(
        f"  {directory.as_posix()}/{name}  ({kind})" for name, kind in found.by_file.items()
    )

"""What `kedro` calls first of all: a command of ours starts without those of other plugins."""

import sys
from pathlib import Path

from kedro.framework.cli.utils import load_entry_points
from kedro.utils import find_kedro_project

from . import commands


def start() -> None:
    """Run the command that was given, if it is one of ours; otherwise do nothing.

    `kedro` imports the commands of all plugins before it runs one. kedro-mlflow's import MLflow,
    which takes longer than most of what our commands do.
    """
    is_ours = set(sys.argv[1:2]) & commands.lazy_subcommands.keys()
    project = find_kedro_project(Path.cwd()) if is_ours else None
    if project is None:
        return
    from .alone import OwnCommands

    hooks = load_entry_points("init")
    for hook in hooks[hooks.index(start) + 1 :]:
        hook()
    OwnCommands(project)()

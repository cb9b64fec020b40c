"""The commands of make and of the plugin."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import click

from kedro_golden_path.cli import commands

from .markdown import code, table
from .markdown import page as page_of

_TARGET = re.compile(r"^([a-z-]+):.*?## (.*)$", re.MULTILINE)
_EXIT_CODE = re.compile(r"^ +(\d+)  (.*)$", re.MULTILINE)


def page(repository: Path, project: Path) -> str:
    """The page on the commands.

    Args:
        repository: The Makefile of this repository.
        project: The Makefile of a project.
    """
    return page_of(
        "Commands",
        "`make help` lists the commands of make, `--help` behind any other tells what is below.",
        "## make, in a project",
        "Each runs a command in the project's environment, which the first one installs.",
        _targets(project),
        "## make, in this repository",
        _targets(repository),
        *_described(commands, click.Context(commands, info_name="kedro"), level=1),
    )


def _targets(makefile: Path) -> str:
    found = _TARGET.findall(makefile.read_text(encoding="utf-8"))
    return table(["command", "what it does"], [[f"`make {name}`", text] for name, text in found])


def _described(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    """What a command says of itself, and then each command of a group."""
    if level > 1:
        usage = [context.command_path, *command.collect_usage_pieces(context)]
        yield f"{'#' * level} {context.command_path}"
        yield f"```console\n{' '.join(usage)}\n```"
        yield from _help(command)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            below = click.Context(inner, info_name=name, parent=context)
            yield from _described(inner, below, level + 1)
        return
    options = [each for each in command.params if isinstance(each, click.Option)]
    shown = [option for option in options if not option.hidden]
    yield table(["option", "meaning", "default"], [_option(option, context) for option in shown])


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield paragraph
            continue
        # What click must not wrap: the exit codes.
        first = paragraph.splitlines()[1]
        yield table([first.rstrip(":"), "meaning"], _EXIT_CODE.findall(paragraph))


def _option(option: click.Option, context: click.Context) -> list[str]:
    names = ", ".join(option.opts)
    value = "" if option.is_flag else f" {option.make_metavar(context)}"
    text, _, default = (option.help or "").partition("  [default: ")
    shown = default.rstrip("]") or (option.default if option.show_default else "")
    return [code(names + value), text, code(shown)]

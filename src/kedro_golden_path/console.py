"""Lines and tables for people at a terminal, which nothing that stands in them can steer."""

import click
from rich.table import Table
from rich.text import Text

from .guards import message, one_line


def say(text: str) -> None:
    """Print lines to standard output."""
    click.echo(message(text))


def plain(text: object) -> Text:
    """Text for a cell or a heading, where rich would read `[red]` as a colour."""
    return Text(one_line(str(text)))


def new_table(first: str, *others: str) -> Table:
    """An empty table without lines: the first column is text, the others are figures."""
    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    made.add_column(plain(first), no_wrap=True)
    for name in others:
        made.add_column(plain(name), justify="right", no_wrap=True)
    return made

"""Tables for people at a terminal."""

from rich.table import Table


def new_table(first: str, *others: str) -> Table:
    """An empty table without lines: the first column is text, the others are figures."""
    made = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    made.add_column(first, no_wrap=True)
    for name in others:
        made.add_column(name, justify="right", no_wrap=True)
    return made

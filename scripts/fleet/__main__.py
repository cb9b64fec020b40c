"""The table: `python -m fleet DIRECTORY`, with scripts/ on the path."""

import sys
from pathlib import Path

import click

from .projects import examine_all, find
from .report import as_html, as_json, as_markdown, is_table

_FORMATS = {"markdown": as_markdown, "json": as_json, "html": as_html}


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--format",
    "form",
    type=click.Choice(list(_FORMATS)),
    default="markdown",
    show_default=True,
    help="The format of the table.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write it to.  [default: standard output]",
)
def main(directory: Path, form: str, output: Path | None) -> None:
    """Tell how far all Kedro projects below a directory are from the golden path.

    Projects are looked at by their files alone: they need no environment.

    \b
    Exit code:
      0  Nothing was found that the teams do not accept.
      1  Something was.
      2  The command could not do what it was asked.
    """
    checkouts, elsewhere = find(directory)
    if not checkouts and not elsewhere:
        raise click.UsageError(
            f"There is no Kedro project in {directory}, nor below it down to the fifth level."
        )
    fleet = examine_all(directory, checkouts, elsewhere)
    text = _FORMATS[form](fleet)
    if output is None:
        click.echo(text, nl=False)
    else:
        if output.is_file() and not is_table(output.read_text("utf-8", errors="replace")):
            raise click.UsageError(f"{output} is no table of a fleet, and is not overwritten.")
        output.write_text(text, encoding="utf-8")
        click.echo(f"Wrote {output}.")
    sys.exit(1 if fleet.number_of_findings else 0)


if __name__ == "__main__":
    main(prog_name="fleet")

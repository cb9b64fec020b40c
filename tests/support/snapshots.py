"""What is generated for each option: the files, and below each the lines that rendering changes.

All other lines are those of the template, byte for byte. `make snapshots` takes them again.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from cookiecutter.main import cookiecutter

from support import ROOT, TEMPLATE, files_of

EXAMPLES = ("flights", "none")
# Written by the hooks: of these, only the names are in a snapshot.
_MADE_BY_HOOKS = (".cruft.json", ".lock", ".whl")
_EXPECTED = ROOT / "tests/template/expected"
_PACKAGE_TAG = "{{cookiecutter.package_name}}"
_INDENT = "    "


def file_of(example: str) -> Path:
    """Where the snapshot of an option is kept."""
    return _EXPECTED / f"{example}.txt"


def expected_files(example: str) -> list[str]:
    """The files of a project, according to its snapshot."""
    lines = file_of(example).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith(_INDENT)]


def take(project: Path) -> str:
    """Take the snapshot of a project that was generated with the default answers."""
    return "".join(f"{line}\n" for name in files_of(project) for line in _section(project, name))


def _section(project: Path, name: str) -> Iterator[str]:
    yield name
    if not name.endswith(_MADE_BY_HOOKS):
        source = TEMPLATE / name.replace("flight_delays", _PACKAGE_TAG)
        before = source.read_bytes() if source.is_file() else b""
        yield from (_INDENT + line for line in _changed(before, (project / name).read_bytes()))


def _changed(before: bytes, after: bytes) -> list[str]:
    """The lines that rendering changes, or all of them where it adds or removes some."""
    if before == after:
        return []
    old, new = (text.decode("utf-8").split("\n") for text in (before, after))
    if len(old) != len(new):
        return new
    return [line for line, template in zip(new, old, strict=True) if line != template]


def main() -> None:
    """Take the snapshots again."""
    for example in EXAMPLES:
        with tempfile.TemporaryDirectory() as directory:
            project = cookiecutter(
                str(ROOT),
                no_input=True,
                default_config=True,
                extra_context={"example": example},
                output_dir=directory,
            )
            file_of(example).write_text(take(Path(project)), encoding="utf-8")


if __name__ == "__main__":
    main()

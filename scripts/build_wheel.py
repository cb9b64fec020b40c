"""Build the wheel of the plugin, with the standard library alone: `build_wheel.py DIRECTORY`.

The template builds it into each project that it generates, where there may be no network and no
tools, and a release publishes the same file. Its entries are stored rather than compressed and have
one date, so that each version of Python makes the same bytes, and a lock can have their hash. What
is in it is what the build backend puts into its wheel; a test compares the two.
"""

import base64
import hashlib
import re
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_DATE = (2020, 2, 2, 0, 0, 0)
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+(\[[^]]*\])?)\s*(?P<versions>[^;]*)")
_WHEEL = """Wheel-Version: 1.0
Generator: kedro-golden-path
Root-Is-Purelib: true
Tag: py3-none-any
"""


def build(directory: Path, root: Path = ROOT) -> Path:
    """Write the wheel.

    Args:
        directory: Where to; it is made if it is not there.
        root: The repository.

    Returns:
        The wheel's file.
    """
    project = tomllib.loads(_text(root / "pyproject.toml"))["project"]
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    files = dict(_package(root)) | {
        f"{stem}.dist-info/METADATA": _metadata(project, root),
        f"{stem}.dist-info/WHEEL": _WHEEL.encode(),
        f"{stem}.dist-info/entry_points.txt": _entry_points(project["entry-points"]),
        f"{stem}.dist-info/licenses/LICENSE": _content(root / "LICENSE"),
    }
    record = f"{stem}.dist-info/RECORD"
    files[record] = _record(files, record)
    directory.mkdir(parents=True, exist_ok=True)
    wheel = directory / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content)
    return wheel


def _package(root: Path) -> Iterator[tuple[str, bytes]]:
    source = root / "src"
    for file in sorted(source.rglob("*"), key=lambda path: path.as_posix()):
        if file.is_file() and "__pycache__" not in file.parts:
            yield file.relative_to(source).as_posix(), _content(file)


def _metadata(project: Mapping[str, Any], root: Path) -> bytes:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        *(f"License-File: {file}" for file in project["license-files"]),
        f"Keywords: {','.join(project['keywords'])}",
        *(f"Classifier: {classifier}" for classifier in project["classifiers"]),
        f"Requires-Python: {_versions(project['requires-python'])}",
        *_requirements(project["dependencies"]),
    ]
    for extra, requirements in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += _requirements(requirements, f"; extra == '{extra}'")
    lines.append("Description-Content-Type: text/markdown")
    return "\n".join([*lines, "", _text(root / project["readme"])]).encode()


def _requirements(requirements: Iterable[str], marker: str = "") -> Iterator[str]:
    for requirement in requirements:
        found = _REQUIREMENT.fullmatch(requirement)
        if found is None:
            raise ValueError(f"not a requirement that this script can write: {requirement}")
        yield f"Requires-Dist: {found['name']}{_versions(found['versions'])}{marker}"


def _versions(specifiers: str) -> str:
    return ",".join(sorted(part.strip() for part in specifiers.split(",")))


def _entry_points(groups: Mapping[str, Mapping[str, str]]) -> bytes:
    lines = []
    for group, entries in sorted(groups.items()):
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in entries.items()), ""]
    return "\n".join(lines).encode()


def _record(files: Mapping[str, bytes], record: str) -> bytes:
    lines = []
    for name, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}\n")
    return "".join([*lines, f"{record},,\n"]).encode()


def _content(file: Path) -> bytes:
    # git may have written other line ends than the repository has.
    return file.read_bytes().replace(b"\r\n", b"\n")


def _text(file: Path) -> str:
    return _content(file).decode()


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))

"""Generate the example into `build/flight-delays`, again where it is, or remove what was built.

What somebody has changed there is in no repository. So nothing is overwritten or removed that is
not as it was generated: it is named instead.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
_NAME = "flight-delays"
_SHOWN = 10


def generate(build: Path = BUILD) -> None:
    """Generate the example, or bring it to what the template is now."""
    # To remove what was built, nothing has to be installed.
    from cookiecutter.main import cookiecutter

    project = build / _NAME
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build, prefix=".") as directory:
        made = Path(cookiecutter(str(ROOT), no_input=True, output_dir=directory))
        new = {name: _digest(made / name) for name in _files(made)}
        known = _known(build)
        here = {name: _digest(project / name) for name in new if (project / name).is_file()}
        _refuse(project, [name for name in here if here[name] not in (new[name], known.get(name))])
        shutil.copytree(made, project, dirs_exist_ok=True)
    _record(build).write_text(json.dumps(new, indent=2), encoding="utf-8")


def clean(build: Path = BUILD) -> None:
    """Remove all that was built."""
    project, known = build / _NAME, _known(build)
    if project.is_dir():
        own = [name for name in _kept(project) if _digest(project / name) != known.get(name)]
        _refuse(project, own)
    shutil.rmtree(build, ignore_errors=True)


def _refuse(project: Path, names: list[str]) -> None:
    if names:
        listed = "".join(f"\n  {name}" for name in sorted(names)[:_SHOWN])
        more = f"\n  and {len(names) - _SHOWN} more" if names[_SHOWN:] else ""
        sys.exit(
            f"In {project}, not as it was generated, and in no repository:{listed}{more}\n"
            "Move the directory away, or remove it, and run the same command again."
        )


def _record(build: Path) -> Path:
    return build / f"{_NAME}.json"


def _known(build: Path) -> dict[str, str]:
    record = _record(build)
    known: dict[str, str] = json.loads(record.read_text("utf-8")) if record.is_file() else {}
    return known


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _files(directory: Path) -> Iterator[str]:
    for path in directory.rglob("*"):
        if path.is_file():
            yield path.relative_to(directory).as_posix()


def _kept(project: Path) -> list[str]:
    """The files that a commit of the project would have: no data, runs or environments."""
    with tempfile.TemporaryDirectory() as repository:
        git = ["git", "-c", "core.excludesFile=", f"--git-dir={repository}", "--work-tree=."]
        subprocess.run(["git", "init", "--quiet", "--bare", repository], check=True)
        listed = [*git, "ls-files", "-z", "--others", "--exclude-standard"]
        done = subprocess.run(listed, cwd=project, check=True, capture_output=True, text=True)
    return [name for name in done.stdout.split("\0") if name]


if __name__ == "__main__":
    {"generate": generate, "clean": clean}[sys.argv[1]]()

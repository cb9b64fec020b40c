"""Prune what was not asked for, add the plugin's wheel, note where the project comes from."""

import hashlib
import json
import re
import runpy
import shutil
import stat
from pathlib import Path

CONTEXT = json.loads({{ cookiecutter | tojson | tojson }})
# Cookiecutter runs a hook in the project, but renders it in the template; its `_repo_dir` may be
# relative to yet another directory.
TEMPLATE = Path(json.loads({{ lipsum.__globals__.os.getcwd() | tojson | tojson }}))
PACKAGE_TAG = {% raw %}"{{cookiecutter.package_name}}"{% endraw %}

PLUGIN = "kedro-golden-path"
PACKAGE = f"src/{CONTEXT['package_name']}"
ONLY_FOR = {
    "flights": [
        "conf/base/airflow_dags.yml",
        "conf/base/catalog",
        "conf/base/parameters_*.yml",
        "conf/spark/catalog.yml",
        "dags",
        "data/01_raw/*",
        "docs/data-dictionary.md",
        "docs/model-card.md",
        f"{PACKAGE}/contracts/[!_]*.py",
        f"{PACKAGE}/pipelines/[!_]*",
        "tests/contracts",
        "tests/pipelines",
    ],
    "none": [
        "conf/base/catalog.yml",
    ],
}

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
ORIGIN = re.compile(r'^\[remote "origin"\]\n(?:[ \t].*\n)*?[ \t]+url = (.*)$', re.MULTILINE)


def make_writable() -> None:
    """Let the owner change the project, also where the template's own files are read-only."""
    (body,) = TEMPLATE.glob("*cookiecutter.project_slug*")
    for path in body.rglob("*"):
        name = str(path.relative_to(body)).replace(PACKAGE_TAG, CONTEXT["package_name"])
        Path(name).chmod(Path(name).stat().st_mode | stat.S_IWUSR)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def prune(example: str) -> None:
    """Remove the files of every example but the chosen one."""
    for other, patterns in ONLY_FOR.items():
        if other != example:
            for pattern in patterns:
                for path in list(Path().glob(pattern)):
                    if path.name != ".gitkeep":
                        remove(path)


def note_origin() -> None:
    """Write template, commit and answers into `.cruft.json`, as `cruft create` does."""
    named, address = template()
    settings = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    answers = {name: CONTEXT[name] for name in settings if not name.startswith("_")}
    private = {"_template": named, "_template_version": CONTEXT["_template_version"]}
    origin = {
        "template": address,
        "commit": commit(),
        "checkout": CONTEXT["_checkout"],
        "context": {"cookiecutter": answers | private},
        "directory": None,
    }
    text = json.dumps(origin, ensure_ascii=False, indent=2, separators=(",", ": ")) + "\n"
    Path(".cruft.json").write_text(text, encoding="utf-8", newline="\n")


def template() -> tuple[str, str]:
    """Tell how the user named the template, and what git can clone it from."""
    named: str = CONTEXT["_template"]
    if named == CONTEXT["_repo_dir"]:
        named = named if Path(named).is_absolute() else str(TEMPLATE)
        return named, named
    cloned = ORIGIN.search(read(TEMPLATE / ".git/config"))
    address = cloned[1] if cloned else named
    guards = runpy.run_path(str(TEMPLATE / "src/kedro_golden_path/guards.py"))
    return guards["without_credentials"](named), guards["without_credentials"](address)


def commit() -> str | None:
    """Read which commit of the template is checked out; None if that is not in a repository."""
    # In a worktree, `.git` is a file that names a directory, which names one that has the branches.
    git = TEMPLATE / (read(TEMPLATE / ".git").removeprefix("gitdir: ") or ".git")
    shared = git / read(git / "commondir")
    head = read(git / "HEAD")
    branch = head.removeprefix("ref: ")
    packed = re.search(rf"^(\S+) {re.escape(branch)}$", read(shared / "packed-refs"), re.MULTILINE)
    found = [head, read(git / branch), read(shared / branch), packed[1] if packed else ""]
    return next(filter(COMMIT.fullmatch, found), None)


def read(path: Path) -> str:
    """The text of a file, without the space around it; nothing where there is no such file."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def add_wheel() -> None:
    """Build the wheel of the plugin from the template's checkout, and name its hash in the locks."""
    wheel = runpy.run_path(str(TEMPLATE / "scripts/build_wheel.py"))["build"](Path("wheels"))
    version = wheel.name.split("-")[1]
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    locked = f"{PLUGIN}=={version} \\\n    --hash=sha256:{digest}"
    for lock in Path().glob("requirements*.lock"):
        text = lock.read_text(encoding="utf-8")
        text = re.sub(rf"^{PLUGIN}==\S+$", lambda _: locked, text, flags=re.MULTILINE)
        lock.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make_writable()
    prune(CONTEXT["example"])
    add_wheel()
    # With a commit in the context it is cruft that generates: it writes the file itself, and would
    # take ours for a part of the template.
    if "_commit" not in CONTEXT:
        note_origin()

"""The documentation says what is true: pages are followed, and what they name is there."""

import subprocess
from pathlib import Path

import pytest

from support import ROOT, TEMPLATE, Generate
from support.pages import Reader, blocks_of

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
KINDS = {"bash", 'bash title="fails"', "text", "python", "yaml", "console", "mermaid", "tree"}
# Installing is tested elsewhere: here all projects share one environment.
INSTALL = "ln -s '{installed}/.venv' .venv && touch .venv/installed && make install"


@pytest.mark.parametrize(
    "page",
    [
        "getting-started.md",
        "your-first-pipeline.md",
        "own-data.md",
        "add-a-dataset.md",
        "contracts.md",
        "production.md",
        "airflow.md",
        "doctor.md",
        "developing.md",
        "troubleshooting.md",
    ],
)
def test_a_page_can_be_followed(page: str, installed: Path, tmp_path: Path) -> None:
    instead = {"make install": INSTALL.format(installed=installed)}
    Reader(tmp_path, instead).follow(ROOT / "docs" / page)


def test_the_page_on_generating_can_be_followed(repository: Path, tmp_path: Path) -> None:
    instead = {"https://git.example.com/kedro-golden-path.git": f"file://{repository}"}
    Reader(tmp_path, instead).follow(ROOT / "docs/generating.md")


def contents(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def test_without_its_example_a_project_is_one_that_never_had_it(
    generate: Generate, tmp_path: Path
) -> None:
    (deletion,) = (
        block.body for block in blocks_of(ROOT / "docs/own-data.md") if block.body.startswith("rm ")
    )
    cleared = generate(tmp_path / "cleared", project_name="Power Use")
    subprocess.run(["bash", "-e"], input=deletion, cwd=cleared, check=True, text=True)
    never = generate(tmp_path / "never", project_name="Power Use", example="none")
    # The page has its reader write it.
    (never / "conf/base/catalog.yml").unlink()
    assert contents(cleared) == contents(never)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_are_of_a_known_kind(page: Path) -> None:
    assert {block.kind for block in blocks_of(page)} <= KINDS
    assert page.read_text(encoding="utf-8").count("\n```") == 2 * len(blocks_of(page))


def test_the_layout_is_the_real_one() -> None:
    repository, package, project = (
        block.body for block in blocks_of(ROOT / "docs/layout.md") if block.kind == "tree"
    )
    for root, tree in ((ROOT, repository), (ROOT, package), (TEMPLATE, project)):
        paths = [line.split("  ")[0] for line in tree.splitlines() if not line.startswith(" ")]
        missing = [path for path in paths if not _exists(root, path)]
        assert missing == []


def _exists(root: Path, path: str) -> bool:
    return (root / path.replace("<package>", "{{cookiecutter.package_name}}")).exists()

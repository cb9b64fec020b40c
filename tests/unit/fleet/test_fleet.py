"""Many projects at once: those that are found, and their one table."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fleet import report
from fleet.__main__ import main
from fleet.projects import Fleet, examine_all, find
from support.checkouts import PYPROJECT, make_checkout, origin, write

ASTRAY = "mono/services/python/astray"
WITHOUT_PLUGIN = PYPROJECT.replace('"kedro-golden-path>=1.2,<1.3", ', "")
WITHOUT_HASH = "kedro==1.7.0\nkedro-golden-path==1.2.0\n"
OWNER = "owner: '<i>shop</i> | sales@example.com'\n"
GONE = "/gone/golden-path"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four projects on the path, one that is not, and what is no project."""
    root = tmp_path_factory.mktemp("fleet")
    template = tmp_path_factory.mktemp("template")
    write(template, {"VERSION": "1.2.0\n"})
    for name, version in {"sound": "1.2.0", "team/behind": "1.1.0"}.items():
        write(make_checkout(root / name), {".cruft.json": origin(version, str(template))})
    astray = make_checkout(root / ASTRAY)
    write(astray, {".cruft.json": origin("1.2.0", GONE), "conf/base/globals.yml": OWNER})
    write(astray, {"requirements.lock": f"numpy==2.3.0\n{WITHOUT_HASH}"})
    write(make_checkout(root / "without-origin"), {".cruft.json": None})
    write(root / "elsewhere", {"pyproject.toml": WITHOUT_PLUGIN})
    write(root / "library", {"pyproject.toml": "[project]\nname = 'library'\n"})
    # None of these is a project of its own.
    make_checkout(root / "sound/vendored")
    make_checkout(root / ".cache/hidden")
    make_checkout(root / "1/2/3/4/5/deep")
    make_checkout(root / "template/{project}")
    return root


@pytest.fixture(scope="module")
def fleet(directory: Path) -> Fleet:
    return examine_all(directory, *find(directory))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_projects_are_found_wherever_they_are(directory: Path) -> None:
    on_the_path, elsewhere = find(directory)
    names = [path.relative_to(directory).as_posix() for path in on_the_path]
    assert sorted(names) == [
        ASTRAY,
        "sound",
        "team/behind",
        "without-origin",
    ]
    assert elsewhere == [directory / "elsewhere"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": WITHOUT_PLUGIN.replace("NumPy", "kedro-golden-path")},
        {"pyproject.toml": WITHOUT_PLUGIN.replace("ruff", "Kedro_Golden_Path[doctor]")},
        {"requirements.txt": "# Ours\nkedro-golden-path ~= 1.2\n"},
        {"requirements.lock": WITHOUT_HASH},
        {"src/shop/golden_path/__init__.py": ""},
    ],
    ids=["dependency", "extra", "requirements.txt", "lock", "platform inside, before 0.5.0"],
)
def test_a_project_is_on_the_path_if_it_asks_for_the_plugin(
    tmp_path: Path, files: dict[str, str | None]
) -> None:
    similar = WITHOUT_PLUGIN.replace("NumPy", "kedro-golden-paths")
    write(tmp_path / "shop", {"pyproject.toml": similar, "requirements.txt": "kedro\n"})
    assert find(tmp_path) == ([], [tmp_path / "shop"])
    write(tmp_path / "shop", files)
    assert find(tmp_path) == ([tmp_path / "shop"], [])


def test_the_worst_come_first(fleet: Fleet) -> None:
    assert [(name, each.number_of_findings) for name, each in fleet.projects.items()] == [
        (ASTRAY, 2),
        ("team/behind", 1),
        ("sound", 0),
        ("without-origin", 0),
    ]


def test_what_cannot_be_told_from_files_is_said(fleet: Fleet) -> None:
    for name, each in fleet.projects.items():
        expected = {"dags", "data-dictionary"}
        expected |= {"template-version"} if name in (ASTRAY, "without-origin") else set()
        assert each.not_looked_at.keys() == expected


def test_many_projects_are_looked_at_as_few_are(directory: Path, fleet: Fleet) -> None:
    on_the_path, elsewhere = find(directory)
    many = examine_all(directory, on_the_path * 3, elsewhere)
    assert many.projects == fleet.projects


def test_programs_get_all_of_it(directory: Path) -> None:
    result = run(str(directory), "--format", "json")
    assert result.exit_code == 1
    told: dict[str, Any] = json.loads(result.stdout)
    assert told["adoption"] == {"projects": 5, "on_the_path": 4, "elsewhere": ["elsewhere"]}
    assert told["versions"] == {"1.2.0": 2, "1.1.0": 1, "unknown": 1}
    assert sorted(told["releases"].values(), key=str) == ["1.2.0", None]
    assert told["contracts"] == {"kept": 4, "under_contract": 4, "exempt": 0}
    rules = {rule["id"]: rule for rule in told["rules"]}
    counts = ("findings", "projects", "not_looked_at")
    assert [rules["template-version"][key] for key in counts] == [1, 1, 2]
    assert [rules["lock"][key] for key in counts] == [1, 1, 0]
    assert [rules["dags"][key] for key in counts] == [0, 0, 4]
    assert told["projects"][1]["directory"] == "team/behind"
    assert told["projects"][1]["version"] == "1.1.0" and told["projects"][1]["newest"] == "1.2.0"
    assert told["projects"][1]["findings"][0]["rule"] == "template-version"


def test_people_get_one_table(fleet: Fleet) -> None:
    lines = report.as_markdown(fleet).splitlines()
    adopted = "- Adoption: 4 of 5 (80%) Kedro projects are on the path. The others: elsewhere."
    behind = (
        "| team/behind | shop@example.com | 1.1.0 (behind 1.2.0) | 1 of 1 | template-version 1 |"
    )
    assert adopted in lines and behind in lines
    assert "- Versions: 1.2.0: 2, 1.1.0: 1, unknown: 1" in lines
    assert "- Findings: 3; 2 of 4 (50%) projects have none." in lines
    assert f"- Template: {GONE}: out of reach" in lines
    inside = "dags, data-dictionary in 4 projects: it needs the project's own environment"
    assert any(line.startswith(f"- Not looked at: {inside}") for line in lines)
    (astray,) = (line for line in lines if line.startswith("| mono/"))
    assert r"| \<i\>shop\</i\> \| sales@example.com | 1.2.0 | 1 of 1 |" in astray
    assert astray.endswith("| lock 1, lock-hashes 1 |")
    assert "| sound | shop@example.com | 1.2.0 | 1 of 1 | - |" in lines


def test_the_page_needs_nothing_else_and_believes_nobody(fleet: Fleet) -> None:
    page = report.as_html(fleet)
    assert "&lt;i&gt;shop&lt;/i&gt; | sales@example.com" in page and "<i>" not in page
    assert "<script" not in page and "src=" not in page and "<link" not in page
    assert page.count('<details class="box">') == 2
    for number, name in enumerate(list(fleet.projects)[:2], 1):
        assert f'<a href="#p{number}">{name}</a>' in page
        assert re.search(rf'<summary>{name} .*\n<div class="inside" id="p{number}">', page)


def test_a_table_can_be_kept(directory: Path, tmp_path: Path) -> None:
    file = tmp_path / "fleet.html"
    result = run(str(directory), "--format", "html", "--output", str(file))
    assert result.exit_code == 1
    assert result.stdout == f"Wrote {file}.\n"
    assert file.read_text().startswith("<!DOCTYPE html>")
    assert run(str(directory), "--output", str(file)).exit_code == 1
    assert file.read_text().startswith("# Kedro projects")
    file.write_text("mine")
    refused = run(str(directory), "--output", str(file))
    assert refused.exit_code == 2 and "is not overwritten" in refused.output
    assert file.read_text() == "mine"


def test_a_sound_fleet_is_no_error(tmp_path: Path) -> None:
    template = tmp_path / "template"
    write(template, {"VERSION": "1.2.0\n"})
    project = make_checkout(tmp_path / "fleet/shop")
    write(project, {".cruft.json": origin("1.2.0", str(template))})
    accept = '[tool.kedro-golden-path.doctor.accept.owner]\n"conf/base/globals.yml" = "Founding."\n'
    write(project, {"conf/base/globals.yml": "{}", "pyproject.toml": PYPROJECT + accept})
    result = run(str(tmp_path / "fleet"))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("# Kedro projects on the golden path\n")
    assert "- Findings: 0; 1 of 1 (100%) projects have none. Accepted: 1.\n" in result.stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("."), "There is no Kedro project in ."),
        (("nowhere"), "does not exist"),
        ((), "Missing argument 'DIRECTORY'"),
        ((".", "--format", "pdf"), "is not one of 'markdown', 'json', 'html'"),
    ],
)
def test_what_cannot_be_done_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert list(tmp_path.iterdir()) == []


def test_no_share_becomes_all_or_none_by_rounding() -> None:
    assert report._share(320, 321) == "320 of 321 (99%)"
    assert report._share(1, 321) == "1 of 321 (1%)"
    assert [report._share(0, 3), report._share(3, 3)] == ["0 of 3 (0%)", "3 of 3 (100%)"]

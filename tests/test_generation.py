"""What the template renders, for each option and for answers that it must refuse."""

import re
import subprocess
from pathlib import Path

import pytest
from conftest import Generate
from cookiecutter.exceptions import FailedHookException
from support import COOKIECUTTER, ROOT, TEMPLATE

LISTS = Path(__file__).parent / "expected"


def files_of(project: Path) -> list[str]:
    return sorted(
        path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("example", ["flights", "none"])
def test_exactly_these_files_are_generated(generate: Generate, example: str) -> None:
    expected = (LISTS / f"{example}.txt").read_text().splitlines()
    assert files_of(generate(example=example)) == expected


@pytest.mark.parametrize("example", ["flights", "none"])
def test_no_template_tag_is_left(generate: Generate, example: str) -> None:
    tag = re.compile(rb"\{\{|\{%|cookiecutter\.")
    # The report's page and that of a DAG are templates, and DAGs have expressions of Airflow.
    left = [
        path
        for path in generate(example=example).rglob("*")
        if path.is_file() and path.suffix not in (".parquet", ".html", ".j2")
        if tag.search(path.read_bytes()) and path.parent.name != "dags"
    ]
    assert left == []


def test_template_tags_in_bodies_are_rare() -> None:
    conditions = [
        path
        for path in TEMPLATE.rglob("*")
        if path.is_file() and path.suffix not in (".parquet", ".html")
        if b"{%" in path.read_bytes()
    ]
    assert conditions == []


def test_generating_twice_gives_identical_bytes(generate: Generate, tmp_path: Path) -> None:
    first, second = generate(tmp_path / "1"), generate(tmp_path / "2")
    assert files_of(first) == files_of(second)
    for name in files_of(first):
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_nothing_is_generated_outside_the_project(generate: Generate, tmp_path: Path) -> None:
    generate()
    assert [path.name for path in tmp_path.iterdir()] == ["flight-delays"]


def test_answers_reach_the_project(generate: Generate) -> None:
    project = generate(
        project_name="Late Trains",
        description='Says "late" or not: très #1 \\ 100 %',
        owner="rail@example.org",
    )
    assert project.name == "late-trains"
    assert (project / "src/late_trains/settings.py").is_file()
    text = (project / "pyproject.toml").read_text()
    command = ["python", "-c", "import sys, tomllib; print(tomllib.loads(sys.stdin.read()))"]
    parsed = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    values = eval(parsed.stdout)
    assert values["project"]["description"] == 'Says "late" or not: très #1 \\ 100 %'
    assert values["project"]["maintainers"] == [{"email": "rail@example.org"}]


WRONG_ANSWERS = {
    "keyword": {"package_name": "class"},
    "soft keyword": {"package_name": "match"},
    "standard library": {"package_name": "json"},
    "dependency": {"package_name": "pandas"},
    "Windows device": {"package_name": "nul"},
    "capital": {"package_name": "Flights"},
    "leading digit": {"package_name": "1flights"},
    "hyphen": {"package_name": "flight-delays"},
    "dunder": {"package_name": "__init__"},
    "newline": {"package_name": "flights\n"},
    "too long": {"package_name": "f" * 41},
    "parent directory": {"project_slug": "../flights"},
    "absolute path": {"project_slug": "/tmp/flights"},
    "nested": {"project_slug": "a/b"},
    "option": {"project_slug": "-rf"},
    "double hyphen": {"project_slug": "a--b"},
    "space": {"project_slug": "a b"},
    "not an address": {"owner": "me"},
    "two addresses": {"owner": "a@example.com,b@example.com"},
    "two lines": {"description": "one\ntwo"},
    "emoji": {"description": "late \U0001f6eb"},
    "quote in the name": {"project_name": 'a"b'},
    "no such example": {"example": "trains"},
}


@pytest.mark.parametrize("answers", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS.keys())
def test_wrong_answers_are_refused(answers: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    target.mkdir(parents=True)
    arguments = [f"{name}={value}" for name, value in answers.items()]
    result = subprocess.run(
        [COOKIECUTTER, "--no-input", "--output-dir", str(target), str(ROOT), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode != 0
    assert next(iter(answers)) in result.stderr
    # cookiecutter makes the directories of a nested slug before any hook can refuse it.
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_all_wrong_answers_are_named_at_once(
    generate: Generate, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(FailedHookException):
        generate(package_name="class", owner="me", description="")
    message = capfd.readouterr().err
    assert "package_name: 'class' is a keyword of Python" in message
    assert "owner: 'me' must be an e-mail address, for example team@example.com" in message
    assert "description: '' must have 1 to 200 characters" in message

"""Where a project comes from, and what is new there."""

from pathlib import Path

import pytest

from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.origin import (
    Origin,
    newest_release,
    read_origin,
)
from support.checkouts import git, origin, write


def test_the_origin_is_what_the_template_wrote(tmp_path: Path) -> None:
    write(tmp_path, {".cruft.json": origin("1.2", "/templates/path", commit="abc", checkout=None)})
    assert read_origin(tmp_path) == Origin(
        template="/templates/path",
        commit="abc",
        version="1.2",
        answers={"project_name": "Shop Sales"},
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", origin("not a version"), origin(template=""), origin(commit=7)],
)
def test_a_damaged_origin_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, {".cruft.json": text})
    with pytest.raises(GoldenPathError, match="is damaged"):
        read_origin(tmp_path)


def test_a_missing_origin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldenPathError, match="is missing, so it is unknown"):
        read_origin(tmp_path)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    directory = tmp_path / "template"
    write(directory, {"VERSION": "1.3.0\n"})
    return directory


def commit(template: Path, message: str) -> None:
    git(template, "init", "--quiet", "--initial-branch", "trunk")
    git(template, "add", ".")
    git(template, "commit", "--quiet", "--message", message)


def test_a_template_that_is_a_directory_says_its_version(template: Path) -> None:
    assert newest_release(str(template)) == "1.3.0"


def test_a_template_that_is_a_repository_says_that_of_its_default_branch(
    template: Path, tmp_path: Path
) -> None:
    commit(template, "release")
    write(template, {"VERSION": "1.4.0\n"})
    commit(template, "next release")
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "bare.git")
    assert newest_release((tmp_path / "bare.git").as_uri()) == "1.4.0"
    assert newest_release(str(tmp_path / "bare.git")) == "1.4.0"


def test_a_template_without_version_is_refused(template: Path) -> None:
    write(template, {"VERSION": "soon\n"})
    with pytest.raises(GoldenPathError, match="is not a version"):
        newest_release(str(template))
    write(template, {"VERSION": None, "README.md": "A template.\n"})
    commit(template, "forget the version")
    with pytest.raises(GoldenPathError, match="has no file VERSION"):
        newest_release(str(template))


def test_a_template_that_cannot_be_reached_says_why_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(GoldenPathError, match=r"gone cannot be reached: .*does not exist"):
        newest_release(str(tmp_path / "gone"))
    with pytest.raises(GoldenPathError, match="cannot be reached") as refused:
        newest_release(f"http:{'//'}us:hidden@127.0.0.1:9/template")
    assert "hidden" not in refused.value.message

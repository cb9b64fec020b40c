"""The checkout that an update works in, on the smallest of repositories."""

from pathlib import Path

import pytest
from update.errors import UpdateError
from update.merge import Checkout
from update.run import _leave_out_generated

from support import git


def test_files_that_are_made_for_other_pipelines_are_to_be_made_again(tmp_path: Path) -> None:
    before, after, project = (tmp_path / name for name in ("before", "after", "project"))
    for directory in (before, after, project):
        (directory / "dags").mkdir(parents=True)
    (after / "dags/new.py").write_text("theirs")
    for directory, text in ((before, "old"), (after, "new"), (project, "old")):
        (directory / "requirements.lock").write_text(text)
        (directory / "dags/same.py").write_text(text)
    (project / "dags/same.py").write_text("ours")
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "begin")
    with Checkout.open(project, throw_away=False) as checkout:
        to_make = _leave_out_generated(checkout, before, after)
    assert to_make == {"dags/new.py": "make dags", "dags/same.py": "make dags"}
    assert (after / "dags/new.py").exists() and not (after / "dags/same.py").exists()


def test_nothing_is_written_over_what_git_does_not_have(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("mine.patch\n")
    (tmp_path / "mine.patch").write_text("mine")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "begin")
    with Checkout.open(tmp_path, throw_away=False) as checkout:
        checkout.write({".gitignore": "mine.patch\n# theirs\n", "new": "theirs"})
        with pytest.raises(UpdateError, match=r"not in git:\nmine\.patch\nMove"):
            checkout.write({"mine.patch": "theirs"})
    assert (tmp_path / "mine.patch").read_text() == "mine"
    assert (tmp_path / "new").read_text() == "theirs"

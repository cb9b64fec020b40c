"""The checkout that an update works in, on the smallest of repositories."""

from pathlib import Path

import pytest
from update.errors import UpdateError
from update.merge import Checkout

from support import git


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

"""Secrets in the tree."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ...git import GitError, git
from ..checkout import Checkout, Unreadable
from ..finding import Finding, NotLookedAt, Rule

if TYPE_CHECKING:
    from kingfisher_sdk import DetectionScanner

# Data is for contracts, and hashes look like secrets.
_NOT_SCANNED = ("data/",)
_LOCK = ".lock"
_LISTED = ("ls-files", "-z", "--others", "--exclude-standard")


def look(checkout: Checkout) -> Iterator[Finding]:
    """Scan the files that git tracks, or would add with the next commit."""
    if importlib.util.find_spec("kingfisher_sdk") is None:
        raise NotLookedAt(
            "kingfisher-secret-scanner is not installed. It comes with the extra doctor: "
            "pip install 'kedro-golden-path[doctor]'"
        )
    scanner = _scanner()
    for name in _committed(checkout.root):
        file = checkout.root / name
        if name.startswith(_NOT_SCANNED) or name.endswith(_LOCK):
            continue
        if file.is_symlink() or not file.is_file():
            continue
        try:
            found = scanner.scan_file(file)
        except OSError as error:
            raise Unreadable(name, f"cannot be read: {error}") from error
        # Those that are not visible mean something only beside others.
        for each in found:
            if each.visible:
                kind = each.rule_id.partition(".")[2]
                yield Finding(f"{name}:{each.location['line']}", f"looks like a secret ({kind})")


@cache
def _scanner() -> DetectionScanner:
    from kingfisher_sdk import DetectionScanner, Rules

    return DetectionScanner(Rules([Path(__file__).with_suffix(".yml")]), redact=True)


def _committed(root: Path) -> list[str]:
    """The files of a project that git tracks or would add, also if it is in no repository."""
    try:
        listed = git(*_LISTED, "--cached", cwd=root)
    except GitError:
        listed = ""
    # A directory that a repository around it ignores is in none, too.
    if not listed:
        with tempfile.TemporaryDirectory() as repository:
            try:
                git("init", "--quiet", "--bare", repository, cwd=root)
                listed = git(f"--git-dir={repository}", "--work-tree=.", *_LISTED, cwd=root)
            except GitError as error:
                raise NotLookedAt(f"git does not list the files: {error.message}") from error
    return sorted(set(filter(None, listed.split("\0"))))


RULE = Rule(
    id="secrets",
    title="Secrets are in files that git takes",
    why="Whoever can read the repository has them, today and in its history.",
    remedy=(
        "Revoke the secret first. Then take it from an environment variable or conf/local. A line "
        "that only looks like a secret can say so in a comment: kingfisher:ignore."
    ),
    look=look,
)

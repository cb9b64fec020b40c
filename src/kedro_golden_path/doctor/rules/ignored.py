"""Files that git has, though the project ignores such files."""

from collections.abc import Iterator

from ...git import GitError, git
from ..checkout import Checkout
from ..finding import Finding, Rule

# Those of the project, not of this machine.
_IGNORED = ("ls-files", "-z", "--cached", "--ignored", "--exclude-per-directory=.gitignore")


def look(checkout: Checkout) -> Iterator[Finding]:
    """List the files that are tracked, and match a pattern of a `.gitignore`."""
    try:
        listed = git(*_IGNORED, cwd=checkout.root)
    except GitError:
        # In no repository, git has nothing.
        return
    for name in sorted(filter(None, listed.split("\0"))):
        yield Finding(name, "is in git, and .gitignore says that it should not be")


RULE = Rule(
    id="ignored-files",
    title="Git has files that the project ignores",
    why="What is ignored is data, credentials or made from other files: it was added by force.",
    remedy=(
        "Take it out of git, not from the disk: git rm --cached FILE. A credential has to be "
        "revoked. If it belongs there, say so in .gitignore: !/FILE."
    ),
    look=look,
)

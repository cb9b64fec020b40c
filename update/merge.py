"""Merge what the template has changed into a project, with git."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .errors import UpdateError
from .formatting import write_tidily
from .git import attempt, git, paths


@dataclass(frozen=True)
class Merged:
    """What a merge has come to, as paths in the project.

    `conflicts` are for a person to solve. What the team has deleted stays deleted: `kept_deleted`.
    """

    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    kept_deleted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Checkout:
    """A project in a repository of git, alone or below others.

    Attributes:
        top: The work tree, or a copy of it that is thrown away.
        prefix: Where the project is in it.
        users: The work tree of whoever updates.
    """

    top: Path
    prefix: str
    users: Path

    @classmethod
    @contextmanager
    def open(cls, project: Path, throw_away: bool) -> "Iterator[Checkout]":
        """A checkout with nothing uncommitted in it.

        Args:
            project: The directory of the project.
            throw_away: Work in a copy that is removed in the end.

        Raises:
            UpdateError: There is none.
        """
        if attempt(project, "rev-parse", "--verify", "HEAD").returncode != 0:
            raise UpdateError(
                f"{project} has no commit in git. An update needs one to merge into: "
                "git init && git add . && git commit"
            )
        top = Path(git(project, "rev-parse", "--show-toplevel").rstrip("\n"))
        prefix = git(project, "rev-parse", "--show-prefix").rstrip("\n")
        if changes := git(
            project, "status", "--porcelain", "--untracked-files=all", "--", str(top)
        ):
            raise UpdateError(
                f"There are changes that are not committed:\n{_first(changes)}\n"
                "Commit them, or put them aside with 'git stash -u'."
            )
        # Fails where another git is at work, or has left its lock behind.
        git(project, "update-index", "--force-write-index")
        if not throw_away:
            yield cls(top, prefix, top)
            return
        with tempfile.TemporaryDirectory(prefix="golden-path-update-") as directory:
            copy = Path(directory) / "checkout"
            git(top, "worktree", "add", "--quiet", "--detach", str(copy), "HEAD")
            try:
                yield cls(copy, prefix, top)
            finally:
                git(top, "worktree", "remove", "--force", str(copy))

    @property
    def project(self) -> Path:
        """The directory of the project."""
        return self.top / self.prefix

    def commit_of(self, rendered: Path, subject: str, parent: str | None = None) -> str:
        """What the repository would be if the project were as it is rendered, as a commit."""
        with tempfile.TemporaryDirectory(prefix="golden-path-update-") as directory:
            tree = Path(directory) / "tree"
            shutil.copytree(rendered, tree / self.prefix, symlinks=True)
            env = {"GIT_INDEX_FILE": str(Path(directory) / "index"), "GIT_WORK_TREE": str(tree)}
            env["GIT_DIR"] = git(self.top, "rev-parse", "--absolute-git-dir").rstrip("\n")
            git(tree, "read-tree", "HEAD", **env)
            inside = self.prefix or "."
            git(tree, "rm", "-r", "--quiet", "--cached", "--ignore-unmatch", inside, **env)
            # Whatever this machine, or the project, has git ignore.
            git(tree, "add", "--all", "--force", inside, **env)
            content = git(tree, "write-tree", **env).strip()
        parents = ["-p", parent] if parent else []
        return git(self.top, "commit-tree", content, *parents, "-m", subject).strip()

    def refuse_to_overwrite(self, old: str, new: str) -> None:
        """Make sure that no file is in the way that git knows nothing of.

        Raises:
            UpdateError: There are such files; neither git nor anybody else could bring them back.
        """
        before, here = self.tracked(old), self.tracked("HEAD")
        found = [
            path
            for path, digest in self.tracked(new).items()
            if path not in here
            and before.get(path) != digest
            and (self.users / self.prefix / path).exists()
        ]
        self._refuse(found)

    def _refuse(self, found: list[str]) -> None:
        if found:
            raise UpdateError(
                "These files would be overwritten, and are not in git:\n"
                + _first("\n".join(sorted(found)))
                + "\nMove them away, or commit them (git add --force)."
            )

    def undo(self) -> None:
        """Bring the checkout back to its commit, also if somebody is impatient."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        git(self.top, "reset", "--quiet", "--hard")

    def merge(self, old: str, new: str) -> Merged:
        """Bring what changed from one commit to the next into the checkout, and stage it.

        What is staged already is merged with it.

        Raises:
            UpdateError: Git could not begin.
        """
        done = attempt(self.top, "cherry-pick", "--no-commit", "--allow-empty", new)
        if done.returncode not in (0, 1):
            raise UpdateError(f"git could not merge: {done.stderr.strip()}")
        gone = self._deleted_here() + self._below_deleted(old)
        if gone:
            git(self.top, "rm", "--quiet", "--force", "--ignore-unmatch", "--", *gone)
        conflicts = self._conflicts()
        changed = paths(self.top, "diff", "--name-only", "--no-renames", "-z", "HEAD")
        return Merged(
            sorted(self._inside(set(changed) - set(conflicts))),
            sorted(self._inside(conflicts)),
            sorted(self._inside(gone)),
        )

    def text_of(self, commit: str, path: str) -> str | None:
        """The content of a file of the project at a commit."""
        done = attempt(self.top, "show", f"{commit}:{self.prefix}{path}")
        return done.stdout if done.returncode == 0 else None

    def tracked(self, commit: str, *inside: str) -> dict[str, str]:
        """The digests of files of the project at a commit."""
        places = [f"{self.prefix}{path}" for path in inside] or [self.prefix or "."]
        lines = paths(self.top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *places)
        found = {}
        for line in lines:
            digest, _, path = line.partition("\t")
            found[path.removeprefix(self.prefix)] = digest
        return found

    def write(self, texts: dict[str, str]) -> None:
        """Write files of the project, and stage them.

        Raises:
            UpdateError: One of them is there, and git does not know it.
        """
        here = self.tracked("HEAD")
        self._refuse(
            [
                name
                for name in texts
                if name not in here and (self.users / self.prefix / name).exists()
            ]
        )
        if texts:
            write_tidily(self.project, self.project, texts)
            git(self.top, "add", "--force", "--", *(f"{self.prefix}{name}" for name in texts))

    def remove(self, names: list[str]) -> None:
        """Remove files of the project."""
        if names:
            git(self.top, "rm", "--quiet", "--", *(f"{self.prefix}{name}" for name in names))

    def patch(self, commit: str, names: list[str]) -> str:
        """What the team has changed in files of a commit, for `git apply`."""
        options = (
            "--no-color",
            "--no-ext-diff",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        )
        return git(self.project, "diff", *options, commit, "HEAD", "--", *names)

    def difference(self, left_out: list[str]) -> str:
        """What has been staged, in short, for a person."""
        pathspec = [f":(exclude,top,literal){self.prefix}{name}" for name in left_out]
        options = ("--cached", "--no-color", "--stat", "--diff-filter=u")
        return git(self.top, "diff", *options, "HEAD", "--", ".", *pathspec).rstrip("\n")

    def _inside(self, found: set[str] | list[str]) -> list[str]:
        return [path.removeprefix(self.prefix) for path in found]

    def _conflicts(self) -> list[str]:
        return sorted(set(paths(self.top, "diff", "--name-only", "--diff-filter=U", "-z")))

    def _deleted_here(self) -> list[str]:
        """Files that the team has deleted and the template has changed."""
        stages: dict[str, set[str]] = {}
        for line in paths(self.top, "ls-files", "--unmerged", "-z"):
            about, _, path = line.partition("\t")
            stages.setdefault(path, set()).add(about.split()[2])
        return [path for path, numbers in stages.items() if numbers == {"1", "3"}]

    def _below_deleted(self, old: str) -> list[str]:
        """New files in directories that the team has deleted."""
        here, before = (_directories(self.tracked(commit)) for commit in ("HEAD", old))
        deleted = before - here
        new = paths(self.top, "diff", "--cached", "--name-only", "--diff-filter=A", "-z", "HEAD")
        own = {path: path.removeprefix(self.prefix) for path in new}
        return [path for path, name in own.items() if deleted & set(_parents(name))]


def _parents(path: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(path).parents][:-1]


def _directories(files: dict[str, str]) -> set[str]:
    return {parent for path in files for parent in _parents(path)}


def _first(text: str, lines: int = 10) -> str:
    """The beginning of a list that may be long."""
    all_lines = text.splitlines()
    more = [f"… and {len(all_lines) - lines} more"] if len(all_lines) > lines else []
    return "\n".join(all_lines[:lines] + more)

"""Projects whose platform was in `golden_path/`, until 0.4.0: they get the package instead."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from .catalogs import shortened
from .files import content, files, texts
from .formatting import write_tidily
from .merge import Checkout
from .notes import Note
from .plugin import Plugin
from .references import References

EDITS = "golden-path-edits.patch"
_BELONGS = {
    "cli": "a command in your src/<package>/cli.py",
    "config": "a subclass of ConfigLoader in your settings.py",
    "contract": "a rule in your contracts/",
    "datasets": "a dataset class of your own, named in the catalog",
    "lifecycle": "a dataset class of your own, named in the catalog",
    "provenance": "a hook of your own in settings.py",
    "reporting": "a hook of your own in settings.py",
    "session": "a hook of your own in settings.py",
    "spark.datasets": "a dataset class of your own, named in the catalog",
    "summary": "a hook of your own in settings.py",
    "tracking": "a hook of your own in settings.py",
}


@dataclass(frozen=True)
class Edit:
    """A file of the platform that the team has changed, and where the change belongs now."""

    path: str
    belongs: str


@dataclass(frozen=True)
class TakenOver:
    """What became of the platform's files, and of what referred to them.

    Attributes:
        removed: The files of the platform, which are gone.
        edits: Those that the team had changed; the changes are in the file `EDITS`.
        own: Files that the team has added among them; they stay.
        rewritten: Files of the team in which references were rewritten.
        notes: What a person has to look at.
    """

    removed: list[str]
    edits: list[Edit] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True)
class Takeover:
    """The platform's files in a project, and what takes their place.

    Attributes:
        checkout: Where the project is.
        before: The project as its release renders it.
        package: The project's package.
        plugin: The package that the platform is now.
    """

    checkout: Checkout
    before: Path
    package: str
    plugin: Plugin

    @classmethod
    def wanted(
        cls, checkout: Checkout, before: Path, after: Path, package: str, plugin: Plugin
    ) -> "Takeover | None":
        """What there is to do, if the project comes from a release with `golden_path/`."""
        place = f"src/{package}/golden_path"
        if (after / place).exists() or not (before / place).exists():
            return None
        return cls(checkout, before, package, plugin)

    def apply(self, original: str) -> TakenOver:
        """Bring both sides of the merge to the package, so that it is not a difference of theirs.

        Args:
            original: A commit of the project as its release renders it.
        """
        places = (f"src/{self.package}/golden_path", "tests/golden_path", "tests/spark")
        platform = {name for place in places for name in files(self.before, place)}
        here = self.checkout.tracked("HEAD", *places)
        theirs = self.checkout.tracked(original, *places)
        gone = sorted(platform & here.keys())
        edited = [name for name in gone if here[name] != theirs.get(name)]
        patch = self.checkout.patch(original, edited) if edited else ""
        own = sorted(here.keys() - platform)
        # While the platform is still there: ruff sorts imports by where their modules are.
        rewritten, notes = self._rewrite(platform, own)
        self.checkout.remove(gone)
        for name in platform:
            (self.before / name).unlink()
        if patch:
            self.checkout.write({EDITS: patch})
        edits = [Edit(name, self._belongs(name)) for name in edited]
        return TakenOver(gone, edits, own, rewritten, notes)

    def left(self, after: Path, taken: TakenOver) -> list[Note]:
        """All notes, with lines as they are now, and one for each reference that is left.

        Args:
            after: The project as its new release renders it.
            taken: What was done, before the merge.
        """
        own = "|".join(re.escape(Path(name).stem) for name in taken.own) or "(?!)"
        reference = re.compile(
            rf"(?<!\w)golden_path(?![\w-]|[./](?:{own})\b)|\btests/spark\b|\btest-spark\b"
        )
        notes = set()
        now = texts(self.checkout.project, self.checkout.tracked("HEAD"))
        for note in taken.notes:
            if note.path in now:
                old = self.checkout.text_of("HEAD", note.path) or ""
                line = _line_now(old, now[note.path], note.line) if note.line else 0
                notes.add(replace(note, line=line))
        known = {(note.path, note.line) for note in notes}
        for name, text in now.items():
            if content(after / name) == content(self.checkout.project / name):
                continue
            for number, written in enumerate(text.splitlines(), start=1):
                if reference.search(written) and (name, number) not in known:
                    notes.add(Note(name, number, f"refers to what is gone: {written.strip()[:80]}"))
        return sorted(notes)

    def _rewrite(self, platform: set[str], own: Iterable[str]) -> tuple[list[str], list[Note]]:
        """Rewrite both sides; the files of the team that changed, and the notes on them."""
        project = self.checkout.project
        rendered = texts(self.before, files(self.before) - platform)
        ours = texts(project, self.checkout.tracked("HEAD").keys() - platform)
        kept = self._modules(own)
        theirs = References(self.package, self.plugin, kept)
        mine = References(self.package, self.plugin, kept)
        before = _changed(theirs, rendered)
        changed = _changed(mine, ours)
        team = {name for name, text in ours.items() if not _is_same(text, rendered.get(name))}
        write_tidily(project, self.before, before)
        self.checkout.write(changed)
        self._keep_own_commands()
        return (
            sorted(team & changed.keys()),
            [note for note in mine.notes if note.path in team],
        )

    def _keep_own_commands(self) -> None:
        """Take a `cli.py` with commands of the team out of the merge, which would remove it."""
        name = f"src/{self.package}/cli.py"
        if content(self.before / name) != content(self.checkout.project / name):
            (self.before / name).unlink(missing_ok=True)

    def _modules(self, names: Iterable[str]) -> frozenset[str]:
        place = f"src/{self.package}/golden_path/"
        found = [name.removeprefix(place) for name in names if name.startswith(place)]
        return frozenset(name.removesuffix(".py").replace("/", ".") for name in found)

    def _belongs(self, name: str) -> str:
        place = f"src/{self.package}/golden_path/"
        if not name.startswith(place):
            return "a test of your own, or one of the package"
        module = name.removeprefix(place).removesuffix(".py").replace("/", ".")
        module = module.removesuffix("__init__").rstrip(".")
        areas = [area for area in _BELONGS if f"{module}.".startswith(f"{area}.")]
        here = f"{_BELONGS[max(areas, key=len)]}, or " if areas else ""
        return f"{here}{self.plugin.module_of(module)} in the package, for all projects"


def _changed(references: References, found: dict[str, str]) -> dict[str, str]:
    """The texts that are not what they were, once references and catalogs are rewritten."""
    new = {name: references.rewritten(name, text) for name, text in found.items()}
    new |= shortened(new, references.package)
    return {name: text for name, text in new.items() if text != found[name]}


def _is_same(text: str, rendered: str | None) -> bool:
    return rendered is not None and text.replace("\r\n", "\n") == rendered


def _line_now(old: str, new: str, line: int) -> int:
    """Where a line of a text is in a later state of it, or what has taken its place."""
    matcher = difflib.SequenceMatcher(None, old.splitlines(), new.splitlines(), autojunk=False)
    for _, start, end, now, now_end in matcher.get_opcodes():
        if start < line <= end:
            return max(1, min(now + line - start, now_end))
    return line

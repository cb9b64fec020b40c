"""References of a team's files to `golden_path/`, rewritten to the package that it has become."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from .notes import Note
from .plugin import NAME, Plugin
from .python_code import PythonRewriter

_VALIDATOR = f"{NAME}.Contract"
_YAML = (".yml", ".yaml")
# What `cli.py` had from 0.2.0 on: the package brings these commands itself.
_OLD_COMMANDS = re.compile(
    r"^_GOLDEN_PATH = .*\n+(?=\n)"
    r'|^ *"\w+": f"\{_GOLDEN_PATH\}.*\n'
    r"|^from \.golden_path\.cli(?:\.\w+)? import \w+\n"
    r"|^cli\.add_command\((?:contracts|dags|doctor|runs|template)\)\n",
    re.MULTILINE,
)


@dataclass(frozen=True)
class References:
    """Rewrites the files of one project.

    Attributes:
        package: The project's package.
        plugin: The package that `golden_path/` has become.
        kept: Modules that the team has added to `golden_path/`.
        notes: What a person has to look at; each rewritten file may add to it.
    """

    package: str
    plugin: Plugin
    kept: frozenset[str] = frozenset()
    notes: list[Note] = field(default_factory=list)

    def rewritten(self, path: str, text: str) -> str:
        """A file's text, with the references in it rewritten.

        Args:
            path: The file's path in the project.
            text: What is in it.
        """
        if path == f"src/{self.package}/cli.py":
            text = _OLD_COMMANDS.sub("", text)
        suffix = PurePosixPath(path).suffix
        if suffix == ".py":
            text = self._python(path, text)
        elif suffix == ".ipynb":
            return self._notebook(path, text)
        elif suffix in _YAML:
            text = text.replace("${globals:contract}", _VALIDATOR)
        return self._dotted(path, text)

    def _python(self, path: str, text: str) -> str:
        rewriter = PythonRewriter(self.package, self.plugin, self.kept, path, text)
        result = rewriter.rewritten()
        self.notes.extend(rewriter.notes)
        return result

    def _notebook(self, path: str, text: str) -> str:
        """A notebook's text, with its cells rewritten."""
        try:
            notebook: dict[str, Any] = json.loads(text)
            cells = [cell for cell in notebook["cells"] if "golden_path" in str(cell["source"])]
        except (ValueError, KeyError, TypeError):
            return text
        if not cells:
            return text
        so_far = len(self.notes)
        for cell in cells:
            source = "".join(cell["source"])
            if cell["cell_type"] == "code":
                source = _without_magics(source, lambda code: self._python(path, code))
            cell["source"] = self._dotted(path, source).splitlines(keepends=True)
        # Their lines are those of a cell.
        self.notes[so_far:] = [replace(note, line=0) for note in self.notes[so_far:]]
        return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"

    def _dotted(self, path: str, text: str) -> str:
        """A text with the dotted paths in it rewritten, of classes in a catalog for example."""
        reference = re.compile(
            r"(?<!from )(?<!import )"
            rf"(?:\$\{{globals:package\}}|(?<![\w.]){self.package})\.golden_path"
            r"((?:\.[A-Za-z_]\w*)*)"
        )

        def now(match: re.Match[str]) -> str:
            below = match[1].removeprefix(".")
            located = None if below.split(".")[0] in self.kept else self.plugin.locate(below)
            if located is None:
                return match[0]
            place, rest = located
            if PurePosixPath(path).suffix in _YAML and not place.public:
                line = text.count("\n", 0, match.start()) + 1
                self.notes.append(Note(path, line, f"{place} is not public, and may move."))
            return f"{place}{rest}"

        return reference.sub(now, text)


def _without_magics(source: str, rewrite: Callable[[str], str]) -> str:
    """Rewrite the code of a cell, in which IPython's own lines are no Python."""
    if source.lstrip().startswith("%%"):
        return source
    kept: list[str] = []

    def hidden(match: re.Match[str]) -> str:
        kept.append(match[2])
        return f"{match[1]}pass  # magic {len(kept) - 1}"

    code = rewrite(re.sub(r"^([ \t]*)([%!].*)$", hidden, source, flags=re.MULTILINE))
    return re.sub(r"pass  # magic (\d+)", lambda match: kept[int(match[1])], code)

"""Python code that imports from `golden_path/`, rewritten to import from the package."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .notes import Note
from .plugin import Place, Plugin

_GONE = "has no successor in the package. Do without it, or copy it from the project's history."
_PRIVATE = "is not public, and may move with any release."
_FAMILY = "what it overrides or uses of it may have changed."
_MODEL_KEY = (
    "what ModelDataset loads has 'mlflow_run_id' in place of 'run_id' now, if this is such a model."
)
_MODELS = ("champion", "challenger", "incumbent", "model")
# Directories with the platform's own tests, which others could import from.
_TESTS = ("golden_path", "spark")
# What is imported: from which module, if from one, and what.
_Import = tuple[str | None, str]


@dataclass
class PythonRewriter:
    """Rewrites one file: by the positions of its syntax tree, so that all else stays as it is.

    Attributes:
        package: The project's package.
        plugin: The package that `golden_path/` has become.
        kept: Modules that the team has added to `golden_path/`.
        path: The file's path in the project.
        text: What is in the file.
        notes: What a person has to look at.
    """

    package: str
    plugin: Plugin
    kept: frozenset[str]
    path: str
    text: str
    notes: list[Note] = field(default_factory=list)

    def rewritten(self) -> str:
        """The text with its imports, and what they bind, rewritten."""
        try:
            self._tree = ast.parse(self.text)
        except (SyntaxError, ValueError):
            if "golden_path" in self.text:
                self._note(1, "is not valid Python, so its imports are left as they are.", True)
            return self.text
        self._source = _Source(self.text)
        self._edits: dict[tuple[int, int], str] = {}
        self._imported: dict[str, Place] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ImportFrom):
                self._replace(node, self._from_import(node))
            elif isinstance(node, ast.Import):
                self._replace(node, self._plain_import(node))
        self._look_at_classes()
        self._look_at_models()
        return self._source.replaced(self._edits)

    def _replace(self, node: ast.stmt, imports: list[_Import]) -> None:
        if imports:
            new = self._source.statements(node, _written(imports))
            self._edits[self._source.span(node)] = new

    def _from_import(self, node: ast.ImportFrom) -> list[_Import]:
        """What stands for `from … import …`; nothing if it stays."""
        module = self._absolute(node)
        written = "." * node.level + (node.module or "")
        if not node.level and self.path.startswith("tests/") and module.split(".")[0] in _TESTS:
            self._note(node.lineno, f"'{module}', of the platform's tests, is gone.", True)
        below = self._below(module)
        if below is None and module != self.package:
            return []
        imports: list[_Import] = []
        for alias in node.names:
            found: _Import | None = None
            if below is not None:
                found = self._from_module(node, below, alias)
            elif alias.name == "golden_path":
                found = self._module("", alias.asname or alias.name)
            imports.append(found or (written, _as(alias.name, alias.asname)))
        return [] if all(module == written for module, _ in imports) else imports

    def _from_module(self, node: ast.ImportFrom, below: str, alias: ast.alias) -> _Import | None:
        """What stands for one name of a module of `golden_path/`; None if it stays."""
        old = f"{below}.{alias.name}".strip(".")
        if old in self.kept:
            return None
        place = self.plugin.find(below if alias.name == "*" else old)
        if place is None:
            self._note(node.lineno, f"'{old}' of golden_path {_GONE}", True)
            return None
        self._warn_if_private(node.lineno, place)
        if alias.name == "*":
            return place.module, "*"
        bound = alias.asname or alias.name
        if place.name is None:
            return self._module(old, bound)
        if place.name != alias.name and not alias.asname:
            bound = self._renamed(bound, place.name)
        self._imported[bound] = place
        return place.module, _as(place.name, bound)

    def _renamed(self, old: str, new: str) -> str:
        """Rename what an import binds, and tell its name: the old one where the new is taken."""
        if _is_taken(self._tree, old, new):
            return old
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name) and node.id == old:
                self._edits[self._source.span(node)] = new
        return new

    def _module(self, old: str, bound: str) -> _Import:
        """The import of a module, under the name that the file knows it by."""
        found = self.plugin.find(old)
        module = found.module if found else ""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Attribute) and _dotted(node.value) == bound:
                name = f"{bound}.{node.attr}"
                place = self.plugin.find(f"{old}.{node.attr}".strip("."))
                if place is None or str(place) != f"{module}.{node.attr}":
                    self._note(
                        node.lineno, f"'{name}' {f'is {place} now' if place else _GONE}", True
                    )
                elif place.name:
                    self._imported[name] = place
        parent, _, name = module.rpartition(".")
        return parent or None, _as(name, bound)

    def _plain_import(self, node: ast.Import) -> list[_Import]:
        """What stands for `import …`; nothing if it stays."""
        imports: list[_Import] = []
        for alias in node.names:
            below = self._below(alias.name)
            if below is not None and self.plugin.find(below) is None:
                self._note(node.lineno, f"'{alias.name}' {_GONE}", True)
                below = None
            if below is None:
                imports.append((None, _as(alias.name, alias.asname)))
            elif alias.asname:
                imports.append(self._module(below, alias.asname))
            else:
                imports += self._dotted_uses()
        as_written = [(None, _as(alias.name, alias.asname)) for alias in node.names]
        return [] if imports == as_written else imports

    def _dotted_uses(self) -> list[_Import]:
        """Rewrite `package.golden_path.module.name`, and tell the imports that this needs."""
        imports: list[_Import] = []
        inner: set[ast.AST] = set()
        for node in ast.walk(self._tree):
            if not isinstance(node, ast.Attribute) or node in inner:
                continue
            inner.update(_chain(node))
            dotted = _dotted(node)
            if (below := self._below(dotted)) is None:
                if dotted.startswith(f"{self.package}."):
                    imports.append((None, self.package))
            elif located := self.plugin.locate(below):
                place, rest = located
                self._warn_if_private(node.lineno, place)
                self._edits[self._source.span(node)] = f"{place}{rest}"
                self._imported[f"{place}{rest}"] = place
                imports.append((None, place.module))
            else:
                self._note(node.lineno, f"'{dotted}' {_GONE}", True)
        return imports

    def _look_at_classes(self) -> None:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef):
                for base in node.bases:
                    name = self._edits.get(self._source.span(base), _dotted(base))
                    if place := self._imported.get(name):
                        self._note(node.lineno, f"'{node.name}' inherits from {place}: {_FAMILY}")

    def _look_at_models(self) -> None:
        for node in ast.walk(self._tree):
            if (
                isinstance(node, ast.Subscript)
                and _dotted(node.value) in _MODELS
                and isinstance(node.slice, ast.Constant)
                and node.slice.value == "run_id"
            ):
                self._note(node.lineno, _MODEL_KEY)

    def _absolute(self, node: ast.ImportFrom) -> str:
        """The module that is imported from, without leading dots."""
        if not node.level:
            return node.module or ""
        parts = PurePosixPath(self.path).parts
        parents = list(parts[1:-1] if parts[0] == "src" else parts[:-1])
        parents = parents[: len(parents) - (node.level - 1)]
        return ".".join([*parents, *([node.module] if node.module else [])])

    def _below(self, module: str) -> str | None:
        """The dotted path below `golden_path`; None if it is not in there, or the team's."""
        match = re.fullmatch(rf"{self.package}\.golden_path(?:\.(.+))?", module)
        below = (match[1] or "") if match else None
        return None if below in self.kept else below

    def _warn_if_private(self, line: int, place: Place) -> None:
        text = f"{place} {_PRIVATE}"
        if not place.public and all(note.text != text for note in self.notes):
            self._note(line, text)

    def _note(self, line: int, text: str, broken: bool = False) -> None:
        note = Note(self.path, line, text, broken)
        if note not in self.notes:
            self.notes.append(note)


class _Source:
    """A text, and where in it the nodes of its tree are."""

    def __init__(self, text: str) -> None:
        self._text = text.encode()
        self._starts = [0]
        for line in self._text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._comments = list(_comments(text))

    def span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        """The bytes of a node."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[end_line - 1] + end

    def statements(self, node: ast.stmt, lines: list[str]) -> str:
        """Statements in place of one, with the comments that were inside of it."""
        line_start = self._starts[node.lineno - 1]
        before = self._text[line_start : line_start + node.col_offset].decode()
        if before.strip():
            return "; ".join(lines)
        last = node.end_lineno or node.lineno
        inside = [text for line, text in self._comments if node.lineno <= line < last]
        return f"\n{before}".join([*inside, *lines])

    def replaced(self, edits: dict[tuple[int, int], str]) -> str:
        """The text with other text in the place of spans of it."""
        result = self._text
        for (start, end), text in sorted(edits.items(), reverse=True):
            result = result[:start] + text.encode() + result[end:]
        return result.decode()


def _comments(text: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _is_taken(tree: ast.Module, old: str, new: str) -> bool:
    """Whether a file gives the old or the new name to something else."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound = [node.id]
        elif isinstance(node, ast.arg):
            bound = [node.arg]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound = [node.name]
        elif isinstance(node, ast.alias):
            bound = [node.asname or node.name] if (node.asname or node.name) == new else []
        else:
            continue
        if old in bound or new in bound:
            return True
    return False


def _as(name: str, bound: str | None) -> str:
    return name if bound in (None, name) else f"{name} as {bound}"


def _written(imports: list[_Import]) -> list[str]:
    """Statements that import what is listed, those from one module together."""
    names: dict[str, list[str]] = defaultdict(list)
    lines = [f"import {name}" for module, name in imports if module is None]
    for module, name in imports:
        if module is not None:
            names[module].append(name)
    found = [f"from {module} import {', '.join(each)}" for module, each in names.items()]
    return [*dict.fromkeys(lines), *found]


def _dotted(node: ast.expr) -> str:
    """The text of `a.b.c`; nothing for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (value := _dotted(node.value)):
        return f"{value}.{node.attr}"
    return ""


def _chain(node: ast.Attribute) -> Iterator[ast.expr]:
    """The expressions inside of `a.b.c`."""
    inner = node.value
    while isinstance(inner, ast.Attribute):
        yield inner
        inner = inner.value

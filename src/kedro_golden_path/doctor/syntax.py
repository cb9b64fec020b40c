"""The functions of a package, found in its source without importing it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from .checkout import Checkout, Unreadable

_BUILTIN = "builtins."

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


@dataclass(frozen=True)
class Module:
    """A module of the package.

    Attributes:
        name: Its full name.
        file: Its path in the project.
        tree: Its syntax.
        is_package: Whether it is the `__init__.py` of a package.
    """

    name: str
    file: str
    tree: ast.Module = field(repr=False)
    is_package: bool

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions and classes at its top level."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        return {each.name: each for each in self.tree.body if isinstance(each, kinds)}

    @cached_property
    def imports(self) -> dict[str, str]:
        """All its imports: the full name of each imported name."""
        found = {}
        for each in ast.walk(self.tree):
            if isinstance(each, ast.Import):
                for alias in each.names:
                    top = alias.name.partition(".")[0]
                    found[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(each, ast.ImportFrom):
                for alias in each.names:
                    found[alias.asname or alias.name] = f"{self._origin(each)}.{alias.name}"
        return found

    def full_name(self, expression: ast.expr) -> str | None:
        """What an expression such as `pd.read_csv` names, here `pandas.read_csv`.

        None for what is neither imported, nor at the top of the module, nor a builtin function.
        """
        if isinstance(expression, ast.Attribute):
            inner = self.full_name(expression.value)
            # `input.mean()` is about a variable of that name.
            of_module = inner and not inner.startswith(_BUILTIN)
            return f"{inner}.{expression.attr}" if of_module else None
        if not isinstance(expression, ast.Name):
            return None
        if expression.id in self.functions:
            return f"{self.name}.{expression.id}"
        builtin = f"{_BUILTIN}{expression.id}" if hasattr(builtins, expression.id) else None
        return self.imports.get(expression.id, builtin)

    def _origin(self, statement: ast.ImportFrom) -> str:
        if not statement.level:
            return statement.module or ""
        parts = self.name.split(".")
        parts = parts[: len(parts) - statement.level + self.is_package]
        return ".".join([*parts, *filter(None, [statement.module])])


class Place(NamedTuple):
    """A function, and the module that it is in."""

    module: Module
    function: Function

    @property
    def name(self) -> str:
        """The name of the function, for people."""
        return getattr(self.function, "name", "a lambda")


class Package:
    """The modules of a project's package, each parsed when it is asked for."""

    def __init__(self, checkout: Checkout) -> None:
        """Parse nothing yet."""
        self._checkout = checkout
        self._source = checkout.root / "src"
        self._modules: dict[str, Module | None] = {}

    def below(self, name: str) -> Iterator[Module]:
        """All modules of a package within the package.

        Raises:
            Unreadable: One of them is not Python.
        """
        directory = self._source / self._checkout.package / name
        for file in sorted(directory.rglob("*.py")):
            parts = file.relative_to(self._source).with_suffix("").parts
            module = self.module(".".join(parts).removesuffix(".__init__"))
            if module:
                yield module

    def module(self, name: str) -> Module | None:
        """A module by its full name; None if it is not in the package.

        Raises:
            Unreadable: It is not Python.
        """
        if name not in self._modules:
            self._modules[name] = self._parsed(name)
        return self._modules[name]

    def find(self, name: str) -> Place | None:
        """A function by its full name, wherever a module gets it from; None if it is not there.

        Raises:
            Unreadable: A module on the way is not Python.
        """
        seen = set()
        while name not in seen:
            seen.add(name)
            inside, _, own = name.rpartition(".")
            module = self.module(inside)
            if module is None:
                return None
            if own in module.functions:
                return Place(module, module.functions[own])
            name = module.imports.get(own, name)
        return None

    def _parsed(self, name: str) -> Module | None:
        if name.partition(".")[0] != self._checkout.package:
            return None
        path = self._source.joinpath(*name.split("."))
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                shown = file.relative_to(self._checkout.root).as_posix()
                return Module(name, shown, self._tree(shown), file.name == "__init__.py")
        return None

    def _tree(self, file: str) -> ast.Module:
        try:
            return ast.parse(self._checkout.text(file))
        except (SyntaxError, ValueError) as error:
            raise Unreadable(file, f"is not Python: {error}") from error

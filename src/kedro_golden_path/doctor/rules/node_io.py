"""Nodes that read or write by themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..checkout import Checkout
from ..effects import effects
from ..finding import Finding, Rule
from ..syntax import Module, Package, Place


def look(checkout: Checkout) -> Iterator[Finding]:
    """Follow each node through the functions that it uses in the package."""
    package = Package(checkout)
    found: dict[tuple[str, int], str] = {}
    for node in _nodes(package):
        for place in _with_what_it_uses(node, package):
            used = "" if place == node else f", in '{place.name}'"
            for line, text in effects(place):
                reason = f"{text} in the node '{node.name}'{used}"
                found.setdefault((place.module.file, line), reason)
    for (file, line), reason in sorted(found.items()):
        yield Finding(f"{file}:{line}", reason)


def _nodes(package: Package) -> list[Place]:
    """The functions that are nodes in `pipelines/`."""
    found: list[Place] = []
    for module in package.below("pipelines"):
        for call in ast.walk(module.tree):
            if isinstance(call, ast.Call) and _makes_node(call, module):
                named = [each.value for each in call.keywords if each.arg == "func"]
                for given in (*call.args[:1], *named):
                    found += _functions(given, module, package)
    return list(dict.fromkeys(found))


def _makes_node(call: ast.Call, module: Module) -> bool:
    name = module.full_name(call.func) or ""
    return name.startswith("kedro.") and name.rpartition(".")[2] in ("Node", "node")


def _functions(given: ast.expr, module: Module, package: Package) -> list[Place]:
    """The functions in what a node is made of: `clean`, a lambda, or `partial(clean, 1)`."""
    if isinstance(given, ast.Lambda):
        return [Place(module, given)]
    found = (package.find(name) for name in _names(given, module))
    return [place for place in found if place]


def _with_what_it_uses(node: Place, package: Package) -> list[Place]:
    found = [node]
    for place in found:
        for name in _names(place.function, place.module):
            used = package.find(name)
            if used and used not in found:
                found.append(used)
    return found


def _names(syntax: ast.AST, module: Module) -> list[str]:
    """The full names that a piece of code uses."""
    names = (module.full_name(each) for each in ast.walk(syntax) if isinstance(each, ast.expr))
    return sorted({name for name in names if name})


RULE = Rule(
    id="node-io",
    title="Nodes read or write by themselves",
    why=(
        "What the catalog does not know has no contract, is not recorded with the run, and stays "
        "when the run fails."
    ),
    remedy=(
        "Make it an input or an output of the node: a dataset in the catalog, a parameter, or "
        "metadata: {mlflow: metrics}."
    ),
    look=look,
)

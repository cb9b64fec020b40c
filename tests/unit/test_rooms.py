"""The rooms of the package: each may import those that stand before it, and no other."""

import ast
from collections.abc import Iterator
from pathlib import Path

import kedro_golden_path

SOURCE = Path(kedro_golden_path.__file__).parent
# From the lowest to the highest. Those that stand side by side do not know each other.
ORDER = [
    {"guards", "json_safe", "nested", "process", "ruff"},
    {"outcome"},
    {"console", "errors"},
    {"extras", "git", "months"},
    {"datasets", "origin"},
    {"runs", "spark"},
    {"config"},
    {"contracts"},
    {"tracking"},
    {"models"},
    {"airflow", "doctor", "session"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}


def room_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> Iterator[str]:
    """The rooms that a module imports, also inside of functions and for type checkers only."""
    package = file.relative_to(SOURCE).parts[:-1]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            paths = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module.split(".") if node.module else []
            if node.level:
                module = [SOURCE.name, *package[: len(package) - node.level + 1], *module]
            paths = [[*module, alias.name] for alias in node.names]
        else:
            continue
        yield from (path[1] for path in paths if path[0] == SOURCE.name and len(path) > 1)


def test_every_room_has_its_place() -> None:
    rooms = {room_of(path) for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert rooms - {"__init__", "__pycache__"} == LEVEL.keys()


def test_no_room_imports_one_that_is_not_below_it() -> None:
    wrong = [
        f"{file.relative_to(SOURCE)} imports {other}"
        for file in sorted(SOURCE.rglob("*.py"))
        if (room := room_of(file)) != "__init__"
        for other in imported_rooms(file)
        if other not in (room, "__version__") and LEVEL.get(other, 99) >= LEVEL[room]
    ]
    assert wrong == []

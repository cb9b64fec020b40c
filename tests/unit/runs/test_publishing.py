"""Publishing, with each kind of dataset: its runs succeed, fail, are killed, and overlap."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
import sqlalchemy
from kedro.runner import ThreadRunner

from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.session.publication import hand_over
from support import ROOT
from support.airflow_stack import postgres

from . import kinds
from .kinds import FAILS, KINDS, Project

pytestmark = pytest.mark.one_python
Make = Callable[..., Project]
_PLAIN: dict[tuple[str, bool], list[Any]] = {}
ON_OBJECT_STORE = (
    *("CSV", "appended text", "versions", "partitions", "incremental partitions", "a plot"),
    *("a type of the team", "cached partitions", "plots in a directory"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres") / "postgres.log") as address:
        yield f"postgresql+psycopg://{address}"


@pytest.fixture(scope="module")
def server_of_runs() -> Iterator[subprocess.Popen[str]]:
    """A process that starts runs of which this one must not be the parent."""
    # Standard output is where Kedro logs.
    program = f"import os; answer = os.dup(1); os.dup2(2, 1); from {kinds.__name__} import *; "
    command = [sys.executable, "-c", f"{program}serve(answer)"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        yield process
        process.stdin.close()


@pytest.fixture
def elsewhere(server_of_runs: subprocess.Popen[str]) -> Callable[..., int]:
    """Have a run in another process, and say how it ended."""

    def elsewhere(project: Project, n: int, *, is_killed: bool = False) -> int:
        name = next(name for name, kind in KINDS.items() if kind is project.kind)
        order = [str(project.conf.parent), project.root, name, project.databases, n, is_killed]
        assert server_of_runs.stdin and server_of_runs.stdout
        server_of_runs.stdin.write(f"{json.dumps(order)}\n")
        server_of_runs.stdin.flush()
        return int(server_of_runs.stdout.readline())

    return elsewhere


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Make:
    """Make a project with a kind; the second one of a test has databases of its own."""

    def make(name: str, root: str = "", number: int = 0) -> Project:
        directory = tmp_path / f"project-{number}"
        directory.mkdir()
        databases = {"SQLite": f"sqlite:///{directory}/x.db"}
        if "PostgreSQL" in name:
            server = request.getfixturevalue("server")
            databases["PostgreSQL"] = f"{server}/{('airflow', 'mlflow')[number]}"
            _drop_tables(databases["PostgreSQL"])
        return Project(directory, root or f"{directory}/data", KINDS[name], databases)

    return make


@pytest.fixture
def plain(make: Make) -> Callable[..., list[Any]]:
    """What others see after no run, the first, the second, ... with Kedro alone."""

    def plain(name: str, root: str = "") -> list[Any]:
        key = (name, bool(root))
        if key not in _PLAIN:
            project = make(name, root and f"{root}/plain/data", number=1)
            seen = [project.seen()]
            for n in (1, 2, 3):
                project.begin(n, plain=True)
                seen.append(project.seen())
            _PLAIN[key] = seen
        return _PLAIN[key]

    return plain


@pytest.mark.parametrize("name", KINDS)
def test_runs_that_succeed_leave_what_kedro_alone_leaves(
    name: str, make: Make, plain: Callable[..., list[Any]]
) -> None:
    project = make(name)
    expected = plain(name)
    for n in (1, 2, 3):
        loader = project.begin(n)
        assert project.seen() == expected[n - 1]
        hand_over(loader)
        assert project.seen() == expected[n]
    assert left(project) == []


@pytest.mark.parametrize("name", KINDS)
def test_a_run_that_fails_after_its_save_changes_nothing(
    name: str, make: Make, plain: Callable[..., list[Any]]
) -> None:
    project = make(name)
    for n in (1, 2):
        with pytest.raises(RuntimeError, match="It fails"):
            project.run(n, fails=True)
        assert project.seen() == plain(name)[n - 1]
        # The second try is the same run.
        project.run(n)
        assert project.seen() == plain(name)[n]
    assert left(project) == []


@pytest.mark.parametrize("name", KINDS)
def test_a_run_that_is_killed_while_saving_changes_nothing(
    name: str, make: Make, plain: Callable[..., list[Any]], elsewhere: Callable[..., int]
) -> None:
    project = make(name)
    project.run(1)
    assert elsewhere(project, 2, is_killed=True) == signal.SIGKILL
    assert project.seen() == plain(name)[1]
    project.run(2)
    assert project.seen() == plain(name)[2]
    assert left(project) == []


@pytest.mark.parametrize("name", KINDS)
def test_of_two_runs_at_once_none_is_lost_in_silence(
    name: str, make: Make, plain: Callable[..., list[Any]]
) -> None:
    project = make(name)
    project.run(1)
    first, second = project.begin(2), project.begin(3)
    assert project.seen() == plain(name)[1]
    hand_over(first)
    assert project.seen() == plain(name)[2]
    if KINDS[name].refuses:
        with pytest.raises(GoldenPathError, match="was changed by others since this run began"):
            hand_over(second)
        assert project.seen() == plain(name)[2]
        project.run(3, "once-more")
    else:
        hand_over(second)
    assert project.seen() == plain(name)[3]


SOME = ("CSV", "appended text", "a table of SQLite, append", "partitions", "Delta")


@pytest.mark.parametrize("name", SOME)
def test_a_thread_runner_publishes_the_same(
    name: str, make: Make, plain: Callable[..., list[Any]]
) -> None:
    project = make(name)
    with pytest.raises(RuntimeError, match="It fails"):
        project.run(1, fails=True, runner=ThreadRunner())
    assert project.seen() == plain(name)[0]
    project.run(1, runner=ThreadRunner())
    assert project.seen() == plain(name)[1]


@pytest.mark.parametrize("name", SOME[1:3])
def test_a_parallel_runner_publishes_the_same(
    name: str, make: Make, plain: Callable[..., list[Any]], elsewhere: Callable[..., int]
) -> None:
    project = make(name)
    assert elsewhere(project, FAILS) == -1
    assert project.seen() == plain(name)[0]
    assert elsewhere(project, 1) == 0
    assert project.seen() == plain(name)[1]


@pytest.mark.parametrize("name", ON_OBJECT_STORE)
def test_an_object_store_is_published_to_in_the_same_way(
    name: str, make: Make, plain: Callable[..., list[Any]], object_store: str, tmp_path: Path
) -> None:
    root = f"{object_store}/{tmp_path.name}"
    project = make(name, f"{root}/data")
    expected = plain(name, root)
    with pytest.raises(RuntimeError, match="It fails"):
        project.run(1, fails=True)
    assert project.seen() == expected[0]
    project.run(1)
    assert project.seen() == expected[1]
    first, second = project.begin(2), project.begin(3)
    hand_over(first)
    assert project.seen() == expected[2]
    if KINDS[name].refuses:
        with pytest.raises(GoldenPathError, match="was changed by others since this run began"):
            hand_over(second)
    else:
        hand_over(second)
        assert project.seen() == expected[3]


def left(project: Project) -> list[str]:
    """What the runs have left in their staging areas and databases."""
    filesystem, path = fsspec.url_to_fs(project.root)
    found = [file for file in filesystem.find(path) if "/." in file.removeprefix(path)]
    found = [file for file in found if "/_delta_log/." not in file]
    for con in project.databases.values():
        engine = sqlalchemy.create_engine(con)
        found += [name for name in sqlalchemy.inspect(engine).get_table_names() if "__" in name]
        engine.dispose()
    return found


def _drop_tables(con: str) -> None:
    engine = sqlalchemy.create_engine(con)
    with engine.begin() as connection:
        for name in sqlalchemy.inspect(connection).get_table_names():
            connection.exec_driver_sql(f'DROP TABLE "{name}"')
    engine.dispose()

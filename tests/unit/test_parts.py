"""Parts of the tests run beside each other, and one that fails ends the others."""

import os
from pathlib import Path

import pytest

import run_tests
from run_tests import Lane, main


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Parts that are programs of the system, instead of all tests."""
    commands = {
        "passes": ("echo", "passed"),
        "fails": ("false",),
        "goes on": ("sleep", "600"),
        "beside": ("echo", "from beside"),
        "fails beside": ("false",),
        "goes on beside": ("sleep", "600"),
    }
    made = {name: lambda command=command: iter([command]) for name, command in commands.items()}
    monkeypatch.setattr(run_tests, "PARTS", made)
    monkeypatch.setattr(run_tests, "BESIDE", [name for name in commands if "beside" in name])
    monkeypatch.setattr(run_tests, "REPORTS", tmp_path)
    # `main` takes some variables away.
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.mark.usefixtures("parts")
@pytest.mark.parametrize(
    ("names", "failed"),
    [
        (["passes", "beside"], ""),
        (["beside"], ""),
        (["fails", "goes on", "goes on beside"], "fails"),
        (["goes on", "fails beside", "goes on beside"], "fails beside"),
        (["passes", "fails beside"], "fails beside"),
    ],
)
def test_parts_pass_when_all_of_them_do(
    names: list[str], failed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(names) == bool(failed)
    output = capfd.readouterr().out
    assert (f"make test PARTS={failed}" in output) is bool(failed)
    assert ("from beside\n" in output) is ("beside" in names)


@pytest.mark.usefixtures("parts")
def test_a_part_that_cannot_begin_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_python() -> run_tests.Commands:
        raise OSError("no Python 3.12")

    monkeypatch.setitem(run_tests.PARTS, "beside", no_python)
    with pytest.raises(OSError, match=r"no Python 3\.12"):
        main(["goes on", "beside"])


@pytest.mark.usefixtures("parts")
def test_a_lane_that_was_ended_begins_nothing() -> None:
    lane = Lane(["passes"])
    lane.end()
    with pytest.raises(run_tests.PartError):
        lane.run()

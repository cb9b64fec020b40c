import json
from pathlib import Path

import pytest
from kedro.io import DatasetError

from kedro_golden_path import errors
from kedro_golden_path.outcome import OUTCOME, tell
from kedro_golden_path.tracking.warnings import warnings

# What Kubernetes keeps of a termination message.
_MOST_BYTES = 4096


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "outcome.json"
    monkeypatch.setenv(OUTCOME, str(file))
    return file


def test_what_is_known_is_told_bit_by_bit(outcome: Path) -> None:
    tell(month="2013-04", mlflow_run="http://mlflow/#/experiments/1/runs/a")
    tell(reason="'raw' breaks\n its contract:\n\n  column 'name' is 'Ada', 3 times\n\nRepair it.")
    assert json.loads(outcome.read_text()) == {
        "month": "2013-04",
        "mlflow_run": "http://mlflow/#/experiments/1/runs/a",
        "reason": "'raw' breaks its contract.",
    }


@pytest.mark.parametrize("content", ["not JSON", "[1]", '"text"'])
def test_a_file_that_is_no_outcome_stays_as_it_is(outcome: Path, content: str) -> None:
    outcome.write_text(content)
    tell(reason="broken")
    assert outcome.read_text() == content


def test_an_outcome_fits_into_a_termination_message(outcome: Path) -> None:
    long = "\x07" * 10_000
    tell(
        reason=long, warnings=[long] * 50, month="2013-04", mlflow_run="http://mlflow/" + "x" * 200
    )
    assert outcome.stat().st_size <= _MOST_BYTES


def test_an_error_tells_why(outcome: Path, capsys: pytest.CaptureFixture[str]) -> None:
    errors.GoldenPathError("The server does not answer.\n\nStart it.").show()
    assert json.loads(outcome.read_text()) == {"reason": "The server does not answer."}
    assert "Start it." in capsys.readouterr().err


def test_only_a_file_that_no_pipeline_makes_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    error = DatasetError("flights: Failed while loading data from data set")
    error.__cause__ = FileNotFoundError(2, "No such file", "flights.parquet")
    monkeypatch.setattr(errors, "_makers", lambda name: [] if name == "flights" else ["load"])
    assert errors.is_not_delivered(error)
    assert not errors.is_not_delivered(DatasetError("flights: Failed while loading data"))
    monkeypatch.setattr(errors, "_makers", lambda name: ["load"])
    assert not errors.is_not_delivered(error)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({}, []),
        ({"contracts": "passed", "gate.promote": "True", "gate.reason": "Won."}, []),
        ({"contracts": "none checked"}, []),
        (
            {"contracts": "quarantined: planes (3 rows); warned: late"},
            ["Contracts: quarantined: planes (3 rows); warned: late."],
        ),
        (
            {
                "gate.promote": "False",
                "gate.reason": "Refused: worse.",
                "gate.challenger_version": "7",
            },
            ["Model version 7 was not promoted. Refused: worse."],
        ),
    ],
)
def test_what_somebody_should_look_at(tags: dict[str, str], told: list[str]) -> None:
    assert list(warnings(tags)) == told

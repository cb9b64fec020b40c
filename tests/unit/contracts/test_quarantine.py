from pathlib import Path
from typing import Any
from uuid import uuid4

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pytest

from kedro_golden_path import Columns, Contract, ContractError, rule
from kedro_golden_path.contracts import results
from kedro_golden_path.errors import GoldenPathError


class Trips(pa.DataFrameModel):
    """The contract that these tests break."""

    trip: int = pa.Field(ge=1, unique=True)
    fare: float = pa.Field(nullable=True, le=100)
    tip: float | None = pa.Field(nullable=True)

    @rule
    @classmethod
    def tip_is_below_fare(cls, trips: Columns) -> nw.Expr:
        return trips["tip"] < trips["fare"]


GOOD = pd.DataFrame({"trip": range(1, 101), "fare": 10.0, "tip": 1.0})
BAD = GOOD.assign(
    fare=GOOD["fare"].mask(GOOD["trip"] == 3, 500.0),
    tip=GOOD["tip"].mask(GOOD["trip"].isin([3, 7]), 600.0),
)


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return make(tmp_path)


def make(directory: Path, max_quarantined: float = 0.05) -> Contract:
    return Contract(
        f"{__name__}.Trips",
        on_failure="quarantine",
        max_quarantined=max_quarantined,
        dataset="trips",
        quarantine=str(directory / "trips/month=2020-01"),
    )


def test_bad_rows_are_put_aside_with_their_reasons(contract: Contract) -> None:
    passed = contract.validate(BAD)
    aside = contract.quarantine.rows()
    assert passed["trip"].tolist() == [n for n in range(1, 101) if n not in (3, 7)]
    assert aside["trip"].tolist() == [3, 7]
    assert [list(reasons) for reasons in aside["_reasons"]] == [
        ["fare: less_than_or_equal_to(100)", "tip_is_below_fare"],
        ["tip_is_below_fare"],
    ]
    pd.testing.assert_frame_equal(
        aside.drop(columns="_reasons"), BAD[BAD["trip"].isin([3, 7])].reset_index(drop=True)
    )


def test_rows_in_are_rows_passed_and_rows_put_aside(contract: Contract) -> None:
    results.open_results()
    contract.validate(BAD)
    (result,) = results.close_results()
    assert (result["outcome"], result["rows"]) == ("quarantined", 100)
    assert (result["passed"], result["quarantined"]) == (98, 2)


def test_a_repaired_source_leaves_nothing_aside(contract: Contract) -> None:
    contract.validate(BAD)
    assert contract.validate(GOOD) is GOOD
    assert contract.quarantine.rows().empty
    assert not Path(contract.quarantine.file).exists()


def test_too_many_bad_rows_are_an_error_and_change_nothing(tmp_path: Path) -> None:
    make(tmp_path).validate(BAD)
    worse = BAD.assign(trip=BAD["trip"].mask(BAD["trip"] > 90, -BAD["trip"]))
    with pytest.raises(ContractError) as error:
        make(tmp_path).validate(worse)
    assert "12 of 100 rows are bad, more than the 5.00% that may be quarantined" in str(error.value)
    assert make(tmp_path).quarantine.rows()["trip"].tolist() == [3, 7]


def test_a_rule_over_the_frame_is_an_error(contract: Contract) -> None:
    with pytest.raises(ContractError, match="field_uniqueness"):
        contract.validate(BAD.assign(trip=BAD["trip"].replace(100, 99)))


def test_released_rows_pass_from_then_on(tmp_path: Path) -> None:
    make(tmp_path).validate(BAD)
    assert make(tmp_path).quarantine.release() == 2
    pd.testing.assert_frame_equal(make(tmp_path).validate(BAD), BAD)
    assert make(tmp_path).quarantine.rows().empty


def test_only_the_released_rows_pass(tmp_path: Path) -> None:
    make(tmp_path).validate(BAD)
    make(tmp_path).quarantine.release()
    changed = BAD.assign(tip=BAD["tip"].mask(BAD["trip"].isin([7, 9]), 700.0))
    passed = make(tmp_path).validate(changed)
    assert 3 in passed["trip"].tolist()
    assert make(tmp_path).quarantine.rows()["trip"].tolist() == [7, 9]


def test_nothing_to_release_is_said(contract: Contract) -> None:
    with pytest.raises(GoldenPathError, match="There is nothing to release"):
        contract.quarantine.release()


def test_a_missing_value_is_kept_and_released(tmp_path: Path) -> None:
    frame = BAD.assign(fare=BAD["fare"].mask(BAD["trip"] == 3), trip=BAD["trip"].replace(3, 0))
    make(tmp_path).validate(frame)
    assert make(tmp_path).quarantine.rows()["fare"].isna().tolist() == [True, False]
    make(tmp_path).quarantine.release()
    pd.testing.assert_frame_equal(make(tmp_path).validate(frame), frame)


def test_a_column_that_may_be_missing_does_not_hinder(tmp_path: Path) -> None:
    make(tmp_path).validate(BAD.assign(note="x"))
    make(tmp_path).quarantine.release()
    # Nothing released has these columns, so nothing passes because of it.
    passed = make(tmp_path).validate(BAD.drop(columns="tip"))
    assert 3 not in passed["trip"].tolist()
    assert make(tmp_path).quarantine.rows()["trip"].tolist() == [3]


@pytest.mark.parametrize(
    "values",
    [[["x"], []], [{"a": 1}, {"a": 2}], [uuid4(), uuid4()], [1, "a"], [1j, None]],
    ids=["lists", "structs", "objects", "several types", "no type"],
)
def test_rows_with_values_of_any_kind_are_released(tmp_path: Path, values: list[Any]) -> None:
    odd = pd.Series(values, dtype=object).iloc[[n % 2 for n in range(len(BAD))]].array
    # A column may have the name that a merge of pandas gives to its own.
    frame = BAD.assign(_merge=odd)
    make(tmp_path).validate(frame)
    assert make(tmp_path).quarantine.release() == 2
    assert len(make(tmp_path).validate(frame)) == len(frame)


def test_the_name_of_the_reasons_is_taken(contract: Contract) -> None:
    with pytest.raises(GoldenPathError, match=r"has a column '_reasons'.*Rename the column"):
        contract.validate(BAD.assign(_reasons="mine"))

import pytest

from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.months import check_month, months_before


def test_months_before_cross_the_year() -> None:
    assert months_before("2014-02", 3) == ["2013-11", "2013-12", "2014-01"]


@pytest.mark.parametrize("count", [0, -1, "3"])
def test_a_window_has_at_least_one_month(count: int) -> None:
    with pytest.raises(GoldenPathError, match="use 1 or more"):
        months_before("2014-02", count)


@pytest.mark.parametrize("value", ["2014-00", "14-02", "", None, 201402])
def test_what_is_not_a_month_is_refused(value: object) -> None:
    with pytest.raises(GoldenPathError, match="YYYY-MM"):
        check_month(value)

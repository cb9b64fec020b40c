"""Arithmetic on months written as `YYYY-MM`, the period that a run works on."""

import re

from .errors import GoldenPathError

PATTERN = r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])\Z"


def check_month(value: object) -> str:
    """Return `value` when it is a month such as `2013-04`.

    Raises:
        GoldenPathError: It is anything else.
    """
    if isinstance(value, str) and re.match(PATTERN, value):
        return value
    raise GoldenPathError(
        f"{value!r} is not a month. Write it as YYYY-MM, for example: "
        "kedro run --params month=2013-04"
    )


def months_before(month: str, count: int) -> list[str]:
    """The `count` months before `month`, oldest first, without `month` itself.

    Raises:
        GoldenPathError: `month` is not a month, or `count` is not a positive number.
    """
    year, number = map(int, check_month(month).split("-"))
    if not isinstance(count, int) or count < 1:
        raise GoldenPathError(f"A window of {count!r} months is not possible: use 1 or more.")
    last = year * 12 + number - 1
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(last - count, last)]

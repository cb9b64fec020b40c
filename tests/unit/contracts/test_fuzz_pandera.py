"""What pandera says of generated frames, contracts say as well. All differences are named here."""

from typing import Any

import pandas as pd
import pandera.pandas as pa
from hypothesis import given
from hypothesis import strategies as st

from unit.contracts import made
from unit.contracts.fuzzed import PROFILE, Drawn, columns, frame_of, model_of

# One model has many columns, since what takes time is pandera's own validation.
FRAMES = st.lists(columns(spark=False), min_size=6, max_size=6)


@PROFILE
@given(drawn=FRAMES)
def test_the_same_columns_break_the_same_checks(drawn: list[Drawn]) -> None:
    model, frame = model_of(drawn), frame_of(drawn)
    ours, theirs = made.broken(made.contract(model), frame), by_pandera(model, frame)
    wrong = {f"c{n}" for n, each in enumerate(drawn) if not each.right}
    assert {column for column, check in ours if check == "dtype"} == wrong
    for n, each in enumerate(drawn):
        name = f"c{n}"
        if name not in wrong:
            said = {check for column, check in ours if column == name}
            assert said ^ theirs[name] <= different(each), each


def by_pandera(model: Any, frame: pd.DataFrame) -> dict[Any, set[str]]:
    broken: dict[Any, set[str]] = {name: set() for name in frame}
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        for each in error.schema_errors:
            broken[each.schema.name].add(_name(each))
    return broken


def _name(error: Any) -> str:
    if error.reason_code.name == "SERIES_CONTAINS_DUPLICATES":
        return "field_uniqueness"
    return str(getattr(error.check, "error", None) or error.check).partition("(")[0]


def different(column: Drawn) -> set[str]:
    """The checks of which pandera says something else, and why."""
    kind = str(column.values.dtype)
    if kind.startswith("datetime64"):
        return {"dtype"}  # The unit of a time is no part of its type.
    if kind.startswith("decimal"):
        return {"isin", "notin"}  # pandas rounds: -2.5 is in [-3]. See `test_meaning`.
    return set()

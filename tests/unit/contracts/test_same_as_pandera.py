"""What pandera says of a frame, the contract says as well."""

import pandas as pd
import pandera.pandas as pa
import pyarrow
import pytest
from hypothesis import given, settings

from kedro_golden_path import Contract
from unit.contracts.generated import SCHEMA, Everything, tables

pytestmark = pytest.mark.one_python
CONTRACT = Contract(SCHEMA)
Broken = set[tuple[str | None, str]]
KEY = "multiple_fields_uniqueness"


def frame_of(table: pyarrow.Table) -> pd.DataFrame:
    frame: pd.DataFrame = table.to_pandas().astype({"maybe": "Int64", "maybe_flag": "boolean"})
    # To pandera, the $ of a pattern also matches before a line break at the end.
    return frame.assign(code=frame["code"].str.rstrip("\n"))


def by_pandera(frame: pd.DataFrame) -> Broken:
    try:
        Everything.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "schema_context"]]
        broken: Broken = {
            (column if context == "Column" else None, check.partition("(")[0])
            for column, check, context in cases.itertuples(index=False)
        }
        # A key that only nulls repeat has no failure cases: pandera leaves nulls out of them.
        repeated = any(each.check == KEY for each in error.schema_errors)
        return broken | {(None, KEY)} if repeated else broken
    return set()


def lost_types(table: pyarrow.Table) -> Broken:
    """Pandas has no missing integers and booleans; to pandera they are of another type."""
    return {(name, "dtype") for name in ("number", "flag") if table[name].null_count}


@settings(max_examples=30, derandomize=True, deadline=None)
@given(table=tables(corrupted=False))
def test_the_same_rules_are_broken(table: pyarrow.Table) -> None:
    frame = frame_of(table)
    failures = CONTRACT.run_checks(frame).failures
    ours = {(each.column, each.rule.partition("(")[0]) for each in failures}
    assert ours == by_pandera(frame) - lost_types(table)

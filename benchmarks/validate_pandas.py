"""Validate the wide table in memory in one of four ways: `validate_pandas.py WAY FILE`.

It runs in the environment of the way, and prints a line of JSON: the seconds of the validation
alone, the memory that it needed beyond that of the table, and the number of failing cells.
"""

# Runs in environments with packages that this repository's lacks.
# mypy: disable-error-code="import-not-found"

import ctypes
import gc
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from measure import BenchmarkError
from wide_table import CODES

Validate = Callable[[pd.DataFrame], int]
FLOATS = [f"f{number}" for number in range(8)]
INTEGERS = [f"i{number}" for number in range(6)]
NULLABLE = FLOATS[::2]
MOMENT = "datetime64[us, UTC]"
TYPES = {
    "id": "int64",
    **dict.fromkeys(FLOATS, "float64"),
    **dict.fromkeys(INTEGERS, "int64"),
    **dict.fromkeys(("s0", "s1", "s2"), "str"),
    **dict.fromkeys(("begun", "ended"), MOMENT),
}
PATTERN = r"^[A-Z]{2}[0-9]{3}$"
MOST_ROWS = 20_000_000
SHOWN = 5


def golden_path() -> Validate:
    from kedro_golden_path import Contract, ContractError

    contract = Contract("wide_contract.Wide", dataset="table", mode="load", examples=SHOWN)

    def validate(table: pd.DataFrame) -> int:
        try:
            contract.validate(table)
        except ContractError as error:
            return sum(failure.failure_count or 0 for failure in error.failures)
        return 0

    return validate


def by_hand() -> Validate:
    def validate(table: pd.DataFrame) -> int:
        if {name: str(kind) for name, kind in table.dtypes.items()} != TYPES:
            raise BenchmarkError("the table has other columns or types")
        if list(table.columns) != list(TYPES) or not 1 <= len(table) <= MOST_ROWS:
            raise BenchmarkError("the table has other columns, or no or too many rows")
        failing = 0
        examples = {}
        for name, mask in broken(table):
            if count := int(mask.sum()):
                failing += count
                examples[name] = table.loc[mask.to_numpy().nonzero()[0][:SHOWN]]
        return failing

    return validate


def broken(table: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """For each rule which rows break it, one rule at a time."""
    for name in TYPES:
        if name not in NULLABLE:
            yield f"{name} is null", table[name].isna()
    for names, most in ((FLOATS, 100), (INTEGERS, 1000)):
        for name in names:
            # A comparison with a missing value is false.
            yield f"{name} is low", table[name] < 0
            yield f"{name} is high", table[name] > most
    yield "id is low", table["id"] < 0
    yield "s0 has no such pattern", ~table["s0"].str.match(PATTERN)
    yield "s1 is no code", ~table["s1"].isin(CODES)
    yield "s2 is too long or short", table["s2"].str.len() != 5
    yield "id comes twice", table["id"].duplicated(keep=False)
    yield "ends before it began", table["begun"] > table["ended"]


def kedro_adapter() -> Validate:
    from kedro.validation.exceptions import DataValidationError
    from kedro.validation.pandera_validator import PanderaValidator
    from wide_contract import PanderaWide

    validator = PanderaValidator(PanderaWide)

    def validate(table: pd.DataFrame) -> int:
        try:
            validator.validate(table)
        except DataValidationError as error:
            return sum(failure.failure_count for failure in error.failures)
        return 0

    return validate


def great_expectations() -> Validate:
    import great_expectations as gx
    from great_expectations import expectations as gxe

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("table")
    batches = asset.add_batch_definition_whole_dataframe("all")
    rules: list[Any] = [
        gxe.ExpectTableColumnsToMatchOrderedList(column_list=list(TYPES)),
        gxe.ExpectTableRowCountToBeBetween(min_value=1, max_value=MOST_ROWS),
        *(
            gxe.ExpectColumnValuesToBeOfType(column=name, type_=kind)
            for name, kind in TYPES.items()
            if kind in ("int64", "float64")
        ),
        *(gxe.ExpectColumnValuesToNotBeNull(column=n) for n in TYPES if n not in NULLABLE),
        gxe.ExpectColumnValuesToBeBetween(column="id", min_value=0),
        *(
            gxe.ExpectColumnValuesToBeBetween(column=name, min_value=0, max_value=100)
            for name in FLOATS
        ),
        *(
            gxe.ExpectColumnValuesToBeBetween(column=name, min_value=0, max_value=1000)
            for name in INTEGERS
        ),
        gxe.ExpectColumnValuesToMatchRegex(column="s0", regex=PATTERN),
        gxe.ExpectColumnValuesToBeInSet(column="s1", value_set=CODES),
        gxe.ExpectColumnValueLengthsToEqual(column="s2", value=5),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(
            column_A="ended", column_B="begun", or_equal=True
        ),
    ]
    suite = gx.ExpectationSuite(name="table", expectations=rules)
    detail = {"result_format": "BASIC", "partial_unexpected_count": SHOWN}

    def validate(table: pd.DataFrame) -> int:
        batch = batches.get_batch(batch_parameters={"dataframe": table})
        found = batch.validate(suite, result_format=detail)
        failing = 0
        for result in found.results:
            count = result.result.get("unexpected_count", 0)
            if result.exception_info.get("raised_exception") or (not result.success and not count):
                raise BenchmarkError(f"Great Expectations could not check a rule: {result}")
            failing += count
        return failing

    return validate


WAYS = {
    "golden-path": golden_path,
    "by-hand": by_hand,
    "kedro-adapter": kedro_adapter,
    "great-expectations": great_expectations,
}


def main(way: str, file: str) -> None:
    validate = WAYS[way]()
    table = pd.read_parquet(file)
    # Imports, patterns and whatever else happens once.
    validate(table.head(1000))
    before = _settle_memory()
    started = time.perf_counter()
    failing = validate(table)
    seconds = time.perf_counter() - started
    gigabytes = (_memory("VmHWM") - before) / 1e9
    print(json.dumps({"seconds": seconds, "gigabytes": gigabytes, "failing": failing}))


def _settle_memory() -> int:
    """Give free memory back to the system and forget the peak; what the process needs now."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)
    # Linux then measures the highest use (VmHWM) anew; a thread that samples would miss some.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _memory("VmRSS")


def _memory(name: str) -> int:
    text = Path(f"/proc/{os.getpid()}/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


if __name__ == "__main__":
    main(*sys.argv[1:])

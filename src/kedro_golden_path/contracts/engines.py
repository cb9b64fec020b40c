"""The data under validation, on the engine that it lives on.

All figures come from narwhals expressions over a view in which missing is always null: on pandas an
Arrow table that shares the memory of the frame, on Spark the frame with NaN turned to null.
"""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from threading import Lock
from typing import TYPE_CHECKING, Any

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow
import pyarrow.compute as pc

from .expressions import as_floats
from .rows import storable, texts
from .rules import FrameRule, RowRule, Rule
from .types import (
    arrow_type,
    as_type,
    inexact,
    is_integer_with_gaps,
    is_whole,
    on_spark,
    spark_type,
)

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
    # What an engine raises for values that an expression has no result for.
    value_errors: tuple[type[Exception], ...]

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The names of the columns, in order."""

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

    def check(self, rules: Sequence[Rule]) -> None:
        """Find out whether the engine can evaluate rules, without data, as a run does it.

        Raises:
            ValueError: It cannot evaluate one of them.
        """
        rows = [rule for rule in rules if isinstance(rule, RowRule)]
        try:
            self._planned({}, {f"{n}": ~rule.holds for n, rule in enumerate(rows)})
        except Exception:
            others = rules
        else:
            others = [rule for rule in rules if isinstance(rule, FrameRule)]
        for rule in others:
            try:
                self._planned_alone(rule)
            except Exception as error:
                subject = f"check '{rule.name}' of column '{rule.column}'"
                subject = subject if rule.column else f"rule '{rule.name}'"
                reason = str(error).partition("\n")[0]
                raise ValueError(f"the {subject} cannot be evaluated: {reason}") from error

    def problem(self, rule: Rule) -> str:
        """Why a rule cannot be computed from these very values; empty if it can be."""
        try:
            self.collect(self._planned_alone(rule))
        except self.value_errors as error:
            return str(error).strip().partition("\n")[0] or type(error).__name__
        return ""

    def _planned_alone(self, rule: Rule) -> nw.LazyFrame[Any]:
        if isinstance(rule, RowRule):
            return self._planned({}, {"_": ~rule.holds})
        if rule.by:
            return self._grouped(rule.by, [rule])
        return self._planned({"_": rule.measure}, {})

    def collect(self, result: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
        """Bring a small result into memory."""
        return result.collect()

    def aggregate(
        self, figures: Mapping[str, nw.Expr], conditions: Mapping[str, nw.Expr] | None = None
    ) -> dict[str, Any]:
        """Compute all figures in one pass over the data.

        Args:
            figures: Figures of the whole frame.
            conditions: Conditions on rows. Their figures are the numbers of rows for which they are
                true.
        """
        row = self.collect(self._planned(figures, conditions or {})).to_dict(as_series=False)
        return {name: values[0] for name, values in row.items()}

    def _planned(
        self, figures: Mapping[str, nw.Expr], conditions: Mapping[str, nw.Expr]
    ) -> nw.LazyFrame[Any]:
        counts = {name: condition.sum() for name, condition in conditions.items()}
        return self.view.select(**figures, **counts)

    def groups(self, by: Sequence[str], rules: Sequence[FrameRule]) -> list[dict[str, Any]]:
        """Compute the figures of rules in one pass, for each group of rows.

        Returns:
            For each group, its key by the names in `by`, and its figures by `figure_of` the rules.
        """
        return list(self.collect(self._grouped(by, rules)).iter_rows(named=True))

    def _grouped(self, by: Sequence[str], rules: Sequence[FrameRule]) -> nw.LazyFrame[Any]:
        measures = {figure_of(rule): rule.measure for rule in rules}
        floats = {name: as_floats(nw.col(name)) for rule in rules for name in rule.summed}
        view = self.view.with_columns(**floats) if floats else self.view
        return view.group_by(*by).agg(**measures)

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

    value_errors = (Exception,)

    def __init__(self, frame: pd.DataFrame, schema: pa.DataFrameSchema) -> None:
        """Look at the types, and make the view of the columns that have the right one."""
        self.frame = frame
        arrays: dict[str, pyarrow.ChunkedArray] = {}
        wrong: dict[str, str] = {}
        for name, column in schema.columns.items():
            if self.names.count(name) != 1:
                continue
            kind = arrow_type(column)
            array = as_type(frame[name], kind)
            if array is None:
                wrong[name] = _found(frame[name], kind)
            else:
                arrays[name] = array
        self.wrong_types = wrong
        table = pyarrow.table(arrays) if arrays else pyarrow.table({"_": pyarrow.nulls(len(frame))})
        self.view = nw.from_native(table).lazy()

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
        return list(self.frame.columns)

    def duplicates(self, key: Sequence[str]) -> int:
        """See `Data.duplicates`."""
        columns = self.frame[list(key)]
        try:
            return int(columns.duplicated(keep=False).sum())
        except TypeError:  # Lists and other values that cannot be hashed are equal if they look so.
            return int(columns.astype(object).map(repr).duplicated(keep=False).sum())

    def split(self, rules: Sequence[RowRule], released: pd.DataFrame) -> Split:
        """See `Data.split`."""
        flags = {f"{n}": ~rule.holds for n, rule in enumerate(rules)}
        table = self.view.select(**flags).collect().to_arrow()
        masks = [pc.fill_null(table[name], False).to_numpy() for name in flags]
        bad = reduce(operator.or_, masks)
        if not released.empty:
            passed = set(texts(released[self.names]))
            bad[bad] = [text not in passed for text in texts(self.frame[bad])]
        rows = bad.nonzero()[0]
        reasons = pd.Series(
            [
                [reason(rule) for rule, mask in zip(rules, masks, strict=True) if mask[row]]
                for row in rows
            ],
            dtype=object,
        )
        quarantined = storable(self.frame.iloc[rows])
        quarantined = quarantined.assign(**{REASONS: reasons.array})
        return Split(self.frame[~bad], quarantined, len(rows))


class SparkData(Data):
    """A frame of Spark."""

    def __init__(self, frame: pyspark.sql.DataFrame, schema: pa.DataFrameSchema) -> None:
        """Look at the types, and make the view of the columns that have the right one."""
        from pyspark import errors

        self.value_errors = (
            *(errors.ArithmeticException, errors.DateTimeException, errors.NumberFormatException),
            errors.SparkRuntimeException,
        )
        self.frame = frame
        found = nw.from_native(frame).collect_schema()
        wanted = {
            name: spark_type(column)
            for name, column in schema.columns.items()
            if self.names.count(name) == 1
        }
        with_gaps = self._integers_with_gaps(
            [name for name, kind in wanted.items() if is_integer_with_gaps(kind, found[name])]
        )
        shown = dict(frame.dtypes)
        self.wrong_types = {
            name: shown[name]
            for name, kind in wanted.items()
            if kind not in (None, on_spark(found[name])) and name not in with_gaps
        }
        right = [name for name in wanted if name not in self.wrong_types]
        integers = {name: nw.col(name).cast(nw.Int64) for name in with_gaps}
        view = nw.from_native(self._without_nan(frame.select(*map(_quoted, right))))
        self.view = view.with_columns(**integers) if integers else view

    def _integers_with_gaps(self, floats: Sequence[str]) -> list[str]:
        """Which of some columns of floats are the integers that pandas wrote with missing ones."""
        if not floats:
            return []
        view = nw.from_native(self._without_nan(self.frame.select(*map(_quoted, floats))))
        gaps = {f"gaps_{n}": nw.col(name).is_null().any() for n, name in enumerate(floats)}
        whole = {f"whole_{n}": is_whole(nw.col(name)).all() for n, name in enumerate(floats)}
        row = self.collect(view.select(**gaps, **whole)).row(0)
        both = zip(floats, row[: len(floats)], row[len(floats) :], strict=True)
        return [name for name, has_gaps, are_whole in both if has_gaps and are_whole]

    def _planned(
        self, figures: Mapping[str, nw.Expr], conditions: Mapping[str, nw.Expr]
    ) -> nw.LazyFrame[Any]:
        # A condition may look at other rows, which Spark computes only before it aggregates.
        counts = {name: nw.col(name).cast(nw.Int64).sum() for name in conditions}
        view = self.view.with_columns(**conditions) if conditions else self.view
        return view.select(**figures, **counts)

    def _without_nan(self, frame: pyspark.sql.DataFrame) -> pyspark.sql.DataFrame:
        from pyspark.sql import functions as F

        floats = [
            name
            for name, kind in frame.dtypes
            if kind in ("float", "double") and name in self.names
        ]
        return frame.withColumns(
            {name: F.when(~F.isnan(F.col(_quoted(name))), F.col(_quoted(name))) for name in floats}
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
            self.view.with_columns(_broken=condition)
            .filter(nw.col("_broken"))
            .head(_LOOKED_AT)
            .with_columns(_condition=nw.lit(n))
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
        rows = flagged.withColumn(REASONS, reasons).select(*map(_quoted, self.names), REASONS)
        broken = F.size(REASONS) > 0
        good, bad = rows.filter(~broken), rows.filter(broken)
        if not released.empty:
            passed = self.frame.sparkSession.createDataFrame(released, self.frame.schema).distinct()
            same = reduce(
                operator.and_,
                (bad[name].eqNullSafe(passed[name]) for name in map(_quoted, self.names)),
            )
            good = good.unionByName(bad.join(passed, same, "left_semi"))
            bad = bad.join(passed, same, "left_anti")
        return Split(good.drop(REASONS), bad, bad.count())

    def _flagged(self, rules: Sequence[RowRule]) -> pyspark.sql.DataFrame:
        """The frame with one more column for each rule, true where it is broken."""
        from pyspark.sql import functions as F

        # Rules see NaN as missing; what is written has it as it was.
        kept = {f"_kept_{name}": F.col(_quoted(name)) for name in self.names}
        view = self._without_nan(self.frame.withColumns(kept))
        flags = {f"_broken_{n}": ~rule.holds for n, rule in enumerate(rules)}
        flagged = nw.from_native(view).with_columns(**flags).to_native()
        return flagged.withColumns({name: F.col(_quoted(f"_kept_{name}")) for name in self.names})


def _quoted(name: str) -> str:
    """A column's name as Spark reads it, also with dots in it."""
    return "`" + name.replace("`", "``") + "`"


def any_broken(rules: Iterable[RowRule]) -> nw.Expr:
    """True for rows that break any of the rules."""
    return nw.any_horizontal(*(~rule.holds for rule in rules), ignore_nulls=True)


def figure_of(rule: FrameRule) -> str:
    """The name of a rule's figure beside columns, which may have the rule's own name."""
    return f"_figure_{rule.name}"


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
    # Not every value can be hashed, but every one can be shown.
    return list({repr(row): row for row in rows}.values())[:most]


def _found(values: pd.Series[Any], wanted: pyarrow.DataType) -> str:
    """The type of a column that should have another one, for people."""
    if inexact(wanted, values):
        return (
            f"{values.dtype}, in which whole numbers above 2**53 are no longer exact; read them "
            "with load_args: {dtype_backend: numpy_nullable}"
        )
    return str(values.dtype)


def reason(rule: RowRule) -> str:
    """Why a row that breaks a rule is quarantined, for people."""
    return f"{rule.column}: {rule.name}" if rule.column else rule.name

"""A contract that is ready to be checked on any engine, translated from its pandera model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow
from kedro.utils import load_obj

from ..errors import locate
from .rules import FrameRule, RowRule, Rule, compile_rules
from .types import arrow_type, spark_type


@dataclass(frozen=True)
class CompiledContract:
    """A contract that can be checked."""

    path: str
    schema: pa.DataFrameSchema
    rules: tuple[Rule, ...]
    keys: tuple[tuple[str, ...], ...]
    sensitive: frozenset[str]

    @classmethod
    def of(cls, path: str) -> CompiledContract:
        """Import a pandera model and translate it.

        Raises:
            ValueError: There is no such model, or something in it cannot be checked.
        """
        model = _load(path)
        schema = _schema(path, model)
        _refuse_what_is_not_supported(schema)
        columns = schema.columns
        probe = pyarrow.table(
            {name: pyarrow.array([], arrow_type(column)) for name, column in columns.items()}
        )
        sensitive = {
            name for name, column in columns.items() if (column.metadata or {}).get("sensitive")
        }
        nullability = [
            RowRule("not_nullable", ~nw.col(name).is_null(), (name,), name)
            for name, column in columns.items()
            if not column.nullable
        ]
        rules = nullability + _categories(schema) + compile_rules(model, schema, probe)
        keys = [(name,) for name, column in columns.items() if column.unique]
        if schema.unique:
            keys.append(tuple(schema.unique))
        _refuse_nested_keys(keys, probe)
        return cls(path, schema, tuple(rules), tuple(keys), frozenset(sensitive))

    def during(self, periods: Sequence[str] | None) -> CompiledContract:
        """The same contract, for data that must be of certain periods."""
        if not periods:
            return self
        name = f"in_period({', '.join(periods)})"
        rules = [
            RowRule(name, nw.col(column).is_in(list(periods)), (column,), column)
            for column, about in self.schema.columns.items()
            if (about.metadata or {}).get("period")
        ]
        return replace(self, rules=(*self.rules, *rules))

    def for_spark(self) -> CompiledContract:
        """The same contract, for data on Spark.

        Raises:
            ValueError: Something in it exists on pandas only.
        """
        for name, column in self.schema.columns.items():
            spark_type(column)
            if "." in name or "`" in name:
                raise ValueError(
                    f"the name of column '{name}' has a character that is not part of a name to "
                    "Spark; rename the column where it is read"
                )
            if column.coerce or self.schema.coerce:
                raise ValueError(
                    f"column '{name}' is coerced, which works on pandas only; cast it in a node"
                )
        return self

    @property
    def row_rules(self) -> list[RowRule]:
        """The rules that each row keeps or breaks."""
        return [rule for rule in self.rules if isinstance(rule, RowRule)]

    @property
    def frame_rules(self) -> list[FrameRule]:
        """The rules that the frame keeps or breaks as a whole."""
        return [rule for rule in self.rules if isinstance(rule, FrameRule)]


def _load(path: str) -> type[pa.DataFrameModel]:
    try:
        model = load_obj(path)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"the schema '{path}' cannot be imported: {error}") from error
    except (NameError, SyntaxError, TypeError) as error:
        raise ValueError(f"the schema '{path}' cannot be imported: {locate(error)}") from error
    if not (isinstance(model, type) and issubclass(model, pa.DataFrameModel)):
        raise ValueError(f"the schema '{path}' is not a pandera.pandas.DataFrameModel")
    return model


def _schema(path: str, model: type[pa.DataFrameModel]) -> pa.DataFrameSchema:
    try:
        return model.to_schema()
    except Exception as error:
        # pandera raises errors of many kinds for what it does not know.
        raise ValueError(f"pandera makes no schema of '{path}': {error}") from error


def _categories(schema: pa.DataFrameSchema) -> list[RowRule]:
    """What a column of categories that are named may hold."""
    kinds = {name: column.dtype.type for name, column in schema.columns.items() if column.dtype}
    return [
        RowRule(
            f"isin({list(kind.categories)})",
            nw.col(name).is_in(list(kind.categories)),
            (name,),
            name,
        )
        for name, kind in kinds.items()
        if isinstance(kind, pd.CategoricalDtype) and kind.categories is not None
    ]


def _refuse_nested_keys(keys: Iterable[tuple[str, ...]], probe: pyarrow.Table) -> None:
    for name in (name for key in keys for name in key):
        if name in probe.column_names and pyarrow.types.is_nested(probe.schema.field(name).type):
            raise ValueError(
                f"column '{name}' holds lists or structs, which cannot be a key; leave it out of "
                "unique"
            )


def _refuse_what_is_not_supported(schema: pa.DataFrameSchema) -> None:
    for name, column in schema.columns.items():
        if not isinstance(name, str) or not name:
            raise ValueError(
                f"the name of column {name!r} is not text. Give the columns names where they are "
                "read, for example by load_args: {names: [...]}, and use those"
            )
        if column.regex:
            raise ValueError(
                f"the column '{name}' is a regular expression (regex=True), which contracts do "
                "not support; write a field for each column, or a rule over all of them with "
                "kedro_golden_path.rule"
            )
    options = {
        "an index": schema.index is not None,
        "strict='filter'": schema.strict == "filter",
        "add_missing_columns": schema.add_missing_columns,
        "drop_invalid_rows": schema.drop_invalid_rows,
        "parsers": bool(schema.parsers),
        "a dtype for the whole frame": schema.dtype is not None,
        "report_duplicates": schema.report_duplicates != "all",
    }
    for name, column in schema.columns.items():
        categories = getattr(column.dtype, "type", None)
        ordered = isinstance(categories, pd.CategoricalDtype) and bool(categories.ordered)
        options |= {
            f"a parser of column '{name}'": bool(column.parsers),
            f"a default for column '{name}'": column.default is not None,
            f"drop_invalid_rows of column '{name}'": column.drop_invalid_rows,
            f"an order of the categories of column '{name}'": ordered,
        }
    for option, used in options.items():
        if used:
            raise ValueError(f"the schema uses {option}, which contracts do not support")

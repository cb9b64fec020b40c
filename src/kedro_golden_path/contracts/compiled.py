"""A contract that is ready to be checked on any engine, translated from its pandera model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import pandera.pandas as pa
from kedro.utils import load_obj

from ..errors import locate
from .rules import FrameRule, RowRule, Rule, compile_rules
from .types import spark_type


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
        schema = model.to_schema()
        _refuse_what_is_not_supported(schema)
        columns = schema.columns
        sensitive = {
            name for name, column in columns.items() if (column.metadata or {}).get("sensitive")
        }
        nullability = [
            RowRule("not_nullable", ~nw.col(name).is_null(), (name,), name)
            for name, column in columns.items()
            if not column.nullable
        ]
        rules = nullability + compile_rules(model, schema)
        keys = [(name,) for name, column in columns.items() if column.unique]
        if schema.unique:
            keys.append(tuple(schema.unique))
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


def _refuse_what_is_not_supported(schema: pa.DataFrameSchema) -> None:
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
        options |= {
            f"a parser of column '{name}'": bool(column.parsers),
            f"a regular expression as name ('{name}')": column.regex,
            f"a default for column '{name}'": column.default is not None,
            f"drop_invalid_rows of column '{name}'": column.drop_invalid_rows,
        }
    for option, used in options.items():
        if used:
            raise ValueError(f"the schema uses {option}, which contracts do not support")

"""The rules of a contract, as expressions that mean the same on every engine.

A contract is an ordinary `pandera.pandas.DataFrameModel`. Its checks of columns are translated here
to narwhals expressions; rules about several columns or the whole frame are declared with `rule`.
All expressions follow the logic of SQL: a comparison with a missing value is unknown, and a rule
fails where it is false, not where it is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, overload

import narwhals as nw
import pandas as pd
import pandera.pandas as pa
import pyarrow

from .column_checks import COLUMN_CHECKS, ColumnCheck, known_check
from .expressions import Column, Columns, as_floats
from .types import LIST, arrow_table

Method = TypeVar("Method")
_DEFINITION = "definition"


RuleFunction = Callable[[Any, Columns], nw.Expr]


@dataclass(frozen=True)
class _Definition:
    """What `rule` was given."""

    function: RuleFunction
    by: tuple[str, ...]
    ge: float | None
    le: float | None

    def express(self, model: Any, schema: pyarrow.Schema) -> tuple[nw.Expr, set[str]]:
        # Engines only know plain figures of a group; see FrameRule.summed.
        columns = Columns(pyarrow.schema([]) if self.by else schema)
        return self.function(model, columns), columns.used | set(self.by)


@dataclass(frozen=True, eq=False)
class RowRule:
    """A rule about each row."""

    name: str
    holds: nw.Expr
    columns: tuple[str, ...]
    column: str | None = None
    description: str = ""


@dataclass(frozen=True, eq=False)
class FrameRule:
    """A rule about the whole frame, or about each of its groups.

    `summed` are the columns of whole numbers of which there is a sum for each group. They have to
    be floats, see `expressions`.
    """

    name: str
    measure: nw.Expr
    columns: tuple[str, ...]
    column: None = None
    by: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    ge: float | None = None
    le: float | None = None
    description: str = ""

    def is_broken_by(self, value: Any) -> bool:
        """Whether a measured value breaks the rule; a missing value does not."""
        if value is None or value != value:
            return False
        if self.ge is None and self.le is None:
            return not value
        return (self.ge is not None and value < self.ge) or (
            self.le is not None and value > self.le
        )

    @property
    def bounds(self) -> str:
        """What is allowed, for people; empty for a rule that is true or false."""
        if self.ge is not None and self.le is not None:
            return f"from {self.ge:,} to {self.le:,}"
        if self.ge is not None:
            return f"at least {self.ge:,}"
        return "" if self.le is None else f"at most {self.le:,}"


Rule = RowRule | FrameRule


@overload
def rule(function: Method) -> Method: ...


@overload
def rule(
    *, by: str | list[str] | None = None, ge: float | None = None, le: float | None = None
) -> Callable[[Method], Method]: ...


def rule(
    function: Any = None,
    *,
    by: str | list[str] | None = None,
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare a rule over several columns or over the whole frame, in a pandera model.

    The decorated class method gets the frame's columns (`flights["hour"]`) and its number of rows
    (`flights.rows`) and returns a narwhals expression:

    - with one boolean for each row: a rule about rows;
    - with one boolean in all: a rule about the frame;
    - with one number, and bounds in `ge` or `le`: a rule about the frame whose value is reported.

    On a frame without rows, a rule about columns is unknown, so it does not fail. pandera evaluates
    the rule as a `dataframe_check`, with the same result.

    Args:
        function: The class method.
        by: Columns that form groups; the rule is then checked for each group.
        ge: The smallest number that is allowed.
        le: The largest number that is allowed.
    """

    def decorate(method: Any) -> Any:
        inner: RuleFunction = getattr(method, "__func__", method)
        groups = (by,) if isinstance(by, str) else tuple(by or ())

        @wraps(inner)
        def holds(model: Any, frame: pd.DataFrame, definition: _Definition) -> Any:
            return _holds(model, frame, definition)

        check = pa.dataframe_check(**{_DEFINITION: _Definition(inner, groups, ge, le)})
        return check(classmethod(holds))

    return decorate(function) if function else decorate


def share(condition: nw.Expr) -> nw.Expr:
    """The share of all rows for which a condition is true, from 0 to 1."""
    # Spark has no mean of booleans.
    return condition.fill_null(False).cast(nw.Float64).mean()


def compile_rules(
    model: type[pa.DataFrameModel], schema: pa.DataFrameSchema, probe: pyarrow.Table
) -> list[Rule]:
    """Translate all checks of a contract, and try them.

    Args:
        model: The contract.
        schema: The schema that pandera makes of it.
        probe: The columns with their types, without rows.

    Raises:
        ValueError: A check has no translation; the message names it and says what to write.
    """
    rules: list[Rule] = []
    for name, column in schema.columns.items():
        rules += [_column_rule(name, check, probe) for check in column.checks]
    return rules + [_model_rule(model, check, probe) for check in schema.checks]


def _holds(model: Any, frame: pd.DataFrame, definition: _Definition) -> Any:
    """Evaluate a rule the way pandera asks for it, on a pandas frame."""
    names = [name for name in frame.columns if isinstance(name, str)]
    expression, used = definition.express(model, arrow_table(frame, names).schema)
    # A table without columns has no rows.
    table = arrow_table(frame, sorted(used) or list(frame.columns[:1]))
    compiled = _compile("rule", expression, tuple(used), definition, table.slice(0, 0))
    native = nw.from_native(table)
    if isinstance(compiled, RowRule):
        holds = native.select(holds=compiled.holds)["holds"].to_pandas().astype("boolean")
        return pd.Series(holds.fillna(True).to_numpy(bool), frame.index)
    if used and frame.empty:
        return True
    if compiled.by:
        floats = {name: as_floats(nw.col(name)) for name in compiled.summed}
        prepared = native.with_columns(**floats) if floats else native
        measured = prepared.group_by(*compiled.by).agg(_value=compiled.measure)
    else:
        measured = native.select(_value=compiled.measure)
    return not any(compiled.is_broken_by(value) for value in measured["_value"].to_list())


def _model_rule(model: Any, check: pa.Check, probe: pyarrow.Table) -> Rule:
    definition = (check.statistics or {}).get(_DEFINITION)
    if definition is None:
        raise ValueError(
            f"the check '{check.name}' is written for pandas alone; declare it with "
            "kedro_golden_path.rule, which works on every engine"
        )
    used: set[str] = set()
    try:
        expression, used = definition.express(model, probe.schema)
        return _compile(str(check.name), expression, tuple(sorted(used)), definition, probe)
    except Exception as error:
        reason = str(error).partition("\n")[0].removesuffix(".")
        untyped = [f.name for f in probe.schema if f.name in used and pyarrow.types.is_null(f.type)]
        if untyped:
            reason += f". Column '{untyped[0]}' is of type Any: name its type, for example {LIST}"
        raise ValueError(f"the rule '{check.name}' cannot be used: {reason}") from error


def _compile(
    name: str,
    expression: nw.Expr,
    columns: tuple[str, ...],
    definition: _Definition,
    probe: pyarrow.Table,
) -> Rule:
    description = " ".join((definition.function.__doc__ or "").split())
    empty = nw.from_native(probe)
    bounded = definition.ge is not None or definition.le is not None
    if definition.by:
        found = empty.group_by(*definition.by).agg(_value=expression)
    else:
        found = empty.select(_value=expression)
        if len(found) == 0:
            if bounded:
                raise ValueError("it has bounds, so it must return one number for the whole frame")
            if not _is(nw.Boolean, found):
                raise ValueError("it must return true or false for each row")
            return RowRule(name, expression, columns, description=description)
    if bounded and not (found["_value"].dtype.is_numeric() or _is(nw.Boolean, found)):
        raise ValueError("it has bounds, so it must return a number")
    return FrameRule(
        name,
        expression,
        columns,
        by=definition.by,
        summed=_summed(expression, columns, definition, probe.schema),
        ge=definition.ge,
        le=definition.le,
        description=description,
    )


def _summed(
    expression: nw.Expr, columns: tuple[str, ...], definition: _Definition, schema: pyarrow.Schema
) -> tuple[str, ...]:
    if not definition.by or ".sum()" not in repr(expression):
        return ()
    others = [name for name in columns if name not in definition.by]
    return tuple(name for name in others if pyarrow.types.is_integer(schema.field(name).type))


def _column_rule(name: str, check: pa.Check, probe: pyarrow.Table) -> RowRule:
    label = str(check.error or check.name)
    kind = probe.schema.field(name).type
    known = _meaning(check, f"the check '{label}' of column '{name}'")
    try:
        holds = known.holds(Column.of(nw.col(name)), check.statistics or {}, kind)
        if not _is(nw.Boolean, nw.from_native(probe).select(_value=holds)):
            raise ValueError("it is not true or false")
    except Exception as error:
        # Whatever an engine raises for a type that it does not know an expression of.
        reason = str(error).partition("\n")[0].removesuffix(".")
        raise ValueError(
            f"the check '{label}' of column '{name}', of type {_shown(kind)}, cannot be used: "
            f"{reason}"
        ) from error
    if not check.ignore_na:
        holds = holds.fill_null(False)
    return RowRule(label, holds, (name,), name, check.description or "")


def _meaning(check: pa.Check, called: str) -> ColumnCheck:
    if check.raise_warning:
        raise ValueError(
            f"{called} has raise_warning, which contracts do not support; a contract warns as a "
            "whole: write on_failure: warn in the catalog"
        )
    known = known_check(check)
    if known is None or check.element_wise or check.groupby:
        raise ValueError(
            f"{called} cannot be translated, as it is a function for pandas alone; use one of "
            f"pandera's {', '.join(sorted(COLUMN_CHECKS))}, or declare a rule with "
            "kedro_golden_path.rule"
        )
    return known


def _is(kind: type[nw.dtypes.DType], found: nw.DataFrame[Any]) -> bool:
    """Whether an expression has a type; of a column without type nobody knows."""
    return found["_value"].dtype in (kind, nw.Unknown)


def _shown(kind: pyarrow.DataType) -> str:
    """A type for people."""
    if pyarrow.types.is_null(kind):
        return "Any; give the column its type"
    return str(kind).replace("large_", "")

"""What a contract cannot mean is refused before there is data, by the names of what it is in."""

import datetime as dt
import re
from typing import Annotated, Any

import pandas as pd
import pandera.pandas as pa
import pytest

from kedro_golden_path.contracts.catalog import build
from unit.contracts import made
from unit.contracts.test_meaning import MIDNIGHT, MONTH, UTC, WORDS


def own(name: str = "") -> Any:
    def check(cls: Any, values: Any) -> Any:
        return values == "x"

    check.__name__ = name or "odd"
    return pa.check("a")(classmethod(check))


@pytest.mark.parametrize(
    ("kind", "says", "message"),
    [
        (
            str,
            {"ge": 0},
            "check 'greater_than_or_equal_to(0)' of column 'a', of type string, .*: 0",
        ),
        (str, {"isin": [1, "a"]}, "1 is not of that type"),
        (int, {"isin": ["1", "2"]}, "'1' is not of that type"),
        (int, {"notin": ["1", 2]}, "of type int64, cannot be used: '1' is"),
        (int, {"eq": "1"}, "'1' is not of that type"),
        (int, {"str_matches": "1"}, "no kernel matching input types (int64)"),
        (int, {"str_length": {"max_value": 3}}, "of type int64"),
        (float, {"ge": float("nan")}, "names a missing value"),
        (bool, {"eq": 2}, "2 is not of that type"),
        (UTC, {"ge": pd.Timestamp("2020-01-01")}, "has no time zone, and the column has one"),
        (pa.DateTime, {"ge": MIDNIGHT}, "has a time zone, and the column has none"),
        (pa.DateTime, {"ge": dt.date(2020, 1, 1)}, "is not of that type"),
        (pa.DateTime, {"ge": "soon"}, "soon"),
        (pa.DateTime, {"isin": ["2020-01-01"]}, "write pd.Timestamp(...)"),
        (pa.Date, {"ge": "2020-01-01"}, "is not of that type"),
        (MONTH, {"ge": pd.Period("2020-01")}, "did not recognize"),
        (str, {"str_matches": re.compile("a", re.I)}, "sets flags"),
        (int, {"ge": 0, "raise_warning": True}, "write on_failure: warn in the catalog"),
        (int, {"alias": "a_.*", "regex": True}, "write a field for each column, or a rule"),
        (int, {"alias": 0}, "the name of column 0 is not text. .* load_args: {names: [...]}"),
        (int, {"alias": ("x", "y")}, "the name of column ('x', 'y') is not text"),
        (int, {"alias": ""}, "the name of column '' is not text"),
        (pa.Decimal, {}, "write Annotated[pd.ArrowDtype, pyarrow.decimal128(10, 2)]"),
        (object, {}, "write for example Annotated[pd.ArrowDtype, pyarrow.list_("),
        (WORDS, {"unique": True}, "column 'a' holds lists or structs, which cannot be a key"),
        (Annotated[pd.CategoricalDtype, ["a"], True], {}, "an order of the categories"),
    ],
)
def test_a_field(kind: Any, says: dict[str, Any], message: str) -> None:
    escaped = re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(ValueError, match=escaped):
        made.contract(made.model({"a": (kind, pa.Field(**says))}))


@pytest.mark.parametrize(
    ("kind", "rule", "message"),
    [
        (Any, lambda d: d["a"].list.len() > 0, "'a' is of type Any: name its type, .*list_"),
        (int, lambda d: d["a"] + 1, "must return true or false for each row"),
        (str, (lambda d: d["a"].max(), {"le": 5}), "it has bounds, so it must return a number"),
        (int, lambda d: d["a"] / 0 > 1, "it divides by zero"),
        (int, lambda d: d["b"] > 1, "the rule 'r' cannot be used"),
    ],
)
def test_a_rule(kind: Any, rule: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        made.contract(made.model({"a": kind}, {"r": rule}))


@pytest.mark.parametrize("name", ["str_length", "isin", "in_range", "greater_than"])
def test_a_function_of_ones_own_whatever_it_is_called(name: str) -> None:
    class Model(made.model({"a": str})):  # type: ignore[misc]
        check = own(name)

    setattr(made, Model.__name__, Model)
    Model.__module__ = made.__name__
    with pytest.raises(
        ValueError, match=r"of column 'a' cannot be translated, .*or declare a rule"
    ):
        made.contract(Model)


def test_the_message_names_entry_contract_column_check_and_type() -> None:
    from kedro.io import DataCatalog

    model = made.model({"a": (str, pa.Field(ge=0))})
    path = f"{made.__name__}.{model.__name__}"
    validator = {"class": "kedro_golden_path.Contract", "on": "save", "options": {"schema": path}}
    catalog = DataCatalog.from_config({"out": {"type": "MemoryDataset", "validator": validator}})
    with pytest.raises(Exception, match="entry 'out'") as error:
        build("out", catalog)
    for part in (path, "'a'", "greater_than_or_equal_to(0)", "string"):
        assert part in str(error.value)

"""Draft a contract from existing data, for a person to finish.

All figures come from all rows, on pandas as on Spark: one aggregate over the columns, and one query
for each column with few values. Only patterns of text and candidates for a key are guessed from the
first rows, and then checked on all of them.
"""

from __future__ import annotations

import keyword
import re
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ...errors import GoldenPathError
from ...ruff import ruff
from ..engines import is_spark
from ..validator import Contract, describe
from .profile import columns_of, find_key, look_closer, measure
from .source import TAKEN, Writer, name_attributes

_LONGEST_NAME = 100


@dataclass
class Draft:
    """A drafted contract, and the data that it was drafted from."""

    model: str
    source: str
    rows: int
    columns: int
    sensitive: list[str] = field(default_factory=list)


def infer(
    frame: Any,
    dataset: str,
    *,
    package: str,
    month: str | None = None,
    sensitive: Sequence[str] = (),
) -> Draft:
    """Draft a contract for data.

    Args:
        frame: The data, of pandas or Spark.
        dataset: Its name.
        package: The name of the project's package.
        month: The month that the data is of.
        sensitive: Columns whose values must not be written down.

    Raises:
        GoldenPathError: There are no rows, or a column that is given as sensitive does not exist.
    """
    columns, data = columns_of(frame, dataset, sensitive)
    rows = measure(data, columns)
    if not rows:
        raise GoldenPathError(
            f"'{dataset}' has no rows, so there is nothing to infer a contract from. Name a month "
            "that has data: --params month=YYYY-MM"
        )
    for column in columns:
        look_closer(column, data, rows, month)
    key = find_key(data, columns, rows)
    if len(key) == 1:
        key[0].unique = True
    name_attributes(columns)
    model = _class_name(dataset)
    source = Writer(model, dataset, columns, key, rows).module(month)
    _make_sure_it_holds(source, model, frame, package, month)
    hidden = [column.name for column in columns if column.sensitive]
    return Draft(model, formatted(source), rows, len(columns), hidden)


def module_name(dataset: str) -> str:
    """The name of the module for the contract of a dataset."""
    name = re.sub(r"\W+", "_", dataset, flags=re.ASCII).strip("_").lower()[:_LONGEST_NAME]
    return f"_{name}" if keyword.iskeyword(name) or not name[:1].isalpha() else name


def formatted(source: str) -> str:
    """The source as ruff formats it, or as it is where ruff is not installed."""
    done = ruff(["format"], source, "contract.py")
    return done.stdout if done.returncode == 0 and done.stdout else source


def _class_name(dataset: str) -> str:
    name = "".join(part[:1].upper() + part[1:] for part in module_name(dataset).split("_"))
    is_free = name[:1].isalpha() and not keyword.iskeyword(name) and name not in TAKEN
    return name if is_free else f"Data{name}"


def _make_sure_it_holds(
    source: str, model: str, frame: Any, package: str, month: str | None
) -> None:
    """Build the contract from its source and check the data against it."""
    name = f"{package}.contracts._draft"
    module = types.ModuleType(name)
    module.__package__ = f"{package}.contracts"
    sys.modules[name] = module
    try:
        exec(compile(source, f"<{name}>", "exec"), module.__dict__)
        contract = Contract(
            f"{name}.{model}",
            engine="spark" if is_spark(frame) else "pandas",
            periods=[month] if month else None,
        )
        failures = contract.run_checks(frame).failures
    except Exception as error:
        raise GoldenPathError(
            f"The inferred contract cannot be used ({error}). Nothing was written. This is a bug "
            "in kedro-golden-path; please report it with the types of the columns."
        ) from error
    finally:
        del sys.modules[name]
    if failures:
        raise GoldenPathError(
            "The data does not pass the inferred contract. Nothing was written. This is a bug in "
            "kedro-golden-path; please report it with these lines:\n"
            + "\n".join(map(describe, failures))
        )

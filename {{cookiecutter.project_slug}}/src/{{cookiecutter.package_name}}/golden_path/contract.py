"""The contract of a dataset: a pandera model that Kedro enforces where the data passes."""

import time
from collections.abc import Iterable
from typing import Any

import pandas as pd
import pandera.pandas as pa
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.utils import load_obj
from kedro.validation import resolve_validator
from kedro.validation.exceptions import (
    CheckFailure,
    DataValidationError,
    ValidationConfigurationError,
)
from pandera.errors import SchemaErrors

from . import evidence
from .errors import GoldenPathError

_LONGEST_VALUE = 80


class ContractError(DataValidationError):
    """Data that breaks its contract; the message says all that is needed to go on."""

    file: str = ""
    schema: str = ""
    examples: int = 5

    def __str__(self) -> str:
        """The dataset, its file, each broken rule with counts and values, and what to do."""
        where = f" ({self.file})" if self.file else ""
        when = {"load": "as it was read", "save": "before it was written"}.get(self.mode or "", "")
        lines = [f"The data of '{self.dataset_name}'{where} breaks its contract {when}:", ""]
        lines += [self._describe(failure) for failure in self.failures]
        if self.mode == "load":
            remedy = f"repair the source of {self.file or self.dataset_name}"
        else:
            remedy = f"look at the node that makes '{self.dataset_name}' and at its inputs"
        module, _, model = self.schema.rpartition(".")
        lines += [
            "",
            "Nothing was computed from it or written after it. What to do: "
            f"{remedy}; if the data is right and the rule is not, change {model} in "
            f"src/{module.replace('.', '/')}.py. Then run the same command again.",
        ]
        return "\n".join(lines)

    def _describe(self, failure: CheckFailure) -> str:
        column = f"column '{failure.column}'" if failure.column else "the whole frame"
        line = f"  {column}: {failure.check} failed {failure.failure_count:,} times"
        if failure.failure_count == 1:
            line = line.removesuffix("1 times") + "once"
        if failure.failure_examples:
            line += f", for example {', '.join(failure.failure_examples)}"
        return line


class Contract:
    """The validator that a catalog entry names under `validator:`.

    `schema` is an ordinary `pandera.pandas.DataFrameModel`. Beyond its own checks, a field with
    `metadata={"period": True}` may only hold the months that the dataset is for. `dataset`,
    `file` and `periods` are filled in from the catalog entry by the configuration loader.
    """

    def __init__(
        self,
        schema: str,
        dataset: str = "",
        file: str = "",
        periods: list[str] | None = None,
        examples: int = 5,
    ) -> None:
        """Prepare the contract.

        Args:
            schema: Import path of the pandera model.
            dataset: Name of the dataset, for reports.
            file: Where the dataset lies, for reports.
            periods: The months that the data may belong to.
            examples: How many failing values a report shows for each check, at most.

        Raises:
            ValueError: `schema` is not the import path of a pandera model.
        """
        try:
            model = load_obj(schema)
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(f"the schema '{schema}' cannot be imported: {error}") from error
        if not (isinstance(model, type) and issubclass(model, pa.DataFrameModel)):
            raise ValueError(f"the schema '{schema}' is not a pandera.pandas.DataFrameModel")
        self._path = schema
        self._schema = model.to_schema()
        self._dataset = dataset
        self._file = file
        self._periods = periods
        self._examples = examples

    def validate(self, data: pd.DataFrame) -> pd.DataFrame:
        """Check `data` against every rule.

        Returns:
            The data, with the types of the contract where it coerces them.

        Raises:
            ContractError: At least one rule is broken; all broken ones are listed.
        """
        started = time.time()
        failures: list[CheckFailure] = []
        try:
            data = self._schema.validate(data, lazy=True, inplace=True)
        except SchemaErrors as errors:
            failures += self._group(errors.failure_cases, data)
        failures += self._foreign_periods(data)
        self._record(data, failures, started)
        if failures:
            error = ContractError(f"broken contract {self._path}", failures=failures)
            error.file, error.schema = self._file, self._path
            raise error
        return data

    def _group(self, cases: pd.DataFrame, data: pd.DataFrame) -> list[CheckFailure]:
        of_rows = cases["schema_context"].eq("DataFrameSchema") & cases["index"].notna()
        groups = cases[~of_rows].groupby(["column", "check"], sort=False, dropna=False)
        failures = [
            self._failure(column if context == "Column" else None, check, group["failure_case"])
            for (column, check), group in groups
            for context in group["schema_context"].head(1)
        ]
        # pandera reports a rule over rows once for each cell of each row.
        for check, group in cases[of_rows].groupby("check", sort=False):
            rows = data.loc[group["index"].unique(), self._schema.unique or []]
            failures.append(self._failure(None, check, rows.to_dict("records"), len(rows)))
        return failures

    def _failure(
        self, column: Any, check: Any, values: Iterable[Any], count: int | None = None
    ) -> CheckFailure:
        values = list(values)
        examples = list({_shorten(value): None for value in values})[: self._examples]
        count = len(values) if count is None else count
        return CheckFailure(str(check), str(check), column, count, examples)

    def _foreign_periods(self, data: pd.DataFrame) -> list[CheckFailure]:
        if not self._periods:
            return []
        failures = []
        for name, column in self._schema.columns.items():
            if not (column.metadata or {}).get("period") or name not in data:
                continue
            foreign = data.loc[~data[name].isin(self._periods), name]
            if len(foreign):
                check = f"in_period({', '.join(self._periods)})"
                failures.append(self._failure(name, check, foreign))
        return failures

    def _record(self, data: pd.DataFrame, failures: list[CheckFailure], started: float) -> None:
        evidence.record(
            {
                "dataset": self._dataset,
                "file": self._file,
                "schema": self._path,
                "rows": len(data),
                "columns": len(data.columns),
                "failures": [
                    {
                        "column": failure.column,
                        "check": failure.check,
                        "rows": failure.failure_count,
                        "examples": failure.failure_examples,
                    }
                    for failure in failures
                ],
                "at": started,
                "seconds": round(time.time() - started, 3),
            }
        )


class ContractHooks:
    """Find contracts that cannot work before any node runs."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Build the contract of every dataset that the pipeline touches.

        Raises:
            GoldenPathError: A catalog entry names a contract that cannot be built.
        """
        for name in sorted(pipeline.datasets()):
            catalog.get(name)
        for name, spec in catalog.validator_specs.items():
            if name not in pipeline.datasets():
                continue
            try:
                resolve_validator(spec)
            except ValidationConfigurationError as error:
                raise GoldenPathError(
                    f"The catalog entry '{name}' declares a contract that cannot be used: "
                    f"{error.__cause__ or error}. Correct 'validator' in the entry."
                ) from error


def _shorten(value: Any) -> str:
    if isinstance(value, dict):
        text = "(" + ", ".join(f"{key}={part}" for key, part in value.items()) + ")"
    else:
        text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"

"""The contract of a dataset: a pandera model that Kedro enforces on load or save."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.validation.exceptions import CheckFailure

from ..errors import ContractError, GoldenPathError
from ..guards import one_line
from ..runs.area import published_path
from . import results
from .checks import CheckResults, Failure, run_checks
from .compiled import CompiledContract
from .engines import REASONS, Split, is_spark, wrap
from .quarantine import Quarantine
from .types import arrow_type

_LOGGER = logging.getLogger(__name__)
_ON_FAILURE = ("error", "quarantine", "warn")
_ENGINES = ("pandas", "spark")


@dataclass(frozen=True)
class Validation:
    """The result of checking data against a contract.

    `outcome` is `passed`, `warned`, `quarantined` or `failed`; `split` is not None if rows can be
    quarantined.
    """

    data: Any
    found: CheckResults
    split: Split | None
    outcome: str

    @property
    def quarantined(self) -> int:
        """How many rows are quarantined."""
        return self.split.bad_rows if self.split and self.outcome == "quarantined" else 0


class Contract:
    """The validator that a catalog entry names under `validator:`.

    `schema` is an ordinary `pandera.pandas.DataFrameModel`. Beyond its own checks, a field with
    `metadata={"period": True}` may only contain the months that the dataset is for, and values of
    a field with `metadata={"sensitive": True}` are never shown. The options from `dataset` on are
    filled in from the catalog entry.
    """

    # By this, the configuration knows whom to tell, and need not import contracts.
    takes_surroundings = True

    def __init__(
        self,
        schema: str,
        on_failure: str = "error",
        max_quarantined: float = 0.01,
        examples: int = 5,
        dataset: str = "",
        file: str = "",
        mode: str = "",
        engine: str = "pandas",
        quarantine: str = "",
        periods: list[str] | None = None,
        staged: str = "",
        both_modes: bool = False,
    ) -> None:
        """Prepare the contract.

        Args:
            schema: Import path of the pandera model.
            on_failure: `error` stops the run, `quarantine` continues without the rows that break a
                rule, `warn` continues with all rows.
            max_quarantined: The share of rows, from 0 to 1, above which `quarantine` stops the run.
            examples: The most failing values that a report shows for each rule.
            dataset: Name of the dataset, for reports.
            file: Where the dataset lies.
            mode: `load` or `save`.
            engine: `pandas` or `spark`.
            quarantine: The directory for quarantined rows.
            periods: The months that the data may belong to.
            staged: Where a run keeps quarantined rows until it has succeeded.
            both_modes: Whether it is both loaded and saved under contract.

        Raises:
            ValueError: An option is wrong, there is no such pandera model, or it has a check that
                cannot be translated.
        """
        _check_options(on_failure, max_quarantined, examples, engine)
        compiled = CompiledContract.of(schema).during(periods)
        self.compiled = compiled.for_spark() if engine == "spark" else compiled
        self.on_failure = on_failure
        self.dataset = dataset
        self.file = file
        self.mode = mode
        self._engine = engine
        self.quarantine = Quarantine(quarantine, staged, both_modes=both_modes)
        self._max_quarantined = max_quarantined
        self._examples = examples

    def rehearse(self) -> None:
        """Have Spark analyse the rules, without data; does nothing on pandas.

        Raises:
            ValueError: Spark cannot evaluate a rule.
        """
        if self._engine == "spark":
            from ..spark.session import empty_frame

            kinds = {name: arrow_type(each) for name, each in self.compiled.schema.columns.items()}
            wrap(empty_frame(kinds), self.compiled.schema).check(self.compiled.rules)

    def run_checks(self, data: Any) -> CheckResults:
        """Check `data` against every rule, without consequences."""
        quarantining = self.on_failure == "quarantine"
        return run_checks(
            wrap(data, self.compiled.schema), self.compiled, self._examples, quarantining
        )

    def dry_run(self, data: Any) -> Validation:
        """Find out what `validate` would do with `data`, without doing it."""
        data = self._coerce(data)
        found = self.run_checks(data)
        split = self._split(data, found)
        return Validation(data, found, split, self._decide(found, split))

    def unread(self) -> Validation:
        """The validation of data that cannot be read."""
        return Validation(None, CheckResults(), None, "failed")

    def validate(self, data: Any) -> Any:
        """Check `data` against every rule.

        Returns:
            The data, with the types of the contract where it coerces them, and without the rows
            that were quarantined.

        Raises:
            ContractError: At least one rule fails; all that fail are listed.
        """
        if self.on_failure == "quarantine" and not self.quarantine.directory:
            raise GoldenPathError(
                "on_failure: quarantine needs a directory for bad rows, which kedro_golden_path."
                "ContractHooks gives to each contract: add it to HOOKS in settings.py."
            )
        started = time.time()
        validation = self.dry_run(self._materialise(data))
        data, found, split = validation.data, validation.found, validation.split
        if split and validation.outcome in ("passed", "quarantined"):
            self.quarantine.replace(split)
            data = self._materialise(split.good, data)
            self._check_sum(data, split, found)
        self._record(validation, started)
        if validation.outcome == "failed":
            self._discard(data)
            raise self._error(found, split)
        if validation.outcome == "warned":
            _LOGGER.warning("%s", self._error(found, split))
        elif validation.outcome == "quarantined":
            _LOGGER.warning(
                "%s of %s rows of '%s' break its contract and were quarantined; to see them: "
                "kedro contracts quarantine %s",
                *(f"{validation.quarantined:,}", f"{found.rows:,}", self.dataset, self.dataset),
            )
        return data

    def _check_sum(self, data: Any, split: Split, found: CheckResults) -> None:
        passed = found.rows if split.bad is None else wrap(data, self.compiled.schema).rows
        if passed + split.bad_rows != found.rows:
            raise GoldenPathError(
                f"Of {found.rows:,} rows of '{self.dataset}', {passed:,} passed and "
                f"{split.bad_rows:,} were quarantined, which is not all of them. Nothing was "
                "written. Does the source change while it is read?"
            )

    def _split(self, data: Any, found: CheckResults) -> Split | None:
        if self.on_failure != "quarantine" or not found.only_rows_are_bad:
            return None
        if not found.bad_rows:
            return Split(data, None, 0)
        wrapped = wrap(data, self.compiled.schema)
        names = set(wrapped.names)
        if REASONS in names:
            raise GoldenPathError(
                f"'{self.dataset}' has a column '{REASONS}', which is where the quarantine keeps "
                "why a row is bad. Rename the column, or use another on_failure."
            )
        rules = [rule for rule in self.compiled.row_rules if names.issuperset(rule.columns)]
        released = self.quarantine.released()
        if names != set(released.columns):
            # Rows of other columns than today's are equal to none.
            released = pd.DataFrame()
        return wrapped.split(rules, released)

    def _decide(self, found: CheckResults, split: Split | None) -> str:
        if not found.failures:
            return "passed"
        if any(failure.kind == "structure" for failure in found.failures):
            return "failed"
        if self.on_failure == "warn":
            return "warned"
        if split and split.bad_rows <= self._max_quarantined * found.rows:
            return "quarantined" if split.bad_rows else "passed"
        return "failed"

    def _materialise(self, data: Any, replaced: Any = None) -> Any:
        """On Spark, write data that will be saved beside its target.

        So it is computed only once, and the written files are checked. `replaced` is the frame that
        `data` was made from, which is no longer needed.
        """
        if data is replaced or self.mode != "save" or not self.file or not is_spark(data):
            return data
        from ..spark.files import write_beside

        written = write_beside(data, self.file)
        self._discard(replaced)
        return written

    def _discard(self, data: Any) -> None:
        if self.mode == "save" and is_spark(data):
            from ..spark.files import remove_beside

            remove_beside(data)

    def _coerce(self, data: Any) -> Any:
        schema = self.compiled.schema
        if not isinstance(data, pd.DataFrame):
            return data
        coerced = {}
        for name, column in schema.columns.items():
            if (column.coerce or schema.coerce) and column.dtype is not None and name in data:
                try:
                    coerced[name] = column.dtype.coerce(data[name])
                except Exception:
                    # Each type raises errors of its own. The checks report the type that is there.
                    continue
        return data.assign(**coerced) if coerced else data

    def _error(self, found: CheckResults, split: Split | None) -> ContractError:
        file = shown(self.file)
        where = f" ({file})" if file else ""
        # Only ContractHooks and ConfigLoader say which dataset it is.
        dataset = f"'{self.dataset}'" if self.dataset else "a dataset"
        if self.mode == "load":
            remedy = f"repair the source of {file or dataset}"
        else:
            remedy = f"look at the node that makes {dataset} and at its inputs"
        module, _, model = self.compiled.path.rpartition(".")
        stopped = "Nothing was computed from it or written after it. "
        if split:
            stopped = (
                f"{split.bad_rows:,} of {found.rows:,} rows are bad, more than the "
                f"{self._max_quarantined:.2%} that may be quarantined. {stopped}"
            )
        return ContractError(
            f"The data of {dataset}{where} breaks its contract",
            [_check_failure(each) for each in found.failures],
            [describe(each) for each in found.failures],
            f"{stopped if self.on_failure != 'warn' else ''}What to do: {remedy}; if the data is "
            f"right and the rule is not, change {model} in src/{module.replace('.', '/')}.py. "
            "Then run the same command again.",
        )

    def _record(self, validation: Validation, started: float) -> None:
        if not self.dataset:
            return  # A report could not say what it is about.
        results.record(self.report(validation) | {"at": started, "seconds": time.time() - started})

    def report(self, validation: Validation) -> dict[str, Any]:
        """The result of a validation as plain data."""
        found, quarantined = validation.found, validation.quarantined
        return {
            "dataset": self.dataset,
            "file": shown(self.file),
            "mode": self.mode,
            "schema": self.compiled.path,
            "outcome": validation.outcome,
            "rows": found.rows,
            "columns": found.columns,
            "rules": found.rules,
            "passed": found.rows - quarantined if validation.outcome != "failed" else 0,
            "quarantined": quarantined,
            "quarantine": shown(self.quarantine.file) if quarantined else "",
            "failures": [asdict(failure) for failure in found.failures],
            "measures": found.measures,
            "bounds": {rule.name: rule.bounds for rule in self.compiled.frame_rules},
            "unchecked": found.unchecked,
        }


def _check_failure(failure: Failure) -> CheckFailure:
    examples = list(failure.examples)
    return CheckFailure(failure.rule, failure.rule, failure.column, failure.count, examples)


def describe(failure: Failure) -> str:
    """One line about a failed rule, for people."""
    where = f"column '{failure.column}'" if failure.column else "the whole frame"
    line = f"  {where}: {failure.rule} failed"
    if failure.kind != "structure":
        line += " once" if failure.count == 1 else f" {failure.count:,} times"
    if failure.examples:
        line += f", for example {', '.join(failure.examples)}"
    return one_line(line)


def shown(file: str) -> str:
    """A path for people: published, and relative to the working directory if it is below."""
    here = f"{Path.cwd().as_posix()}/"
    return published_path(file).removeprefix(here)


def _check_options(on_failure: str, max_quarantined: float, examples: int, engine: str) -> None:
    if on_failure not in _ON_FAILURE:
        raise ValueError(f"on_failure is one of {', '.join(_ON_FAILURE)}, not {on_failure!r}")
    if isinstance(max_quarantined, bool) or not isinstance(max_quarantined, int | float):
        raise ValueError(f"max_quarantined is a share from 0 to 1, not {max_quarantined!r}")
    if not 0 <= max_quarantined <= 1:
        raise ValueError(f"max_quarantined is a share from 0 to 1, not {max_quarantined!r}")
    if isinstance(examples, bool) or not isinstance(examples, int) or examples < 0:
        raise ValueError(f"examples is a number of values, not {examples!r}")
    if engine not in _ENGINES:
        raise ValueError(f"engine is one of {', '.join(_ENGINES)}, not {engine!r}")

"""The stored data of a project, opened without a run."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.config import AbstractConfigLoader, MissingConfigException
from kedro.framework import project
from kedro.framework.startup import ProjectMetadata
from kedro.io import DataCatalog, DatasetError
from omegaconf.errors import OmegaConfBaseException

from ..config.project import parameters_of
from ..config.suggestions import did_you_mean
from ..contracts.sensitive import is_sensitive
from ..errors import CommandError, GoldenPathError, explain
from ..spark.session import configure, stop_session

if TYPE_CHECKING:
    from ..contracts.validator import Contract


@dataclass
class Stored:
    """The stored data of a project, and its contracts."""

    loader: AbstractConfigLoader
    catalog: DataCatalog
    env: str | None
    _contracts: dict[str, Contract] = field(default_factory=dict)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """The parameters."""
        return parameters_of(self.loader)

    @property
    def of_month(self) -> str:
        """The month, as the end of a sentence."""
        return f" in {self.parameters['month']}" if "month" in self.parameters else ""

    @cached_property
    def with_contract(self) -> list[str]:
        """The datasets under contract, including those of the pipelines that match a pattern."""
        patterns = [
            name
            for name, entry in self.loader["catalog"].items()
            if "{" in name and isinstance(entry, dict) and "validator" in entry
        ]
        # Pipelines import everything that their nodes need, so they are loaded only if it matters.
        if patterns:
            known = {name for each in project.pipelines.values() for name in each.datasets()}
            for name in known - {"parameters"}:
                if not name.startswith("params:") and name in self.catalog:
                    self.catalog.get(name)
        return sorted(self.catalog.validator_specs)

    def contract(self, name: str) -> Contract | None:
        """The contract of a dataset; None if it has none, or a validator of another kind."""
        from ..config.catalog import Surroundings
        from ..contracts.catalog import build, complete
        from ..contracts.validator import Contract

        if name not in self._contracts:
            self.catalog.get(name)
            if name not in self.catalog.validator_specs:
                return None
            # The command works in the project's directory.
            surroundings = Surroundings.of(self.loader, Path.cwd())
            complete(self.catalog, self.loader["catalog"], surroundings)
            contract = build(name, self.catalog)
            if not isinstance(contract, Contract):
                return None
            self._contracts[name] = contract
        return self._contracts[name]

    def sensitive(self, name: str) -> frozenset[str]:
        """The columns that the contract of a dataset, if it has one, says are sensitive."""
        contract = self.contract(name)
        return contract.compiled.sensitive if contract else frozenset()

    def check_known(self, name: str, among: Sequence[str] | None = None) -> None:
        """Refuse a name that the catalog does not know."""
        if name in self.catalog:
            return
        known = sorted(among or self.catalog.keys())
        hint = did_you_mean(name, known) or _listed(known)
        raise CommandError(f"There is no dataset '{name}' in the catalog.{hint}")

    def no_contract(self, name: str) -> str:
        """Why a dataset has no contract, as its catalog entry says."""
        # A type may have a property of this name that is about something else.
        metadata = getattr(self.catalog.get(name), "metadata", None)
        return str(metadata.get("no_contract", "")) if isinstance(metadata, dict) else ""

    def demand(self, name: str) -> Contract:
        """The contract of a dataset, which must have one."""
        self.check_known(name, self.with_contract)
        contract = self.contract(name)
        if contract is None:
            reason = self.no_contract(name)
            hint = f"its catalog entry says no_contract: {reason}" if reason else ""
            hint = hint or f"To draft one: kedro contracts infer {name}"
            raise CommandError(f"'{name}' has no contract. {hint[0].upper()}{hint[1:]}")
        return contract

    def quarantining(self, name: str) -> Contract:
        """The contract of a dataset, which must quarantine rows."""
        contract = self.demand(name)
        if contract.on_failure != "quarantine":
            raise CommandError(
                f"The contract of '{name}' quarantines no rows: it is declared with on_failure: "
                f"{contract.on_failure}. To have bad rows quarantined, set "
                "on_failure: quarantine in the catalog entry's contract."
            )
        return contract

    def choose(self, names: Sequence[str]) -> tuple[list[str], list[str]]:
        """The datasets to check, and those that do not exist."""
        for name in names:
            self.demand(name)
        names = list(dict.fromkeys(names))
        wanted = names or [name for name in self.with_contract if self.contract(name)]
        absent = [name for name in wanted if not self.exists(name)]
        if names and absent:
            raise self.not_there(absent)
        return [name for name in wanted if name not in absent], absent

    def exists(self, name: str) -> bool:
        """Whether the data of a dataset exists."""
        return bool(self.catalog.exists(name))

    def not_there(self, names: Sequence[str]) -> CommandError:
        """The error about data that does not exist."""
        from ..datasets.files import location

        lines = [f"  {name}  {location(self.catalog.get(name)) or ''}".rstrip() for name in names]
        return CommandError(
            f"Not there{self.of_month}:\n" + "\n".join(lines) + "\nRun the pipelines that make it, "
            "or name a month that is there: --params month=YYYY-MM"
        )

    def load(self, name: str) -> Any:
        """The stored data of a dataset, without its contract.

        Raises:
            DatasetError: It cannot be read.
        """
        dataset = self.catalog.get(name)
        assert dataset is not None
        # Not through the catalog, which would log each step.
        return dataset.load()


@contextlib.contextmanager
def opened(metadata: ProjectMetadata, env: str | None, params: dict[str, Any]) -> Iterator[Stored]:
    """The stored data of a project, without a session, a context or any of their hooks."""
    log_to_stderr()
    env = env or os.environ.get("KEDRO_ENV")
    with explained(), contextlib.chdir(metadata.project_path):
        loader = loader_of(metadata, env, params)
        with _spark(loader):
            try:
                credentials = loader["credentials"]
            except MissingConfigException:
                credentials = {}
            catalog = DataCatalog.from_config(
                loader["catalog"], credentials, validation_enabled=False
            )
            stored = Stored(loader, catalog, env)
            try:
                yield stored
            except DatasetError as error:
                raise CommandError(explain(error, partial(is_sensitive, catalog))) from error


def loader_of(
    metadata: ProjectMetadata, env: str | None, params: dict[str, Any]
) -> AbstractConfigLoader:
    """The configuration of a project, as a run reads it."""
    settings = project.settings
    loader: AbstractConfigLoader = settings.CONFIG_LOADER_CLASS(
        conf_source=str(metadata.project_path / settings.CONF_SOURCE),
        env=env,
        runtime_params=params,
        **settings.CONFIG_LOADER_ARGS,
    )
    return loader


@contextlib.contextmanager
def _spark(loader: AbstractConfigLoader) -> Iterator[None]:
    """Configure Spark, so that it starts when data needs it, and stop it in the end."""
    configure(loader)
    try:
        yield
    finally:
        stop_session()


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn expected errors into a `CommandError`, which shows its message only."""
    try:
        yield
    except CommandError:
        raise
    except GoldenPathError as error:
        raise CommandError(error.message) from error
    except (DatasetError, MissingConfigException, OmegaConfBaseException) as error:
        raise CommandError(explain(error)) from error


def log_to_stderr() -> None:
    """Log to standard error, so that standard output has only the result."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stdout:
            handler.setStream(sys.stderr)


def _listed(names: Sequence[str]) -> str:
    return f" There are: {', '.join(names)}." if names else " The catalog is empty."

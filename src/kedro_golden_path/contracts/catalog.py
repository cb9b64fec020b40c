"""The contracts that a catalog declares."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.framework.project import settings
from kedro.io import DataCatalog
from kedro.utils import find_kedro_project
from kedro.validation import Validator, resolve_validator
from kedro.validation.exceptions import ValidationConfigurationError

from ..config.catalog import Surroundings, contract_options
from ..config.loader import entries_of
from ..errors import GoldenPathError
from .validator import Contract


def complete(catalog: DataCatalog, config: Mapping[str, Any], surroundings: Surroundings) -> None:
    """Give the contracts of a catalog the dataset, file and month that they are for.

    Args:
        catalog: The catalog; what a pattern stands for is only in it when it was asked for.
        config: The configuration that it was made of.
        surroundings: What no entry says.
    """
    specs = catalog.validator_specs
    for name, entry in entries_of(config, specs.keys()).items():
        # Kedro hands the options to worker processes, and makes the contract of them when the
        # first data passes.
        specs[name].options.update(contract_options(name, entry, surroundings) or {})


def build(name: str, catalog: DataCatalog) -> Validator:
    """The contract of a dataset, ready to be used.

    Raises:
        GoldenPathError: It cannot be built; the message says why.
    """
    spec = catalog.validator_specs[name]
    try:
        contract = resolve_validator(spec)
        if isinstance(contract, Contract):
            contract.rehearse()
    except (ValidationConfigurationError, ValueError) as error:
        reason = str(error.__cause__ or error).removesuffix(".")
        raise GoldenPathError(
            f"The catalog entry '{name}'{_declared_in(name)} declares a contract that cannot be "
            f"used: {reason}. Correct {spec.options.get('schema', 'it')}, or the entry."
        ) from error
    return contract


def _declared_in(name: str) -> str:
    """The files that have the entry, for a message."""
    project = find_kedro_project(Path.cwd())
    if project is None:
        return ""
    entry = re.compile(rf"""^["']?{re.escape(name)}["']?\s*:""", re.MULTILINE)
    conf = project / settings.CONF_SOURCE
    files = [*conf.rglob("catalog*.y*ml"), *conf.rglob("catalog*/**/*.y*ml")]
    found = [file for file in dict.fromkeys(files) if entry.search(file.read_text("utf-8"))]
    names = sorted(file.relative_to(project).as_posix() for file in found)
    return f" ({', '.join(names)})" if names else ""

"""Find what cannot work, in the catalog and in its contracts, before any node runs."""

import re
from pathlib import Path

from kedro.framework.hooks import hook_impl
from kedro.framework.project import settings
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.utils import find_kedro_project
from kedro.validation import Validator, resolve_validator
from kedro.validation.exceptions import ValidationConfigurationError

from ..errors import GoldenPathError
from ..names import check_datasets
from .validator import Contract


class ContractHooks:
    """Build the contracts when the catalog is built."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Build the contract of every dataset that the pipeline touches.

        Raises:
            GoldenPathError: A catalog entry names a contract that cannot be built, or the pipeline
                names a dataset that does not exist.
        """
        check_datasets(pipeline, catalog)
        names = pipeline.datasets()
        for name in sorted(names):
            catalog.get(name)
        for name in sorted(names & catalog.validator_specs.keys()):
            build(name, catalog)


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
            f"used: {reason}. Correct it, or 'validator' in the entry."
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

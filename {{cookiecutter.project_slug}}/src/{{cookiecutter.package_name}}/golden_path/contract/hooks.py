"""Find contracts that cannot work before any node runs."""

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.validation import Validator, resolve_validator
from kedro.validation.exceptions import ValidationConfigurationError

from ..errors import GoldenPathError
from .validator import Contract


class ContractHooks:
    """Build the contracts when the catalog is built."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Build the contract of every dataset that the pipeline touches.

        Raises:
            GoldenPathError: A catalog entry names a contract that cannot be built.
        """
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
        raise GoldenPathError(
            f"The catalog entry '{name}' declares a contract that cannot be used: "
            f"{error.__cause__ or error}. Correct 'validator' in the entry."
        ) from error
    return contract

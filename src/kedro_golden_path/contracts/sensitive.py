"""Errors of data with sensitive columns: what others say in them may hold a value."""

from __future__ import annotations

from collections.abc import Iterable

from kedro.io import DataCatalog, DatasetError

from ..errors import ContractError, GoldenPathError, causes, explain, place
from ..guards import message


def is_sensitive(catalog: DataCatalog | None, name: str) -> bool:
    """Whether the contract of a dataset says that some of its columns are sensitive."""
    # Only needed once something is wrong.
    from .compiled import CompiledContract

    spec = catalog.validator_specs.get(name) if catalog else None
    if spec is None or "schema" not in spec.options:
        return False
    try:
        return bool(CompiledContract.of(str(spec.options["schema"])).sensitive)
    except ValueError:
        return False


def reason(error: BaseException, catalog: DataCatalog | None, names: Iterable[str]) -> str:
    """Why a run failed, for the record that others read; without values of sensitive columns.

    Args:
        error: What was raised.
        catalog: The catalog of the run.
        names: The datasets of the run.
    """
    for cause in causes(error):
        # They hide such values themselves.
        if isinstance(cause, ContractError | GoldenPathError):
            return message(str(cause))
    if isinstance(error, DatasetError):
        return message(explain(error, lambda name: is_sensitive(catalog, name)))
    if any(is_sensitive(catalog, name) for name in names):
        return message(
            f"{place(error)}: {type(error).__name__}. Its message is in the log alone, since data "
            "of the run has sensitive columns."
        )
    return message(str(error))

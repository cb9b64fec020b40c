"""Every dataset that is kept is under contract, or says why it is not."""

from typing import Any

from kedro.io import DataCatalog
from kedro.validation import resolve_validator
from kedro_golden_path.coverage import standing

RAW = "/01_raw/"


def test_every_kept_dataset_has_a_contract_or_a_reason(entries: dict[str, dict[str, Any]]) -> None:
    found = {name: standing(entry) for name, entry in entries.items()}
    wrong = {name: each.value for name, each in found.items() if each.is_wrong}
    assert wrong == {}, "declare 'validator', or 'metadata: {no_contract: <reason>}'"


def test_every_contract_can_be_built(catalog: DataCatalog) -> None:
    for spec in catalog.validator_specs.values():
        resolve_validator(spec)


def test_raw_data_is_checked_when_read_and_all_other_when_written(catalog: DataCatalog) -> None:
    for name, spec in catalog.validator_specs.items():
        expected = ("load",) if RAW in str(spec.options["file"]) else ("save",)
        assert spec.on == expected, name


def test_no_contract_is_switched_off(catalog: DataCatalog) -> None:
    for name, spec in catalog.validator_specs.items():
        assert spec.enabled and spec.severity == "error", name

"""Every dataset that is kept is under contract, or says why it is not."""

from kedro.io import DataCatalog, MemoryDataset
from kedro.validation import resolve_validator

RAW = "/01_raw/"


def kept(catalog: DataCatalog) -> dict[str, object]:
    datasets = {name: catalog.get(name) for name in catalog}
    return {name: each for name, each in datasets.items() if not isinstance(each, MemoryDataset)}


def test_every_kept_dataset_has_a_contract_or_a_reason(catalog: DataCatalog) -> None:
    without = [
        name
        for name, dataset in kept(catalog).items()
        if name not in catalog.validator_specs
        and not (getattr(dataset, "metadata", None) or {}).get("no_contract")
    ]
    assert without == [], "declare 'validator', or 'metadata: {no_contract: <reason>}'"


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

"""Contracts of datasets."""

from collections.abc import Iterator

from ...contracts.coverage import standing
from ..checkout import Checkout
from ..finding import Finding, Rule


def look(checkout: Checkout) -> Iterator[Finding]:
    """Look at each entry of the catalog, and each pattern as one."""
    for name, entry in checkout.catalog.items():
        if (found := standing(entry)).is_wrong:
            yield Finding(checkout.file_of(name), f"'{name}' {found.value}")


RULE = Rule(
    id="contracts",
    title="Datasets are kept without a contract, or exempt without a reason",
    why="If nobody checks the data, its users find out that it is wrong.",
    remedy=(
        "Declare a contract in the catalog entry; kedro contracts infer DATASET drafts it. Where "
        "there can be none, say why: metadata: {no_contract: REASON}."
    ),
    look=look,
)

"""The rules, one module for what belongs together. A new one is a `Rule`, named here."""

from ..finding import Rule
from . import contracts, generated, locks, node_io, owner, secrets, template_version

RULES: tuple[Rule, ...] = (
    template_version.RULE,
    contracts.RULE,
    node_io.RULE,
    generated.DAGS,
    generated.DATA_DICTIONARY,
    locks.VERSIONS,
    locks.HASHES,
    owner.RULE,
    secrets.RULE,
)

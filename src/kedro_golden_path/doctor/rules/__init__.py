"""The rules. A new rule is a `Rule` in a module here, listed in `RULES`."""

from ..finding import Rule
from . import (
    acceptances,
    contracts,
    generated,
    ignored,
    locks,
    node_io,
    owner,
    plugin_version,
    secrets,
    template_version,
)

ACCEPTANCES = acceptances.RULE.id
RULES: tuple[Rule, ...] = (
    template_version.RULE,
    plugin_version.RULE,
    contracts.RULE,
    node_io.RULE,
    generated.DAGS,
    generated.DATA_DICTIONARY,
    locks.VERSIONS,
    locks.HASHES,
    owner.RULE,
    secrets.RULE,
    ignored.RULE,
    acceptances.RULE,
)

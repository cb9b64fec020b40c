"""What a contract can demand, and its options in the catalog."""

from typing import Any

from pandera.api.dataframe.model_components import _check_dispatch

from kedro_golden_path import Columns, Contract
from kedro_golden_path.contracts import rules
from kedro_golden_path.contracts.column_checks import COLUMN_CHECKS

from .markdown import arguments, paragraphs, table
from .markdown import page as page_of


def page() -> str:
    """The page on contracts."""
    return page_of(
        "What a contract can say",
        "How contracts are used, and what happens to data that breaks one, is in "
        "[Contracts](../contracts.md).",
        "## Options in the catalog",
        paragraphs(Contract),
        _table("option", Contract.__init__),
        "## Checks of a column",
        "Arguments of `pandera.pandas.Field`. Others are refused when the catalog is built.",
        table(["argument", "check"], _checks(COLUMN_CHECKS)),
        "## Rules",
        paragraphs(rules.rule),
        _table("argument", rules.rule),
        "A rule is given the columns of the frame, and these help to write it:",
        table(["write", "get"], _helpers()),
    )


def _table(head: str, function: Any) -> str:
    said = arguments(function)
    rows = [[f"`{name}`", text, default] for name, (text, default) in said.items()]
    return table([head, "meaning", "default"], rows)


def _checks(known: dict[str, Any]) -> list[list[str]]:
    checks: dict[str, Any] = _check_dispatch()  # type: ignore[no-untyped-call]
    found = {name: check for name, check in checks.items() if check.__name__ in known}
    assert {check.__name__ for check in found.values()} == known.keys()
    return [[f"`{name}`", f"`{check.__name__}`"] for name, check in found.items()]


def _helpers() -> list[list[str]]:
    columns = Columns
    written = {
        'columns["name"]': columns.__getitem__,
        "columns.rows": columns.rows,
        "share(condition)": rules.share,
    }
    return [[f"`{name}`", paragraphs(helper)] for name, helper in written.items()]

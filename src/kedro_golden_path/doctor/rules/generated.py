"""Files that are generated from the code, and out of date when it changes."""

from collections.abc import Iterable

from ...contracts.coverage import Standing, standing
from ..checkout import Checkout, Inside
from ..finding import Finding, NotLookedAt, Rule


def look_at_dags(checkout: Checkout) -> Iterable[Finding]:
    """Do what `kedro dags --check` does."""
    inside = _inside(checkout)
    if not any((checkout.root / "conf").glob("*/**/airflow*")):
        raise NotLookedAt(
            "there is no conf/base/airflow.yml. With one, kedro dags writes the pipelines as "
            "Airflow DAGs."
        )
    return inside.dags()


def look_at_dictionary(checkout: Checkout) -> Iterable[Finding]:
    """Do what `kedro contracts docs --check` does."""
    inside = _inside(checkout)
    kept = {standing(entry) for entry in checkout.catalog.values()} - {Standing.NOT_KEPT}
    if kept and Standing.UNDER_CONTRACT not in kept:
        raise NotLookedAt(
            "no dataset has a contract. With contracts, kedro contracts docs writes a page about "
            "the data."
        )
    return inside.data_dictionary()


def _inside(checkout: Checkout) -> Inside:
    if checkout.inside is None:
        raise NotLookedAt("it needs the project's own environment: run kedro doctor there")
    return checkout.inside


DAGS = Rule(
    id="dags",
    title="DAGs are out of date, or cannot be made",
    why="Airflow does not run the pipelines that were reviewed.",
    remedy="Write them again and commit them: kedro dags.",
    look=look_at_dags,
)
DATA_DICTIONARY = Rule(
    id="data-dictionary",
    title="The data dictionary is out of date, or cannot be made",
    why="Readers would trust a description that no longer matches the data.",
    remedy="Write it again and commit it: kedro contracts docs.",
    look=look_at_dictionary,
)

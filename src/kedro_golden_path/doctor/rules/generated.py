"""What is written from the code, and must be written again when that changes."""

from collections.abc import Iterable

from ..checkout import Checkout, Inside
from ..finding import Finding, NotLookedAt, Rule


def look_at_dags(checkout: Checkout) -> Iterable[Finding]:
    """Do as `kedro dags --check` does."""
    return _inside(checkout).dags()


def look_at_dictionary(checkout: Checkout) -> Iterable[Finding]:
    """Do as `kedro contracts docs --check` does."""
    return _inside(checkout).data_dictionary()


def _inside(checkout: Checkout) -> Inside:
    if checkout.inside is None:
        raise NotLookedAt("it takes the project in its own environment, with kedro doctor there")
    return checkout.inside


DAGS = Rule(
    id="dags",
    title="DAGs are out of date",
    why="Airflow runs something else than the pipelines that were reviewed.",
    remedy="Write them again and commit them: make dags.",
    look=look_at_dags,
)
DATA_DICTIONARY = Rule(
    id="data-dictionary",
    title="The data dictionary is out of date",
    why="Who reads it believes what is no longer true of the data.",
    remedy="Write it again and commit it: kedro contracts docs.",
    look=look_at_dictionary,
)

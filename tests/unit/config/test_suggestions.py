from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from kedro_golden_path.config import suggestions
from kedro_golden_path.errors import GoldenPathError, locate
from kedro_golden_path.nested import names

CONFIGURED = {"month": "2020-04", "gate": {"margin": 0.1}, "model": {"depth": 3}}
KEPT = ("trips_raw", "trips", "rides", "params:gate.margin")


def check(*nodes: Node) -> None:
    catalog = DataCatalog({name: MemoryDataset() for name in KEPT})
    suggestions.check_datasets(Pipeline(nodes), catalog)


def node(reads: str, makes: str) -> Node:
    return Node(lambda each: each, reads, makes, name=f"make_{makes}")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"mnth": "2020-05"}, "month"),
        ({"gate": {"margn": 0.2}}, "gate.margin"),
        ({"margin": 0.2}, "gate.margin"),
    ],
)
def test_a_parameter_that_must_be_a_typo_is_refused(given: dict[str, object], meant: str) -> None:
    known = set(names(CONFIGURED))
    with pytest.raises(GoldenPathError, match=rf"no parameter '.*'\. Did you mean {meant}\?"):
        suggestions.check_parameters(given, known)


@pytest.mark.parametrize(
    "given", [{"month": "2020-05"}, {"gate": {"margin": 0.2}}, {"model": {"leaves": 9}}, {"own": 1}]
)
def test_known_and_new_parameters_are_taken(given: dict[str, object]) -> None:
    suggestions.check_parameters(given, set(names(CONFIGURED)))


def test_names_of_the_catalog_are_taken() -> None:
    check(node("trips_raw", "trips"), node("trips", "result"), node("params:gate.margin", "rides"))


def test_an_input_that_nobody_has_is_refused() -> None:
    message = r"'make_trips' reads 'trips_rwa', which is not in .* Did you mean trips_raw or"
    with pytest.raises(GoldenPathError, match=message):
        check(node("trips_rwa", "trips"))


def test_a_parameter_that_nobody_has_is_refused() -> None:
    message = r"no parameter 'gate.margn', which 'make_trips' takes. Did you .*:gate.margin\?"
    with pytest.raises(GoldenPathError, match=message):
        check(node("params:gate.margn", "trips"))


def test_an_input_of_a_node_that_does_not_run_names_the_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suggestions, "pipelines", {"rides": Pipeline([node("trips", "between")])})
    message = r"reads 'between', which is not kept: the node make_between has to run as well"
    with pytest.raises(GoldenPathError, match=message):
        check(node("between", "rides"))


def test_an_output_that_would_be_lost_by_a_typo_is_refused() -> None:
    with pytest.raises(GoldenPathError, match=r"'make_trip' outputs 'trip', .* Did you mean trips"):
        check(node("trips_raw", "trip"))


def test_an_error_is_located_in_the_code_of_the_project(rides: Path) -> None:
    fare = import_module("rides.nodes").fare
    with pytest.raises(ValueError) as error:
        pd.Series(["free"]).map(fare)
    assert locate(error.value).startswith("src/rides/nodes.py, line 6: ValueError: could not")


def test_a_syntax_error_is_located_where_it_is() -> None:
    with pytest.raises(SyntaxError) as error:
        compile("x = 1\ny = (", "nodes.py", "exec")
    assert locate(error.value) == "nodes.py, line 2: SyntaxError: '(' was never closed"

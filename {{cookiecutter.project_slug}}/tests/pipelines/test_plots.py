from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from {{ cookiecutter.package_name }}.pipelines.training.nodes import (
    fit_baseline,
    fit_model,
)
from {{ cookiecutter.package_name }}.pipelines.training.plots import (
    calibration_plot,
    feature_importance_plot,
    precision_recall_plot,
    roc_plot,
)

Plot = Callable[..., Figure]

COMPARISONS = [roc_plot, precision_recall_plot, calibration_plot]
IMPORTANCE = {"rows": 300, "repeats": 2, "seed": 0}


@pytest.fixture
def challenger(labelled: pd.DataFrame) -> dict[str, Any]:
    model = {
        "categories": ["carrier"],
        "numbers": ["hour", "temp"],
        "classifier": {"max_iter": 10, "random_state": 0},
    }
    return fit_model(labelled, model) | {"version": 3, "month": "2013-04"}


@pytest.fixture
def baseline(labelled: pd.DataFrame) -> dict[str, Any]:
    return fit_baseline(labelled)


def legend(figure: Figure) -> list[str]:
    drawn = figure.axes[0].get_legend()
    assert drawn is not None
    return [text.get_text() for text in drawn.get_texts()]


def bars(figure: Figure) -> list[Rectangle]:
    return [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]


@pytest.mark.parametrize("plot", COMPARISONS)
def test_everything_that_is_compared_is_drawn(
    plot: Plot, labelled: pd.DataFrame, challenger: dict[str, Any], baseline: dict[str, Any]
) -> None:
    incumbent = challenger | {"version": 2}
    labels = legend(plot(labelled, challenger, incumbent, baseline))

    assert [label.split(":")[0] for label in labels[:3]] == [
        "challenger (version 3)",
        "champion so far (version 2)",
        "baseline",
    ]


@pytest.mark.parametrize("plot", COMPARISONS)
def test_without_a_champion_none_is_drawn(
    plot: Plot, labelled: pd.DataFrame, challenger: dict[str, Any], baseline: dict[str, Any]
) -> None:
    labels = legend(plot(labelled, challenger, {}, baseline))

    assert not [label for label in labels if "champion" in label]


@pytest.mark.parametrize("plot", COMPARISONS)
def test_a_reader_knows_what_and_when(
    plot: Plot, labelled: pd.DataFrame, challenger: dict[str, Any], baseline: dict[str, Any]
) -> None:
    axes = plot(labelled, challenger, {}, baseline).axes[0]

    assert "2013-04" in axes.get_title()
    assert axes.get_xlabel()
    assert axes.get_ylabel()


def test_the_feature_that_matters_is_on_top(
    labelled: pd.DataFrame, challenger: dict[str, Any]
) -> None:
    axes = feature_importance_plot(labelled, challenger, IMPORTANCE).axes[0]

    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "hour"


def test_importance_is_the_same_every_time(
    labelled: pd.DataFrame, challenger: dict[str, Any]
) -> None:
    figures = [feature_importance_plot(labelled, challenger, IMPORTANCE) for _ in range(2)]
    first, second = ([bar.get_bbox().width for bar in bars(figure)] for figure in figures)

    assert first == second


def test_a_small_month_is_sampled_whole(labelled: pd.DataFrame, challenger: dict[str, Any]) -> None:
    axes = feature_importance_plot(labelled.head(50), challenger, IMPORTANCE).axes[0]

    assert "50 flights of 2013-04" in axes.get_title()

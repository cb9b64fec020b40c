"""Figures that show how good the models are. Nodes return figures; the catalog saves them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve
from sklearn.inspection import permutation_importance
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from .nodes import predict_all

# Colours of Okabe and Ito, which colour-blind readers can tell apart.
COLOURS = {"challenger": "#0072B2", "incumbent": "#D55E00", "baseline": "#666666"}
CALIBRATION_BINS = 10
LOWEST_RECALL = 0.01


def roc_plot(
    evaluation_set: pd.DataFrame,
    challenger: Mapping[str, Any],
    incumbent: Mapping[str, Any],
    baseline: Mapping[str, Any],
) -> Figure:
    """Draw the receiver operating characteristic of all models that are compared.

    Args:
        evaluation_set: One row per flight that arrived.
        challenger: The new model.
        incumbent: The present champion, empty if there is none.
        baseline: What `fit_baseline` returned.

    Returns:
        A figure with one curve each, and its area in the legend.
    """
    late = evaluation_set["late"]
    figure, axes = _figure(
        f"Telling late flights from the others, {_month(evaluation_set)}",
        "False positive rate (share of punctual flights)",
        "True positive rate (share of late flights)",
    )
    for role, probability in predict_all(evaluation_set, challenger, incumbent, baseline).items():
        false_positives, true_positives, _ = roc_curve(late, probability)
        label = f"{_label(role, challenger, incumbent)}: AUC {roc_auc_score(late, probability):.3f}"
        axes.plot(false_positives, true_positives, color=COLOURS[role], label=label)
    axes.plot([0, 1], [0, 1], color="#BBBBBB", linestyle=":", label="chance: AUC 0.500")
    axes.legend(loc="lower right")
    return figure


def precision_recall_plot(
    evaluation_set: pd.DataFrame,
    challenger: Mapping[str, Any],
    incumbent: Mapping[str, Any],
    baseline: Mapping[str, Any],
) -> Figure:
    """Draw precision against recall of everything that is compared.

    Args:
        evaluation_set: One row per flight that arrived.
        challenger: The new model.
        incumbent: The present champion, empty if there is none.
        baseline: What `fit_baseline` returned.

    Returns:
        A figure with one curve each, and its average precision (AP) in the legend.
    """
    late = evaluation_set["late"]
    figure, axes = _figure(
        f"How many alarms are right, {_month(evaluation_set)}",
        "Recall (share of late flights that are found)",
        "Precision (share of alarms that are right)",
    )
    for role, probability in predict_all(evaluation_set, challenger, incumbent, baseline).items():
        precision, recall, _ = precision_recall_curve(late, probability)
        area = average_precision_score(late, probability)
        label = f"{_label(role, challenger, incumbent)}: AP {area:.3f}"
        # Where a handful of alarms decides, the curve is noise.
        steady = recall >= LOWEST_RECALL
        axes.plot(recall[steady], precision[steady], color=COLOURS[role], label=label)
    share = late.mean()
    axes.set_ylim(0, 1.05)
    axes.axhline(share, color="#BBBBBB", linestyle=":", label=f"share of late flights: {share:.3f}")
    axes.legend(loc="upper right")
    return figure


def calibration_plot(
    evaluation_set: pd.DataFrame,
    challenger: Mapping[str, Any],
    incumbent: Mapping[str, Any],
    baseline: Mapping[str, Any],
) -> Figure:
    """Draw how often flights were late against how often they were expected to be.

    Args:
        evaluation_set: One row per flight that arrived.
        challenger: The new model.
        incumbent: The present champion, empty if there is none.
        baseline: What `fit_baseline` returned.

    Returns:
        A figure with one line each, over tenths of the flights of about the same number.
    """
    figure, axes = _figure(
        f"Does it happen as often as predicted? {_month(evaluation_set)}",
        "Predicted probability of arriving late (mean of a tenth of the flights)",
        "Observed share of late flights",
    )
    for role, probability in predict_all(evaluation_set, challenger, incumbent, baseline).items():
        observed, predicted = calibration_curve(
            evaluation_set["late"], probability, n_bins=CALIBRATION_BINS, strategy="quantile"
        )
        label = _label(role, challenger, incumbent)
        axes.plot(predicted, observed, marker="o", color=COLOURS[role], label=label)
    axes.plot([0, 1], [0, 1], color="#BBBBBB", linestyle=":", label="perfectly calibrated")
    axes.legend(loc="upper left")
    return figure


def feature_importance_plot(
    evaluation_set: pd.DataFrame, challenger: Mapping[str, Any], importance: Mapping[str, Any]
) -> Figure:
    """Draw how much of the challenger's AUC each feature is worth.

    Args:
        evaluation_set: One row per flight that arrived.
        challenger: The new model.
        importance: `rows` to sample, `repeats` of the shuffling, and `seed`.

    Returns:
        A figure with one bar per feature: the drop in AUC when its values are shuffled, mean and
        standard deviation over the repeats.
    """
    estimator = challenger["estimator"]
    sample = evaluation_set.sample(
        min(importance["rows"], len(evaluation_set)), random_state=importance["seed"]
    )
    columns = list(estimator.feature_names_in_)
    drop = permutation_importance(
        estimator,
        sample[columns],
        sample["late"],
        scoring="roc_auc",
        n_repeats=importance["repeats"],
        random_state=importance["seed"],
    )
    order = np.argsort(drop.importances_mean)
    figure, axes = _figure(
        f"What the challenger relies on, {len(sample):,} flights of {_month(evaluation_set)}",
        "Drop in AUC when the feature is shuffled",
        "",
    )
    axes.barh(
        np.array(columns)[order],
        drop.importances_mean[order],
        xerr=drop.importances_std[order],
        color=COLOURS["challenger"],
        ecolor="#333333",
    )
    return figure


def _figure(title: str, x_label: str, y_label: str) -> tuple[Figure, Axes]:
    # pyplot keeps every figure alive and is not safe in threads; a bare Figure is neither.
    figure = Figure(figsize=(7, 5.5), layout="constrained", dpi=120)
    axes = figure.subplots()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.grid(color="#EEEEEE")
    axes.set_axisbelow(True)
    return figure, axes


def _month(evaluation_set: pd.DataFrame) -> str:
    return ", ".join(sorted(evaluation_set["month"].unique()))


def _label(role: str, challenger: Mapping[str, Any], incumbent: Mapping[str, Any]) -> str:
    model = {"challenger": challenger, "incumbent": incumbent}.get(role, {})
    name = "champion so far" if role == "incumbent" else role
    return f"{name} (version {model['version']})" if "version" in model else name

"""From the training window to a champion."""

from kedro.pipeline import Node, Pipeline

from ..features.nodes import build_features
from ..ingestion.nodes import split_flights
from .nodes import (
    decide,
    evaluate,
    evaluation_metrics,
    fit_baseline,
    fit_model,
    join_outcomes,
    select_champion,
)
from .plots import calibration_plot, feature_importance_plot, precision_recall_plot, roc_plot

COMPARED = ["evaluation_set", "challenger", "incumbent", "baseline"]


def create_pipeline() -> Pipeline:
    """Fit on the months before, compare on the month itself, and let the gate decide."""
    # The same functions as for the month itself: what a model learns from and what it is asked
    # about cannot drift apart.
    history = Pipeline(
        [
            Node(split_flights, "flights_raw", ["schedule", "outcomes"], name="split_flights"),
            Node(
                build_features,
                ["schedule", "weather", "planes", "airports"],
                "features",
                name="build_features",
            ),
            Node(join_outcomes, ["features", "outcomes"], "training_set", name="join_outcomes"),
        ],
        namespace="history",
        inputs={"weather", "planes", "airports"},
        outputs={"training_set"},
    )
    fit = Pipeline(
        [
            Node(join_outcomes, ["features", "outcomes"], "evaluation_set", name="join_outcomes"),
            Node(fit_model, ["training_set", "params:model"], "challenger", name="fit_model"),
            Node(fit_baseline, "training_set", "baseline", name="fit_baseline"),
        ]
    )
    judge = Pipeline(
        [
            Node(
                evaluate,
                [*COMPARED, "airlines", "params:evaluation"],
                "evaluation",
                name="evaluate",
            ),
            Node(evaluation_metrics, "evaluation", "metrics", name="evaluation_metrics"),
            Node(decide, ["evaluation", "params:gate"], "gate_decision", name="decide"),
            Node(
                select_champion,
                ["challenger", "gate_decision"],
                "champion",
                name="select_champion",
            ),
        ]
    )
    draw = Pipeline(
        [
            Node(roc_plot, COMPARED, "roc_plot", name="draw_roc"),
            Node(
                precision_recall_plot,
                COMPARED,
                "precision_recall_plot",
                name="draw_precision_recall",
            ),
            Node(calibration_plot, COMPARED, "calibration_plot", name="draw_calibration"),
            Node(
                feature_importance_plot,
                ["evaluation_set", "challenger", "params:importance"],
                "feature_importance_plot",
                name="draw_feature_importance",
            ),
        ]
    )
    return history + fit + judge + draw

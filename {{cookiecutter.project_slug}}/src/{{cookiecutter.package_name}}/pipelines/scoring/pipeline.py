"""From features and champion to predictions."""

from kedro.pipeline import Node, Pipeline

from .nodes import score


def create_pipeline() -> Pipeline:
    """Predict every scheduled flight of the month with the champion."""
    return Pipeline(
        [
            Node(
                score,
                ["features", "champion", "params:run_id", "params:scoring"],
                "predictions",
                name="score",
            ),
        ]
    )

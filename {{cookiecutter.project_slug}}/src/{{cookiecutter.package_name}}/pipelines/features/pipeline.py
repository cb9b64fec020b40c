"""From the schedule to model features."""

from kedro.pipeline import Node, Pipeline

from .nodes import build_features


def create_pipeline() -> Pipeline:
    """Build the features of the month's scheduled flights."""
    return Pipeline(
        [
            Node(
                build_features,
                ["schedule", "weather", "planes", "airports"],
                "features",
                name="build_features",
            ),
        ]
    )

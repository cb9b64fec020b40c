"""From numbers to sums."""

from kedro.pipeline import Node, Pipeline

from .nodes import add_up


def create_pipeline() -> Pipeline:
    """Add up the numbers."""
    return Pipeline([Node(add_up, "numbers", "sums", name="add_up")])

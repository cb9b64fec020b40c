"""The pipelines of the project."""

from kedro.pipeline import Node, Pipeline

from .nodes import fare


def register_pipelines() -> dict[str, Pipeline]:
    """The only one, of a single node."""
    return {"__default__": Pipeline([Node(fare, "rides_raw", "rides", name="fares")])}

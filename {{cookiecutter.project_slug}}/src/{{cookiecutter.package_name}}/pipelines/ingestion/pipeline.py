"""From raw tables to clean ones."""

from kedro.pipeline import Node, Pipeline

from .nodes import clean_airlines, clean_airports, clean_planes, clean_weather, split_flights


def create_pipeline() -> Pipeline:
    """Clean the raw tables and split the flights of the month into schedule and outcomes."""
    return Pipeline(
        [
            Node(split_flights, "flights_raw", ["schedule", "outcomes"], name="split_flights"),
            Node(clean_weather, "weather_raw", "weather", name="clean_weather"),
            Node(clean_planes, "planes_raw", "planes", name="clean_planes"),
            Node(clean_airports, "airports_raw", "airports", name="clean_airports"),
            Node(clean_airlines, "airlines_raw", "airlines", name="clean_airlines"),
        ]
    )

"""What the only pipeline does."""


def fare(text: str) -> float:
    """The price of a ride."""
    return float(text)

"""What the pipelines share: the key of a flight, and frames of any engine."""

from typing import Any

import narwhals as nw

KEY = ["scheduled_hour", "carrier", "flight"]


def lazy(frame: Any) -> nw.LazyFrame[Any]:
    """Wrap a frame so that only what every engine can do is at hand.

    On pandas nothing is deferred, but what works there works on Spark as well: a narwhals LazyFrame
    has no row positions and no loops over rows. `to_native()` gives a frame of the same kind back.

    Args:
        frame: A frame of pandas, Spark or any other engine that narwhals knows.

    Returns:
        The same frame in narwhals.
    """
    return nw.from_native(frame).lazy()

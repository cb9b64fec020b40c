from pathlib import Path

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import Node

from kedro_golden_path.session.tracker import Tracker


def test_metadata_that_is_not_that_of_the_entry_is_left_alone(tmp_path: Path) -> None:
    """A Delta table has a property of this name, which says what the table says."""
    delta = {"type": "pandas.DeltaTableDataset", "filepath": f"{tmp_path}/x"}
    catalog = DataCatalog.from_config({"x": delta})
    frame = pd.DataFrame({"a": [1]})
    catalog.save("x", frame)
    tracker = Tracker()
    tracker.before_node(catalog)
    tracker.after_saving("x", frame, Node(max, "y", "x"))

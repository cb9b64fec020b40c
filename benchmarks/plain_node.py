"""The trivial node without Kedro: `plain_node.py NODES_DIRECTORY DATA_DIRECTORY`.

It runs in the environment of a generated project, in the place of `kedro run`.
"""

# Runs in a project's environment, with packages that this repository's lacks.
# mypy: disable-error-code="import-not-found"

import sys
from pathlib import Path

import pandas as pd


def main(nodes: str, data: str) -> None:
    # The directory itself, not its package, whose __init__ would import Kedro.
    sys.path.insert(0, nodes)
    from nodes import add_up

    add_up(pd.read_parquet(Path(data) / "numbers.parquet")).to_parquet(Path(data) / "sums.parquet")
    if "kedro" in sys.modules:
        raise SystemExit("The plain script imported Kedro: there is nothing to compare with.")


if __name__ == "__main__":
    main(*sys.argv[1:])

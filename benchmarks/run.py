"""Measure what the documentation claims, side by side with what it is compared to.

`make bench`, or `.venv/bin/python benchmarks/run.py [--runs N] [--only NAME]`. The table goes to
the terminal, the same figures as JSON to benchmarks/results/latest.json.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import contracts_pandas
import contracts_spark
import dag_cost
import dag_import
import dag_run
import dag_task
import engine_nodes
import fleets
import generation
import one_node
import pipeline
from measure import BenchmarkError

BENCHMARKS = {
    "generation": generation.measure,
    "one-node": one_node.measure,
    "pipeline": pipeline.measure,
    "contracts-pandas": contracts_pandas.measure,
    "contracts-spark": contracts_spark.measure,
    "nodes": engine_nodes.measure,
    "dag-import": dag_import.measure,
    "task": dag_task.measure,
    "dag-cost": dag_cost.measure,
    "dag-run": dag_run.measure,
    "fleet": fleets.measure,
}
RESULTS = Path(__file__).with_name("results") / "latest.json"


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what the documentation claims.")
    parser.add_argument("--runs", type=int, default=5, help="measurements of each command (5)")
    parser.add_argument("--only", choices=BENCHMARKS, help="one benchmark instead of all")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs must be 1 or more")
    machine = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load_average_before": [round(load, 2) for load in os.getloadavg()],
    }
    results = {}
    # Not below the repository: a run asks git about the project, and would describe this one.
    with tempfile.TemporaryDirectory(prefix="golden-path-bench-") as directory:
        for name in [options.only] if options.only else BENCHMARKS:
            print(f"Measuring {name} …", file=sys.stderr, flush=True)
            try:
                report = BENCHMARKS[name](Path(directory).resolve() / name, options.runs)
            except BenchmarkError as error:
                print(f"The benchmark '{name}' failed: {error}", file=sys.stderr)
                return 1
            print(report.as_text(), flush=True)
            results[name] = report.as_json()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"machine": machine} | results, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A run of one trivial node, against a plain script and against plain Kedro."""

import shutil
from pathlib import Path

import pandas as pd
from measure import BenchmarkError, alternate, timed
from projects import (
    NO_TELEMETRY,
    add_one_node,
    generate,
    generate_plain,
    install,
    install_plain,
)
from report import Goal, Report
from tracing import Trace

PACKAGE = "one_node"
SCRIPT = Path(__file__).with_name("plain_node.py")
# Without the example there are no models and no months.
UNUSED = ("kedro_golden_path.models.dataset", "kedro_golden_path.models.gate", "mlflow.sklearn")


def measure(directory: Path, runs: int) -> Report:
    """Run the same function on the same file in three ways, and trace the golden path."""
    ours, theirs = _make_projects(directory)
    nodes = ours / f"src/{PACKAGE}/pipelines/one_node"
    script = directory / "script"
    script.mkdir()
    shutil.copy(ours / "data/numbers.parquet", script)
    plain = [ours / ".venv/bin/python", SCRIPT, nodes, script]
    trace = Trace(ours, PACKAGE, ["kedro", "run"], may_miss=UNUSED)
    samples = alternate(
        {
            "kedro run, golden path": lambda: timed([ours / ".venv/bin/kedro", "run"], cwd=ours),
            "plain script": lambda: timed(plain, cwd=script),
            "kedro run, plain Kedro without tracking": lambda: timed(
                [theirs / ".venv/bin/kedro", "run"], cwd=theirs, **NO_TELEMETRY
            ),
            "kedro run, golden path, traced": trace.run,
        },
        runs,
    )
    _check_same([ours / "data", script, theirs / "data"])
    golden_path, without, kedro, _ = (sample.median for sample in samples.values())
    goals = [
        Goal("golden path - plain script", golden_path - without, "s"),
        Goal("golden path - plain Kedro", golden_path - kedro, "s"),
    ]
    return Report("One node", samples, goals, trace.breakdowns())


def _make_projects(directory: Path) -> tuple[Path, Path]:
    generate(directory / "golden-path", project_name="One Node", example="none")
    generate_plain(directory / "plain-kedro", "One Node")
    ours, theirs = directory / "golden-path/one-node", directory / "plain-kedro/one-node"
    install(ours)
    install_plain(theirs, lock=ours / "requirements.lock")
    add_one_node(ours, PACKAGE, contract=True)
    add_one_node(theirs, PACKAGE, contract=False)
    return ours, theirs


def _check_same(directories: list[Path]) -> None:
    expected, *others = (pd.read_parquet(directory / "sums.parquet") for directory in directories)
    if not all(frame.equals(expected) for frame in others):
        raise BenchmarkError("the contestants wrote different sums; their times mean nothing")

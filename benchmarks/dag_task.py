"""What a task of a DAG pays beyond its node, against `kedro run --nodes` with kedro-mlflow.

Both do the same trivial node and track it in SQLite; ours works for a run that was opened before.
What a task cannot do without, whatever it does, is measured as well: to import the libraries.
It is measured with the development tools that `make install` adds to the environment, and without
them, as in an image of the project.
"""

from pathlib import Path

import pandas as pd
from measure import BenchmarkError, alternate, answer, timed
from projects import NO_TELEMETRY, TEMPLATE_BIN, add_one_node, generate, install
from report import Goal, Report
from stock import tracked_one_node
from tracing import Trace

PACKAGE = "one_node"
# The task has no model, and no gate.
UNUSED = ("kedro_golden_path.models.dataset", "kedro_golden_path.models.gate", "mlflow.sklearn")
SECONDS, SHARE_OF_STOCK = 4.0, 0.45
TASK = {
    "GOLDEN_PATH_DAG_ID": "one_node",
    "GOLDEN_PATH_DAG_RUN_ID": "benchmark",
    "GOLDEN_PATH_TASK_ID": "one_node",
    "GOLDEN_PATH_TRY_NUMBER": "1",
}
RUN = ["kedro", "run", "--pipelines", "one_node"]
IMPORTS = """
import kedro.framework.cli.cli, kedro.framework.session
import kedro_datasets.pandas, pandera.pandas
import mlflow, mlflow.store.tracking.sqlalchemy_store
"""
NODE = """
import json, sys, time
import pandas as pd
sys.path.insert(0, sys.argv[1])
from nodes import add_up
numbers = pd.read_parquet("data/numbers.parquet")
started = time.perf_counter()
add_up(numbers)
print(json.dumps(time.perf_counter() - started))
"""


def measure(directory: Path, runs: int) -> Report:
    """Run the task and what it is compared with in turns, and trace the task."""
    ours, theirs, production = _make_projects(directory)
    bin_ = ours / ".venv/bin"
    nodes = ours / f"src/{PACKAGE}/pipelines/one_node"
    open_run = [
        str(bin_ / "kedro"),
        "runs",
        "open",
        "--pipelines",
        "one_node",
        "--name",
        "one_node",
    ]
    timed(open_run, cwd=ours, **TASK)
    trace = Trace(ours, PACKAGE, RUN, may_miss=UNUSED, env=TASK)
    samples = alternate(
        {
            "task, golden path": lambda: timed([bin_ / RUN[0], *RUN[1:]], cwd=ours, **TASK),
            "kedro run --nodes, kedro-mlflow": lambda: timed(
                [theirs / ".venv/bin/kedro", "run", "--nodes", "add_up"], cwd=theirs, **NO_TELEMETRY
            ),
            "imports alone: kedro, pandas, pandera, mlflow, SQLite store": lambda: timed(
                [bin_ / "python", "-W", "ignore", "-c", IMPORTS], cwd=ours
            ),
            "node alone": lambda: answer([bin_ / "python", "-c", NODE, nodes], cwd=ours),
            "task, golden path, without development tools": lambda: timed(
                [production / "bin" / RUN[0], *RUN[1:]], cwd=ours, **TASK
            ),
            "kedro runs open": lambda: timed(open_run, cwd=ours, **TASK),
            "task, golden path, traced": trace.run,
        },
        runs,
    )
    timed([bin_ / "kedro", "runs", "publish"], cwd=ours, **TASK)
    _check_same(ours / "data/sums.parquet", theirs / "data/sums.parquet")
    task, stock, imports, node, lean, *_ = (sample.median for sample in samples.values())
    goals = [
        Goal("task - node", task - node, "s", SECONDS),
        Goal("(task - node) / kedro run --nodes", (task - node) / stock, "", SHARE_OF_STOCK),
        Goal("imports alone / kedro run --nodes", imports / stock, ""),
        Goal("task - node, without development tools", lean - node, "s", SECONDS),
    ]
    return Report("Task of a DAG", samples, goals, trace.breakdowns())


def _make_projects(directory: Path) -> tuple[Path, Path, Path]:
    """Our project, the plain one, and an environment as production has it."""
    generate(directory / "golden-path", project_name="One Node", example="none")
    ours = directory / "golden-path/one-node"
    install(ours)
    add_one_node(ours, PACKAGE, contract=True)
    production = directory / "production"
    uv = str(TEMPLATE_BIN / "uv")
    timed([uv, "venv", "--quiet", "--python", ours / ".venv/bin/python", production], cwd=ours)
    timed(
        [uv, "pip", "sync", "--quiet", "--python", production, "requirements.lock"],
        cwd=ours,
    )
    return ours, tracked_one_node(directory / "kedro-mlflow", PACKAGE), production


def _check_same(ours: Path, theirs: Path) -> None:
    if not pd.read_parquet(ours).equals(pd.read_parquet(theirs)):
        raise BenchmarkError("the contestants wrote different sums; their times mean nothing")

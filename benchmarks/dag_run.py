"""A DAG run of the example on a real Airflow, against `kedro run` and kedro-airflow's DAG.

Airflow is that of the tests, with the same settings for both DAGs but that it reads DAG files every
30 seconds, its default. It counts from the start of a DAG run to its end as it records them. Ours
runs on an Airflow without Kedro. The DAG of kedro-airflow (grouped by memory) imports Kedro in
Airflow's own processes, so it runs on one whose environment has the project's packages as well, see
`stock.py`; it takes the current directory for the project, so that Airflow is started there.

Contestants are not measured in turns: an Airflow that only waits takes a share of two cores, so
each has the machine to itself. The first run of each does not count; no more than three of
kedro-airflow's are counted, because its first one waits for minutes after two tasks have fallen
over each other in an empty MLflow.

What many projects on one Airflow would ask of it is reckoned with what is measured here: the
seconds of the DAG processor for a file, the calls to MLflow of a DAG run, and those of a call.
"""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd
from measure import BenchmarkError, Sample, timed
from projects import ROOT, generate, install
from report import Goal, Report
from stock import ENVIRONMENTS, export, install_stock
from stock_example import plain_example

# The stack is the tests'.
sys.path.append(str(ROOT / "tests"))
if TYPE_CHECKING:
    from support.airflow_stack import Airflow

MONTH, MONTHS_BEFORE = "2013-04", ["2013-01", "2013-02", "2013-03"]
PIPELINES = ["ingestion", "features", "training", "scoring"]
DAG_ID, STOCK_DAG_ID = "flight_delays_all", "flight-delays"
DAGS = f"dags:\n  all:\n    pipelines: [{', '.join(PIPELINES)}]\n"
SETTINGS = {"AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30"}
# As many as the golden path uses unless told otherwise, see `pipeline.py`.
THREADS = {"OMP_NUM_THREADS": "1"}
PATIENCE_SECONDS = 900
MOST_RUNS_OF_STOCK = 3
TIMES_ALONE, SHARE_OF_STOCK = 2.5, 1 / 4
CALLS = 200
PREDICTIONS = f"data/07_model_output/predictions/month={MONTH}/predictions.parquet"

WHOLE, BETWEEN = "the DAG run", "no task is running"

Run = dict[str, float]


def measure(directory: Path, runs: int) -> Report:
    """Run the example alone, then in our DAG, then in that of kedro-airflow."""
    ours, theirs = _make_projects(directory)
    alone = _alone(ours, runs)
    with _airflow(ROOT / "build/environments", directory / "airflow", ours / "dags") as stack:
        own = _dag_runs(stack, DAG_ID, runs, {"month": MONTH})
        calls = _mlflow_calls(stack) / (runs + 1)
        call = _mlflow_call(stack)
        parse = float(stack.api("GET", f"/dags/{DAG_ID}")["last_parse_duration"])
    env = THREADS | {"PYTHONPATH": str(theirs / "src")}
    with _airflow(ENVIRONMENTS, theirs, theirs / "airflow_dags", env) as stack:
        # Its schedule is @once: the first run starts by itself, and is the one that warms up.
        stock = _dag_runs(stack, STOCK_DAG_ID, min(runs, MOST_RUNS_OF_STOCK))
    _check_same(ours / PREDICTIONS, theirs / PREDICTIONS)
    samples = {
        "kedro run, golden path, alone": alone,
        "DAG run, golden path": _sample(own),
        f"DAG run, kedro-airflow, {len(stock[0]) - 2} tasks": _sample(stock),
    }
    kedro_run, golden_path, kedro_airflow = (sample.median for sample in samples.values())
    goals = [
        Goal("DAG run / kedro run alone", golden_path / kedro_run, "", TIMES_ALONE),
        Goal("DAG run / DAG run of kedro-airflow", golden_path / kedro_airflow, "", SHARE_OF_STOCK),
    ]
    goals += [
        Goal("DAG processor, for one of our files", parse, "s"),
        Goal("calls to MLflow of a DAG run", calls, ""),
        Goal("a call to MLflow, one after the other", call.median * 1000, "ms"),
    ]
    breakdowns = {
        "where the seconds of our DAG run go, by task": _parts(own),
        "where those of kedro-airflow go; tasks may overlap": _parts(stock),
    }
    return Report(f"DAG run, {MONTH}", samples, goals, breakdowns)


def _make_projects(directory: Path) -> tuple[Path, Path]:
    generate(directory / "golden-path")
    ours = directory / "golden-path/flight-delays"
    install(ours)
    (ours / "conf/base/airflow_dags.yml").write_text(DAGS, encoding="utf-8")
    timed([ours / ".venv/bin/kedro", "dags", "--env", "local"], cwd=ours)
    install_stock()
    theirs = plain_example(directory / "stock", ours, MONTH, MONTHS_BEFORE)
    export(theirs, "__default__", "--group-by", "memory")
    return ours, theirs


def _alone(project: Path, runs: int) -> Sample:
    command = [str(project / ".venv/bin/kedro"), "run", "--pipelines", ",".join(PIPELINES)]
    command += ["--params", f"month={MONTH}"]
    seconds = [timed(command, cwd=project) for _ in range(runs + 1)]
    return Sample(tuple(seconds[1:]))


@contextmanager
def _airflow(
    environment: Path, directory: Path, dags: Path, env: Mapping[str, str] | None = None
) -> Iterator["Airflow"]:
    from support.airflow_stack import airflow_stack

    settings = SETTINGS | dict(env or {})
    with airflow_stack(directory, {"measured": dags}, environment, settings) as stack:
        yield stack


def _dag_runs(
    stack: "Airflow", dag_id: str, runs: int, conf: Mapping[str, Any] | None = None
) -> list[Run]:
    """The seconds of each DAG run that counts: in all, and by task."""
    try:
        stack.wait_for_dag(dag_id)
        stack.unpause(dag_id)
        first = _scheduled(stack, dag_id)
        done = [_dag_run(stack, dag_id, first or stack.trigger(dag_id, conf=conf))]
        done += [_dag_run(stack, dag_id, stack.trigger(dag_id, conf=conf)) for _ in range(runs)]
    except AssertionError as error:
        raise BenchmarkError(str(error)) from error
    return done[1:]


def _scheduled(stack: "Airflow", dag_id: str) -> str | None:
    """The run that a DAG with the schedule @once starts by itself."""
    if stack.api("GET", f"/dags/{dag_id}")["timetable_summary"] != "@once":
        return None
    from support import wait_for

    runs: list[dict[str, Any]] = []

    def begun() -> bool:
        runs[:] = stack.api("GET", f"/dags/{dag_id}/dagRuns")["dag_runs"]
        return bool(runs)

    wait_for(begun, f"the first run of {dag_id}")
    return str(runs[0]["dag_run_id"])


def _dag_run(stack: "Airflow", dag_id: str, run_id: str) -> Run:
    stack.wait_for_run(dag_id, run_id, {"success"}, timeout=PATIENCE_SECONDS)
    whole = stack.api("GET", f"/dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")
    tasks = [each for each in stack.task_instances(dag_id, run_id) if each["start_date"]]
    spans = sorted((_moment(each["start_date"]), _moment(each["end_date"])) for each in tasks)
    seconds = _moment(whole["end_date"]) - _moment(whole["start_date"])
    parts = {each["task_id"]: each["duration"] for each in tasks}
    return parts | {WHOLE: seconds, BETWEEN: seconds - _covered(spans)}


def _mlflow_calls(stack: "Airflow") -> int:
    log = (stack.directory / "mlflow.log").read_text("utf-8").splitlines()
    return sum(" /api/" in line for line in log)


def _mlflow_call(stack: "Airflow") -> Sample:
    """What `runs/get` takes, the most frequent call."""
    api = f"{stack.mlflow_url}/api/2.0/mlflow"
    search = json.dumps({"experiment_ids": ["1"], "max_results": 1}).encode()
    kind = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{api}/runs/search", search, kind)
    with urllib.request.urlopen(request) as answer:
        run_id = json.load(answer)["runs"][0]["info"]["run_id"]
    seconds = []
    for _ in range(CALLS):
        started = time.perf_counter()
        urllib.request.urlopen(f"{api}/runs/get?run_id={run_id}").read()
        seconds.append(time.perf_counter() - started)
    return Sample(tuple(seconds))


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _covered(spans: list[tuple[float, float]]) -> float:
    """How long at least one of the spans, in the order of their beginnings, lasts."""
    covered, until = 0.0, 0.0
    for start, end in spans:
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return covered


def _sample(runs: list[Run]) -> Sample:
    return Sample(tuple(run[WHOLE] for run in runs))


def _parts(runs: list[Run]) -> dict[str, Sample]:
    names = [name for name in runs[0] if name != WHOLE]
    return {name: Sample(tuple(run.get(name, 0.0) for run in runs)) for name in names}


def _check_same(ours: Path, theirs: Path) -> None:
    of_the_run = ["run_id", "model_version"]
    frames = [pd.read_parquet(file).drop(columns=of_the_run) for file in (ours, theirs)]
    if not frames[0].equals(frames[1]):
        raise BenchmarkError("the DAG runs made different predictions; their times mean nothing")

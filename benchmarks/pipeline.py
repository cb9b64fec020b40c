"""The whole pipeline of the example, against the same functions in a plain script."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from measure import BenchmarkError, alternate, timed
from projects import Snapshot, generate, install
from report import Goal, Report
from tracing import Trace

PACKAGE = "flight_delays"
FIRST_MONTH, MONTH = "2013-04", "2013-05"
SCRIPT = Path(__file__).with_name("plain_pipeline.py")
OVERHEAD = 8.0
PERCENT_FOR_CONTRACTS = 10.0
# As many as the golden path uses unless told otherwise. What is compared is the work around the
# functions; with another number of threads inside them, that number would be the difference.
THREADS = {"OMP_NUM_THREADS": "1"}
RUN = ["kedro", "run", "--params", f"month={MONTH}"]
# Layers that both write; models are in the registry of the one and in a pickle of the other.
DERIVED = "0[24578]_*"
# What differs from run to run by intention.
IDENTITY = ["run_id", "model_version"]


def measure(directory: Path, runs: int) -> Report:
    """Run the month after the first one, always from the same state, with and without Kedro."""
    generate(directory)
    project = directory / "flight-delays"
    install(project)
    bin_ = project / ".venv/bin"
    script = directory / "script"
    script.mkdir()

    def plain(month: str, **env: str) -> float:
        return timed([bin_ / "python", SCRIPT, project, month, script], cwd=directory, **env)

    timed([bin_ / "kedro", "run", "--params", f"month={FIRST_MONTH}"], cwd=project)
    plain(FIRST_MONTH)
    tracked = Snapshot(project, ["mlflow.db*", "mlruns", f"data/{DERIVED}", ".viz"])
    scripted = Snapshot(script, ["*"])
    trace = Trace(project, PACKAGE, RUN, env=THREADS)
    samples = alternate(
        {
            "kedro run, golden path": _from(
                tracked, lambda: timed([bin_ / RUN[0], *RUN[1:]], cwd=project, **THREADS)
            ),
            "plain script, same threads": _from(scripted, lambda: plain(MONTH, **THREADS)),
            "plain script, default threads": _from(scripted, lambda: plain(MONTH)),
            "kedro run, golden path, traced": _from(tracked, trace.run),
        },
        runs,
    )
    _check_same(project / "data", script)
    golden_path, same, default, _ = (sample.median for sample in samples.values())
    if golden_path < same:
        raise BenchmarkError(
            f"the golden path took {golden_path:.2f} s and the plain script, which does less, "
            f"{same:.2f} s: something but the work differs between them, or the machine is busy"
        )
    goals = [
        Goal("golden path - plain script, same threads", golden_path - same, "s", OVERHEAD),
        Goal("golden path - plain script, default threads", golden_path - default, "s"),
        Goal(
            "contracts in a traced run, imports included",
            100 * trace.share_of_contracts(),
            "%",
            PERCENT_FOR_CONTRACTS,
        ),
    ]
    return Report(f"Whole pipeline, {MONTH}", samples, goals, trace.breakdowns())


def _from(snapshot: Snapshot, measure: Callable[[], float]) -> Callable[[], float]:
    def restored() -> float:
        snapshot.restore()
        return measure()

    return restored


def _check_same(ours: Path, theirs: Path) -> None:
    """Compare every file that both wrote.

    Raises:
        BenchmarkError: They did different work, so their times cannot be compared.
    """
    files = _files(ours)
    if files != _files(theirs):
        different = sorted(map(str, files ^ _files(theirs)))
        raise BenchmarkError(f"only one of the contestants wrote {', '.join(different)}")
    for file in sorted(files):
        if not _same(ours / file, theirs / file):
            raise BenchmarkError(f"the contestants wrote different data to {file}")


def _files(data: Path) -> set[Path]:
    found = (file for layer in data.glob(DERIVED) for file in layer.rglob("month=*/*"))
    return {file.relative_to(data) for file in found}


def _same(ours: Path, theirs: Path) -> bool:
    if ours.suffix == ".parquet":
        frames = (pd.read_parquet(file) for file in (ours, theirs))
        one, other = (frame.drop(columns=IDENTITY, errors="ignore") for frame in frames)
        return one.equals(other)
    if ours.suffix == ".json":
        one, other = (json.loads(file.read_text("utf-8")) for file in (ours, theirs))
        return bool(one == other)
    return ours.read_bytes() == theirs.read_bytes()

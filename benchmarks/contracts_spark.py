"""Saving under a contract on Spark, against saving alone, and against pandera's Spark backend."""

from pathlib import Path

from measure import Sample, answer
from projects import generate, install, install_spark, make_environment
from report import Goal, Report
from wide_table import write_halves

OURS = Path(__file__).with_name("validate_spark.py")
PANDERA = Path(__file__).with_name("validate_spark_pandera.py")
ROWS = 1_000_000
KEYS = 1
WITHOUT_KEY_RATIO, WITH_KEY_RATIO = 1.15, 1.5
# The pandera and Spark of a project, and the newest pandas that pandera's Spark backend is for.
PANDERA_ON_SPARK = ("pandera[pyspark,pandas]==0.35.*", "pandas<3", "pyspark==4.3.0", "pyarrow")


def measure(directory: Path, runs: int) -> Report:
    """Compute a table by a join and save it, with and without a contract, in turns in one Spark."""
    generate(directory)
    project = directory / "flight-delays"
    install(project)
    install_spark(project)
    pandera = make_environment(directory / "pandera", *PANDERA_ON_SPARK)
    data = directory / "data"
    write_halves(data / "left", data / "right", ROWS)
    env = {"PYTHONPATH": str(project / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    python = project / ".venv/bin/python"
    ours = answer([python, OURS, project, data, str(runs)], cwd=directory, **env)
    theirs = answer([pandera, PANDERA, data, str(min(runs, 2))], cwd=directory, **env)
    samples = {
        name: Sample(tuple(seconds))
        for name, seconds in (ours["seconds"] | theirs["seconds"]).items()
    }
    jobs = ours["jobs"] | theirs["jobs"]
    without, no_key, key, native, alone, backend = samples
    seconds = {name: sample.median for name, sample in samples.items()}
    goals = [
        Goal(
            "contract without key / saved",
            seconds[no_key] / seconds[without],
            "",
            WITHOUT_KEY_RATIO,
        ),
        Goal("contract with a key / saved", seconds[key] / seconds[without], "", WITH_KEY_RATIO),
        Goal("hand-written aggregate / saved", seconds[native] / seconds[without], ""),
        Goal("pandera / saved, in pandera's process", seconds[backend] / seconds[alone], ""),
        Goal("without key, jobs of the validation", jobs[no_key] - jobs[without], "", 1),
        Goal("with a key, jobs of the validation", jobs[key] - jobs[without], "", 1 + KEYS),
        Goal("pandera, jobs of the validation", jobs[backend] - jobs[alone], ""),
    ]
    return Report(f"Contract on Spark, {ROWS:,} rows x 20 columns", samples, goals)

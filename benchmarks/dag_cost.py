"""The CPU that the tasks of the example's training DAG take, against one `kedro run` of the same.

The commands are those of the exported DAG, run one after the other without Airflow, with an MLflow
server, of whose CPU nothing counts. Airflow adds about half a second to each task. What `import
mlflow` takes is the measure for tasks that do without.
"""

import ast
import shlex
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from measure import BenchmarkError, alternate, cpu
from projects import ROOT, generate, install
from report import Goal, Report

# The server is run as by the tests.
sys.path.append(str(ROOT / "tests"))

MONTH = "month=2013-04"
DAG = "dags/flight_delays_training.py"
TIMES_ALONE, SHARE_OF_MLFLOW = 1.5, 0.36
AROUND = ("open_run", "publish_run", "close_run")


@dataclass
class Tasks:
    """The tasks of one DAG run after the other, as commands."""

    project: Path
    commands: dict[str, str]
    env: dict[str, str]
    runs: int = 0

    def kedro(self, command: str, **more: str) -> float:
        """The CPU seconds of a command."""
        program = self.project / ".venv/bin/kedro"
        words: list[str | Path] = [program, *shlex.split(command), "--params", MONTH]
        return cpu(words, self.project, **self.env, **more)

    def run(self, name: str) -> float:
        """The CPU seconds of a task; the first one of a DAG run begins it."""
        self.runs += name == "open_run"
        run_id = f"run-{self.runs}"
        return self.kedro(
            self.commands[name],
            GOLDEN_PATH_DAG_ID="training",
            GOLDEN_PATH_DAG_RUN_ID=run_id,
            GOLDEN_PATH_TASK_ID=name,
        )


def measure(directory: Path, runs: int) -> Report:
    """Run the pipelines in one process and in those of the DAG, in turns."""
    from support import service

    generate(directory / "golden-path")
    project = directory / "golden-path/flight-delays"
    install(project)
    programs = project / ".venv/bin"
    commands = _commands(project / DAG)
    pipelines = shlex.split(commands["open_run"])[3]
    server = [str(programs / "mlflow"), "server", "--workers", "1", "--port", "{port}"]
    server += ["--backend-store-uri", "sqlite:///served.db", "--artifacts-destination", "served"]
    with service(server, "/health", project, MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false") as uri:
        tasks = Tasks(project, commands, {"MLFLOW_TRACKING_URI": uri})
        samples = alternate(
            {
                "kedro run": lambda: tasks.kedro(f"run --pipelines {pipelines}"),
                **{name: partial(tasks.run, name) for name in commands},
                "import mlflow": lambda: cpu([programs / "python", "-c", "import mlflow"], project),
            },
            runs,
        )
    alone, mlflow = samples["kedro run"].median, samples["import mlflow"].median
    whole = sum(samples[name].median for name in commands)
    goals = [Goal("CPU of all tasks / kedro run", whole / alone, "", TIMES_ALONE)]
    goals += [
        Goal(f"{name} / import mlflow", samples[name].median / mlflow, "", SHARE_OF_MLFLOW)
        for name in AROUND
    ]
    return Report("CPU seconds of a DAG run, without Airflow's own", samples, goals)


def _commands(dag: Path) -> dict[str, str]:
    """The command of Kedro of each task, in order, as the file of the DAG has it."""
    found = {
        str(ast.literal_eval(call.args[0])): str(ast.literal_eval(call.args[1]))
        for call in ast.walk(ast.parse(dag.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        if call.func.id == "kedro"
    }
    if not set(AROUND) <= found.keys():
        raise BenchmarkError(f"{dag} has other tasks than were expected: {', '.join(found)}")
    return found

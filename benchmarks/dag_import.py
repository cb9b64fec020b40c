"""What Airflow pays each time that it reads a DAG file, against the file of kedro-airflow.

The DAGs have one task for each node, and ours three more: they open, publish and close the run.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measure import BenchmarkError, alternate, answer, timed
from projects import ROOT, generate, install
from report import Goal, Report
from stock import AIRFLOW, export, install_stock, plain_project

# Airflow is that of the tests.
sys.path.append(str(ROOT / "tests"))

PACKAGE = "many_nodes"
NAME = "Many Nodes"
SCRIPT = Path(__file__).with_name("execute_dag.py")
SECONDS = {10: 0.03, 100: 0.04, 300: 0.10}
OWN_TASKS = 3
OURS = ROOT / "build/environments/airflow"
# Chains of ten: each dataset but the first of a chain is made of the one before.
PIPELINE = '''"""{nodes} nodes in chains of ten."""

from kedro.pipeline import Node, Pipeline


def copy(table):
    return table


def create_pipeline() -> Pipeline:
    return Pipeline(
        [
            Node(
                copy,
                f"table_{{i}}_of_{nodes}" if i % 10 else "table",
                f"table_{{i + 1}}_of_{nodes}",
                name=f"node_{{i}}_of_{nodes}",
            )
            for i in range({nodes})
        ]
    )
'''
CATALOG = """
table:
  type: pandas.ParquetDataset
  filepath: data/table.parquet

"table_{number}_of_{nodes}":
  type: pandas.ParquetDataset
  filepath: data/{nodes}/{number}.parquet
"""
DAG = """
  nodes_{nodes}:
    group_by: node
    schedule: "@monthly"
    start_date: 2013-04-01
"""


def measure(directory: Path, runs: int) -> Report:
    """Execute the files of both for DAGs of several sizes, in a fresh process each time."""
    from support.airflow_stack import AIRFLOW_LOCK
    from support.airflow_stack import install as install_airflow

    install_airflow(AIRFLOW_LOCK, OURS)
    ours, theirs = _export_ours(directory / "golden-path"), _export_theirs(directory / "stock")
    samples = alternate(
        {name: each for nodes in SECONDS for name, each in _contestants(nodes, ours, theirs)},
        runs,
    )
    goals = []
    for nodes, most in SECONDS.items():
        own, stock = samples[_name(nodes)].median, samples[_stock_name(nodes)].median
        goals.append(Goal(f"{_name(nodes)}, beyond airflow.sdk", own, "s", most))
        goals.append(Goal(f"{nodes} nodes: golden path / kedro-airflow", own / stock, ""))
    return Report("Import of DAG files", samples, goals)


def _name(nodes: int) -> str:
    return f"{nodes} nodes, golden path"


def _stock_name(nodes: int) -> str:
    return f"{nodes} nodes, kedro-airflow"


def _contestants(
    nodes: int, ours: dict[int, Path], theirs: dict[int, Path]
) -> list[tuple[str, Callable[[], float]]]:
    own = partial(_seconds, OURS, ours[nodes], nodes + OWN_TASKS)
    return [
        (_name(nodes), own),
        (f"{_name(nodes)}, no garbage collection", partial(own, collecting="off")),
        (_stock_name(nodes), partial(_seconds, AIRFLOW, theirs[nodes], nodes)),
    ]


def _seconds(environment: Path, file: Path, tasks: int, collecting: str = "on") -> float:
    command = [str(environment / "bin/python"), str(SCRIPT), str(file), str(tasks), collecting]
    seconds: float = answer(command, cwd=file.parent)
    return seconds


def _export_ours(directory: Path) -> dict[int, Path]:
    generate(directory, project_name=NAME, example="none")
    project = directory / "many-nodes"
    install(project)
    _add_pipelines(project)
    dags = "dags:" + "".join(DAG.format(nodes=nodes) for nodes in SECONDS)
    (project / "conf/base/airflow_dags.yml").write_text(dags, encoding="utf-8")
    timed([project / ".venv/bin/kedro", "dags", "--env", "local"], cwd=project)
    files = {nodes: project / f"dags/{PACKAGE}_nodes_{nodes}.py" for nodes in SECONDS}
    for file in files.values():
        if "kedro" in _imported(file):
            raise BenchmarkError(f"{file.name} imports Kedro: it is not what we export")
    return files


def _export_theirs(directory: Path) -> dict[int, Path]:
    install_stock()
    project = plain_project(directory, NAME)
    _add_pipelines(project)
    return {nodes: export(project, f"nodes_{nodes}") for nodes in SECONDS}


def _imported(file: Path) -> str:
    lines = file.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if line.startswith(("import ", "from ")))


def _add_pipelines(project: Path) -> None:
    for nodes in SECONDS:
        package = project / f"src/{PACKAGE}/pipelines/nodes_{nodes}"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(PIPELINE.format(nodes=nodes), encoding="utf-8")
    (project / "conf/base/catalog_nodes.yml").write_text(CATALOG, encoding="utf-8")

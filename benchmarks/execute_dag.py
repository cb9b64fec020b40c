"""How long a DAG file takes to execute: `execute_dag.py FILE TASKS on|off`, seconds as JSON.

It runs in an environment of Airflow. What the file imports from Airflow is imported before the
clock starts, everything else counts. The file is loaded as Airflow's DAG processor does, with byte
code from an earlier time. With `off` there is no garbage collection.
"""

# Runs in Airflow's environment, with packages that this repository's lacks.
# mypy: disable-error-code="import-not-found"

import ast
import gc
import json
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from time import perf_counter


def main(file: str, tasks: str, collecting: str) -> None:
    import_airflow(Path(file))
    from airflow.sdk import DAG

    loader = SourceFileLoader("measured_dag", file)
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[loader.name] = module
    if collecting == "off":
        gc.disable()
    started = perf_counter()
    loader.exec_module(module)
    seconds = perf_counter() - started
    gc.enable()
    dags = [each for each in gc.get_objects() if isinstance(each, DAG)]
    counts = [len(dag.tasks) for dag in dags]
    if counts != [int(tasks)]:
        raise SystemExit(f"{file} has DAGs of {counts} tasks, not one of {tasks}.")
    print(json.dumps(seconds))


def import_airflow(file: Path) -> None:
    for statement in ast.parse(file.read_text("utf-8")).body:
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("airflow."):
            exec(compile(ast.Module([statement], []), str(file), "exec"), {})


if __name__ == "__main__":
    main(*sys.argv[1:])

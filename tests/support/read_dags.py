"""Print what Airflow reads in the files of DAGs; run with the Python of Airflow.

For each DAG: how its tasks depend on each other, as the scheduler gets it, and the pods of tasks
that run in pods, as Kubernetes gets them.
"""

import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from airflow.providers.cncf.kubernetes.operators.pod import (  # type: ignore[import-not-found]
    KubernetesPodOperator,
)
from airflow.sdk.execution_time.context import (  # type: ignore[import-not-found]
    ConnectionAccessor,
    VariableAccessor,
)
from airflow.serialization import serialized_objects  # type: ignore[import-not-found]
from kubernetes.client import ApiClient  # type: ignore[import-not-found]

# Its name until Airflow 3.1 and from then on.
SERIALIZATION = (
    getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG
)


def main(directory: Path) -> None:
    found = {}
    for file in sorted(directory.glob("*.py")):
        dag = read(file)
        scheduled = SERIALIZATION.from_dict(SERIALIZATION.to_dict(dag))
        found[dag.dag_id] = {
            "timetable": type(scheduled.timetable).__name__,
            "downstream": {
                task.task_id: sorted(task.downstream_task_ids) for task in scheduled.tasks
            },
            "fails_dag_run": [
                task.task_id for task in scheduled.tasks if task.on_failure_fail_dagrun
            ],
            "pods": {
                task.task_id: pod(dag, task)
                for task in dag.tasks
                if isinstance(task, KubernetesPodOperator)
            },
        }
    print(json.dumps(found))


def read(file: Path) -> Any:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.open_run.dag


def pod(dag: Any, task: Any) -> Any:
    context = context_of(dag, task)
    task.render_template_fields(context)
    return ApiClient().sanitize_for_serialization(task.build_pod_request_obj(context))


def context_of(dag: Any, task: Any) -> dict[str, Any]:
    """What Airflow gives to the templates of a task."""
    run = SimpleNamespace(
        run_type="scheduled",
        partition_key=None,
        data_interval_start=datetime(2013, 4, 1, tzinfo=UTC),
        run_after=datetime(2013, 5, 1, tzinfo=UTC),
        conf={},
    )
    instance = SimpleNamespace(
        dag_id=dag.dag_id,
        task_id=task.task_id,
        run_id="scheduled__2013-05-01",
        try_number=1,
        map_index=-1,
        log_url="https://airflow.example.com/dags/d/runs/r/tasks/t",
        dag_run=run,
    )
    return {
        "dag": dag,
        "dag_run": run,
        "task": task,
        "ti": instance,
        "task_instance": instance,
        "run_id": instance.run_id,
        "params": {"month": None},
        "var": {"value": VariableAccessor(deserialize_json=False)},
        "conn": ConnectionAccessor(),
        **dag.user_defined_macros,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))

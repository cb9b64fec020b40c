"""Print the pods of a DAG's tasks as Kubernetes would get them; run with the Python of Airflow."""

import importlib.util
import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from airflow.sdk.execution_time.context import (  # type: ignore[import-not-found]
    ConnectionAccessor,
    VariableAccessor,
)
from kubernetes.client import ApiClient  # type: ignore[import-not-found]


def context_of(dag: Any, task: Any) -> dict[str, Any]:
    """What Airflow gives to the templates of a task."""
    run = SimpleNamespace(
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


def pods(file: str) -> dict[str, Any]:
    spec = importlib.util.spec_from_file_location("dag_file", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    dag = module.open_run.dag
    found = {}
    for task in dag.tasks:
        context = context_of(dag, task)
        task.render_template_fields(context)
        pod = task.build_pod_request_obj(context)
        found[task.task_id] = ApiClient().sanitize_for_serialization(pod)
    return found


if __name__ == "__main__":
    print(json.dumps(pods(sys.argv[1])))

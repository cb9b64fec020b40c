"""The pods of an exported DAG, built by Airflow's own operator, as Kubernetes would check them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from support import ENVIRONMENTS, ROOT, Project
from support.airflow_stack import AIRFLOW_LOCK, install

KUBERNETES = "1.34"
CONFIGURATION = """
defaults:
  runs_on: kubernetes
  kubernetes:
    image: registry.example.com/flight-delays:1.2
    namespace: models
    service_account: flight-delays
    env_from_secrets: [object-store]
    env_from_configmaps: [settings]
    node_selector: {pool: batch}
    tolerations: [{key: batch, operator: Exists, effect: NoSchedule}]
    labels: {team: flights}
    annotations: {example.com/cost: models}
    image_pull_policy: IfNotPresent
    image_pull_secrets: [registry]
    in_cluster: false
    startup_timeout: 5m
  environment:
    variables: {DATA_ROOT: data_root}
    connections: {MLFLOW_TRACKING_URI: mlflow.host, STORE_PASSWORD: store.password}
  resources:
    requests: {cpu: 500m, memory: 1Gi}
    limits: {memory: 2Gi}
dags:
  training:
    tasks:
      training:
        resources:
          requests: {cpu: "2", memory: 4Gi}
"""


# Pods are only built: nobody is asked.
CLUSTER = """
apiVersion: v1
kind: Config
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
contexts: [{name: none, context: {cluster: none, user: none}}]
current-context: none
users: [{name: none, user: {}}]
"""


@pytest.fixture
def pods(project: Project, tmp_path: Path) -> dict[str, Any]:
    conf = project.path / "conf/pods"
    conf.mkdir()
    (conf / "airflow.yml").write_text(CONFIGURATION)
    project.kedro("dags", "--env", "pods")
    file = project.path / "dags/flight_delays_training.py"
    assert "hidden" not in file.read_text()
    (tmp_path / "cluster").write_text(CLUSTER)
    install(AIRFLOW_LOCK, ENVIRONMENTS / "airflow")
    done = subprocess.run(
        [ENVIRONMENTS / "airflow/bin/python", ROOT / "tests/support/build_pods.py", file],
        env={
            "AIRFLOW_HOME": str(tmp_path),
            "KUBECONFIG": str(tmp_path / "cluster"),
            "AIRFLOW_VAR_DATA_ROOT": "s3://flights",
            "AIRFLOW_CONN_MLFLOW": json.dumps({"conn_type": "http", "host": "mlflow.models"}),
            "AIRFLOW_CONN_STORE": json.dumps({"conn_type": "aws", "password": "hidden"}),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_kubernetes_accepts_the_pods(pods: dict[str, Any]) -> None:
    tasks = {"open_run", "ingestion_features", "training", "publish_run", "close_run"}
    assert pods.keys() == tasks
    for pod in pods.values():
        kubernetes_validate.validate(pod, KUBERNETES, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(pods["training"] | {"spec": {}}, KUBERNETES, strict=True)


def test_a_pod_is_what_was_configured(pods: dict[str, Any]) -> None:
    spec = pods["training"]["spec"]
    (container,) = spec["containers"]
    assert container["image"] == "registry.example.com/flight-delays:1.2"
    command = [*container["command"], *container["args"]]
    assert " ".join(command) == ("kedro run --pipelines training --env pods --params month=2013-04")
    assert container["resources"] == {"requests": {"cpu": "2", "memory": "4Gi"}}
    assert {"secretRef": {"name": "object-store"}} in container["envFrom"]
    assert {"configMapRef": {"name": "settings"}} in container["envFrom"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert variables["GOLDEN_PATH_DAG_RUN_ID"] == "scheduled__2013-05-01"
    assert variables["MLFLOW_TRACKING_URI"] == "mlflow.models"
    assert (variables["DATA_ROOT"], variables["STORE_PASSWORD"]) == ("s3://flights", "hidden")
    assert spec["serviceAccountName"] == "flight-delays"
    assert spec["nodeSelector"] == {"pool": "batch"}
    assert spec["tolerations"] == [{"key": "batch", "operator": "Exists", "effect": "NoSchedule"}]
    assert pods["training"]["metadata"]["namespace"] == "models"
    other = pods["ingestion_features"]["spec"]["containers"][0]["resources"]
    assert other == {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}

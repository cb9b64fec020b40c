"""The pods of an exported DAG, built by Airflow's own operator, as Kubernetes would check them."""

import json
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest

from support import ENVIRONMENTS, Project, copy_project
from support.airflow_stack import ask_airflow

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
    deferrable: true
    pod_template:
      spec:
        priorityClassName: batch
        terminationGracePeriodSeconds: 60
        volumes:
          - name: authorities
            configMap: {name: ca-bundle}
        containers:
          - name: base
            volumeMounts: [{name: authorities, mountPath: /etc/ssl/own, readOnly: true}]
            env:
              - name: NODE
                valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
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

VALUES = {
    "AIRFLOW_VAR_DATA_ROOT": "s3://flights",
    "AIRFLOW_CONN_MLFLOW": json.dumps({"conn_type": "http", "host": "mlflow.models"}),
    "AIRFLOW_CONN_STORE": json.dumps({"conn_type": "aws", "password": "hidden"}),
}


@pytest.fixture(scope="module")
def project(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its DAGs."""
    project = copy_project(installed, tmp_path_factory.mktemp("pods") / "project")
    conf = project.path / "conf/pods"
    conf.mkdir()
    (conf / "airflow.yml").write_text(CONFIGURATION)
    project.kedro("dags", "--env", "pods")
    assert "hidden" not in (project.path / "dags/flight_delays_training.py").read_text()
    return project


@pytest.fixture(scope="module")
def pods(project: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The pods of a DAG's tasks."""
    directory = tmp_path_factory.mktemp("airflow")
    dags = ask_airflow(
        "read_dags.py",
        project.path / "dags",
        directory=directory,
        environments=ENVIRONMENTS,
        env=VALUES,
    )
    found: dict[str, Any] = dags["flight_delays_training"]["pods"]
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
    assert_restricted(pods["training"])
    assert {each["mountPath"] for each in container["volumeMounts"]} == {"/tmp", "/etc/ssl/own"}
    assert spec["priorityClassName"] == "batch"
    assert spec["terminationGracePeriodSeconds"] == 60
    assert container["image"] == "registry.example.com/flight-delays:1.2"
    command = [*container["command"], *container["args"]]
    assert " ".join(command) == ("kedro run --pipelines training --env pods --params month=2013-04")
    assert container["resources"] == {"requests": {"cpu": "2", "memory": "4Gi"}}
    assert {"secretRef": {"name": "object-store"}} in container["envFrom"]
    assert {"configMapRef": {"name": "settings"}} in container["envFrom"]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert variables["OMP_NUM_THREADS"] == "2" and "NODE" in variables
    assert variables["GOLDEN_PATH_DAG_RUN_ID"] == "scheduled__2013-05-01"
    assert variables["MLFLOW_TRACKING_URI"] == "mlflow.models"
    assert (variables["DATA_ROOT"], variables["STORE_PASSWORD"]) == ("s3://flights", "hidden")
    assert spec["serviceAccountName"] == "flight-delays"
    assert spec["nodeSelector"] == {"pool": "batch"}
    assert spec["tolerations"] == [{"key": "batch", "operator": "Exists", "effect": "NoSchedule"}]
    assert pods["training"]["metadata"]["namespace"] == "models"
    other = pods["ingestion_features"]["spec"]["containers"][0]["resources"]
    assert other == {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}


def assert_restricted(pod: dict[str, Any]) -> None:
    """What the Pod Security Standard `restricted` demands, and a root that cannot be written."""
    spec = pod["spec"]
    assert not any(spec.get(name) for name in ("hostNetwork", "hostPID", "hostIPC"))
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not any("hostPath" in volume for volume in spec["volumes"])
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["readOnlyRootFilesystem"] is True


def test_the_end_of_a_pod_decides_what_comes_next(project: Project, tmp_path: Path) -> None:
    """Whether a worker or the triggerer waits for it."""
    told = {"reason": "'flights' breaks its contract.", "month": "2013-04"}
    next_after = {
        (0, False): {},
        (0, True): {},
        (1, False): {"raised": "AirflowException", "reason": told["reason"]},
        (65, False): {"raised": "AirflowFailException", "reason": told["reason"]},
        (65, True): {"raised": "AirflowFailException", "reason": told["reason"]},
        (66, True): {"raised": "AirflowRescheduleException", "reason": ""},
    }
    ends = [[code, json.dumps(told), deferrable] for code, deferrable in next_after]
    found = ask_airflow(
        "end_pods.py",
        project.path / "dags/flight_delays_training.py",
        json.dumps(ends),
        directory=tmp_path,
        environments=ENVIRONMENTS,
        env=VALUES,
    )
    # Nothing is left in the cluster, and what the command has told is with the task.
    left = {"outcome": told, "left": 0}
    assert found == [after | left for after in next_after.values()]

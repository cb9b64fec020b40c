import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kedro_golden_path.airflow.pods import pod_problems, pod_template, threads
from kedro_golden_path.airflow.schema import Kubernetes, Resources


def pod_of(**settings: Any) -> dict[str, Any]:
    given = Kubernetes.model_validate({"image": "shop:1", **settings})
    assert list(pod_problems(given)) == []
    return pod_template(given, "shop")


def problems_of(pod: Any) -> dict[str, str]:
    settings = Kubernetes.model_validate({"image": "shop:1", "pod_template": pod})
    return {".".join(map(str, each.key[2:])): each.text for each in pod_problems(settings)}


def of_container(**fields: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "base", **fields}]}}


def test_a_pod_template_lies_over_the_defaults() -> None:
    mount = {"name": "data", "mountPath": "/data"}
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": "flights"}}
    template = of_container(volumeMounts=[mount], securityContext={"runAsUser": 10001})
    template["spec"] |= {
        "volumes": [claim, {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}],
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "priorityClassName": "batch",
        "automountServiceAccountToken": True,
        "securityContext": {"runAsNonRoot": None},
    }
    tolerations = [{"key": "batch", "operator": "Exists"}]
    spec = pod_of(pod_template=template, tolerations=tolerations)["spec"]
    (base,) = spec["containers"]
    assert [each["mountPath"] for each in base["volumeMounts"]] == ["/tmp", "/data"]
    assert spec["volumes"] == [{"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}}, claim]
    assert [each["key"] for each in spec["tolerations"]] == ["gpu", "batch"]
    assert (spec["priorityClassName"], spec["automountServiceAccountToken"]) == ("batch", True)
    assert spec["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert base["securityContext"]["runAsUser"] == 10001
    assert base["securityContext"]["readOnlyRootFilesystem"] is True


def test_containers_beside_the_command_are_restricted_as_well() -> None:
    sidecar = {"name": "proxy", "image": "proxy:2", "securityContext": {"capabilities": None}}
    first = {"name": "fetch", "image": "curl:8", "command": ["curl"]}
    template = {"spec": {"containers": [sidecar], "initContainers": [first]}}
    spec = pod_of(pod_template=template)["spec"]
    assert [each["name"] for each in spec["containers"]] == ["base", "proxy"]
    assert spec["initContainers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["containers"][1]["securityContext"] == {"allowPrivilegeEscalation": False}


@pytest.mark.parametrize(
    ("pod", "where", "told"),
    [
        ({"specs": {}}, "specs", "Kubernetes does not know it in a Pod. Did you mean spec?"),
        ({"spec": {"nodeSelctor": {}}}, "spec.nodeSelctor", "Did you mean nodeSelector?"),
        ({"spec": {"volumes": {}}}, "spec.volumes", "must be a list"),
        ({"spec": {"hostNetwork": "no"}}, "spec.hostNetwork", "must be boolean; it is 'no'"),
        ({"metadata": {"labels": {"a": 1}}}, "metadata.labels.a", "must be text; it is 1"),
        (
            {"spec": {"volumes": [{"name": "a", "emptyDir": {"sizeLimit": date(2013, 4, 1)}}]}},
            "spec.volumes.0.emptyDir.sizeLimit",
            "must be text, a number",
        ),
        ({"spec": {"restartPolicy": "Always"}}, "spec.restartPolicy", "is always Never"),
        (of_container(image="x:1"), "spec.containers.0.image", "is said by kubernetes.image"),
        (of_container(args=[]), "spec.containers.0.args", "are made by the export"),
        (
            of_container(env=[{"name": "A", "valueForm": {}}]),
            "spec.containers.0.env.0.valueForm",
            "Did you mean valueFrom or value?",
        ),
    ],
)
def test_what_kubernetes_would_not_understand_is_named(pod: Any, where: str, told: str) -> None:
    problems = problems_of(pod)
    assert problems.keys() == {where} and told in problems[where]


@pytest.mark.parametrize(
    ("resources", "number"),
    [
        ({"limits": {"cpu": "2"}, "requests": {"cpu": "500m"}}, "2"),
        ({"requests": {"cpu": "2500m"}}, "3"),
        ({"requests": {"cpu": "100m"}}, "1"),
        ({"limits": {"memory": "2Gi"}}, None),
        (None, None),
    ],
)
def test_threads_are_those_of_the_cpu_limit(resources: Any, number: str | None) -> None:
    assert threads(resources and Resources.model_validate(resources)) == number


def test_the_fields_are_those_of_kubernetes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "scripts")
    import pod_fields

    assert json.loads(pod_fields.FILE.read_text()) == pod_fields.pod_fields()

"""The pods of a DAG's tasks: safe defaults, and on top of them what a project says of its own.

The defaults are those that the Pod Security Standard `restricted` demands, and a root file system
that cannot be written, with an empty `/tmp` that can.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..config.suggestions import did_you_mean
from .configuration import Problem
from .schema import Kubernetes, Resources

# What Airflow's operator calls the container that runs the command.
MAIN = "base"
THREADS = "OMP_NUM_THREADS"

_RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
_DEFAULTS = {
    "spec": {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": MAIN,
                "securityContext": {"readOnlyRootFilesystem": True},
                "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
}
# What has a key of its own, or what only the DAG can say.
_ELSEWHERE = {
    "image": "is said by kubernetes.image",
    "command": "is said by kubernetes.kedro",
    "args": "are made by the export",
    "resources": "are said by the key resources",
}
_SCALARS: Mapping[str, type | tuple[type, ...]] = {
    "text": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def pod_template(settings: Kubernetes, package: str) -> dict[str, Any]:
    """A pod in the notation of Kubernetes: the defaults, then `pod_template`, then other keys."""
    pod: dict[str, Any] = _merged("Pod", {"metadata": {"labels": _labels(package)}}, _DEFAULTS)
    for above in (settings.pod_template, _of_keys(settings)):
        pod = _merged("Pod", pod, above)
    for kind in ("initContainers", "containers"):
        for container in pod["spec"].get(kind) or []:
            own = container.get("securityContext") or {}
            container["securityContext"] = _merged("SecurityContext", _RESTRICTED, own)
    found: dict[str, Any] = _without_nothing(pod)
    return found


def threads(resources: Resources | None) -> str | None:
    """The number of threads for the CPU that a container may use, if anything is said of it."""
    cpu = resources and (resources.limits.cpu or resources.requests.cpu)
    if not cpu:
        return None
    cores = float(cpu[:-1]) / 1000 if cpu.endswith("m") else float(cpu)
    return str(max(1, math.ceil(cores)))


def names_in_container(settings: Kubernetes) -> set[str]:
    """The environment variables that a pod template gives to the container with the command."""
    pod = _merged("Pod", _DEFAULTS, settings.pod_template)
    container = next(each for each in pod["spec"]["containers"] if each["name"] == MAIN)
    return {each["name"] for each in container.get("env") or []}


def pod_problems(settings: Kubernetes) -> Iterator[Problem]:
    """What a pod template says that Kubernetes does not know, or that is said elsewhere.

    Airflow would leave out what Kubernetes does not know, without a word.
    """
    yield from _problems("Pod", settings.pod_template, ("kubernetes", "pod_template"))
    spec = settings.pod_template.get("spec")
    containers = spec.get("containers") if isinstance(spec, dict) else None
    for number, container in enumerate(containers if isinstance(containers, list) else []):
        if isinstance(container, dict) and container.get("name") == MAIN:
            place = ("kubernetes", "pod_template", "spec", "containers", number)
            for key in sorted(_ELSEWHERE.keys() & container.keys()):
                yield Problem((*place, key), _ELSEWHERE[key])
    if isinstance(spec, dict) and spec.get("restartPolicy") not in (None, "Never"):
        yield Problem(
            ("kubernetes", "pod_template", "spec", "restartPolicy"),
            "is always Never: Airflow tries again",
        )


def _labels(package: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": package, "app.kubernetes.io/managed-by": "airflow"}


def _of_keys(settings: Kubernetes) -> dict[str, Any]:
    """What the keys of `kubernetes` say, in the notation of Kubernetes."""
    secrets = [{"secretRef": {"name": name}} for name in settings.env_from_secrets]
    configmaps = [{"configMapRef": {"name": name}} for name in settings.env_from_configmaps]
    container = {
        "name": MAIN,
        "imagePullPolicy": settings.image_pull_policy,
        "envFrom": [*secrets, *configmaps],
    }
    spec = {
        "containers": [container],
        "serviceAccountName": settings.service_account,
        "nodeSelector": settings.node_selector,
        "tolerations": [each.model_dump(exclude_none=True) for each in settings.tolerations],
        "imagePullSecrets": [{"name": name} for name in settings.image_pull_secrets],
    }
    metadata = {"labels": settings.labels, "annotations": settings.annotations}
    said: dict[str, Any] = _without_nothing({"metadata": metadata, "spec": spec})
    return said


def _without_nothing(value: Any) -> Any:
    """Without keys that say nothing; `{}` alone is a value, as in `emptyDir: {}`."""
    if isinstance(value, dict):
        return {
            key: _without_nothing(each)
            for key, each in value.items()
            if each is not None and (key == "emptyDir" or each not in ([], {}))
        }
    return [_without_nothing(each) for each in value] if isinstance(value, list) else value


def _merged(kind: str, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of a type over another one, as Kubernetes merges: null removes what is below."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        inner, by = _inner(_field(kind, key))
        if isinstance(value, dict) and isinstance(under, dict):
            merged[key] = _merged(inner, under, value)
        elif isinstance(value, list) and isinstance(under, list) and inner:
            merged[key] = _merged_lists(inner, by, under, value)
        else:
            merged[key] = value
    return merged


def _merged_lists(kind: str, by: str, below: Sequence[Any], above: Sequence[Any]) -> list[Any]:
    """Items that are the same by a field become one: containers are merged, others replaced."""
    if not by:
        return [*below, *above] if kind in _fields() else list(above)
    items = {each[by]: each for each in below}
    for each in above:
        same = items.get(each.get(by)) if kind == "Container" else None
        items[each.get(by)] = _merged(kind, same, each) if same else each
    return list(items.values())


def _problems(kind: str, value: Any, key: tuple[Any, ...]) -> Iterator[Problem]:
    """What is wrong with a value of a type such as `Container`, `[text]` or `{any}`."""
    inner, _ = _inner(kind)
    if value is None:
        return
    if kind == "any":
        if not isinstance(value, str | int | float | dict | list):
            yield Problem(key, f"must be text, a number, a list or a mapping; it is {value!r}")
    elif kind in _SCALARS:
        if not isinstance(value, _SCALARS[kind]) or (kind != "boolean" and isinstance(value, bool)):
            yield Problem(key, f"must be {kind}; it is {value!r}")
    elif kind.startswith("["):
        if not isinstance(value, list):
            yield Problem(key, "must be a list")
            return
        for number, each in enumerate(value):
            yield from _problems(inner, each, (*key, number))
    elif not isinstance(value, dict):
        yield Problem(key, "must be a mapping")
    elif kind.startswith("{"):
        for name, each in value.items():
            yield from _problems(inner, each, (*key, name))
    else:
        for name, each in value.items():
            if name in _fields()[kind]:
                yield from _problems(_fields()[kind][name], each, (*key, name))
            else:
                close = did_you_mean(str(name), sorted(_fields()[kind]))
                yield Problem((*key, name), f"Kubernetes does not know it in a {kind}.{close}")


def _field(kind: str, name: str) -> str:
    return _fields().get(kind, {}).get(name, "any")


def _inner(kind: str) -> tuple[str, str]:
    """The type of the items of a list or a mapping, and the field that a list is merged by."""
    item, _, by = kind.partition("]")
    return item.strip("[{}"), by.strip()


@cache
def _fields() -> dict[str, dict[str, str]]:
    """The types in a pod and their fields, as `scripts/pod_fields.py` writes them."""
    file = Path(__file__).with_name("pod_fields.json")
    fields: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    return fields

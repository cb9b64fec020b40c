"""Write the fields of a pod, from the schema of Kubernetes, for the check of a pod template."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import kubernetes_validate

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "src/kedro_golden_path/airflow/pod_fields.json"

Fields = dict[str, dict[str, str]]


def pod_fields() -> Fields:
    """For each type in a pod, what its fields are.

    That is `Type`, `[Type]` for a list or `{Type}` for a mapping; a list whose items Kubernetes
    merges by one of their fields names it, as in `[Container] name`. Types that have no fields of
    their own are text, integer, number, boolean or any.
    """
    version = kubernetes_validate.latest_version()
    schema = files("kubernetes_validate") / f"kubernetes-json-schema/v{version}-local"
    types = json.loads((schema / "_definitions.json").read_text(encoding="utf-8"))["$defs"]
    found: Fields = {"Pod": {"apiVersion": "text", "kind": "text"}}
    for field, name in (
        ("metadata", "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"),
        ("spec", "io.k8s.api.core.v1.PodSpec"),
    ):
        found["Pod"][field] = _visit(name, types, found)
    return dict(sorted(found.items()))


def _visit(name: str, types: dict[str, Any], found: Fields) -> str:
    short = name.rpartition(".")[2]
    if "properties" not in types[name]:
        return "any"
    if short not in found:
        found[short] = {}
        for field, schema in types[name]["properties"].items():
            found[short][field] = _kind(schema, types, found)
    return short


def _kind(schema: dict[str, Any], types: dict[str, Any], found: Fields) -> str:
    if "items" in schema:
        by = schema.get("x-kubernetes-patch-merge-key", "")
        return f"[{_kind(schema['items'], types, found)}] {by}".strip()
    if "additionalProperties" in schema:
        return f"{{{_kind(schema['additionalProperties'], types, found)}}}"
    if "$ref" in schema:
        return _visit(schema["$ref"].rpartition("/")[2], types, found)
    kinds = schema.get("type", "any")
    kind = next(each for each in kinds if each != "null") if isinstance(kinds, list) else kinds
    return {"string": "text", "object": "any"}.get(str(kind), str(kind))


if __name__ == "__main__":
    FILE.write_text(json.dumps(pod_fields(), separators=(",", ":")) + "\n", encoding="utf-8")

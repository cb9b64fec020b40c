"""What others may rely on: the names of the package, and nothing that happens by importing it."""

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kedro_golden_path
from kedro_golden_path import spark

FOR_SETTINGS = [
    *("ConfigLoader", "ContractHooks", "Session", "SparkHooks", "TrackingHooks"),
    "configure_process",
]
HEAVY = ["mlflow", "pandas", "pandera", "pyarrow", "pyspark", "sklearn"]
# What a process has, in a form that can be compared. What classes of other libraries can do is
# compared by identity.
STATE = """
import gc, json, os, sys, warnings
import kedro.config, kedro.framework.cli.utils, kedro.framework.hooks.manager
import kedro.framework.session, kedro.io, kedro.runner, kedro.validation, lazy_loader, omegaconf
from fsspec.implementations import local
from fsspec.registry import known_implementations, registry

def classes():
    return {
        (module, name, attribute): id(value)
        for module, loaded in list(sys.modules.items())
        if loaded is not None and not module.startswith("kedro_golden_path")
        for name, found in list(vars(loaded).items())
        if isinstance(found, type)
        for attribute, value in list(vars(found).items())
        if callable(value) or hasattr(value, "__get__")
    }

def state():
    return {
        "environment": dict(os.environ),
        "warnings": [repr(each) for each in warnings.filters],
        "garbage": gc.get_threshold(),
        "hidden": [name for name, module in sys.modules.items() if module is None],
        "fsspec": {name: repr(each) for name, each in registry.items()},
        "fsspec knows": {name: each["class"] for name, each in known_implementations.items()},
    }

before, classes_before = state(), classes()
"""


def run(program: str, **env: str) -> Any:
    """What a program prints as JSON, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, env=env
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def declared(module: Any) -> set[str]:
    """The names that type checkers know, from the imports that only they make."""
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    (typing_only,) = (
        node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node)
    )
    return {
        alias.asname or alias.name
        for node in typing_only.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_type_checkers_and_python_know_the_same_names() -> None:
    assert set(kedro_golden_path.__all__) == declared(kedro_golden_path)
    assert set(dir(kedro_golden_path)) == set(kedro_golden_path.__all__)
    assert set(spark.__all__) == declared(spark)


@pytest.mark.parametrize("name", kedro_golden_path.__all__)
def test_every_public_name_can_be_imported_and_says_what_it_is(name: str) -> None:
    found = getattr(kedro_golden_path, name)
    assert found.__name__ == name and found.__doc__


@pytest.mark.parametrize("name", spark.__all__)
def test_every_public_name_of_spark_can_be_imported_and_says_what_it_is(name: str) -> None:
    found = getattr(spark, name)
    assert found.__name__ == name and found.__doc__


def test_what_settings_import_changes_nothing_in_the_process() -> None:
    program = f"""{STATE}
from kedro_golden_path import {", ".join(FOR_SETTINGS)}
after, classes_after = state(), classes()
changed = [key for key in before if before[key] != after[key]]
patched = [key for key, value in classes_before.items() if classes_after.get(key) != value]
print(json.dumps({{"changed": changed, "patched": patched}}))
"""
    assert run(program) == {"changed": [], "patched": []}


@pytest.mark.parametrize("names", [[], FOR_SETTINGS], ids=["the package", "what settings import"])
def test_nothing_heavy_is_imported_before_it_is_used(names: list[str]) -> None:
    program = f"""
import json, sys
import kedro_golden_path
for name in {names}:
    getattr(kedro_golden_path, name)
print(json.dumps([name for name in {HEAVY} if name in sys.modules]))
"""
    assert run(program) == []


def test_a_process_is_configured_when_it_is_asked_for() -> None:
    program = f"""{STATE}
from kedro_golden_path import configure_process
configure_process()
after = state()
added = {{k: v for k, v in after["environment"].items() if before["environment"].get(k) != v}}
print(json.dumps(after | {{"added": added}}))
"""
    after = run(program, OMP_NUM_THREADS="3")
    # Polars says it to its allocator, where it is installed.
    after["added"].pop("_RJEM_MALLOC_CONF", None)
    assert after["added"] == {
        "KEDRO_DISABLE_TELEMETRY": "true",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_LOGGING_LEVEL": "WARNING",
        "PYARROW_IGNORE_TIMEZONE": "",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
    assert after["environment"]["OMP_NUM_THREADS"] == "3"
    assert after["hidden"] == ["pyspark.pandas"]
    assert after["garbage"] == [50_000, 20, 50]
    hidden = [each for each in after["warnings"] if "'ignore', re.compile(" in each]
    assert [text for text in ("register_new_resolver", "PySpark") if text in str(hidden)] == [
        *("register_new_resolver", "PySpark")
    ]


def test_a_process_that_uses_pandas_on_spark_keeps_it() -> None:
    program = """
import json, sys, types
sys.modules["pyspark.pandas"] = types.ModuleType("pyspark.pandas")
from kedro_golden_path import configure_process
configure_process()
print(json.dumps(sys.modules["pyspark.pandas"] is not None))
"""
    assert run(program) is True

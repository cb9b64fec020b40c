"""The public names: complete, light, and without effect on the process."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import kedro_golden_path

FOR_SETTINGS = (
    *("ConfigLoader", "ContractHooks", "Session", "SparkHooks", "TrackingHooks"),
    "configure_process",
)
HEAVY = ("mlflow", "pandas", "pandera", "pyarrow", "pyspark", "sklearn")
# What a process looks like, as JSON; without the modules that an import always adds.
STATE = """
import gc, json, os, sys, warnings
def state():
    blocked = [name for name, module in sys.modules.items() if module is None]
    return [dict(os.environ), gc.get_threshold(), len(warnings.filters), blocked]
"""


def in_a_new_process(code: str) -> object:
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    return json.loads(printed.splitlines()[-1])


def names_for_type_checkers() -> set[str]:
    source = Path(kedro_golden_path.__file__).read_text(encoding="utf-8")
    imports = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    return {alias.asname for node in imports for alias in node.names if alias.asname}


def test_type_checkers_see_the_names_that_are_public() -> None:
    assert names_for_type_checkers() == set(kedro_golden_path.__all__)


@pytest.mark.parametrize("name", kedro_golden_path.__all__)
def test_a_public_name_can_be_used_and_says_what_it_is(name: str) -> None:
    assert getattr(kedro_golden_path, name).__doc__


def test_what_settings_name_imports_nothing_heavy() -> None:
    code = f"""
import json, sys
from kedro_golden_path import {", ".join(FOR_SETTINGS)}
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
    assert in_a_new_process(code) == []


def test_importing_the_package_changes_nothing_in_the_process() -> None:
    code = f"""
{STATE}
# Kedro's own effects are not ours.
import kedro.framework.session, kedro.framework.project, kedro.framework.cli.utils
before = state()
import kedro_golden_path
from kedro_golden_path import {", ".join(FOR_SETTINGS)}
print(json.dumps(before == state()))
"""
    assert in_a_new_process(code) is True


def test_a_project_can_ask_for_changes_of_the_process() -> None:
    code = f"""
{STATE}
from kedro_golden_path import configure_process
before = state()
configure_process()
print(json.dumps(before == state()))
"""
    assert in_a_new_process(code) is False

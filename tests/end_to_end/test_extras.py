"""The package by itself, and with each of its extras alone, in environments of their own."""

import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from support import ENVIRONMENTS, ROOT, clean_environment, share_bytecode, up_to_date

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = re.compile(r"^([\w.-]+)==\S+.*\n(?:    --hash=\S+.*\n)+", re.MULTILINE)
# Contracts are for everybody, whatever else is installed.
CONTRACTS = """
import narwhals as nw
import pandas as pd
import pandera.pandas as pa
from kedro.io import DataCatalog, DatasetError
from kedro_golden_path import Columns, Contract, ContractError, rule

class Rides(pa.DataFrameModel):
    fare: float = pa.Field(ge=0)

    @rule(ge=1)
    @classmethod
    def number_of_rides(cls, rides: Columns) -> nw.Expr:
        return rides.rows

contract = Contract("__main__.Rides")
assert len(contract.validate(pd.DataFrame({"fare": [1.0]}))) == 1
for fares in ([-1.0], []):
    try:
        contract.validate(pd.DataFrame({"fare": fares}, dtype=float))
    except ContractError:
        continue
    raise AssertionError(fares)
"""
# What each extra is for; and what is missing without it, with what says so.
USES = {
    "": """
from kedro_golden_path import ConfigLoader, ContractHooks, MonthsDataset, Session, SparkHooks
from kedro_golden_path import GoldenPathError, TrackingHooks
for name in ("ModelDataset", "GateDecisionDataset"):
    try:
        getattr(__import__("kedro_golden_path"), name)
    except GoldenPathError as error:
        assert "pip install 'kedro-golden-path[mlflow]'" in error.message
    else:
        raise AssertionError(name)
""",
    "airflow": """
from kedro_golden_path.airflow.files import formatted
from kedro_golden_path.cli.dags import dags
assert formatted("import os\\nx = 'y'", "a.py", __import__("pathlib").Path(".")) == 'x = "y"\\n'
""",
    "doctor": """
from kingfisher_sdk import DetectionScanner
from kedro_golden_path.cli.doctor import doctor
from kedro_golden_path.doctor.rules import RULES
""",
    "mlflow": """
import mlflow
from sklearn.linear_model import LogisticRegression
from kedro_golden_path import GateDecisionDataset, ModelDataset
from kedro_golden_path.models.aliases import move_aliases
mlflow.set_tracking_uri("sqlite:///mlflow.db")
frame = pd.DataFrame({"x": [0.0, 1.0]})
model = {"estimator": LogisticRegression().fit(frame, [0, 1]), "input_example": frame}
with mlflow.start_run() as run:
    ModelDataset(name="rides", alias="champion", requirements=["scikit-learn"]).save(model)
move_aliases(run.info.run_id)
assert ModelDataset(name="rides", alias="champion").load()["version"] == 1
""",
    "spark": """
from pyspark.sql import SparkSession
from kedro_golden_path import SparkHooks
from kedro_golden_path.spark import CollectedDataset, ParquetDataset
Contract("__main__.Rides", engine="spark")
""",
}


def closure(requirements: Iterable[str]) -> set[str]:
    """The names of all packages that some need, as they are installed here."""
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    left = [(Requirement(each), "") for each in requirements]
    while left:
        requirement, extra = left.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        names.add(name)
        for own in {"", *requirement.extras}:
            if (name, own) not in seen:
                seen.add((name, own))
                left += [(Requirement(each), own) for each in requires(name) or ()]
    return names


def lock_of(extra: str, directory: Path) -> Path:
    """What is locked of all that the package needs with an extra."""
    extras = PROJECT["optional-dependencies"]
    needed = closure([*PROJECT["dependencies"], *extras.get(extra, ())])
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    # Some are locked in two versions, for different Pythons.
    pins = [each for each in PINS.finditer(locked) if canonicalize_name(each[1]) in needed]
    assert {canonicalize_name(each[1]) for each in pins} == needed
    lock = directory / "extra.lock"
    lock.write_text("".join(each[0] for each in pins), encoding="utf-8")
    return lock


def uv(*arguments: str | Path) -> None:
    subprocess.run([Path(sys.executable).with_name("uv"), *arguments, "--quiet"], check=True)


@pytest.mark.parametrize("extra", USES)
def test_an_extra_needs_no_other(extra: str, tmp_path: Path) -> None:
    environment = ENVIRONMENTS / f"extra-{extra or 'none'}"
    python = environment / "venv/bin/python"
    lock = lock_of(extra, tmp_path)
    with up_to_date(environment, lock) as there:
        if not there:
            shutil.rmtree(environment / "venv", ignore_errors=True)
            uv("venv", "--python", sys.executable, environment / "venv")
            uv("pip", "sync", "--require-hashes", "--python", python, lock)
            share_bytecode(environment / "venv")
    wheel = runpy.run_path(str(ROOT / "scripts/build_wheel.py"))["build"](tmp_path)
    uv("pip", "install", "--no-deps", "--reinstall", "--python", python, wheel)
    # As a file: pandera looks for the source of a model.
    program = tmp_path / "program.py"
    program.write_text(CONTRACTS + USES[extra], encoding="utf-8")
    done = subprocess.run(
        [python, "-I", program],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

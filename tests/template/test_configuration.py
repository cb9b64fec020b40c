"""What a generated project configures: its environments, and the contracts of its catalog."""

from pathlib import Path
from typing import Any

import pytest
from cookiecutter.main import cookiecutter

from kedro_golden_path import ConfigLoader, GoldenPathError
from kedro_golden_path.contracts.coverage import standing
from support import ROOT

RAW = "/01_raw/"
VARIABLES = {
    "base": [],
    "local": [],
    "prod": ["DATA_ROOT", "MLFLOW_TRACKING_URI"],
    "spark": [],
    "test": ["TEST_ROOT"],
}
KINDS = ["catalog", "parameters", "globals", "mlflow"]


@pytest.fixture(scope="module", params=["flights", "none"])
def conf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output, answers = str(tmp_path_factory.mktemp("project")), {"example": request.param}
    project = cookiecutter(str(ROOT), no_input=True, output_dir=output, extra_context=answers)
    return Path(project) / "conf"


def load(conf: Path, environment: str = "local") -> ConfigLoader:
    return ConfigLoader(conf, environment, merge_strategy={"catalog": "soft"})


def test_every_environment_is_known_here(conf: Path) -> None:
    assert {path.name for path in conf.iterdir() if path.is_dir()} == VARIABLES.keys()


@pytest.mark.parametrize("environment", VARIABLES)
def test_every_environment_can_be_loaded(
    conf: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in VARIABLES[environment]:
        monkeypatch.setenv(name, "s3://somewhere")
    loader = load(conf, environment)
    for kind in KINDS:
        assert isinstance(loader[kind], dict)


@pytest.mark.parametrize("environment", [name for name, needed in VARIABLES.items() if needed])
def test_all_missing_variables_are_named(
    conf: Path, environment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = VARIABLES[environment]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(GoldenPathError) as error:
        load(conf, environment)
    assert [name for name in names if name not in str(error.value)] == []


def test_spark_is_configured_under_its_own_names(conf: Path) -> None:
    options = load(conf, "spark")["spark"]
    assert options["spark.master"] == "local[*]"
    assert all(name.startswith("spark.") for name in options)


def validators(conf: Path) -> dict[str, dict[str, Any]]:
    catalog = load(conf)["catalog"]
    return {name: each["validator"] for name, each in catalog.items() if "validator" in each}


def test_every_kept_dataset_has_a_contract_that_stops_or_a_reason(conf: Path) -> None:
    found = {name: standing(entry) for name, entry in load(conf)["catalog"].items()}
    assert {name: each.value for name, each in found.items() if each.is_wrong} == {}


def test_raw_data_is_checked_when_read_and_all_other_when_written(conf: Path) -> None:
    for name, validator in validators(conf).items():
        raw = RAW in validator["options"]["file"]
        assert validator["on"] == ("load" if raw else "save"), name


def test_the_example_has_contracts(conf: Path) -> None:
    assert bool(validators(conf)) is (conf / "base/catalog").is_dir()

import re
import shutil
from pathlib import Path

import pytest
from omegaconf.errors import OmegaConfBaseException

from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.errors import GoldenPathError, explain

PROJECT = Path(__file__).resolve().parents[1] / "project"
VARIABLES = {
    "base": [],
    "local": [],
    "prod": ["DATA_ROOT", "MLFLOW_TRACKING_URI"],
    "test": ["TEST_ROOT"],
}
KINDS = ["catalog", "parameters", "globals", "mlflow"]


def load(environment: str, **params: str) -> ConfigLoader:
    return ConfigLoader(PROJECT / "conf", environment, params)


def test_every_environment_is_known_here() -> None:
    directories = {path.name for path in (PROJECT / "conf").iterdir() if path.is_dir()}
    assert directories == VARIABLES.keys()


@pytest.mark.parametrize("environment", VARIABLES)
def test_every_environment_can_be_loaded(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES[environment]:
        monkeypatch.setenv(name, "s3://somewhere")
    loader = load(environment)
    for kind in KINDS:
        assert isinstance(loader[kind], dict)


@pytest.mark.parametrize("environment", VARIABLES)
def test_all_missing_variables_are_named(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = VARIABLES[environment]
    for name in names:
        monkeypatch.delenv(name, raising=False)
    if not names:
        load(environment)
    else:
        with pytest.raises(GoldenPathError) as error:
            load(environment)
        assert [name for name in names if name not in str(error.value)] == []


def test_an_unknown_environment_is_named_with_those_that_exist() -> None:
    with pytest.raises(GoldenPathError, match=r"'prd'.* prod\?.* base, local, prod, test"):
        load("prd")


def test_a_parameter_from_the_command_line_wins(tmp_path: Path) -> None:
    loader = configure(tmp_path, "where: data/${param:month}", month="2020-02")
    assert loader["globals"]["where"] == "data/2020-02"


def test_an_unknown_parameter_is_named_with_where_it_is_used(tmp_path: Path) -> None:
    with pytest.raises(OmegaConfBaseException) as error:
        configure(tmp_path, "depth: ${param:mnth}")
    assert explain(error.value).startswith(
        "depth: The configuration refers to the parameter 'mnth', which does not exist. Did you "
        "mean month?"
    )


def test_a_typo_in_a_parameter_of_the_command_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GoldenPathError, match=r"no parameter 'mnth'\. Did you mean month\?"):
        configure(tmp_path, "nothing: 1", mnth="2020-02")


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\n  b: 2\n", 2, "mapping values are not allowed"),
        ("a: 1\nb: [1, 2\n", 3, "expected ',' or ']'"),
        ("a: 1\nb: 2\na: 3\n", 3, "found duplicate key a"),
    ],
)
@pytest.mark.parametrize("kind", ["globals", "catalog"])
def test_broken_yaml_is_located(
    tmp_path: Path, kind: str, text: str, line: int, problem: str
) -> None:
    message = rf"^conf/base/{kind}\.yml, line {line}, is not valid YAML: .*{re.escape(problem)}"
    with pytest.raises(GoldenPathError, match=message):
        if kind == "globals":
            configure(tmp_path, text)
        else:
            configure(tmp_path, "nothing: 1", catalog=text)["catalog"]


def test_configuration_is_read_from_an_archive_as_kedro_does(tmp_path: Path) -> None:
    configure(tmp_path, "nothing: 1", catalog="trips: {type: MemoryDataset}")
    archive = shutil.make_archive(str(tmp_path / "all"), "gztar", tmp_path, "conf")
    loader = ConfigLoader(archive, runtime_params={"month": "2020-02"})
    assert loader["catalog"]["trips"] == {"type": "MemoryDataset"}
    assert loader["parameters"]["month"] == "2020-02"


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    configure(tmp_path, "nothing: 1")
    (tmp_path / "conf/base/catalog_new.yml").write_bytes(b"a: 1\nb: M\xfcnchen\n")
    with pytest.raises(GoldenPathError, match=r"^conf/base/catalog_new\.yml, line 2, is not UTF-8"):
        ConfigLoader(tmp_path / "conf")


def test_a_variable_in_a_comment_is_not_needed(tmp_path: Path) -> None:
    text = "a: 1  # or ${oc.env:GONE}\n# ${oc.env:GONE}\nb: 'x # ${oc.env:GONE, default}'\n"
    configure(tmp_path, text)
    (tmp_path / "conf/base/globals.yml").write_text("a: 'x # ${oc.env:GONE}'\n")
    with pytest.raises(GoldenPathError, match=r"GONE  \(used in conf/base/globals\.yml\)"):
        ConfigLoader(tmp_path / "conf")


def test_an_environment_is_inside_of_the_configuration(tmp_path: Path) -> None:
    configure(tmp_path, "nothing: 1")
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(GoldenPathError, match=r"There is no environment 'elsewhere'"):
        ConfigLoader(tmp_path / "conf", "../elsewhere")


@pytest.mark.parametrize("month", ["2020-13", "2020-1", "2020", "x2020-01", "2020-01\n"])
def test_a_month_that_is_none_is_refused(tmp_path: Path, month: str) -> None:
    with pytest.raises(GoldenPathError, match="is not a month"):
        configure(tmp_path, "nothing: 1", month=month)


def test_contracts_are_told_their_dataset_file_and_month(tmp_path: Path) -> None:
    loader = configure(
        tmp_path,
        "nothing: 1",
        catalog="""
            trips:
              type: pandas.ParquetDataset
              filepath: data/${param:month}.parquet
              validator:
                class: kedro_golden_path.Contract
                "on": load
                options:
                  schema: x.Trips
        """,
    )
    assert loader["catalog"]["trips"]["validator"]["options"] == {
        "schema": "x.Trips",
        "dataset": "trips",
        "file": f"{tmp_path}/data/2020-01.parquet",
        "mode": "load",
        "both_modes": False,
        "engine": "pandas",
        "quarantine": f"{tmp_path}/data/quarantine/trips/month=2020-01",
        "periods": ["2020-01"],
    }


def configure(root: Path, globals_: str, catalog: str = "", **params: str) -> ConfigLoader:
    conf = root / "conf"
    for environment in ("base", "local"):
        (conf / environment).mkdir(parents=True)
    (conf / "base/parameters.yml").write_text('month: "2020-01"\n')
    (conf / "base/globals.yml").write_text(globals_)
    (conf / "base/catalog.yml").write_text(catalog)
    return ConfigLoader(conf, runtime_params=params)

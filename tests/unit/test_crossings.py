"""Every crossing of `docs/security.md`, with the whole corpus of hostile values and with any text.

A crossing is where text that others wrote comes to a place that acts on it. Each test goes through
the corpus at once and names the values that came through.
"""

import ast
import contextlib
import os
import posixpath
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pytest
from hypothesis import given
from kedro.io import DatasetError
from markdown_it import MarkdownIt
from omegaconf.errors import InterpolationResolutionError
from rich.console import Console

from kedro_golden_path.airflow.dag import Dag, python, source
from kedro_golden_path.airflow.schema import DagSettings
from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.console import new_table, plain
from kedro_golden_path.contracts import report
from kedro_golden_path.contracts.checks import Failure
from kedro_golden_path.contracts.infer import _class_name, infer, module_name
from kedro_golden_path.contracts.infer.profile import Column
from kedro_golden_path.contracts.infer.source import Writer, name_attributes
from kedro_golden_path.contracts.markdown import code, table, text
from kedro_golden_path.contracts.validator import describe
from kedro_golden_path.datasets.partitions import StagedPartitions
from kedro_golden_path.errors import ContractError, GoldenPathError
from kedro_golden_path.guards import is_plain_name
from kedro_golden_path.months import check_month
from kedro_golden_path.origin import cloned
from kedro_golden_path.runs import dag_task as tasks
from kedro_golden_path.runs.area import Area
from kedro_golden_path.runs.dag_task import DagTask, check_run_id, dag_task
from kedro_golden_path.tracking import names
from kedro_golden_path.tracking.figures import figures_of
from support.hostile import GROUPS, HIDDEN, MARK, STORABLE, VALUES, failing, fuzzed, texts
from unit.contracts.outcomes import BEFORE, RUN, failed, failure


def is_harmless(shown: str) -> bool:
    return all(each.isprintable() or each == "\n" for each in shown)


def refuses(guard: Callable[[str], object]) -> Callable[[str], bool]:
    """A guard that raises the error that people see; anything else is a mistake."""

    def holds(value: str) -> bool:
        try:
            guard(value)
        except GoldenPathError as error:
            return is_harmless(error.message)
        return False

    return holds


# Code: what `kedro contracts infer` and `kedro dags` write, and Python runs


def column(name: str, **other: Any) -> Column:
    known: dict[str, Any] = {"kind": None, "sensitive": False, "nulls": 3, "distinct": 5}
    return Column(name, **known | other)


def is_only_a_contract(draft: str) -> bool:
    """Whether a draft has imports, one class, and calls of what contracts are made of."""
    tree = ast.parse(draft)
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = {ast.unparse(each) for each in calls}
    kinds = [type(node) for node in tree.body]
    return names <= {
        *("pa.Field", "rule", "share", "nw.max_horizontal"),
        *(name for name in names if name.startswith("data[") and name.endswith("].is_null")),
    } and kinds.count(ast.ClassDef) == 1 == kinds.count(ast.Expr)


def draft_of(name: str) -> str:
    """A draft with a name in all places that a name can have."""
    whole = {"kind": pyarrow.float64(), "least": 1.0, "most": 9.0}
    columns = [
        *(column(name), column(f"{name} ", **whole), column(f"{name}!", sensitive=True)),
        column(f" {name}", kind=pyarrow.large_string(), categories=[name, f"{name} "], nulls=0),
        column(f"!{name}", kind=pyarrow.timestamp("us", name if name in STORABLE else "UTC")),
        column(f"?{name}", kind=pyarrow.large_string(), pattern=name),
    ]
    name_attributes(columns)
    return Writer(_class_name(name), name, columns, columns[:2], 10).module("2013-04")


def test_a_draft_of_a_contract_is_only_a_contract() -> None:
    assert failing(lambda value: is_only_a_contract(draft_of(value))) == []


@fuzzed
@given(texts())
def test_a_draft_of_anything_is_only_a_contract(name: str) -> None:
    assert is_only_a_contract(draft_of(name))


def test_data_with_every_name_and_value_gets_a_contract_that_holds(rides: Path) -> None:
    # An empty name is refused, in words.
    names = [name for name in STORABLE if name]
    frame = pd.DataFrame({name: pd.Series([name, None] * 30, dtype=object) for name in names})
    draft = infer(frame, STORABLE[0], package="rides")
    assert MARK not in sys.__dict__
    assert draft.columns == len(names)
    (model,) = (node for node in ast.parse(draft.source).body if isinstance(node, ast.ClassDef))
    assert sum(isinstance(node, ast.AnnAssign) for node in model.body) == len(names)


def test_a_module_has_a_plain_name() -> None:
    assert failing(lambda v: is_plain_name(module_name(v).strip("_") or "x")) == []
    assert failing(lambda v: module_name(v).isidentifier() and _class_name(v).isidentifier()) == []


def test_a_dag_is_written_as_data() -> None:
    assert failing(lambda value: ast.literal_eval(python(value)) == value) == []
    nested = {value: [value] for value in STORABLE}
    assert ast.literal_eval(python(nested)) == nested


def dag_of(value: str) -> str:
    settings = DagSettings.model_validate({"venv": {"project": "/opt/shop"}, "description": value})
    return source(Dag("shop", "prod", settings, (value,), (), value, "shop", "prod", (value,)))


@pytest.mark.parametrize("group", ["python", "lines", "markup"])
def test_a_dag_has_no_other_code_than_its_template(group: str) -> None:
    usual = dag_of("usual")

    def shape(text: str) -> list[str]:
        return [type(node).__name__ for node in ast.walk(ast.parse(text))]

    expected = shape(usual)
    assert failing(lambda value: shape(dag_of(value)) == expected, GROUPS[group]) == []


# Paths: what is made of a run's id, of a month, of a task


def test_a_run_id_is_one_name_or_refused(tmp_path: Path) -> None:
    def holds(value: str) -> bool:
        if not is_plain_name(value):
            return refuses(check_run_id)(value) and refuses(lambda v: Area("/data", v))(value)
        inside = Path(Area(str(tmp_path), value).directory).resolve()
        return inside.parent == (tmp_path / ".runs").resolve()

    assert failing(holds) == []


@fuzzed
@given(texts())
def test_any_run_id_is_one_name_or_refused(value: str) -> None:
    if is_plain_name(value):
        assert Path(Area("/data", value).directory).resolve().parent == Path("/data/.runs")
    else:
        assert refuses(check_run_id)(value)


def loaded(conf: Path, **parameters: str) -> ConfigLoader:
    return ConfigLoader(conf, "base", parameters, default_run_env="base")


def test_only_a_month_becomes_the_month(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/parameters.yml").write_text("month: '2013-04'\nrun_id: ''\nregion: x\n")
    (tmp_path / "base/catalog.yml").write_text("x: {type: x, filepath: 'd/${param:region}/x'}\n")
    bad = [value for value in VALUES if value != "2013-04"]
    assert failing(refuses(check_month), bad) == []
    some = GROUPS["months"] + GROUPS["shell"]
    assert failing(refuses(lambda v: loaded(tmp_path, month=v)), some) == []
    names = [value for value in GROUPS["paths"] if value and not is_plain_name(value)]
    assert failing(refuses(lambda v: loaded(tmp_path, run_id=v)), names) == []
    for value in ("..", "../x", "a/../../b", "..\\x"):
        with pytest.raises(InterpolationResolutionError, match="the path would lead elsewhere"):
            loaded(tmp_path, region=value)["catalog"]
    assert loaded(tmp_path, region="a..b/c")["catalog"]["x"]["filepath"] == "d/a..b/c/x"


def test_what_airflow_says_becomes_names(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(os.environ)

    def task_with(variable: str, value: str) -> DagTask:
        monkeypatch.setattr(os, "environ", known | {tasks.DAG_RUN_ID: "x", variable: value})
        found = dag_task()
        assert found is not None
        return found

    def name_or_refused(value: str) -> bool:
        try:
            found = task_with(tasks.TASK_ID, value)
        except GoldenPathError:
            return True
        return "/" not in found.task_id and found.task_id.isprintable()

    def page_or_nothing(value: str) -> bool:
        url = task_with(tasks.LOG_URL, value).log_url
        return url == "" or url.startswith(("http://", "https://", "/"))

    assert failing(name_or_refused) == []
    assert failing(page_or_nothing) == []
    assert failing(refuses(lambda v: task_with(tasks.TRY_NUMBER, v))) == ["'007': does not hold"]
    assert failing(lambda v: is_plain_name(DagTask(v, v, v, 1, "").run_id), STORABLE) == []


def test_a_partition_stays_in_its_directory(tmp_path: Path) -> None:
    staged = tmp_path / "a/b/staged"
    staged.mkdir(parents=True)
    dataset = StagedPartitions(
        path=str(staged), published=str(tmp_path / "published"), dataset="text.TextDataset"
    )
    for value in GROUPS["paths"] + GROUPS["data"]:
        # Some of them can be no file at all.
        with contextlib.suppress(DatasetError):
            dataset.save({value: "x"})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 50 and [path for path in files if not path.is_relative_to(staged)] == []


# Filters: what MLflow searches for


def test_a_filter_finds_what_is_equal_and_nothing_else(mlflow_store: Path) -> None:
    from mlflow import MlflowClient

    from kedro_golden_path.guards import mlflow_equals

    client = MlflowClient()
    experiment = client.create_experiment("hostile")
    values = GROUPS["filters"][:8]
    for value in values:
        client.create_run(experiment, tags={"run_id": value})

    def holds(value: str) -> bool:
        try:
            wanted = mlflow_equals("tags.run_id", value)
        except ValueError:
            return "\\" in value or {"'", '"'} <= set(value) or not value.isprintable()
        found = client.search_runs([experiment], wanted)
        return [run.data.tags["run_id"] for run in found] == [value]

    assert failing(holds, values) == []


# Names: what MLflow calls metrics, parameters, tags and artifacts


def test_every_name_is_one_that_mlflow_takes() -> None:
    mlflow: Any = import_module("mlflow.utils.validation")

    def holds(value: str) -> bool:
        mlflow._validate_metric_name(names.valid(value))
        mlflow._validate_param_name(names.valid(value, {names.valid(value)}))
        mlflow._validate_metric_name(names.CONTRACT_FIGURE.of(value, value))
        mlflow._validate_tag_name(names.INPUT.of(value))
        artifact = names.TASK_REPORT.of(value)
        return posixpath.normpath(artifact) == artifact and artifact.count("/") == 1

    assert failing(holds) == []

    @fuzzed
    @given(texts())
    def any_name(value: str) -> None:
        assert holds(value)

    any_name()


def test_figures_are_numbers_under_names_of_their_own(caplog: pytest.LogCaptureFixture) -> None:
    data = {"MAP@10": 0.3, "MAP_10": 1, "a": None, "m": {"b": True}, "x": "late"}
    assert figures_of("figures", data) == {"MAP_10": 0.3, "MAP_10_2": 1.0, "m.b": 1.0}
    assert [record.args for record in caplog.records] == [
        ("a", "figures", "NoneType"),
        ("x", "figures", "str"),
    ]
    with pytest.raises(GoldenPathError, match="'figures' is a list"):
        figures_of("figures", [1])


# Commands: what git is asked for


def test_an_address_is_no_option_and_no_program(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = [*GROUPS["shell"], "ext::touch " + MARK, "fd::7", "-u touch", "--template=x"]
    # These would be looked for in the network.
    hostile = [value for value in hostile if ":" not in value or "::" in value]

    def clone(value: str) -> None:
        with cloned(value):
            pass

    assert failing(refuses(clone), hostile) == []
    assert list(tmp_path.iterdir()) == []


# Markup: reports and the data dictionary


class Tags(HTMLParser):
    """The tags of a page, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(f"{tag} {sorted(name for name, _ in attrs)}")


def page_of(value: str) -> str:
    broken = failure(value, column=value, examples=[value], description=value)
    result = failed(value, file=value, schema=value, failures=[broken], unchecked=[value])
    result |= {"measures": {value: 1.0}, "bounds": {value: value}}
    before = {value: BEFORE | {"run_name": value, "month": value}}
    run = RUN | {"name": value, "pipelines": [value], "environment": value, "month": value}
    return report.to_html(report.build(run, [result], before))


def test_a_report_has_no_other_markup_than_its_template() -> None:
    usual = Tags(page_of("usual")).found

    def holds(value: str) -> bool:
        page = page_of(value)
        return Tags(page).found == usual and is_harmless(page)

    assert failing(holds, filter(None, VALUES)) == []


def test_markdown_shows_text_as_it_is() -> None:
    parser = MarkdownIt("commonmark").enable("table")

    def kinds(written: str) -> list[str]:
        tokens = [t for each in parser.parse(written) for t in (each, *(each.children or ()))]
        return [each.type for each in tokens if each.type not in ("text", "code_inline", "inline")]

    usual = kinds(table(("a", "b"), [(text("x"), code("x"))]))

    def holds(value: str) -> bool:
        return kinds(table(("a", "b"), [(text(value), code(value))])) == usual

    assert failing(holds) == []


# Lines: terminals and logs


def test_nothing_steers_a_terminal_or_begins_a_line() -> None:
    def error(value: str) -> bool:
        broken = ContractError(f"The data of '{value}' breaks", [], [f"  {value}"], value)
        return is_harmless(GoldenPathError(f"No {value}").message) and is_harmless(str(broken))

    def line(value: str) -> bool:
        shown = describe(Failure("row", value, value, 1, (value,), value))
        return is_harmless(shown) and "\n" not in shown

    def row(value: str) -> bool:
        stream = StringIO()
        made = new_table(value, value)
        made.add_row(plain(value), plain(value))
        Console(file=stream, width=30_000, color_system=None).print(made, soft_wrap=True)
        lines = stream.getvalue().splitlines()
        return is_harmless(stream.getvalue()) and len(lines) == 2 and lines[0] == lines[1]

    for holds in (error, line, row):
        assert failing(holds) == []


def test_no_error_shows_the_password_of_an_address() -> None:
    def holds(value: str) -> bool:
        return HIDDEN not in GoldenPathError(f"'{value}' cannot be reached.").message

    assert failing(holds, GROUPS["addresses"]) == []

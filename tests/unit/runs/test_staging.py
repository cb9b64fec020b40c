"""What a run plans, refuses, resumes and publishes; each kind of dataset is in test_publishing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline

from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.datasets.writing import replace
from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.runs import publication
from kedro_golden_path.runs.area import Area, kept_runs, note_saved_dataset, published_path
from kedro_golden_path.runs.publication import discard, publish
from kedro_golden_path.runs.staging import Staging
from support.object_store import hidden, put, visible

TEXT = {"type": "text.TextDataset"}


def text(root: str, name: str, **options: Any) -> dict[str, Any]:
    return {**TEXT, "filepath": f"{root}/{name}", **options}


class Process:
    """A process of a run, which writes some of the datasets of a catalog and reads the others."""

    def __init__(
        self, root: str, catalog: Mapping[str, Any], *written: str, run_id: str = "one"
    ) -> None:
        self.staging = Staging(root, run_id)
        self.entries = self.staging.redirect(catalog, catalog, written)
        self.catalog = DataCatalog.from_config(self.entries, save_version=run_id)

    def save(self, **data: Any) -> "Process":
        for name, each in data.items():
            self.catalog.save(name, each)
            note_saved_dataset(self.catalog.get(name), name)
        return self

    def end(self, *, whole_run: bool = False) -> None:
        self.staging.finish(whole_run=whole_run)


def published(root: str, run_id: str = "one") -> list[str]:
    return publish(root, run_id, lambda name: {})


def test_each_process_of_a_run_adds_to_what_is_published(root: str) -> None:
    catalog = {name: text(root, f"{name}.txt") for name in "xyz"}
    Process(root, catalog, "x").save(x="1").end()
    second = Process(root, catalog, "y")
    assert second.catalog.load("x") == "1"
    second.save(y="2").end()
    Process(root, catalog, "z", run_id="another").save(z="3").end()
    assert published(root) == [f"{root}/x.txt", f"{root}/y.txt"]
    assert visible(root) == {"x.txt": "1", "y.txt": "2"}
    assert kept_runs(root) == ["another"]


def test_a_task_that_failed_is_not_published_with_the_others(root: str) -> None:
    catalog = {name: text(root, f"{name}.txt") for name in "xy"}
    Process(root, catalog, "x").save(x="1").end()
    Process(root, catalog, "y").save(y="2")
    assert published(root) == [f"{root}/x.txt"]


def test_what_a_task_has_begun_to_write_again_is_not_published(root: str) -> None:
    catalog = {name: text(root, f"{name}.txt") for name in "xy"}
    Process(root, catalog, "x").save(x="1").end()
    Process(root, catalog, "y").save(y="2").end()
    again = Process(root, catalog, "x")
    again.catalog.save("x", "half")
    with pytest.raises(GoldenPathError, match=r"A task has begun to write x.txt again"):
        published(root)
    assert visible(root) == {}
    again.save(x="3").end()
    published(root)
    assert visible(root) == {"x.txt": "3", "y.txt": "2"}


def test_a_run_that_is_resumed_publishes_what_it_had_written_before(root: str) -> None:
    catalog = {name: text(root, f"{name}.txt") for name in "xyz"}
    failed = Process(root, catalog, "x", "y", "z").save(x="1")
    failed.catalog.save("y", "half")  # Nobody was told that it was saved.
    resumed = Process(root, catalog, "z")
    assert resumed.catalog.load("x") == "1"
    resumed.save(z="3").end(whole_run=True)
    published(root)
    assert visible(root) == {"x.txt": "1", "z.txt": "3"}
    assert hidden(root) == []


def test_half_a_file_is_never_read(root: str) -> None:
    put(f"{root}/x.txt", "old")
    catalog = {"x": text(root, "x.txt")}
    Process(root, catalog, "x").catalog.save("x", "half")
    assert Process(root, catalog).catalog.load("x") == "old"


def test_a_run_without_files_publishes_nothing(root: str) -> None:
    assert published(root) == []


def test_publishing_goes_on_where_it_was_interrupted(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(f"{root}/x.txt", "old ")
    appended = {"fs_args": {"open_args_save": {"mode": "a"}}}
    catalog = {name: text(root, f"{name}.txt", **appended) for name in "xy"}
    Process(root, catalog, "x", "y").save(x="new", y="new").end()

    def fail(filesystem: Any, source: str, target: str) -> None:
        if target.endswith("y.txt"):
            raise OSError(28, "No space left on device")
        replace(filesystem, source, target)

    monkeypatch.setattr(publication, "replace", fail)
    with pytest.raises(GoldenPathError, match=r"No space left on device.*one"):
        published(root)
    monkeypatch.undo()
    assert published(root) == [f"{root}/y.txt"]
    assert visible(root) == {"x.txt": "old new", "y.txt": "new"}


def test_files_and_directories_replace_each_other(root: str) -> None:
    put(f"{root}/was_file", "old")
    put(f"{root}/was_directory/part-0", "old")
    put(f"{root}/was_directory/part-1", "old")
    catalog = {name: text(root, name) for name in ("was_file", "was_directory")}
    process = Process(root, catalog, *catalog)
    put(process.entries["was_file"]["filepath"] + "/part-0", "new")
    process.save(was_directory="new").end()
    published(root)
    assert visible(root) == {"was_file/part-0": "new", "was_directory": "new"}
    assert hidden(root) == []


@pytest.mark.parametrize("spelling", ["{root}/./x.txt", "{root}//x.txt", "{root}/a/../x.txt"])
def test_several_spellings_of_a_path_are_one_file(tmp_path: Path, spelling: str) -> None:
    root = tmp_path.as_posix()
    catalog = {"x": text(root, "x.txt"), "y": TEXT | {"filepath": spelling.format(root=root)}}
    process = Process(root, catalog, "x").save(x="new")
    assert process.catalog.load("y") == "new"
    assert process.entries["x"] == process.entries["y"]


def test_sheets_that_several_entries_write_are_all_kept(tmp_path: Path) -> None:
    root = tmp_path.as_posix()
    more = {"writer": {"mode": "a", "if_sheet_exists": "replace"}}
    book = {"type": "pandas.ExcelDataset", "filepath": f"{root}/x.xlsx"}
    catalog = {
        name: book
        | {"fs_args": {"open_args_save": {"mode": "rb+"}}}
        | {"save_args": {"sheet_name": name, **more}}
        for name in ("first", "second")
    }
    pd.DataFrame({"a": [0]}).to_excel(f"{root}/x.xlsx", sheet_name="old", index=False)
    one = pd.DataFrame({"a": [1]})
    # Each of them by a task of its own.
    Process(root, catalog, "first").save(first=one).end()
    Process(root, catalog, "second").save(second=one).end()
    published(root)
    assert list(pd.read_excel(f"{root}/x.xlsx", sheet_name=None)) == ["old", "first", "second"]


def test_a_task_that_is_tried_again_appends_once(root: str) -> None:
    put(f"{root}/x.txt", "old ")
    catalog = {"x": text(root, "x.txt", fs_args={"open_args_save": {"mode": "a"}})}
    Process(root, catalog, "x").save(x="first try ").end()
    Process(root, catalog, "x").save(x="second try").end()
    published(root)
    assert visible(root) == {"x.txt": "old second try"}


def test_what_others_have_appended_to_the_same_file_is_not_thrown_away(root: str) -> None:
    appended = {"fs_args": {"open_args_save": {"mode": "a"}}}
    catalog = {name: text(root, "x.txt", **appended) for name in "xy"}
    Process(root, catalog, "x").save(x="x").end()
    Process(root, catalog, "y").save(y="y")
    with pytest.raises(GoldenPathError, match="has already written it in part"):
        Process(root, catalog, "y")


def test_partitions_that_a_run_writes_as_single_files_are_seen_among_the_others(root: str) -> None:
    put(f"{root}/parts/a", "old a")
    catalog = {
        "one": text(root, "parts/b"),
        "all": {"type": "partitions.PartitionedDataset", "path": f"{root}/parts", "dataset": TEXT},
    }
    process = Process(root, catalog, "one").save(one="new b")
    assert {name: load() for name, load in process.catalog.load("all").items()} == {
        "a": "old a",
        "b": "new b",
    }


def test_a_window_of_months_has_the_month_that_the_run_writes(root: str) -> None:
    csv = {"type": "pandas.CSVDataset"}
    catalog = {
        "x": csv | {"filepath": f"{root}/x/month=2020-02/x.csv", "save_args": {"index": False}},
        "all": {
            "type": "kedro_golden_path.MonthsDataset",
            **{"path": f"{root}/x", "file": "x.csv", "dataset": csv},
            "months": ["2020-01", "2020-02"],
        },
    }
    for month in (1, 2):
        put(f"{root}/x/month=2020-0{month}/x.csv", f"a\n{month}")
    process = Process(root, catalog, "x")
    assert process.catalog.load("all")["a"].tolist() == [1, 2]
    process.save(x=pd.DataFrame({"a": [3]}))
    assert process.catalog.load("all")["a"].tolist() == [1, 3]
    assert DataCatalog.from_config(catalog).load("all")["a"].tolist() == [1, 2]


def test_versions_are_never_deleted_by_an_entry_without_them(root: str) -> None:
    put(f"{root}/x.txt/2020/x.txt", "old")
    with pytest.raises(GoldenPathError, match="directory with versions, which it would replace"):
        Process(root, {"x": text(root, "x.txt")}, "x")
    assert visible(root) == {"x.txt/2020/x.txt": "old"}


def test_versions_that_appear_while_a_run_is_at_work_are_not_deleted_either(root: str) -> None:
    Process(root, {"x": text(root, "x.txt")}, "x").save(x="new").end()
    put(f"{root}/x.txt/2020/x.txt", "old")
    with pytest.raises(GoldenPathError, match="a directory with versions by now"):
        published(root)
    assert visible(root) == {"x.txt/2020/x.txt": "old"}


def test_a_version_does_not_go_where_a_file_is(root: str) -> None:
    put(f"{root}/x.txt", "old")
    with pytest.raises(GoldenPathError, match="a file without versions"):
        Process(root, {"x": text(root, "x.txt", versioned=True)}, "x")


def test_a_version_that_is_asked_for_is_the_published_one(root: str) -> None:
    put(f"{root}/x.txt/2020/x.txt", "old")
    catalog = {"x": text(root, "x.txt", versioned=True)}
    Process(root, catalog, "x").save(x="new")
    staging = Staging(root, "one")
    assert staging.redirect(catalog, ["x"], ["x"], pinned=["x"]) == catalog
    assert "a certain version" in staging.at_once["x"]


def incremental(root: str, **options: Any) -> dict[str, Any]:
    kind = {"type": "partitions.IncrementalDataset", "dataset": TEXT}
    return kind | {"path": f"{root}/in", "filename_suffix": ".txt"} | options


@pytest.mark.parametrize("options", [{}, {"checkpoint": {"filepath": "{root}/in/LAST"}}])
def test_partitions_are_confirmed_when_the_run_has_succeeded(
    root: str, options: dict[str, Any]
) -> None:
    options = {
        key: {"filepath": each["filepath"].format(root=root)} for key, each in options.items()
    }
    catalog = {"in": incremental(root, **options)}
    put(f"{root}/in/a.txt", "a")

    def begin(run_id: str) -> tuple[Staging, Any]:
        staging = Staging(root, run_id)
        entries = staging.redirect(catalog, ["in"], [], confirmed=["in"])
        return staging, DataCatalog.from_config(entries).get("in")

    failed = begin("failed")[1]
    assert failed.load() == {"a": "a"}
    failed.confirm()
    assert list(visible(root)) == ["in/a.txt"]

    staging, dataset = begin("one")
    assert dataset.load() == {"a": "a"}
    dataset.confirm()
    staging.finish(whole_run=True)
    published(root)
    put(f"{root}/in/b.txt", "b")
    assert DataCatalog.from_config(catalog).load("in") == {"b": "b"}
    assert begin("two")[1].load() == {"b": "b"}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (TEXT | {"filepath": "/elsewhere/x.txt"}, "it is not below"),
        (TEXT | {"filepath": "data/../x.txt"}, "it is not below"),
        (
            {
                "type": "partitions.PartitionedDataset",
                "path": "data/x",
                "dataset": "kedro_golden_path.spark.ParquetDataset",
            },
            "partitions that Spark writes",
        ),
        (
            {
                "type": "pandas.SQLTableDataset",
                "table_name": "x",
                "credentials": {"con": "sqlite://"},
            },
            "only tables of SQLite files and of PostgreSQL",
        ),
        (
            {
                "type": "pandas.SQLTableDataset",
                "table_name": "x",
                "credentials": {"con": "mysql://h/d"},
            },
            "only tables of SQLite files and of PostgreSQL",
        ),
        ({"type": "api.APIDataset", "url": "http://127.0.0.1"}, "it is no file"),
    ],
)
def test_what_cannot_be_staged_is_written_at_once_and_named(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    root = f"{tmp_path.as_posix()}/data"
    place = {key: each.replace("data/", f"{root}/") for key, each in entry.items() if "path" in key}
    staging = Staging(root, "one")
    entry = entry | place
    assert staging.redirect({"x": entry}, read=(), written=["x"]) == {"x": entry}
    assert reason in staging.at_once["x"]


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "MemoryDataset"},
        {"type": "kedro_golden_path.ModelDataset", "name": "m", "alias": "champion"},
        {"type": "kedro_mlflow.io.metrics.MlflowMetricDataset", "key": "x"},
        TEXT | {"filepath": "{root}/x.txt"},
    ],
    ids=["memory", "model", "metric", "staged"],
)
def test_what_nobody_sees_before_the_run_has_succeeded_is_not_named(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    staging = Staging(tmp_path.as_posix(), "one")
    entry = {key: each.replace("{root}", tmp_path.as_posix()) for key, each in entry.items()}
    staging.redirect({"x": entry}, read=(), written=["x", "not in the catalog"])
    assert staging.at_once == {}


def sql(directory: Path, **options: Any) -> dict[str, Any]:
    credentials = {"con": f"sqlite:///{directory}/x.db"}
    kind = {"type": "pandas.SQLTableDataset", "table_name": "x", "credentials": credentials}
    return kind | options


def test_a_table_that_would_not_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    catalog = {"x": sql(tmp_path)}
    DataCatalog.from_config(catalog).save("x", pd.DataFrame({"a": [1]}))
    with pytest.raises(GoldenPathError, match="'if_exists' is 'fail', which is the default"):
        Process(f"{tmp_path}/data", catalog, "x")


def test_rows_that_the_table_refuses_leave_it_and_all_files_as_they_were(tmp_path: Path) -> None:
    import sqlalchemy

    root, one = f"{tmp_path}/data", pd.DataFrame({"a": [1]})
    catalog = {"x": sql(tmp_path, save_args={"if_exists": "append"}), "y": text(root, "y.txt")}
    engine = sqlalchemy.create_engine(catalog["x"]["credentials"]["con"])
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE x (a INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO x VALUES (1)")
    Process(root, catalog, "x", "y").save(x=one, y="new").end()
    with pytest.raises(GoldenPathError, match="The database refuses x: UNIQUE constraint failed"):
        publish(root, "one", lambda name: catalog[name]["credentials"])
    assert DataCatalog.from_config(catalog).load("x")["a"].tolist() == [1]
    assert visible(root) == {}
    discard(root, "one", lambda name: catalog[name]["credentials"])
    assert sqlalchemy.inspect(engine).get_table_names() == ["x"]
    assert hidden(root) == []
    engine.dispose()


@pytest.mark.parametrize("query", ["SELECT * FROM x", 'select a from "X" where a > 1'])
def test_a_query_of_a_table_that_the_same_run_has_written_is_refused(
    tmp_path: Path, query: str
) -> None:
    kind = {"type": "pandas.SQLQueryDataset", "sql": query}
    credentials = {"credentials": {"con": f"sqlite:///{tmp_path}/x.db"}}
    catalog = {"x": sql(tmp_path, save_args={"if_exists": "append"}), "q": kind | credentials}
    staging = Staging(f"{tmp_path}/data", "one")
    with pytest.raises(GoldenPathError, match="The query of 'q' reads the table x"):
        staging.redirect(catalog, ["q"], ["x"], later={"x": ["q"]})
    # Before the table is written, it sees what it should see.
    staging.redirect(catalog, ["q"], ["x"], later={"x": []})


def test_a_run_at_work_is_known_as_such(tmp_path: Path) -> None:
    root = tmp_path.as_posix()
    Process(root, {"x": text(root, "x.txt")}, "x")
    assert Area(root, "one").is_at_work()
    assert not Area(root, "another").is_at_work()


Configure = Callable[[str], ConfigLoader]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Make the configuration of a project with a catalog."""

    def configure(catalog: str) -> ConfigLoader:
        conf = tmp_path / "conf"
        for name in ("base", "local"):
            (conf / name).mkdir(parents=True)
        (conf / "base/globals.yml").write_text("data_root: data")
        (conf / "base/parameters.yml").write_text("month: 2020-01\n")
        (conf / "base/catalog.yml").write_text(catalog)
        return ConfigLoader(conf)

    return configure


def test_the_catalog_of_a_run_has_its_paths(tmp_path: Path, configure: Configure) -> None:
    loader = configure(
        "given: {type: json.JSONDataset, filepath: data/given.json}\n"
        "made: {type: json.JSONDataset, filepath: data/made.json}\n"
        "unused: {type: json.JSONDataset, filepath: data/unused.json}\n"
        '"{name}_plot": {type: json.JSONDataset, filepath: "data/{name}.json", credentials: me}\n',
    )
    nodes = [Node(max, ["given", "params:x"], "made"), Node(max, "made", "roc_plot", name="draw")]
    loader.redirect_to_staging("one", Pipeline(nodes))
    root = f"{tmp_path.as_posix()}/data"
    catalog = loader["catalog"]
    assert catalog["given"]["filepath"] == f"{root}/given.json"
    assert catalog["made"]["filepath"] == f"{root}/.runs/one/made.json"
    assert catalog["unused"]["filepath"] == "data/unused.json"
    assert catalog["roc_plot"]["filepath"] == f"{root}/.runs/one/roc.json"
    assert catalog["roc_plot"]["credentials"] == "me"
    assert catalog["{name}_plot"]["filepath"] == "data/{name}.json"
    assert published_path(catalog["made"]["filepath"]) == f"{root}/made.json"


def test_what_is_written_at_once_is_named_once(
    configure: Configure, caplog: pytest.LogCaptureFixture
) -> None:
    loader = configure(
        "far: {type: json.JSONDataset, filepath: elsewhere/far.json}\n"
        "made: {type: json.JSONDataset, filepath: data/made.json}\n"
        "read: {type: json.JSONDataset, filepath: elsewhere/read.json}\n",
    )
    loader.redirect_to_staging("one", Pipeline([Node(max, "read", ["far", "made", "lost"])]))
    assert loader["catalog"] == loader["catalog"]
    (told,) = [record for record in caplog.records if record.name.startswith("kedro_golden_path")]
    assert told.levelname == "WARNING"
    assert "even if the run fails later:\n  far: it is not below " in told.message

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from kedro.pipeline import Node, Pipeline

from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.datasets.writing import replace
from kedro_golden_path.errors import GoldenPathError
from kedro_golden_path.runs.staging import (
    Staging,
    publish,
    published_path,
)


@pytest.fixture(params=["directory", "object store"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place for data, of either kind."""
    yield tmp_path.as_posix() if request.param == "directory" else "memory://data"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


def entry(root: str, path: str) -> dict[str, Any]:
    return {"type": "json.JSONDataset", "filepath": f"{root}/{path}"}


def write(path: str, content: str) -> None:
    with fsspec.open(path, "w", auto_mkdir=True) as stream:
        stream.write(content)


def read(path: str) -> str:
    with fsspec.open(path, "r") as stream:
        return str(stream.read())


def exists(path: str) -> bool:
    filesystem, inside = fsspec.url_to_fs(path)
    return bool(filesystem.exists(inside))


def work(root: str, run_id: str, content: str, *names: str, complete: bool = True) -> Staging:
    """Write files as a process of a run does."""
    work = Staging(root, run_id)
    catalog = {name: entry(root, name) for name in names}
    for redirected in work.redirect(catalog, read=(), written=names).values():
        write(redirected["filepath"], content)
    if complete:
        work.complete()
    return work


def test_nothing_is_seen_before_it_is_published(root: str) -> None:
    write(f"{root}/a/x.json", "old")
    run = work(root, "one", "new", "a/x.json", "b/y.json")
    assert read(f"{root}/a/x.json") == "old" and not exists(f"{root}/b")
    assert run.publish() == [f"{root}/a/x.json", f"{root}/b/y.json"]
    assert (read(f"{root}/a/x.json"), read(f"{root}/b/y.json")) == ("new", "new")
    assert not exists(run.directory)


def test_a_run_reads_its_own_files_and_otherwise_the_published_ones(root: str) -> None:
    work(root, "one", "new", "x.json")
    catalog = {name: entry(root, name) for name in ("x.json", "y.json")}
    own = Staging(root, "one").redirect(catalog, read=catalog, written=())
    assert published_path(own["x.json"]["filepath"]) == f"{root}/x.json"
    assert read(own["x.json"]["filepath"]) == "new"
    assert own["y.json"] == catalog["y.json"]
    assert Staging(root, "another").redirect(catalog, read=catalog, written=()) == catalog


def test_each_process_of_a_run_adds_to_what_is_published(root: str) -> None:
    work(root, "one", "first", "x.json")
    work(root, "one", "second", "y.json")
    work(root, "another", "third", "z.json")
    assert Staging(root, "one").publish() == [f"{root}/x.json", f"{root}/y.json"]
    assert not exists(f"{root}/z.json")


def test_what_a_killed_process_left_is_not_published(root: str) -> None:
    work(root, "one", "whole", "x.json")
    work(root, "one", "half", "y.json", complete=False)
    assert Staging(root, "one").publish() == [f"{root}/x.json"]
    assert not exists(f"{root}/y.json")


def test_a_run_without_files_publishes_nothing(root: str) -> None:
    assert Staging(root, "one").publish() == []


def test_directories_and_files_replace_each_other(root: str) -> None:
    write(f"{root}/was_file", "old")
    write(f"{root}/was_directory/part-0", "old")
    write(f"{root}/was_directory/part-1", "old")
    run = Staging(root, "one")
    names = ("was_file", "was_directory")
    run.redirect({name: entry(root, name) for name in names}, read=(), written=names)
    write(f"{run.directory}/was_file/part-0", "new")
    write(f"{run.directory}/was_directory", "new")
    run.complete()
    run.publish()
    assert read(f"{root}/was_file/part-0") == "new"
    assert read(f"{root}/was_directory") == "new"
    filesystem, inside = fsspec.url_to_fs(root)
    assert [path for path in filesystem.find(inside) if ".old" in path] == []


def test_publishing_goes_on_where_it_was_interrupted(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = work(root, "one", "new", "x.json", "y.json")

    def fail(filesystem: Any, source: str, target: str) -> None:
        if target.endswith("y.json"):
            raise OSError(28, "No space left on device")
        replace(filesystem, source, target)

    monkeypatch.setattr("kedro_golden_path.runs.staging.replace", fail)
    with pytest.raises(GoldenPathError, match=r"No space left on device.*one"):
        publish(run)
    monkeypatch.undo()
    assert publish(run) == [f"{root}/y.json"]
    assert (read(f"{root}/x.json"), read(f"{root}/y.json")) == ("new", "new")


@pytest.mark.parametrize(
    "other",
    [
        {"filepath": "/elsewhere/x.json"},
        {"path": "/elsewhere/partitions"},
        {"name": "a model"},
    ],
)
def test_what_cannot_be_kept_apart_stays_where_it_is(tmp_path: Path, other: dict[str, Any]) -> None:
    catalog = {"other": {"type": "some.Dataset"} | other}
    run = Staging(tmp_path.as_posix(), "one")
    assert run.redirect(catalog, read=(), written=["other"]) == catalog


def test_the_catalog_of_a_run_has_its_paths(tmp_path: Path) -> None:
    conf = configured(
        tmp_path,
        "given: {type: json.JSONDataset, filepath: data/given.json}\n"
        "made: {type: json.JSONDataset, filepath: data/made.json}\n"
        "unused: {type: json.JSONDataset, filepath: data/unused.json}\n"
        '"{name}_plot": {type: json.JSONDataset, filepath: "data/{name}.json", credentials: me}\n',
    )
    loader = ConfigLoader(conf)
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


def test_all_names_of_a_dataset_that_is_written_have_the_path_of_the_run(tmp_path: Path) -> None:
    conf = configured(
        tmp_path,
        "x@pandas: {type: pandas.ParquetDataset, filepath: data/x.parquet}\n"
        "x@spark: {type: kedro_golden_path.spark.ParquetDataset, filepath: data/x.parquet}\n",
    )
    loader = ConfigLoader(conf)
    loader.redirect_to_staging(
        "one", Pipeline([Node(max, "a", "x@pandas"), Node(max, "x@spark", "b")])
    )
    paths = {entry["filepath"] for entry in loader["catalog"].values()}
    assert paths == {f"{tmp_path.as_posix()}/data/.runs/one/x.parquet"}


def test_what_is_written_at_once_is_named_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    conf = configured(
        tmp_path,
        "far: {type: json.JSONDataset, filepath: elsewhere/far.json}\n"
        "log: {type: text.TextDataset, filepath: data/log.txt,"
        " fs_args: {open_args_save: {mode: a}}}\n"
        "made: {type: json.JSONDataset, filepath: data/made.json}\n"
        "read: {type: json.JSONDataset, filepath: elsewhere/read.json}\n",
    )
    loader = ConfigLoader(conf)
    loader.redirect_to_staging("one", Pipeline([Node(max, "read", ["far", "log", "made", "lost"])]))
    assert loader["catalog"] == loader["catalog"]
    (told,) = [record for record in caplog.records if record.name.startswith("kedro_golden_path")]
    assert told.levelname == "WARNING"
    assert told.message.startswith("Written at once, even if the run fails later: far, log.")


def configured(project: Path, catalog: str) -> Path:
    """The configuration of a project with a catalog."""
    conf = project / "conf"
    for name in ("base", "local"):
        (conf / name).mkdir(parents=True)
    (conf / "base/globals.yml").write_text("data_root: data")
    (conf / "base/parameters.yml").write_text("month: 2020-01\n")
    (conf / "base/catalog.yml").write_text(catalog)
    return conf

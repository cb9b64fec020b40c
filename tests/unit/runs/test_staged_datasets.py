"""Staging of each kind of dataset, with Kedro's own catalog and datasets."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from kedro.io import DataCatalog

from kedro_golden_path.runs.staging import Staging, begin_saving, end_saving
from support.object_store import hidden, put, visible

TEXT = {"type": "text.TextDataset"}


class Run:
    """What a process of a run does with a dataset `x`, beside others if there are any."""

    def __init__(self, root: str, entry: Mapping[str, Any], run_id: str = "one") -> None:
        self.root, self.entry, self.run_id = root, dict(entry), run_id
        self.staging = Staging(root, run_id)

    def catalog(self, *, writes: bool, pinned: Mapping[str, str] | None = None) -> DataCatalog:
        entries = self.staging.redirect(
            {"x": self.entry}, ["x"], ["x"] if writes else [], pinned or {}
        )
        return DataCatalog.from_config(
            entries, load_versions=dict(pinned or {}), save_version=self.run_id
        )

    def save(self, data: Any) -> DataCatalog:
        catalog = self.catalog(writes=True)
        dataset = catalog.get("x")
        begin_saving(dataset)
        catalog.save("x", data)
        end_saving(dataset)
        return catalog

    def publish(self) -> list[str]:
        self.staging.complete()
        return Staging(self.root, self.run_id).publish()


def versioned(root: str) -> dict[str, Any]:
    return TEXT | {"filepath": f"{root}/x.txt", "versioned": True}


def partitions(root: str, **options: Any) -> dict[str, Any]:
    kind = {"type": "partitions.PartitionedDataset", "dataset": TEXT}
    return kind | {"path": f"{root}/x", "filename_suffix": ".txt"} | options


def cached(root: str, **options: Any) -> dict[str, Any]:
    return {"type": "CachedDataset", "dataset": TEXT | {"filepath": f"{root}/x.txt"}} | options


def loaded(catalog: DataCatalog) -> dict[str, str]:
    return {name: load() for name, load in catalog.load("x").items()}


def test_a_version_is_added_when_the_run_has_succeeded(root: str) -> None:
    put(f"{root}/x.txt/2020/x.txt", "old")
    run = Run(root, versioned(root), run_id="2021")
    catalog = run.save("new")
    assert visible(root) == {"x.txt/2020/x.txt": "old"}
    assert catalog.load("x") == "new"
    assert Run(root, versioned(root), run_id="2021").catalog(writes=False).load("x") == "new"
    assert Run(root, versioned(root), run_id="other").catalog(writes=False).load("x") == "old"

    assert run.publish() == [f"{root}/x.txt"]

    assert visible(root) == {"x.txt/2020/x.txt": "old", "x.txt/2021/x.txt": "new"}
    assert hidden(root) == []


def test_a_version_is_written_again_by_a_second_try(root: str) -> None:
    Run(root, versioned(root)).save("first")
    run = Run(root, versioned(root))
    run.save("second")
    run.publish()
    assert visible(root) == {"x.txt/one/x.txt": "second"}


def test_a_version_that_is_asked_for_is_the_published_one(root: str) -> None:
    put(f"{root}/x.txt/2020/x.txt", "old")
    Run(root, versioned(root)).save("new")
    catalog = Run(root, versioned(root)).catalog(writes=False, pinned={"x": "2020"})
    assert catalog.load("x") == "old"


def test_partitions_are_added_when_the_run_has_succeeded(root: str) -> None:
    put(f"{root}/x/a.txt", "old a")
    put(f"{root}/x/deep/b.txt", "old b")
    run = Run(root, partitions(root))
    catalog = run.save({"deep/b": "new b", "c": "new c"})
    assert visible(root) == {"x/a.txt": "old a", "x/deep/b.txt": "old b"}
    expected = {"a": "old a", "c": "new c", "deep/b": "new b"}
    assert loaded(catalog) == expected and list(loaded(catalog)) == sorted(expected)
    assert loaded(Run(root, partitions(root)).catalog(writes=False)) == expected

    run.publish()

    assert visible(root) == {"x/a.txt": "old a", "x/c.txt": "new c", "x/deep/b.txt": "new b"}
    assert hidden(root) == []


def test_partitions_that_replace_all_do_so_when_the_run_has_succeeded(root: str) -> None:
    put(f"{root}/x/a.txt", "old a")
    run = Run(root, partitions(root, overwrite=True))
    catalog = run.catalog(writes=True)
    assert loaded(catalog) == {"a": "old a"}
    catalog = run.save({"b": "new b"})
    assert visible(root) == {"x/a.txt": "old a"}
    assert loaded(catalog) == {"b": "new b"}
    run.publish()
    assert visible(root) == {"x/b.txt": "new b"}
    assert hidden(root) == []


def test_partitions_are_loaded_as_kedro_itself_does_it(root: str) -> None:
    put(f"{root}/plain/a.txt", "old a")
    plain = DataCatalog.from_config({"x": partitions(root, path=f"{root}/plain")})
    plain.save("x", {"b": "new b"})
    put(f"{root}/x/a.txt", "old a")
    assert loaded(Run(root, partitions(root)).save({"b": "new b"})) == loaded(plain)


def test_a_file_that_another_dataset_caches_is_seen_when_the_run_has_succeeded(root: str) -> None:
    put(f"{root}/x.txt", "old")
    run = Run(root, cached(root))
    assert run.save("new").load("x") == "new"
    assert visible(root) == {"x.txt": "old"}
    run.publish()
    assert visible(root) == {"x.txt": "new"}


def test_a_version_that_another_dataset_caches_is_added(root: str) -> None:
    put(f"{root}/x.txt/2020/x.txt", "old")
    run = Run(root, cached(root, versioned=True), run_id="2021")
    run.save("new")
    run.publish()
    assert visible(root) == {"x.txt/2020/x.txt": "old", "x.txt/2021/x.txt": "new"}


@pytest.mark.parametrize(
    ("kind", "half"),
    [(versioned, "x.txt/one/x.txt"), (partitions, "x/b.txt"), (cached, "x.txt")],
    ids=["version", "partitions", "wrapped"],
)
def test_a_file_that_a_killed_process_left_half_written_is_never_read(
    root: str, kind: Callable[[str], dict[str, Any]], half: str
) -> None:
    entry = kind(root)
    old = {"x.txt/one/x.txt": "x.txt/2020/x.txt", "x/b.txt": "x/a.txt"}.get(half, half)
    put(f"{root}/{old}", "old")
    killed_while_saving(root, entry, f"{root}/.runs/one/{half}")

    # The run is gone on with by a process that reads, and then by one that writes.
    read = Run(root, entry).catalog(writes=False).load("x")
    assert read == {"a": read["a"]} and read["a"]() == "old" if "x/" in half else read == "old"
    assert Staging(root, "one").publish() == [] and visible(root) == {old: "old"}
    run = Run(root, entry)
    run.save({"c": "new"} if "x/" in half else "new")
    run.publish()
    new = "x/c.txt" if "x/" in half else half
    assert visible(root) == {old: "old"} | {new: "new"}
    assert hidden(root) == []


def killed_while_saving(root: str, entry: Mapping[str, Any], file: str) -> None:
    """Have a process killed when half of a dataset has been written."""
    program = f"""
import os, signal
from kedro.io import DataCatalog
from kedro_golden_path.runs.staging import Staging, begin_saving
from support.object_store import put

staging = Staging({root!r}, "one")
entries = staging.redirect({{"x": {dict(entry)!r}}}, [], ["x"])
begin_saving(DataCatalog.from_config(entries, save_version="one").get("x"))
put({file!r}, "half")
os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.run([sys.executable, "-c", program], env=environment, check=False)
    assert process.returncode == -signal.SIGKILL
    assert file.removeprefix(f"{root}/") in hidden(root)


@pytest.mark.parametrize(
    "entry",
    [
        TEXT | {"filepath": "/elsewhere/x.txt"},
        TEXT | {"filepath": "data/x.txt", "fs_args": {"open_args_save": {"mode": "a"}}},
        {"type": "pandas.CSVDataset", "filepath": "data/x", "save_args": {"mode": "a"}},
        {"type": "partitions.IncrementalDataset", "path": "data/x", "dataset": TEXT},
        {
            "type": "partitions.PartitionedDataset",
            "path": "data/x",
            "dataset": "kedro_golden_path.spark.ParquetDataset",
        },
        {"type": "pandas.SQLTableDataset", "table_name": "x", "credentials": {"con": "sqlite://"}},
    ],
    ids=["elsewhere", "appends", "adds rows", "incremental", "directories", "table"],
)
def test_what_cannot_be_staged_stays_where_it_is_and_is_named(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    root = tmp_path.as_posix()
    entry = json.loads(json.dumps(entry).replace('"data/', f'"{root}/'))
    run = Staging(root, "one")
    assert run.redirect({"x": entry}, read=(), written=["x"]) == {"x": entry}
    assert run.not_staged == ["x"]


def test_a_version_that_is_asked_for_and_written_is_named(tmp_path: Path) -> None:
    root = tmp_path.as_posix()
    run = Staging(root, "one")
    catalog = {"x": versioned(root)}
    assert run.redirect(catalog, read=(), written=["x"], pinned=["x"]) == catalog
    assert run.not_staged == ["x"]


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "MemoryDataset"},
        {"type": "kedro_golden_path.ModelDataset", "name": "m", "alias": "champion"},
        {"type": "kedro_mlflow.io.metrics.MlflowMetricDataset", "key": "x"},
        TEXT | {"filepath": "/data/x.txt"},
    ],
    ids=["memory", "model", "metric", "staged"],
)
def test_what_nobody_sees_before_the_run_has_succeeded_is_not_named(entry: dict[str, Any]) -> None:
    run = Staging("/data", "one")
    run.redirect({"x": entry}, read=(), written=["x", "not in the catalog"])
    assert run.not_staged == []

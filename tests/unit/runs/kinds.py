"""The kinds of datasets that the tests of publishing try, and a run of a small pipeline with each.

What is right, plain Kedro says: the same saves with the same catalog, but without staging.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
import polars as pl
from kedro.framework.hooks import _create_hook_manager
from kedro.io import AbstractDataset, DataCatalog, SharedMemoryDataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import AbstractRunner, ParallelRunner, SequentialRunner

from kedro_golden_path.config.loader import ConfigLoader
from kedro_golden_path.session.publication import hand_over
from kedro_golden_path.session.saved_notes import SavedNotes
from support.object_store import put

Entry = Mapping[str, Any]
# The number of a run that fails, where nothing else can say it.
FAILS = 9


@dataclass(frozen=True)
class Kind:
    """A kind of dataset: what the catalog says, with `{root}`, and what run number n saves.

    A run saves what it makes as `writes`; if `reads` is set, it is made from that as well. What
    there is before the first run, `starts` writes. `refuses` says that the second of two runs at
    once is refused, because it would undo the first.
    """

    catalog: Mapping[str, Entry]
    make: Callable[[int], Any]
    writes: str = "x"
    reads: str = ""
    starts: Entry | None = None
    refuses: bool = False


def frame(n: int) -> pd.DataFrame:
    return pd.DataFrame({"a": [n, n + 10], "b": [f"t{n}", "é"]})


def numbers(n: int) -> dict[str, Any]:
    return {"n": n, "list": [1, 2]}


def text(n: int) -> str:
    return f"line {n}\n"


def parts(n: int) -> dict[str, str]:
    return {f"p{n}": f"part {n}", "shared": f"shared {n}"}


def polars_frame(n: int) -> pl.DataFrame:
    return pl.DataFrame({"a": [n]})


def plot(n: int) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1))
    figure.subplots().plot([0, n])
    return figure


def plots(n: int) -> dict[str, Any]:
    return {f"{n}.png": plot(1)}


def chunks(n: int) -> Any:
    yield f"{n} first\n", True
    yield f"{n} second\n", True


class Upsert(AbstractDataset[dict[str, int], dict[str, int]]):
    """A team's own type: what it saves is merged into what is there."""

    def __init__(self, filepath: str) -> None:
        self._filepath = filepath

    def load(self) -> dict[str, int]:
        with fsspec.open(self._filepath, "r") as stream:
            return dict(json.load(stream))

    def save(self, data: dict[str, int]) -> None:
        known = self.load() if self._exists() else {}
        put(self._filepath, json.dumps(known | data))

    def _exists(self) -> bool:
        filesystem, path = fsspec.url_to_fs(self._filepath)
        return bool(filesystem.exists(path))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}


APPENDS = {"fs_args": {"open_args_save": {"mode": "a"}}}
APPENDS_ROWS = APPENDS | {"save_args": {"header": False, "index": False}}
TEXT = {"type": "text.TextDataset"}
SHEETS = {
    "type": "pandas.ExcelDataset",
    "filepath": "{root}/x.xlsx",
    "load_args": {"sheet_name": None},
    "fs_args": {"open_args_save": {"mode": "rb+"}},
    "save_args": {"writer": {"mode": "a", "if_sheet_exists": "replace"}},
}


def one(kind: str, name: str, **options: Any) -> dict[str, Entry]:
    return {"x": {"type": kind, "filepath": f"{{root}}/{name}", **options}}


def partitioned(kind: str = "Partitioned", **options: Any) -> dict[str, Entry]:
    known = {"path": "{root}/x", "dataset": TEXT, "filename_suffix": ".txt"}
    return {"x": {"type": f"partitions.{kind}Dataset", **known, **options}}


def table(con: str, mode: str) -> dict[str, Entry]:
    saves = {"if_exists": mode}
    return {
        "x": {
            "type": "pandas.SQLTableDataset",
            "table_name": "x",
            "credentials": con,
            "save_args": saves,
        }
    }


def more(catalog: Mapping[str, Entry], name: str, **options: Any) -> dict[str, Entry]:
    """The catalog with one more name for the same place."""
    return {**catalog, name: {**catalog["x"], **options}}


KINDS: dict[str, Kind] = {
    "CSV": Kind(one("pandas.CSVDataset", "x.csv"), frame),
    "Parquet": Kind(one("pandas.ParquetDataset", "x.parquet"), frame),
    "JSON": Kind(one("json.JSONDataset", "x.json"), numbers),
    "YAML": Kind(one("yaml.YAMLDataset", "x.yml"), numbers),
    "Excel": Kind(one("pandas.ExcelDataset", "x.xlsx"), frame),
    "Feather": Kind(one("pandas.FeatherDataset", "x.feather"), frame),
    "JSON of pandas": Kind(one("pandas.JSONDataset", "x.json"), frame),
    "any format of pandas": Kind(
        one("pandas.GenericDataset", "x.csv", file_format="csv", save_args={"index": False}), frame
    ),
    "pickle": Kind(one("pickle.PickleDataset", "x.pickle"), numbers),
    "text": Kind(one("text.TextDataset", "x.txt"), text),
    "Polars, Parquet": Kind(
        one("polars.EagerPolarsDataset", "x.parquet", file_format="parquet"), polars_frame
    ),
    "Polars, lazy": Kind(
        one("polars.LazyPolarsDataset", "x.parquet", file_format="parquet"), polars_frame
    ),
    "a plot": Kind(one("matplotlib.MatplotlibDataset", "x.png"), plot),
    "plots in a directory": Kind(one("matplotlib.MatplotlibDataset", "x"), plots),
    "appended text": Kind(one("text.TextDataset", "x.txt", **APPENDS), text, refuses=True),
    "appended CSV": Kind(one("pandas.CSVDataset", "x.csv", **APPENDS_ROWS), frame, refuses=True),
    "appended by a generator": Kind(
        one("text.TextDataset", "x.txt", **APPENDS), chunks, refuses=True
    ),
    "a sheet of a workbook": Kind(
        {"x": SHEETS},
        lambda n: {f"s{n}": frame(n)},
        starts=one("pandas.ExcelDataset", "x.xlsx")["x"],
        refuses=True,
    ),
    "Delta": Kind(one("pandas.DeltaTableDataset", "x"), frame, refuses=True),
    "appended Delta": Kind(
        one("pandas.DeltaTableDataset", "x", save_args={"mode": "append"}),
        frame,
        refuses=True,
    ),
    "a type of the team": Kind(
        one(f"{__name__}.Upsert", "x.json"), lambda n: {f"k{n}": n, "last": n}, refuses=True
    ),
    "versions": Kind(one("text.TextDataset", "x.txt", versioned=True), text),
    "partitions": Kind(partitioned(), parts),
    "partitions that replace all": Kind(partitioned(overwrite=True), parts),
    "partitions that are appended to": Kind(
        partitioned(dataset={**TEXT, **APPENDS}), parts, refuses=True
    ),
    "incremental partitions": Kind(partitioned("Incremental"), parts),
    "cached": Kind(
        {"x": {"type": "CachedDataset", "dataset": one("pandas.CSVDataset", "x.csv")["x"]}},
        frame,
    ),
    "cached partitions": Kind(
        {"x": {"type": "CachedDataset", "dataset": partitioned()["x"]}}, parts
    ),
    "cached, appended": Kind(
        {
            "x": {
                "type": "CachedDataset",
                "dataset": one("text.TextDataset", "x.txt", **APPENDS)["x"],
            }
        },
        text,
        refuses=True,
    ),
    "transcoded": Kind(
        {
            "x@text": one("text.TextDataset", "x.csv")["x"],
            "x@frame": one("pandas.CSVDataset", "x.csv")["x"],
        },
        lambda n: f"a\n{n}\n",
        writes="x@text",
    ),
    "of a pattern": Kind(
        {"{{name}}_made": {"type": "text.TextDataset", "filepath": "{root}/{{name}}.txt"}},
        text,
        writes="x_made",
    ),
    "of a pattern, in a namespace": Kind(
        {"{{space}}.{{name}}": {"type": "text.TextDataset", "filepath": "{root}/{{space}}/x.txt"}},
        text,
        writes="here.x",
    ),
    "a file made from itself under another name": Kind(
        more(one("text.TextDataset", "x.txt"), "before", filepath="{root}/../{data}/./x.txt"),
        text,
        reads="before",
        starts=one("text.TextDataset", "x.txt")["x"],
        refuses=True,
    ),
    **{
        f"a table of {con}, {mode}": Kind(table(con, mode), frame)
        for con in ("SQLite", "PostgreSQL")
        for mode in ("replace", "append", "delete_rows")
    },
    **{
        f"a table of {con} made from itself": Kind(
            more(table(con, "replace"), "before"),
            frame,
            reads="before",
            starts=table(con, "replace")["x"],
            refuses=True,
        )
        for con in ("SQLite", "PostgreSQL")
    },
}
# Known to kedro-datasets, and not tried here: their libraries are not installed, do not go with
# this pandas, or need a service.
NOT_TESTED = (
    *("pandas.HDFDataset", "pandas.XMLDataset", "pandas.GBQTableDataset", "geopandas", "dask"),
    *("ibis", "networkx", "pillow", "plotly", "holoviews", "svmlight", "biosequence", "tensorflow"),
    *("huggingface", "snowflake", "databricks", "redis", "spark.SparkDataset", "email", "matlab"),
    *("openxml", "polars.CSVDataset", "Delta on an object store"),
)


class Project:
    """A place for data, and runs of the pipeline with one kind."""

    def __init__(
        self,
        directory: Path,
        root: str,
        kind: Kind,
        databases: Mapping[str, str],
        *,
        new: bool = True,
    ) -> None:
        self.conf, self.root, self.kind = directory / "conf", root, kind
        self.databases = databases
        if new:
            self._configure()

    def _configure(self) -> None:
        root, kind, databases = self.root, self.kind, self.databases
        names = {"root": root, "data": root.rpartition("/")[2]}
        catalog = {
            _filled(name, names): _filled(each, names) for name, each in kind.catalog.items()
        }
        credentials = {name: {"con": con} for name, con in databases.items()}
        for environment in ("base", "local"):
            (self.conf / environment).mkdir(parents=True)
        for name, content in {
            "globals": {"data_root": root},
            "parameters": {},
            "catalog": catalog,
            "credentials": credentials,
        }.items():
            (self.conf / f"base/{name}.yml").write_text(json.dumps(content))
        if kind.starts:
            catalog = {"x": _filled(kind.starts, names)}
            DataCatalog.from_config(catalog, credentials).save("x", kind.make(0))

    def pipeline(self, n: int, *, fails: bool = False) -> Pipeline:
        kind = self.kind
        make = partial(_make, kind.make, n)
        if kind.make is chunks:
            made = Node(chunks, "params:n", [kind.writes, "done"], name="make")
        elif kind.reads:
            made = Node(make, kind.reads, [kind.writes, "done"], name="make")
        else:
            made = Node(make, None, [kind.writes, "done"], name="make")
        read = [] if kind.make in (plot, plots) else [kind.writes.replace("@text", "@frame")]
        after = Node(_fail if fails else _pass, ["done", *read], "end")
        return Pipeline([made, after])

    def run(self, n: int, run_id: str = "", **options: Any) -> None:
        """A run, as the session does it."""
        hand_over(self.begin(n, run_id, **options))

    def begin(
        self,
        n: int,
        run_id: str = "",
        *,
        fails: bool = False,
        runner: AbstractRunner | None = None,
        plain: bool = False,
    ) -> ConfigLoader:
        """A run until its last node has ended."""
        run_id = run_id or f"run-{n}"
        loader = ConfigLoader(self.conf, runtime_params={"n": n})
        pipeline = self.pipeline(n, fails=fails)
        if not plain:
            loader.redirect_to_staging(run_id, pipeline)
        hooks = _create_hook_manager()
        hooks.register(SavedNotes())
        parallel = isinstance(runner, ParallelRunner)
        catalog = self.catalog(loader, run_id, SharedMemoryDataCatalog if parallel else DataCatalog)
        catalog["params:n"] = n
        (runner or SequentialRunner()).run(pipeline, catalog, hooks, run_id=run_id)
        return loader

    def catalog(
        self, loader: ConfigLoader, run_id: str | None = None, kind: type[DataCatalog] = DataCatalog
    ) -> DataCatalog:
        return kind.from_config(loader["catalog"], loader["credentials"], save_version=run_id)

    def seen(self) -> Any:
        """What others see: files, and what a plain catalog loads."""
        filesystem, path = fsspec.url_to_fs(self.root)
        filesystem.invalidate_cache()
        files = sorted(
            file.removeprefix(path)
            for file in filesystem.find(path)
            if "/." not in file.removeprefix(path) and "_delta_log" not in file
        )
        name = self.kind.writes
        dataset: Any = self.catalog(ConfigLoader(self.conf)).get(name)
        kind = type(dataset).__name__
        if kind == "DeltaTableDataset":
            rows = dataset.load().sort_values(["a", "b"]).to_dict("list") if files else None
            return len(files), dataset.get_loaded_version(), rows
        if kind == "MatplotlibDataset" or not dataset.exists():
            return files, None
        return files, _plain(dataset.load())


def serve(answer: int) -> None:
    """Start runs on demand, in processes forked from this one, in which no library has threads yet.

    Each line of the input names a project's directory, its root, its kind, its databases, the
    number of the run, and whether it is killed; otherwise, it has a parallel runner. The answer is
    the signal that ended it, or 0.
    """
    answers = os.fdopen(answer, "w")
    for line in sys.stdin:
        directory, root, name, databases, n, is_killed = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                project = Project(Path(directory), root, KINDS[name], databases, new=False)
                if is_killed:
                    _be_killed(project, n)
                project.run(n, fails=n == FAILS, runner=ParallelRunner(max_workers=2))
                code = 0
            except BaseException:
                traceback.print_exc()
            # The runner's manager would be stopped at the end of the process, which this skips.
            for child in multiprocessing.active_children():
                child.kill()
            os._exit(code)
        _, status = os.waitpid(pid, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)
        print(ended, file=answers, flush=True)


def _be_killed(project: Project, n: int) -> None:
    kind = project.kind
    loader = ConfigLoader(project.conf, runtime_params={"n": n})
    loader.redirect_to_staging(f"run-{n}", project.pipeline(n))
    catalog = project.catalog(loader, f"run-{n}")
    before = (catalog.load(kind.reads),) if kind.reads else ()
    made = f"{n} first\n" if kind.make is chunks else _make(kind.make, n, *before)[0]
    catalog.save(kind.writes, made)
    # Half of it has reached the disk, and nobody has been told of the save.
    for file in Path(project.root).glob(f".runs/run-{n}/**/*"):
        if file.is_file() and file.suffix != ".json":
            os.truncate(file, file.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)


def _make(make: Callable[[int], Any], n: int, before: Any = None) -> tuple[Any, bool]:
    made = make(n)
    if isinstance(before, pd.DataFrame):
        made = pd.concat([before, made], ignore_index=True)
    elif before:
        made = before + made
    return made, True


def _pass(*made: Any) -> str:
    return "end"


def _fail(*made: Any) -> str:
    raise RuntimeError("It fails.")


def _filled(each: Any, names: Mapping[str, str]) -> Any:
    if isinstance(each, str):
        return each.format(**names) if "{" in each else each
    if isinstance(each, Mapping):
        return {key: _filled(value, names) for key, value in each.items()}
    return each


def _plain(loaded: Any) -> Any:
    if isinstance(loaded, pl.LazyFrame):
        loaded = loaded.collect()
    if isinstance(loaded, pl.DataFrame):
        return loaded.to_dicts()
    if isinstance(loaded, pd.DataFrame):
        return loaded.to_dict("list")
    if isinstance(loaded, dict):
        return {key: _plain(each() if callable(each) else each) for key, each in loaded.items()}
    return loaded

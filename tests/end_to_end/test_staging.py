"""A plain Kedro project whose runs fail or are killed: what others see of its data."""

import signal
import sys
from pathlib import Path

import pytest

from support import KEDRO, fork
from support.object_store import hidden, put, visible

FILES = {
    ".telemetry": "consent: false",
    "pyproject.toml": """
[tool.kedro]
package_name = "shop"
project_name = "shop"
kedro_init_version = "1.7.0"
""",
    "conf/local/parameters.yml": "{}",
    "conf/base/parameters.yml": "text: old",
    "conf/base/mlflow.yml": """
server:
  mlflow_tracking_uri: ${oc.env:STORE}
""",
    "conf/base/catalog.yml": """
plain: {type: shop.Text, filepath: data/plain.txt}
version: {type: shop.Text, filepath: data/version.txt, versioned: true}
parts: {type: partitions.PartitionedDataset, path: data/parts, dataset: shop.Text}
wrapped: {type: CachedDataset, dataset: {type: shop.Text, filepath: data/wrapped.txt}}
log: {type: text.TextDataset, filepath: data/log.txt, fs_args: {open_args_save: {mode: a}}}
read: {type: shop.Text, filepath: data/read.txt}
far: {type: shop.Text, filepath: elsewhere/far.txt}
""",
    # What is cached cannot be shared by processes.
    "conf/parallel/catalog.yml": """
wrapped: {type: shop.Text, filepath: data/wrapped.txt}
""",
    "src/shop/__init__.py": '''
import os, signal
from kedro_datasets.text import TextDataset


class Text(TextDataset):
    """Text; the process is killed when half of one has reached the disk, if it is asked to be."""

    def save(self, data):
        if os.environ.get("KILLED_IN") in self._get_save_path().parts:
            os.makedirs(self._get_save_path().parent, exist_ok=True)
            with open(self._get_save_path(), "w") as stream:
                stream.write(data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        super().save(data)
''',
    "src/shop/settings.py": """
import os

from kedro_golden_path import ConfigLoader, Session, TrackingHooks

CONFIG_LOADER_CLASS = ConfigLoader
SESSION_CLASS = Session
if "TRACKED" in os.environ:
    HOOKS = (TrackingHooks(),)
else:
    DISABLE_HOOKS_FOR_PLUGINS = ("kedro-mlflow",)
""",
    "src/shop/pipeline_registry.py": """
import os

from kedro.pipeline import Node, Pipeline


def write(text):
    return text, text, {f"{text}.txt": text}, text, text, text


def read(plain, version, parts, wrapped):
    if "FAILS" in os.environ:
        raise RuntimeError("It fails.")
    return " ".join([plain, version, *(part() for part in parts.values()), wrapped])


def register_pipelines():
    outputs = ["plain", "version", "parts", "wrapped", "log", "far"]
    return {
        "write": Pipeline([Node(write, "params:text", outputs, name="write")]),
        "read": Pipeline([Node(read, outputs[:-2], "read", name="read")]),
    }
""",
}
BEFORE = {
    "plain.txt": "old",
    "version.txt/2020/version.txt": "old",
    "parts/old.txt": "old",
    "wrapped.txt": "old",
    "log.txt": "old",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        put(f"{tmp_path}/{name}", content.lstrip())
    for name, content in BEFORE.items():
        put(f"{tmp_path}/data/{name}", content)
    return tmp_path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an MLflow store for all tests: to make one takes seconds."""
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/mlflow.db"


def run(shop: Path, store: str, pipelines: str, *more: str, **environment: str) -> tuple[int, str]:
    """Run pipelines, always as the same run."""
    options = ["--pipelines", pipelines, "--params", f"text=new,run_id={shop.name}", *more]
    variables = {"STORE": store, "COLUMNS": "500"} | environment
    return fork(Path(sys.prefix), shop, Path(KEDRO), "run", *options, env=variables)


AFTER = {
    "plain.txt": "new",
    "version.txt/2020/version.txt": "old",
    "version.txt/{run}/version.txt": "new",
    "parts/old.txt": "old",
    "parts/new.txt": "new",
    "wrapped.txt": "new",
    "log.txt": "oldnew",
    "read.txt": "new new new old new",
}


def after(shop: Path) -> dict[str, str]:
    return {name.format(run=shop.name): content for name, content in AFTER.items()}


def test_a_run_is_seen_when_all_of_it_has_succeeded(shop: Path, store: str) -> None:
    code, output = run(shop, store, "write,read", FAILS="yes", TRACKED="yes")
    assert code == 1 and "It fails." in output
    assert "even if the run fails later:" in output and "far: it is not below " in output
    assert visible(f"{shop}/data") == BEFORE

    # The second try goes on where the first one failed.
    code, output = run(shop, store, "read", TRACKED="yes")
    assert code == 0, output
    assert visible(f"{shop}/data") == after(shop)
    assert hidden(f"{shop}/data") == []


def test_all_that_a_run_writes_is_published(shop: Path, store: str) -> None:
    code, output = run(shop, store, "write,read")
    assert code == 0, output
    assert visible(f"{shop}/data") == after(shop)
    assert hidden(f"{shop}/data") == []


def test_the_summary_says_what_was_written_at_once(shop: Path, store: str) -> None:
    code, output = run(shop, store, "write,read", TRACKED="yes")
    assert code == 0, output
    assert visible(f"{shop}/data") == after(shop)
    assert "Written at once, not when the run had succeeded\nfar  " in output


def test_half_a_file_of_a_killed_run_is_never_read(shop: Path, store: str) -> None:
    code, output = run(shop, store, "write", KILLED_IN="parts")
    assert code == -signal.SIGKILL, output
    assert visible(f"{shop}/data") == BEFORE
    assert "n" in [(shop / "data" / name).read_text() for name in hidden(f"{shop}/data")]

    code, output = run(shop, store, "read")
    assert code == 0, output
    written = {name: after(shop)[name] for name in after(shop) if name.startswith(("pl", "ver"))}
    assert visible(f"{shop}/data") == BEFORE | written | {"read.txt": "new new old old"}


def test_a_worker_that_is_killed_leaves_nothing_that_is_read(shop: Path, store: str) -> None:
    parallel = ("--env", "parallel", "--runner", "ParallelRunner")
    code, output = run(shop, store, "write", *parallel, KILLED_IN="version.txt", TRACKED="yes")
    assert code == 1, output
    assert visible(f"{shop}/data") == BEFORE
    assert "n" in [(shop / "data" / name).read_text() for name in hidden(f"{shop}/data")]

    code, output = run(shop, store, "read", *parallel, TRACKED="yes")
    assert code == 0, output
    seen = {"plain.txt": "new", "read.txt": "new old old old"}
    assert visible(f"{shop}/data") == BEFORE | seen

from pathlib import Path
from typing import IO, Any

import fsspec
import pandas as pd
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from kedro.io import DatasetError
from kedro_datasets.json import JSONDataset
from kedro_datasets.pandas import ParquetDataset

from {{ cookiecutter.package_name }}.golden_path.storage import make_writes_atomic


@pytest.fixture(autouse=True)
def _atomic() -> None:
    make_writes_atomic()


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_a_file_appears_when_it_is_closed(tmp_path: Path, mode: str) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    content: Any = b"new" if "b" in mode else "new"
    with fsspec.filesystem("file").open(str(target), mode) as stream:
        stream.write(content)
        stream.flush()
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize("mode", ["w", "wb"])
def test_an_error_while_writing_leaves_the_old_file(tmp_path: Path, mode: str) -> None:
    target = tmp_path / "file"
    target.write_text("old")
    content: Any = b"half" if "b" in mode else "half"
    with (
        pytest.raises(RuntimeError, match="no more"),
        fsspec.filesystem("file").open(str(target), mode) as stream,
    ):
        stream.write(content)
        raise RuntimeError("no more")
    assert target.read_text() == "old"
    assert files(tmp_path) == ["file"]


def test_a_file_that_nobody_closes_never_appears(tmp_path: Path) -> None:
    stream: IO[bytes] = fsspec.filesystem("file").open(str(tmp_path / "file"), "wb")
    stream.write(b"half")
    del stream
    assert files(tmp_path) == []


def test_other_modes_work_as_ever(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_text("a")
    with fsspec.filesystem("file").open(str(target), "ab") as stream:
        stream.write(b"b")
    with fsspec.filesystem("file").open(str(target), "r") as stream:
        assert stream.read() == "ab"


def test_a_dataset_that_fails_to_save_keeps_its_file(tmp_path: Path) -> None:
    table = ParquetDataset(filepath=str(tmp_path / "table.parquet"))
    table.save(pd.DataFrame({"a": [1]}))
    with pytest.raises(DatasetError):
        table.save(pd.DataFrame({"a": [1, "text"]}))
    assert table.load()["a"].tolist() == [1]
    document = JSONDataset(filepath=str(tmp_path / "document.json"))
    document.save({"a": 1})
    with pytest.raises(DatasetError):
        document.save({"a": 2, "b": object()})
    assert document.load() == {"a": 1}


def test_a_file_takes_the_place_of_a_directory_that_spark_wrote(tmp_path: Path) -> None:
    target = tmp_path / "table.parquet"
    target.mkdir()
    pd.DataFrame({"a": [1]}).to_parquet(target / "part-00000.parquet")
    table = ParquetDataset(filepath=str(target))
    with pytest.raises(DatasetError):
        table.save(pd.DataFrame({"a": [1, "text"]}))
    assert table.load()["a"].tolist() == [1]

    table.save(pd.DataFrame({"a": [2]}))

    assert table.load()["a"].tolist() == [2]
    assert target.is_file()
    assert files(tmp_path) == ["table.parquet"]


def test_an_object_store_drops_an_upload_that_failed() -> None:
    class Store(MemoryFileSystem):
        protocol = "store"

    from fsspec.spec import AbstractBufferedFile

    class Upload(AbstractBufferedFile):
        uploaded: list[bytes] = []

        def _upload_chunk(self, final: bool = False) -> bool:
            self.uploaded.append(self.buffer.getvalue())
            return True

        def _initiate_upload(self) -> None: ...

        def discard(self) -> None:
            self.uploaded.clear()

    with pytest.raises(RuntimeError), Upload(Store(), "key", "wb") as stream:
        stream.write(b"half")
        raise RuntimeError
    assert Upload.uploaded == []
    with Upload(Store(), "key", "wb") as stream:
        stream.write(b"whole")
    assert Upload.uploaded == [b"whole"]

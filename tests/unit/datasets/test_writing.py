import os
import signal
import subprocess
import sys

import pytest

from kedro_golden_path.datasets.writing import whole_file
from support.object_store import hidden, put, visible

KILLED_IN_THE_MIDDLE = """
import os, signal, sys
from kedro_golden_path.datasets.writing import whole_file

with whole_file(sys.argv[1]) as stream:
    stream.write(b"half")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_file_appears_when_it_is_whole(root: str) -> None:
    put(f"{root}/a/file", "old")
    with whole_file(f"{root}/a/file") as stream:
        stream.write(b"new")
        stream.flush()
        assert visible(root) == {"a/file": "old"}
    assert visible(root) == {"a/file": "new"}
    assert hidden(root) == []


def test_an_error_while_writing_leaves_what_was_there(root: str) -> None:
    put(f"{root}/a/file", "old")
    with pytest.raises(RuntimeError, match="no more"), whole_file(f"{root}/a/file") as stream:
        stream.write(b"half")
        raise RuntimeError("no more")
    assert visible(root) == {"a/file": "old"}
    assert hidden(root) == []


@pytest.mark.parametrize("before", [{}, {"file": "old"}], ids=["first", "again"])
def test_a_process_killed_while_writing_leaves_what_was_there(
    root: str, before: dict[str, str]
) -> None:
    for name, content in before.items():
        put(f"{root}/{name}", content)
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, f"{root}/file"]
    process = subprocess.run(command, env=os.environ, check=False)
    assert process.returncode == -signal.SIGKILL
    assert visible(root) == before


def test_a_file_replaces_a_directory(root: str) -> None:
    put(f"{root}/file/part-0", "old")
    put(f"{root}/file/part-1", "old")
    with pytest.raises(RuntimeError), whole_file(f"{root}/file"):
        raise RuntimeError
    assert visible(root) == {"file/part-0": "old", "file/part-1": "old"}
    with whole_file(f"{root}/file") as stream:
        stream.write(b"new")
    assert visible(root) == {"file": "new"}
    assert hidden(root) == []

import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from kedro_golden_path.contracts.engines import Split
from kedro_golden_path.contracts.quarantine import Quarantine

BAD = pd.DataFrame({"trip": [1, 2], "_reasons": [["a"], ["b"]]})
KILLED_IN_THE_MIDDLE = """
import os, signal, sys
import pandas as pd
from kedro_golden_path.contracts.engines import Split
from kedro_golden_path.contracts.quarantine import Quarantine

class Killing(pd.DataFrame):
    def to_parquet(self, stream, **options):
        whole = pd.DataFrame(self).to_parquet(**options)
        stream.write(whole[: len(whole) // 2])
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)

bad = Killing({"trip": [3], "_reasons": [["c"]]})
Quarantine(sys.argv[1]).replace(Split(None, bad, 1))
"""


@pytest.fixture
def quarantine(tmp_path: Path) -> Quarantine:
    return Quarantine((tmp_path / "trips").as_posix())


def replace(quarantine: Quarantine, bad: pd.DataFrame) -> None:
    quarantine.replace(Split(None, bad, len(bad)))


def names(quarantine: Quarantine) -> list[str]:
    return [file.name for file in Path(quarantine.directory).iterdir()]


def test_rows_that_cannot_be_written_leave_those_of_the_last_run(quarantine: Quarantine) -> None:
    replace(quarantine, BAD)
    with pytest.raises(Exception, match="Expected bytes"):
        replace(quarantine, BAD.assign(trip=["text", 5]))
    pd.testing.assert_frame_equal(quarantine.rows(), BAD, check_column_type=False)
    assert names(quarantine) == ["rows.parquet"]


@pytest.mark.parametrize("before", [BAD, None], ids=["again", "first"])
def test_a_process_killed_while_quarantining_leaves_what_was_there(
    quarantine: Quarantine, before: pd.DataFrame | None
) -> None:
    if before is not None:
        replace(quarantine, before)
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, quarantine.directory]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    (half,) = Path(quarantine.directory).glob(".*.tmp")
    assert half.stat().st_size > 0
    rows = quarantine.rows()
    assert rows["trip"].tolist() == [1, 2] if before is not None else rows.empty


def test_rows_replace_the_directory_that_spark_wrote(quarantine: Quarantine) -> None:
    directory = Path(quarantine.file)
    directory.mkdir(parents=True)
    BAD.to_parquet(directory / "part-0.parquet")
    assert quarantine.rows()["trip"].tolist() == [1, 2]
    replace(quarantine, BAD.tail(1))
    assert quarantine.rows()["trip"].tolist() == [2]
    assert names(quarantine) == ["rows.parquet"]

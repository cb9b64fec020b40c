import signal
import sys
import threading
from pathlib import Path

from kedro_golden_path.cli.template import _code_of

# Says that it is ready, then takes its time to undo what it has begun.
_CAREFUL = """
import pathlib, sys, time
pathlib.Path("ready").touch()
time.sleep(1)
pathlib.Path("undone").touch()
sys.exit(7)
"""


def test_ctrl_c_waits_until_the_update_has_cleaned_up(tmp_path: Path) -> None:
    def interrupt() -> None:
        while not (tmp_path / "ready").exists():
            continue
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt).start()
    assert _code_of([sys.executable, "-c", _CAREFUL], tmp_path) == 7
    assert (tmp_path / "undone").exists()

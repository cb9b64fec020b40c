import os
import signal
import subprocess
import sys
import threading

import pytest

from kedro_golden_path.runs.termination import EXIT_CODE, ends_on_sigterm
from support.processes import as_first_process, child_of

# It computes outside of Python, as training does: no handler of Python's runs meanwhile.
BUSY = """
import sys
from concurrent.futures import ProcessPoolExecutor
from kedro_golden_path.runs.termination import before_the_end, ends_on_sigterm

def closes():
    print("closed", flush=True)

with ends_on_sigterm():
    cancel = before_the_end(lambda: print("too late", flush=True))
    before_the_end(lambda: 1 / 0)
    before_the_end(closes)
    cancel()
    {begin}
    print("works", flush=True)
    {work}
"""
WORKS = {
    "computes": ("", "import hashlib; hashlib.pbkdf2_hmac('sha256', b'a', b'a', 10**9)"),
    "loops": ("", "while True: pass"),
    "has_workers": (
        "import time; pool = ProcessPoolExecutor(1); job = pool.submit(time.sleep, 3600)",
        "job.result()",
    ),
}


def start(work: str, first: bool) -> "subprocess.Popen[str]":
    begin, works = WORKS[work]
    program = BUSY.format(begin=begin, work=works)
    command = [*(as_first_process() if first else ()), sys.executable, "-c", program]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("work", WORKS)
def test_a_process_that_is_told_to_stop_closes_what_it_has_open(work: str, first: bool) -> None:
    with start(work, first) as process:
        assert process.stdout and process.stdout.readline() == "works\n"
        os.kill(child_of(process.pid) if first else process.pid, signal.SIGTERM)
        output, errors = process.communicate()
    assert process.returncode == EXIT_CODE, errors
    assert output == "closed\n"
    assert "Not done before the end: division by zero" in errors


def test_nothing_of_the_process_is_changed_outside() -> None:
    def state() -> tuple[object, int]:
        before = signal.set_wakeup_fd(-1)
        signal.set_wakeup_fd(before)
        return signal.getsignal(signal.SIGTERM), before

    outside = state()
    with ends_on_sigterm():
        assert state() != outside
    assert state() == outside
    signal.signal(signal.SIGTERM, handler := lambda *_: None)
    try:
        with ends_on_sigterm():
            assert signal.getsignal(signal.SIGTERM) is handler
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    other = threading.Thread(target=ends_on_sigterm().__enter__)
    other.start()
    other.join()
    assert state() == outside

"""End a process in good order when it is told to stop.

A terminated process would leave its MLflow run RUNNING. And the first process of a container would
not even end: the kernel gives it no default for a signal, so it works on until it is killed.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.util import register_after_fork

from ..outcome import tell

# What shells say of a process that SIGTERM has ended.
EXIT_CODE = 128 + signal.SIGTERM
TOLD_TO_STOP = "The process was told to stop (SIGTERM)."

_LOGGER = logging.getLogger(__name__)
_to_do: list[Callable[[], object]] = []


class Terminated(SystemExit):
    """Stops what the main thread is doing."""

    def __init__(self) -> None:
        """Have the exit code of a process that was terminated."""
        super().__init__(EXIT_CODE)

    def __str__(self) -> str:
        """The reason, for the record of the run."""
        return TOLD_TO_STOP


@contextmanager
def ends_on_sigterm() -> Iterator[None]:
    """Have SIGTERM end the process with exit code 143, after what `before_the_end` was told.

    It holds only inside, only in the main thread, and only if nobody else handles the signal.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    handling = _Handling()
    try:
        yield
    finally:
        handling.stop()
        _to_do.clear()


def before_the_end(action: Callable[[], object]) -> Callable[[], None]:
    """Have something done if the process is terminated.

    Args:
        action: What to do.

    Returns:
        What takes it back.
    """
    _to_do.append(action)

    def cancel() -> None:
        if action in _to_do:
            _to_do.remove(action)

    return cancel


class _Handling:
    """A thread that ends the process, and a handler that stops the main thread meanwhile.

    The main thread may be computing outside of Python or be waiting for other threads: it would run
    the handler too late. Python wakes the thread at once.
    """

    def __init__(self) -> None:
        self._wakes, self._woken = socket.socketpair()
        self._wakes.setblocking(False)
        self._others = signal.set_wakeup_fd(self._wakes.fileno(), warn_on_full_buffer=False)
        self._told = 0
        signal.signal(signal.SIGTERM, self._interrupt)
        # The workers of a pool end as they always do.
        register_after_fork(self, _Handling._restore)
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._told:
            # It ends the process.
            self._thread.join()
        self._restore()
        self._wakes.close()

    def _restore(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(self._others)

    def _interrupt(self, *_: object) -> None:
        self._told += 1
        if self._told > 1:
            # Whoever says it twice does not want to wait.
            os._exit(EXIT_CODE)
        raise Terminated

    def _wait(self) -> None:
        with self._woken:
            while signals := self._woken.recv(1):
                if signals[0] == signal.SIGTERM:
                    _end()


def _end() -> None:
    # A server that does not answer must not hold up the end.
    os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    actions: list[Callable[[], object]] = [partial(tell, reason=TOLD_TO_STOP), *_to_do]
    for action in actions:
        try:
            action()
        except Exception as problem:
            _LOGGER.warning("Not done before the end: %s", problem)
    for worker in multiprocessing.active_children():
        worker.terminate()
    sys.stdout.flush()
    os._exit(EXIT_CODE)

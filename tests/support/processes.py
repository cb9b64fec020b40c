"""Processes as a container has them."""

import os
from pathlib import Path


def as_first_process() -> tuple[str, ...]:
    """What stands before a command to make it the first process, as in a container."""
    mapped = () if os.getuid() == 0 else ("--map-root-user",)
    return ("unshare", *mapped, "--pid", "--fork", "--kill-child", "--mount-proc")


def child_of(pid: int) -> int:
    """The process that a process has started."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

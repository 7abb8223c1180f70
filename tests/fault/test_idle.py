"""--idle: every process of a scan gives way to all others."""

from __future__ import annotations

import os
import subprocess

from proctree import PIPE, Scan


def test_every_process_has_idle_priority() -> None:
    assert priorities("--idle") == [(os.SCHED_IDLE, "idle")] * 3


def test_without_it_no_process_has() -> None:
    assert priorities() == [(os.sched_getscheduler(0), io_class(os.getpid()))] * 3


def priorities(*options: str) -> list[tuple[int, str]]:
    """Those of the coordinator, and of a worker and a feeder that wait for more."""
    with Scan(*options, "-p", "1", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit\n")
        assert running.read(4) == b"hit\n"
        found = [(os.sched_getscheduler(pid), io_class(pid)) for pid in running.everyone()]
        assert running.finish().status == 0
    return found


def io_class(pid: int) -> str:
    """As ionice(1) calls it."""
    return subprocess.check_output(["ionice", "-p", str(pid)], text=True).split(":")[0].strip()

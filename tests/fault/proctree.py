"""A running scan seen from outside: its processes, whether they rest, the memory that they hold."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Mapping, Sequence

import support

PIPE = subprocess.PIPE


def signal_name(number: signal.Signals) -> str:
    """What a test's name calls a signal."""
    return number.name


class Scan:
    """The command at work, its streams in our hands. Leaving the context ends what is left."""

    def __init__(
        self,
        *arguments: support.Argument,
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.shm = support.shared_memory_names()
        self.process = subprocess.Popen(
            [support.BIGSCAN, *arguments], stdin=stdin, stdout=PIPE, stderr=PIPE, cwd=cwd,
            env=support.environment(**(env or {})), start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Scan:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        self.process.wait()
        if kind is None:
            support.assert_nothing_left(self.process.pid, self.shm)
        else:
            support.kill_session(self.process.pid)

    @property
    def pid(self) -> int:
        return self.process.pid

    def children(self) -> list[int]:
        """Workers and feeders."""
        return descendants(self.pid)

    def everyone(self) -> list[int]:
        return [self.pid, *self.children()]

    def read(self, length: int) -> bytes:
        """The next `length` bytes of output, or what there is to its end."""
        assert self.process.stdout
        data = b""
        while len(data) < length:
            ready, _, _ = select.select([self.process.stdout], [], [], support.HANG_SECONDS)
            assert ready, f"no output for {support.HANG_SECONDS} s"
            piece = os.read(self.process.stdout.fileno(), length - len(data))
            if not piece:
                break
            data += piece
        return data

    def finish(self) -> support.Result:
        """Reads the rest of the output and waits for the end."""
        out, err = self.process.communicate(timeout=support.HANG_SECONDS)
        return support.Result(self.process.returncode, out, err)

    def wait_until_blocked(self) -> None:
        """Until output waits to be read and no process has used any CPU for a while."""
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], support.HANG_SECONDS)
        assert ready, "no output"
        self.wait_until_resting()

    def wait_until_resting(self, rest: float = 0.3) -> None:
        """Until no process has used any CPU for `rest` seconds."""
        used, since = -1, time.monotonic()

        def resting() -> bool:
            nonlocal used, since
            now = cpu_ticks(self.everyone())
            if now != used:
                used, since = now, time.monotonic()
            return time.monotonic() - since > rest

        support.wait_until(resting, "all processes rest")


def descendants(pid: int) -> list[int]:
    """All processes below `pid`."""
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def children(pid: int) -> list[int]:
    pids: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            pids += [int(word) for word in path.read_text().split()]
        except OSError:  # The task ended meanwhile.
            pass
    return [child for child in pids if support.is_alive(child)]


def cpu_ticks(pids: Sequence[int]) -> int:
    """CPU time used so far by those of `pids` that still run."""
    return sum(sum(map(int, support.stat_fields(pid)[11:13])) for pid in pids)


MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$")


def held_memory(pids: Sequence[int]) -> int:
    """Bytes of private memory of `pids`, and of anonymous shared memory, each counted once.

    Pages of a mapped file do not count: they are the page cache's, given back when memory is short.
    """
    return sum(held_by(pid) for pid in pids)


def held_by(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps").read_text(errors="replace").splitlines()
    except OSError:  # It ended meanwhile.
        return 0
    total, of_file = 0, False
    for line in lines:
        if mapping := MAPPING.match(line):
            name = mapping[1]
            of_file = name.startswith("/") and not name.startswith(
                ("/dev/zero", "/memfd:", "/SYSV")
            )
        elif line.startswith("Anonymous:" if of_file else "Pss:"):
            total += int(line.split()[1]) * 1024
    return total


def assert_all_gone(pids: Sequence[int], seconds: float = support.GONE_SECONDS) -> None:
    support.wait_until(
        lambda: not any(map(support.is_alive, pids)), f"{list(pids)} are gone", seconds
    )

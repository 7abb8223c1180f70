"""How much memory a program uses, with all its processes."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

SAMPLE_SECONDS = 0.002


def family(process: int) -> Iterator[int]:
    """A process and its descendants; those that end meanwhile are left out."""
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def memory_of(process: int) -> int:
    """Bytes of anonymous and shared memory that a process uses, its share of the file not counted.

    Proportional shares (Pss), so that what several processes use counts once.
    """
    total = 0
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("Pss_Anon", "Pss_Shmem"):
                total += int(value.split()[0]) << 10
    except OSError:
        pass  # it has ended
    return total


class MemoryWatch:
    """Samples a process and its descendants until it ends.

    Nobody drains its output meanwhile, so that must fit in a pipe.
    """

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.samples = 0

    def __call__(self, process: int) -> None:
        # WNOWAIT: the caller still reaps it.
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, process, how) is None:
            used = sum(memory_of(member) for member in family(process))
            self.peak_bytes = max(self.peak_bytes, used)
            self.samples += 1
            time.sleep(SAMPLE_SECONDS)

"""What bigscan leaves of the machine to others: the memory it uses, the page cache it found."""

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from inputs import Inputs
from measure import Runner
from memory import MemoryWatch
from page_cache import cached_share, chill
from report import verdict
from rows import (COMPRESSED_ROWS, DROP_CACHE, P2, P8, RESOURCES, RG15, SEARCH_ROWS, SOURCE_ROWS,
                  Row)
from setup import Setup
from turns import check_answers

MEMORY_BYTES = 64 << 20
MEMORY_BYTES_A_WORKER = 8 << 20  # where input is read ahead or decoded
WORKERS = {P2: 2, P8: 8}
DROP_CACHE_TOLERANCE = 0.01

Measurement = tuple[str, Callable[[], dict]]  # its title, and what returns its entry


def memory_measurements(setup: Setup, big: bool) -> Iterator[Measurement]:
    """The most memory that bigscan uses while it scans, the mapped file not counted."""
    literal = Row("count-literal", "xferlog", (P2, RG15))
    yield memory_measurement(setup, literal, P2, MEMORY_BYTES)
    if big:
        larger = dataclasses.replace(setup, inputs=Inputs(setup.inputs.logs, "16G"))
        yield memory_measurement(larger, literal, P2, MEMORY_BYTES, " of 16G")
    for row in SEARCH_ROWS:
        if row.strings:
            yield memory_measurement(setup, row, P2, MEMORY_BYTES)
    for row in SOURCE_ROWS + COMPRESSED_ROWS:
        for tool, workers in WORKERS.items():
            if tool in row.tools:
                limit = MEMORY_BYTES + workers * MEMORY_BYTES_A_WORKER
                yield memory_measurement(setup, row, tool, limit)


def memory_measurement(setup: Setup, row: Row, tool: str, limit: int,
                       remark: str = "") -> Measurement:
    title = f"{RESOURCES}: peak memory of {tool}, {row.title}{remark}"
    return title, partial(measure_memory, setup, title, row, tool, limit)


def measure_memory(setup: Setup, title: str, row: Row, tool: str, limit: int) -> dict:
    # With the first peer, to see that bigscan has done what it is measured at.
    others = [name for name in row.tools if name in setup.tools and not setup.tools[name].bigscan]
    question = setup.prepare(dataclasses.replace(row, tools=(tool, *others[:1])))
    check_answers(setup, row, question)
    if row.strings:
        limit += 2 * database_bytes(setup, row)
    watches = []
    for _ in range(setup.runs):
        watches.append(MemoryWatch())
        setup.runner.run(question.commands[tool], watch=watches[-1])
    peak = max(watch.peak_bytes for watch in watches)
    samples = sum(watch.samples for watch in watches)
    return entry(title, RESOURCES, f"peak <= {limit / 2**20:.1f} MiB",
                 f"{peak / 2**20:.1f} MiB in {samples} samples", peak <= limit,
                 peak_bytes=peak, runs=[vars(watch) for watch in watches])


def database_bytes(setup: Setup, row: Row) -> int:
    """The size of the row's compiled patterns: that of what is kept in the cache.

    0 if they are compiled so quickly that they are not kept. They are small then.
    """
    caching = dataclasses.replace(row, tools=(P2,), bigscan_options=())
    with tempfile.TemporaryDirectory() as folder:
        Runner(setup.runner.drain, Path(folder)).run(setup.prepare(caching).commands[P2])
        return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())


def drop_cache_measurement(setup: Setup) -> Measurement:
    """How much of a cold file is in the page cache before and after a scan with --drop-cache."""
    row = Row(DROP_CACHE, "xferlog", (P2,), bigscan_options=("--drop-cache",))
    return row.title, partial(measure_drop_cache, setup, row)


def measure_drop_cache(setup: Setup, row: Row) -> dict:
    question = setup.prepare(row)
    path = question.input.paths[0]
    shares = []
    for _ in range(setup.runs):
        chill(path)
        before = cached_share(path)
        setup.runner.run(question.commands[P2])
        shares.append((before, cached_share(path)))
    most = max(abs(after - before) for before, after in shares)
    return entry(row.title, row.section, f"change of the cached share <= {DROP_CACHE_TOLERANCE}",
                 f"{most:.4f}", most <= DROP_CACHE_TOLERANCE, shares=shares)


def entry(title: str, section: str, goal: str, measured: str, met: bool, **rest: object) -> dict:
    print(f"  {measured}; goal {goal}: {verdict(met)}", flush=True)
    return {"title": title, "section": section, **rest,
            "goals": [{"goal": goal, "measured": measured, "met": met}]}

"""A chunk of which so much comes that it is sent in parts, and which then kills its workers."""

from __future__ import annotations

import os
import random
import signal
from pathlib import Path

import pytest
import support
from proctree import Scan

RECORD = 24
CHUNK = 70_000 * RECORD
CONFIG = b"""fields = space
format = tsv
chunk-size = %d
[job groups]
by = 1
output = groups
[job records]
count = true
regexp = ""
output = records
""" % CHUNK


@pytest.fixture
def log(tmp_path: Path) -> bytes:
    """Two chunks, most keys there once."""
    rng = random.Random(7)
    data = b"".join(b"%012d %010d\n" % (rng.randrange(10**7), n) for n in range(2 * CHUNK // RECORD))
    (tmp_path / "log").write_bytes(data)
    (tmp_path / "first").write_bytes(data[:CHUNK])
    (tmp_path / "jobs.conf").write_bytes(CONFIG)
    assert len(data) == 2 * CHUNK
    return data


def results(directory: Path) -> dict[str, bytes]:
    return {name: (directory / name).read_bytes() for name in ("groups", "records")}


def run(directory: Path, name: str, die: str = "") -> support.Result:
    return support.bigscan(
        "-p", "2", "--config", "jobs.conf", name, env={"BIGSCAN_TEST_DIE": die} if die else {}, cwd=directory
    )  # fmt: skip


@pytest.mark.parametrize("chunk", ["0", "1", "*"])
def test_a_death_after_a_part_does_not_show(tmp_path: Path, log: bytes, chunk: str) -> None:
    assert run(tmp_path, "log") == support.Result(0, b"", b"")
    wanted = results(tmp_path)
    assert run(tmp_path, "log", f"part:{chunk}:11:1") == support.Result(0, b"", b"")
    assert results(tmp_path) == wanted


def test_a_chunk_of_which_nothing_is_merged_is_skipped_as_a_whole(tmp_path: Path, log: bytes) -> None:
    run(tmp_path, "first")
    wanted = results(tmp_path)
    die = f"map:0:{int(signal.SIGSTOP)}:1,part:1:11:2"
    with Scan(
        "-p", "2", "--config", "jobs.conf", "log", cwd=tmp_path, env={"BIGSCAN_TEST_DIE": die}
    ) as running:  # fmt: skip
        # The first chunk's worker halts, and the other chunk has killed two.
        running.wait_until_resting()
        for pid in running.children():
            os.kill(pid, signal.SIGCONT)
        result = running.finish()
    message = b"bigscan: log: bytes [%d,%d) skipped: signal 11 (Segmentation fault)\n" % (CHUNK, 2 * CHUNK)
    assert (result.status, result.err) == (2, message)
    assert results(tmp_path) == wanted


def test_it_is_said_that_a_part_of_a_skipped_chunk_counts(tmp_path: Path, log: bytes) -> None:
    result = run(tmp_path, "log", "part:0:11:2")
    message = b"bigscan: log: bytes [0,%d) skipped: signal 11 (Segmentation fault)" % CHUNK
    assert (result.status, result.err) == (2, message + b"; a part of what was found there counts\n")

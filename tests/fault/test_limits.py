"""Files that shrink under the scan, and readers that do not read: named loss, bounded memory."""

from __future__ import annotations

import functools
import os
import re
import time
from pathlib import Path

import pytest
import support
from proctree import PIPE, Scan, cpu_ticks, held_memory

MEGABYTE = 1 << 20
WIDTH = 64
SIZE = 96 * MEGABYTE  # More than may be read ahead.
MOST_HELD = (512 if support.SANITIZED else 128) * MEGABYTE
MOST_AHEAD = 64 * MEGABYTE

OPTIONS = [
    ["-p", "1"],
    ["-p", "2"],
    ["-p", "4", "--chunk-size", "64K"],
    ["-p", "2", "--chunk-size", "100000"],
    ["-p", "1", "-n"],
]


@functools.cache
def whole_log() -> bytes:
    return support.fixed_log(SIZE // WIDTH, WIDTH)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.write_bytes(whole_log())
    return path


# Truncation. The scan waits for its reader, so the file can be cut at a known moment.


def scan_while_cut(log: Path, size: int, options: list[str]) -> support.Result:
    with Scan(*options, ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        os.truncate(log, size)
        return running.finish()


def lost_ranges(message: bytes) -> list[tuple[int, int]]:
    found = re.findall(rb"(?m)^bigscan: log: .*bytes \[(\d+),(\d+)\).*$", message)
    return sorted((int(begin), int(end)) for begin, end in found)


def assert_rest_is_scanned(out: bytes, message: bytes, cut: int) -> None:
    """What stands before the cut was printed, and the loss of what followed is named.

    What is left of the record that was cut may be printed, as it is the file's last record now. So
    may records behind the cut that workers had copied before.
    """
    whole = whole_log()
    kept = cut - cut % WIDTH
    copied = whole[: len(out)] if len(out) % WIDTH == 0 else whole[:cut] + b"\n"
    assert not support.difference(out, copied if len(out) > kept else whole[:kept])
    ranges = assert_loss_goes_to_the_end(message)
    assert kept <= ranges[0][0] <= max(cut, len(out))


def assert_loss_goes_to_the_end(message: bytes) -> list[tuple[int, int]]:
    """The ranges named, in order, leave no gap between them and the file's end as it was."""
    assert b"truncated" in message
    ranges = lost_ranges(message)
    assert ranges, message
    assert ranges[-1][1] == SIZE
    assert all(before[1] >= after[0] for before, after in zip(ranges, ranges[1:]))
    return ranges


@pytest.mark.parametrize(
    "cut",
    [
        20 * MEGABYTE,
        20 * MEGABYTE + 5 * WIDTH,  # Within a page.
        20 * MEGABYTE + 5 * WIDTH + 10,  # Within a record.
        20 * MEGABYTE - 1,  # Just the newline of a record is gone.
    ],
)
@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_what_is_left_of_a_truncated_file_is_scanned(
    log: Path, options: list[str], cut: int
) -> None:
    result = scan_while_cut(log, cut, options)
    assert result.status == 2
    out = re.sub(rb"(?m)^\d+:", b"", result.out) if "-n" in options else result.out
    assert_rest_is_scanned(out, result.err, cut)


def test_a_cut_in_what_was_scanned_but_not_yet_printed(log: Path) -> None:
    whole = log.read_bytes()
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        os.truncate(log, 0)
        result = running.finish()
    assert result.status == 2
    # What is in the pipe is there; nothing more can come but from copies already made.
    assert whole.startswith(result.out)
    assert_loss_goes_to_the_end(result.err)


def test_the_files_after_a_truncated_one_are_scanned(log: Path) -> None:
    (log.parent / "next").write_bytes(b"next\n")
    with Scan("-h", ".", "log", "next", cwd=log.parent) as running:
        running.wait_until_blocked()
        os.truncate(log, 4096 * WIDTH)
        result = running.finish()
    assert result.status == 2
    assert result.out.endswith(b"next\n")


def test_a_file_that_grows_is_scanned_at_least_as_it_was(log: Path) -> None:
    whole = log.read_bytes()
    with Scan(".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        with open(log, "ab") as stream:
            stream.write(b"more\n")
        result = running.finish()
    assert (result.status, result.err) == (0, b"")
    assert not support.difference(result.out.removesuffix(b"more\n"), whole)


def test_a_file_that_is_removed_is_scanned_to_its_end(log: Path) -> None:
    whole = log.read_bytes()
    with Scan(".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        log.unlink()
        result = running.finish()
    assert (result.status, result.err) == (0, b"")
    assert not support.difference(result.out, whole)


# A reader that does not read.


@pytest.mark.parametrize(
    "options", [["-p", "2"], ["-p", "2", "-n"], ["-p", "2", "--io", "on"]], ids=" ".join
)
def test_memory_is_bounded_while_stdout_is_not_read(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "log").write_bytes(
        support.fixed_log(2 * MEGABYTE, 4 * WIDTH)
    )  # 512 MiB of matches.
    with Scan(*options, ".", "log", cwd=tmp_path) as running:
        for _ in range(3):
            running.wait_until_blocked()
            assert held_memory(running.everyone()) <= MOST_HELD
            running.read(8 * MEGABYTE)


def test_memory_is_bounded_with_many_short_records(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"a\n" * (64 * MEGABYTE))
    with Scan("-p", "2", "-n", "a", "log", cwd=tmp_path) as running:
        for _ in range(3):
            running.wait_until_blocked()
            assert held_memory(running.everyone()) <= MOST_HELD
            running.read(4 * MEGABYTE)


# A record of a stream that is longer than --max-memory.

MOST_RECORD = 2 * MEGABYTE


def record_of(size: int) -> bytes:
    return b"hit " + b"x" * (size - 5) + b"\n"


def scan_stream(data: bytes, kind: str, directory: Path) -> support.Result:
    options = ["--max-memory", "2M", "-b", "hit"]
    if kind == "pipe":
        return support.bigscan(*options, stdin=data)
    (directory / "log").write_bytes(data)
    return support.bigscan("--io", "on", *options, "log", cwd=directory)


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_the_longest_record_that_fits_is_scanned(tmp_path: Path, kind: str) -> None:
    longest = record_of(MOST_RECORD)
    result = scan_stream(b"hit 1\n" + longest + b"hit 3\n", kind, tmp_path)
    assert (result.status, result.err) == (0, b"")
    wanted = b"0:hit 1\n6:" + longest + b"%d:hit 3\n" % (6 + MOST_RECORD)
    assert not support.difference(result.out, wanted)


@pytest.mark.parametrize("kind", ["pipe", "file"])
@pytest.mark.parametrize("size", [MOST_RECORD + 1, 5 * MOST_RECORD + 7])
def test_a_longer_record_is_named_and_skipped(tmp_path: Path, size: int, kind: str) -> None:
    result = scan_stream(b"hit 1\n" + record_of(size) + b"hit 3\n", kind, tmp_path)
    assert result.out == b"0:hit 1\n%d:hit 3\n" % (6 + size)
    reason = b"bytes [6,%d) skipped: record longer than %d bytes\n" % (6 + size, MOST_RECORD)
    assert result.err.endswith(b": " + reason) and result.err.count(b"\n") == 1
    assert result.status == 2


def test_a_long_record_takes_no_more_than_its_memory() -> None:
    with Scan("--max-memory", "2M", "-p", "1", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        running.process.stdin.write(b"x" * (64 * MEGABYTE))
        running.process.stdin.flush()
        assert held_memory(running.everyone()) <= 64 * MEGABYTE
        running.process.stdin.write(b"\nhit\n")
        result = running.finish()
    assert (result.status, result.out) == (2, b"hit\n")


def test_a_pipe_is_read_no_further_than_its_blocks_reach() -> None:
    with Scan("-p", "2", ".", stdin=PIPE) as running:
        taken = feed_until_blocked(running)
        assert taken <= MOST_AHEAD
        assert held_memory(running.everyone()) <= MOST_HELD + MOST_AHEAD


def feed_until_blocked(running: Scan, patience: float = 1.0) -> int:
    """Writes matching records for as long as they are taken; returns how many bytes that were."""
    assert running.process.stdin
    descriptor = running.process.stdin.fileno()
    os.set_blocking(descriptor, False)
    records = support.fixed_log(1024, WIDTH)
    taken, since = 0, time.monotonic()
    while time.monotonic() - since < patience and taken <= 4 * MOST_AHEAD:
        try:
            taken += os.write(descriptor, records)
            since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    return taken


def test_nobody_is_busy_while_stdout_is_not_read(log: Path) -> None:
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        assert_idle(running)


def test_nobody_is_busy_while_stdin_is_awaited() -> None:
    with Scan("-p", "2", ".", stdin=PIPE) as running:
        running.wait_until_resting()
        assert_idle(running)


def assert_idle(running: Scan) -> None:
    before = cpu_ticks(running.everyone())
    time.sleep(1)
    assert cpu_ticks(running.everyone()) - before <= 1


def test_slow_reading_loses_nothing(log: Path) -> None:
    whole = log.read_bytes()
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        out = b""
        for _ in range(10):
            out += running.read(100_000)
            time.sleep(0.02)
        result = running.finish()
    assert result.status == 0
    assert not support.difference(out + result.out, whole)

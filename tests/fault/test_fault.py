"""Deaths on a schedule: no record is lost or doubled, what cannot be saved is named."""

from __future__ import annotations

import os
import random
import re
import signal
from pathlib import Path

import pytest
import support
from proctree import PIPE, Scan, children, signal_name
from support import Result

RECORD = 16  # Bytes of each record of the fixed log.
CHUNK = 10 * RECORD  # So chunk borders are record borders.
CHUNKS = 30
RECORDS = CHUNKS * CHUNK // RECORD

SIGNALS = [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT]
GEOMETRIES = [["-p", "1"], ["-p", "2"], ["-p", "5"]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.write_bytes(support.fixed_log(RECORDS, RECORD))
    return path


def scan(log: Path, die: str, *arguments: str, stdin: bytes | None = None) -> Result:
    """Counts on 10 records a chunk; the file is `log` unless there is standard input."""
    operands = [] if stdin is not None else ["log"]
    return support.bigscan(
        "--chunk-size", str(CHUNK), *arguments, *operands,
        stdin=stdin, env={"BIGSCAN_TEST_DIE": die}, cwd=log.parent,
    )  # fmt: skip


def lines_of(log: Path, skipped: tuple[int, ...] = ()) -> bytes:
    """What is printed when every record is selected, without those of the skipped chunks."""
    data = log.read_bytes()
    parts = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    return b"".join(part for number, part in enumerate(parts) if number not in skipped)


def skipped_message(name: str, chunk: int, killer: int) -> re.Pattern[bytes]:
    start, end = chunk * CHUNK, (chunk + 1) * CHUNK
    words = rb"(?m)^bigscan: %s: bytes \[%d,%d\) skipped: signal %d\b"
    return re.compile(words % (re.escape(name.encode()), start, end, killer))


# A worker that dies once at a chunk.


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=" ".join)
@pytest.mark.parametrize("killer", SIGNALS, ids=signal_name)
@pytest.mark.parametrize("chunk", ["0", "1", str(CHUNKS - 1), "*"])
@pytest.mark.parametrize("stage", ["map", "send"])
def test_a_death_does_not_show(
    log: Path, stage: str, chunk: str, killer: int, geometry: list[str]
) -> None:
    result = scan(log, f"{stage}:{chunk}:{int(killer)}:1", *geometry, ".")
    assert result == Result(0, log.read_bytes(), b"")


@pytest.mark.parametrize("stage", ["map", "send"])
@pytest.mark.parametrize("chunk", ["0", str(CHUNKS - 1), "*"])
def test_a_death_does_not_show_in_a_count(log: Path, stage: str, chunk: str) -> None:
    assert scan(log, f"{stage}:{chunk}:9:1", "-p", "3", "-c", "7$") == Result(
        0, b"%d\n" % (RECORDS // 10), b""
    )


@pytest.mark.parametrize("stage", ["map", "send"])
@pytest.mark.parametrize("chunk", ["0", "1", "*"])
@pytest.mark.parametrize("killer", SIGNALS, ids=signal_name)
def test_a_death_does_not_show_on_a_pipe(log: Path, stage: str, chunk: str, killer: int) -> None:
    data = log.read_bytes()
    assert scan(log, f"{stage}:{chunk}:{int(killer)}:1", "-p", "3", ".", stdin=data) == Result(
        0, data, b""
    )


def test_deaths_of_both_stages_at_several_chunks(log: Path) -> None:
    die = "map:0:9:1,send:1:11:1,map:2:6:1,send:7:7:1,map:29:9:1"
    wanted = b"".join(b"%d:%015d\n" % (number + 1, number) for number in range(RECORDS))
    assert scan(log, die, "-n", "-p", "2", ".") == Result(0, wanted, b"")


def test_chunks_are_numbered_across_files(log: Path) -> None:
    die = f"map:{CHUNKS + 3}:9:1,send:{CHUNKS - 1}:9:1,map:{CHUNKS}:9:1"
    assert scan(log, die, "-h", "-p", "2", ".", "log") == Result(0, log.read_bytes() * 2, b"")


def test_a_record_over_several_chunks_survives_deaths(log: Path) -> None:
    record = b"x" * (5 * CHUNK) + b"needle" + b"y" * (5 * CHUNK) + b"\n"
    log.write_bytes(b"short\n" + record + b"short\n")
    assert scan(log, "map:*:9:1", "-p", "3", "needle") == Result(0, record, b"")


def test_stats_count_the_retries(log: Path) -> None:
    result = scan(log, "map:3:9:1,map:5:9:1", "-p", "2", "-c", "--stats", ".")
    assert (result.status, result.out) == (0, b"%d\n" % RECORDS)
    assert re.search(rb"(?i)retries", result.err)


# A chunk that kills whoever takes it.


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=" ".join)
@pytest.mark.parametrize("times", [2, 99])
@pytest.mark.parametrize("chunk", [0, 7, CHUNKS - 1])
@pytest.mark.parametrize("stage", ["map", "send"])
def test_a_chunk_that_kills_two_workers_is_skipped(
    log: Path, stage: str, chunk: int, times: int, geometry: list[str]
) -> None:
    result = scan(log, f"{stage}:{chunk}:11:{times}", *geometry, ".")
    assert (result.status, result.out) == (2, lines_of(log, (chunk,)))
    assert skipped_message("log", chunk, 11).search(result.err)
    assert result.err.count(b"\n") == 1


def test_workers_that_others_kill_are_replaced_more_often(log: Path) -> None:
    assert scan(log, "map:4:9:7,send:5:15:7", "-p", "2", ".") == Result(0, log.read_bytes(), b"")


@pytest.mark.parametrize("killer", SIGNALS, ids=signal_name)
def test_the_signal_is_named(log: Path, killer: int) -> None:
    assert skipped_message("log", 4, killer).search(
        scan(log, f"map:4:{int(killer)}:8", "-p", "2", ".").err
    )


def test_every_skipped_chunk_is_named(log: Path) -> None:
    result = scan(log, "map:4:11:2,map:5:9:8,send:20:7:2", "-p", "3", ".")
    assert (result.status, result.out) == (2, lines_of(log, (4, 5, 20)))
    for chunk, killer in ((4, 11), (5, 9), (20, 7)):
        assert skipped_message("log", chunk, killer).search(result.err)


def test_every_chunk_skipped(log: Path) -> None:
    result = scan(log, "map:*:11:2", "-p", "2", ".")
    assert (result.status, result.out) == (2, b"")
    # Neighbours may be named in one message.
    ranges = re.findall(
        rb"(?m)^bigscan: log: bytes \[(\d+),(\d+)\) skipped: signal 11\b", result.err
    )
    starts, ends = zip(*sorted((int(begin), int(end)) for begin, end in ranges))
    assert (starts[0], *ends) == (*starts, CHUNKS * CHUNK)


def test_a_count_leaves_a_skipped_chunk_out(log: Path) -> None:
    result = scan(log, "send:4:11:2", "-c", "-p", "2", ".")
    assert (result.status, result.out) == (2, b"%d\n" % (RECORDS - 10))


def test_the_skipped_chunk_of_the_second_file(log: Path) -> None:
    (log.parent / "empty").touch()
    result = scan(log, f"map:{CHUNKS + 2}:11:2", "-h", "-p", "2", ".", "log", "empty")
    assert (result.status, result.out) == (2, lines_of(log) + lines_of(log, (2,)))
    assert skipped_message("log", 2, 11).search(result.err)


def test_a_skipped_block_of_a_pipe_is_named(log: Path) -> None:
    data = log.read_bytes()
    result = scan(log, "map:1:11:2", "-p", "2", ".", stdin=data)
    assert result.status == 2
    named = re.search(
        rb"^bigscan: \(standard input\): bytes \[(\d+),(\d+)\) skipped: signal 11\b", result.err
    )
    assert named
    assert result.out == data[: int(named[1])] + data[int(named[2]) :]


def test_q_is_0_when_something_is_selected_beside_a_skipped_chunk(log: Path) -> None:
    assert scan(log, "map:0:11:2", "-q", "-p", "2", "0299$").status == 0


def test_q_is_2_when_nothing_is_selected_beside_a_skipped_chunk(log: Path) -> None:
    assert scan(log, "map:0:11:2", "-q", "-p", "2", "0000$").status == 2


# A feeder that dies.


@pytest.mark.parametrize("killer", SIGNALS, ids=signal_name)
@pytest.mark.parametrize("block", ["0", "1", "5", "*"])
def test_a_feeders_death_does_not_show_on_a_regular_file(
    log: Path, block: str, killer: int
) -> None:
    result = scan(log, f"feed:{block}:{int(killer)}:1", "-p", "2", "--io", "on", ".")
    assert result == Result(0, log.read_bytes(), b"")


@pytest.mark.parametrize("block", [0, 1, 5])
@pytest.mark.parametrize("times", [1, 2, 99])
def test_what_a_feeder_takes_with_it_from_a_pipe_is_named(
    log: Path, block: int, times: int
) -> None:
    data = log.read_bytes()
    result = scan(log, f"feed:{block}:9:{times}", "-p", "2", ".", stdin=data)
    assert result.status == 2
    assert re.search(rb"^bigscan: \(standard input\): .*byte", result.err)
    assert_is_part_of(result.out, data)


def test_the_files_beside_a_lost_pipe_are_scanned(log: Path) -> None:
    result = scan(
        log,
        "feed:1:9:99",
        "-h",
        "-p",
        "2",
        ".",
        "log",
        "-",
        "log",
        stdin=support.fixed_log(500, RECORD),
    )
    assert result.status == 2
    assert result.out.startswith(log.read_bytes())
    assert result.out.endswith(log.read_bytes())


def assert_is_part_of(part: bytes, whole: bytes) -> None:
    """Whole records, each once, in order; but not all of them."""
    remaining = iter(whole.splitlines(keepends=True))
    assert all(record in remaining for record in part.splitlines(keepends=True))
    assert len(part) < len(whole)


# Deaths that come from outside, at any moment.

MEGABYTE = 1 << 20


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "options", [["-p", "2"], ["-p", "4"], ["-p", "2", "--io", "on"]], ids=" ".join
)
def test_killing_processes_at_random_does_not_show(
    tmp_path: Path, options: list[str], seed: int
) -> None:
    data = support.fixed_log(16 * MEGABYTE // 64, 64)
    (tmp_path / "log").write_bytes(data)
    rng = random.Random(seed)
    with Scan(*options, "--chunk-size", "16K", ".", "log", cwd=tmp_path) as running:
        out = b""
        for _ in range(6):
            # Far enough apart that no chunk is at work at two deaths.
            out += running.read(MEGABYTE + rng.randrange(MEGABYTE))
            kill_one(running, rng)
        result = running.finish()
    assert not support.difference(out + result.out, data)
    assert (result.status, result.err) == (0, b"")


def kill_one(running: Scan, rng: random.Random) -> None:
    """Kills a child; a replacement may just be on its way, so waits for one."""
    support.wait_until(lambda: bool(children(running.pid)), "there is a child", seconds=10)
    try:
        os.kill(rng.choice(children(running.pid)), signal.SIGKILL)
    except (ProcessLookupError, IndexError):
        pass


def test_killing_all_workers_at_once_does_not_show(tmp_path: Path) -> None:
    data = support.fixed_log(8 * MEGABYTE // 64, 64)
    (tmp_path / "log").write_bytes(data)
    with Scan("-p", "4", "--chunk-size", "64K", ".", "log", cwd=tmp_path) as running:
        out = running.read(MEGABYTE)
        running.wait_until_resting()
        for pid in running.children():
            os.kill(pid, signal.SIGKILL)
        result = running.finish()
    assert not support.difference(out + result.out, data)
    assert (result.status, result.err) == (0, b"")


def test_killing_idle_workers_while_stdin_is_awaited_does_not_show() -> None:
    with Scan("-p", "2", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit 1\n")
        out = running.read(6)
        running.wait_until_resting()
        workers = [pid for pid in running.children() if not reads_from_pipe(pid, running)]
        for pid in workers:
            os.kill(pid, signal.SIGKILL)
        os.write(running.process.stdin.fileno(), b"hit 2\n")
        out += running.read(6)
        result = running.finish()
    assert out + result.out == b"hit 1\nhit 2\n"
    assert (result.status, result.err) == (0, b"")


def reads_from_pipe(pid: int, running: Scan) -> bool:
    """Whether `pid` holds the read end of our pipe, so is the feeder (or the coordinator)."""
    assert running.process.stdin
    pipe = os.readlink(f"/proc/self/fd/{running.process.stdin.fileno()}")
    return pipe in [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]

"""A run with --state that SIGTERM ends: what it has done is kept, and the next run goes on from there."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
import support
import test_injection as injection

RUNS = int(os.environ.get("BIGSCAN_STATE_KILLS", "8"))
RECORDS = 200_000


def start(directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [support.BIGSCAN, "--state", "state", "-p", "2", "--chunk-size", "4K", *arguments],
        cwd=directory, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "compressed"])
def test_no_record_is_printed_twice(tmp_path: Path, compress) -> None:  # type: ignore
    data = support.fixed_log(2 * RECORDS, 16)  # More than is read and the pipes hold.
    names = []
    for number, begin in enumerate(range(0, len(data), len(data) // 4)):
        names.append(f"log{number}")
        part = data[begin : begin + len(data) // 4]
        (tmp_path / names[-1]).write_bytes(compress(part) if number % 2 == 0 else part)
    printed = b""
    for size in (1, 100_000, 1_500_000):
        with start(tmp_path, "-h", "", *names) as process:
            assert process.stdout
            printed += process.stdout.read(size)
            process.send_signal(signal.SIGTERM)
            printed += process.stdout.read()
        assert process.returncode == -signal.SIGTERM
        assert (tmp_path / "state").exists()
    result = support.bigscan("--state", "state", "-h", "", *names, cwd=tmp_path)
    assert result.out, "the runs before have not been stopped"
    assert not support.difference(printed + result.out, data)


@pytest.mark.parametrize("job", [["-c", ""], ["--tally", "7"], ["--by", "1", r"(\d)$"]], ids=lambda job: job[0])
def test_results_are_those_of_one_run(tmp_path: Path, job: list[str]) -> None:
    rng = random.Random(job[0])
    data = support.fixed_log(RECORDS, 16)
    (tmp_path / "log").write_bytes(data)
    (tmp_path / "log2").write_bytes(data[: len(data) // 2])
    (tmp_path / "log3.gz").write_bytes(gzip.compress(data[: len(data) // 3]))
    files = ["log", "log2", "log3.gz"]
    expected = support.bigscan(*job, *files, cwd=tmp_path)
    state = tmp_path / "state"
    for _ in range(RUNS):
        state.unlink(missing_ok=True)
        for _ in range(3):
            with start(tmp_path, *job, *files) as process:
                time.sleep(rng.random() * 0.03)
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=support.HANG_SECONDS)
        result = support.bigscan("--state", "state", *job, *files, cwd=tmp_path)
        assert (result.out, result.status) == (expected.out, 0)


@pytest.mark.skipif(support.SANITIZED, reason="the sanitizers want to be the first library")
def test_a_signal_at_any_call_lets_no_record_be_printed_twice(tmp_path: Path) -> None:
    """Also one that comes when the scan is over, and the state not yet in place."""
    assert injection.LIBRARY.exists(), f"no {injection.LIBRARY}: run `make test`"
    data = support.fixed_log(100, 16)
    (tmp_path / "log").write_bytes(data)
    counts, state = tmp_path / "counts", tmp_path / "state"
    variables = {"LD_PRELOAD": str(injection.LIBRARY), "INJECT_FILE": str(counts)}

    def run(**more: str) -> tuple[support.Result, tuple[int, ...]]:
        state.unlink(missing_ok=True)
        counts.write_bytes(bytes(injection.COUNTS.size))
        arguments = ["--state", "state", "-p", "1", "--chunk-size", "160", "", "log"]
        result = support.bigscan(*arguments, env={**variables, **more}, cwd=tmp_path)
        return result, injection.COUNTS.unpack(counts.read_bytes())

    result, made = run()
    assert result == support.Result(0, data, b"")
    stopped = set()
    for call in ("open", "flock", "fork", "mmap", "write", "writev", "sendfile", "fstat", "fsync", "rename", "close"):
        for at in range(made[list(injection.CALLS).index(call)]):
            first, done = run(
                INJECT_CALL=call, INJECT_ROLE="0", INJECT_AT=str(at + 1), INJECT_SIGNAL=str(int(signal.SIGTERM))
            )
            if done[-1] == 0:  # As it goes, a call more or less.
                continue
            assert first.status == -signal.SIGTERM and first.err == b"", (call, at, first)
            rest = support.bigscan("--state", "state", "", "log", cwd=tmp_path)
            assert not support.difference(first.out + rest.out, data), (call, at)
            stopped.add(len(first.out))
    assert {0, len(data)} <= stopped

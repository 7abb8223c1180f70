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

RUNS = int(os.environ.get("BIGSCAN_STATE_KILLS", "8"))
RECORDS = 200_000


def start(directory: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [support.BIGSCAN, "--state", "state", "-p", "2", "--chunk-size", "4K", *arguments],
        cwd=directory, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "compressed"])
def test_no_record_is_printed_twice(tmp_path: Path, compress) -> None:  # type: ignore
    data = support.fixed_log(RECORDS, 16)
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

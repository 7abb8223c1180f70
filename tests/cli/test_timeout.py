"""--timeout: the scan stops, says so, and ends its output after a whole record."""

from __future__ import annotations

import os
import subprocess

import pytest
import support
from conftest import Box

STOPPED = b"bigscan: timed out after 100ms: stopped\n"


def scan(plain: Box, *arguments: str, stdin: int = subprocess.DEVNULL) -> support.Result:
    """With a limit that ends everything which does not end by itself."""
    shm = support.shared_memory_names()
    process = subprocess.Popen(
        [support.BIGSCAN, "--timeout=100ms", *arguments], stdin=stdin, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, cwd=plain.directory, env=support.environment(),
        start_new_session=True,
    )  # fmt: skip
    out, err = process.communicate(timeout=support.HANG_SECONDS)
    support.assert_nothing_left(process.pid, shm)
    return support.Result(process.returncode, out, err)


@pytest.mark.parametrize("mode", [[], ["-c"], ["--total"], ["-q"], ["--by=0"], ["--json"]], ids=str)
def test_an_input_without_an_end(plain: Box, mode: list[str]) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader), os.fdopen(writer):
        result = scan(plain, *mode, "hit", stdin=reader)
    assert (result.status, result.out, result.err) == (124, b"", STOPPED)


def test_the_output_ends_after_a_whole_record(plain: Box) -> None:
    record = b"some record among many others"
    with subprocess.Popen(["yes", record], stdout=subprocess.PIPE) as endless:
        assert endless.stdout
        result = scan(plain, "-p2", "-o", "some rec", stdin=endless.stdout.fileno())
        endless.kill()
    assert (result.status, result.err) == (124, STOPPED)
    assert not result.out.replace(b"some rec\n", b"")


def test_no_snapshot_is_written_and_an_old_one_is_kept(plain: Box) -> None:
    # So many failures that take PCRE2's match limit each that it can not end in time.
    plain.file("log", (b"a" * 40 + b"c\n") * 5000)
    plain.file("old", b"as it was")
    result = scan(plain, "-p1", "--partial=old", r"(?=(a+)+z)a*\1|b", "log")
    assert (result.status, result.out) == (124, b"")
    assert result.err.endswith(STOPPED)
    assert (plain.directory / "old").read_bytes() == b"as it was"
    assert sorted(os.listdir(plain.directory)) == ["log", "old"]


def test_a_scan_that_ends_in_time(box: Box) -> None:
    box.file("log", b"a\nb\n")
    box.expect("--timeout=1w", "a", "log", out=b"a\n")
    box.expect("--timeout=1w", "x", "log", status=1)


@pytest.mark.parametrize("duration", ["", "0", "5x", "-1s", "1.5s"])
def test_what_is_no_duration(plain: Box, duration: str) -> None:
    result = plain.run(f"--timeout={duration}", "a")
    assert (result.status, result.out) == (2, b"")
    assert b"bigscan: --timeout: invalid duration '%s'" % duration.encode() in result.err

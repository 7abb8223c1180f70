"""What happens when stdout is slow, closed, full, or must not wait for the end of the input."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import Iterator

import pytest
import support
from conftest import Box


@pytest.mark.parametrize("options", ["", "-p 3 --chunk-size 4K", "--io on", "-n -H"])
def test_head_ends_it_quietly(plain: Box, options: str) -> None:
    plain.file("log", support.sample_log(200_000))
    result = plain.shell(f"bigscan {options} . log | head -n 1 | wc -l; echo ${{PIPESTATUS[0]}}")
    assert (result.out, result.err) == (b"1\n%d\n" % (128 + signal.SIGPIPE), b"")


def test_head_ends_an_input_without_end(plain: Box) -> None:
    result = plain.shell("yes | bigscan y | head -n 2; echo ${PIPESTATUS[1]}")
    assert (result.out, result.err) == (b"y\ny\n%d\n" % (128 + signal.SIGPIPE), b"")


def test_a_count_into_a_closed_pipe(plain: Box) -> None:
    plain.file("log", b"a\n")
    result = plain.shell("{ sleep 0.3; bigscan -c a log; echo $? >status; } | true; cat status")
    assert (result.out, result.err) == (b"%d\n" % (128 + signal.SIGPIPE), b"")


@pytest.mark.parametrize("options", ["", "-c", "-n", "-p 3 --chunk-size 16", "--io on"])
@pytest.mark.parametrize("records", [1, 100_000])
def test_a_full_disk_is_an_error(plain: Box, records: int, options: str) -> None:
    plain.file("log", b"a1\n" * records)
    result = plain.shell(f"bigscan {options} a log >/dev/full")
    assert result.status == 2
    assert result.err.startswith(b"bigscan: ") and b"No space left on device" in result.err
    assert result.err.count(b"\n") == 1


def test_a_full_disk_does_not_matter_when_nothing_is_printed(plain: Box) -> None:
    plain.file("log", b"a1\n")
    assert plain.shell("bigscan z log >/dev/full").status == 1


def test_help_on_a_full_disk(plain: Box) -> None:
    assert plain.shell("bigscan --help >/dev/full").status == 2


def test_closed_stdout_is_an_error(plain: Box) -> None:
    plain.file("log", b"a1\n")
    result = plain.shell("bigscan a log >&-")
    assert result.status == 2
    assert b"Bad file descriptor" in result.err


def test_closed_stderr_does_not_spoil_the_output(plain: Box) -> None:
    plain.file("log", b"a1\n")
    result = plain.shell("bigscan a gone log 2>&-")
    assert (result.status, result.out) == (2, b"log:a1\n")


def test_output_is_appended_to_a_file(plain: Box) -> None:
    log = support.sample_log(50_000)
    plain.file("log", log)
    plain.file("out", b"before\n")
    assert plain.shell("bigscan . log >>out").status == 0
    assert not support.difference((plain.directory / "out").read_bytes(), b"before\n" + log)


def test_output_into_a_file_at_an_offset(plain: Box) -> None:
    plain.file("log", b"a1\n")
    result = plain.shell("{ echo before; bigscan a log; echo after; } >out; cat out")
    assert result.out == b"before\na1\nafter\n"


def test_stdout_that_does_not_block(plain: Box) -> None:
    # A terminal program may have left O_NONBLOCK on a descriptor that we share with it.
    log = support.sample_log(100_000)
    plain.file("log", log)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    command = [support.BIGSCAN, ".", "log"]
    process = subprocess.Popen(command, stdout=writer, stderr=subprocess.PIPE, cwd=plain.directory)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        out = stream.read()
    assert not support.difference(out, log)
    assert (process.communicate(timeout=support.HANG_SECONDS)[1], process.returncode) == (b"", 0)


# Records that arrive one by one, as from `tail -f`, are answered one by one.


@dataclass
class Live:
    """The command at work, its input and its output in our hands."""

    process: subprocess.Popen[bytes]

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        os.write(self.process.stdin.fileno(), data)

    def expect(self, data: bytes) -> None:
        """Waits for as much output as `data` has, and compares."""
        assert self.process.stdout
        descriptor = self.process.stdout.fileno()
        seen = b""
        while len(seen) < len(data):
            ready, _, _ = select.select([descriptor], [], [], support.HANG_SECONDS)
            assert ready, f"no output after {seen!r} while the input goes on"
            seen += os.read(descriptor, len(data) - len(seen))
        assert seen == data

    def end(self) -> support.Result:
        out, err = self.process.communicate(timeout=support.HANG_SECONDS)
        return support.Result(self.process.returncode, out, err)


@pytest.fixture(
    params=[[], ["-p", "4"], ["-p", "2", "--chunk-size", "1"]], ids=["default", "p4", "byte-chunks"]
)
def live(request: pytest.FixtureRequest) -> Iterator[Live]:
    shm = support.shared_memory_names()
    process = subprocess.Popen(
        [support.BIGSCAN, *request.param, "-n", "hit"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=support.environment(), start_new_session=True,
    )  # fmt: skip
    with process:
        yield Live(process)
        if process.poll() is None:
            support.kill_session(process.pid)
    support.assert_nothing_left(process.pid, shm)


def test_matches_appear_before_the_input_ends(live: Live) -> None:
    live.send(b"hit one\nmiss\n")
    live.expect(b"1:hit one\n")
    live.send(b"hit two\n")
    live.expect(b"3:hit two\n")
    assert live.end() == support.Result(0, b"", b"")


def test_many_records_one_by_one(live: Live) -> None:
    for number in range(1, 51):
        live.send(b"hit\n")
        live.expect(b"%d:hit\n" % number)
    assert live.end() == support.Result(0, b"", b"")


def test_a_record_in_pieces(live: Live) -> None:
    for piece in (b"miss\nh", b"i", b"t", b" one"):
        live.send(piece)
        time.sleep(0.05)
    live.send(b"\n")
    live.expect(b"2:hit one\n")
    live.send(b"hit without a newline")
    assert live.end() == support.Result(0, b"3:hit without a newline\n", b"")


def test_a_record_after_a_pause(live: Live) -> None:
    time.sleep(0.5)
    live.send(b"hit\n")
    live.expect(b"1:hit\n")
    assert live.end() == support.Result(0, b"", b"")

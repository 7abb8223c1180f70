"""--progress and SIGUSR1: what stands on a terminal while a scan runs, and that nothing of it stays.

The scan is held by its input, a pipe of which we have the other end, so that no test depends on time.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
from pathlib import Path

import pytest
import support
from conftest import Box

STATUS = re.compile(rb"records? selected")


class Screen:
    """A terminal of so many columns: what stands on it after the bytes that were written."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines = [b""]
        self.row = 0
        self.column = 0

    def feed(self, data: bytes) -> None:
        for token in re.findall(rb"\x1b\[[0-9;]*[A-Za-z]|.", data, re.DOTALL):
            if token == b"\r":
                self.column = 0
            elif token == b"\n":
                self.down()
            elif token == b"\t":
                self.column += 8 - self.column % 8
            elif token.startswith(b"\x1b"):
                self.control(token)
            else:
                assert token[0] >= 32, f"not known to this terminal: {token!r}"
                self.put(token)

    def down(self) -> None:
        self.row += 1
        if self.row == len(self.lines):
            self.lines.append(b"")

    def control(self, token: bytes) -> None:
        if token == b"\x1b[K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        elif token == b"\x1b[J":
            self.lines[self.row] = self.lines[self.row][: self.column]
            del self.lines[self.row + 1 :]
        elif token.endswith(b"A"):
            self.row -= int(token[2:-1])
            assert self.row >= 0
        else:
            raise AssertionError(f"not known to this terminal: {token!r}")

    def put(self, character: bytes) -> None:
        if self.column == self.columns:
            self.column = 0
            self.down()
        line = self.lines[self.row].ljust(self.column)
        self.lines[self.row] = line[: self.column] + character + line[self.column + 1 :]
        self.column += 1

    def text(self) -> bytes:
        """Without the blanks at the ends of lines."""
        return b"\n".join(line.rstrip() for line in self.lines)


class Watched:
    """The command with a terminal for its stderr, and unless told otherwise its stdout."""

    def __init__(
        self, *arguments: str, cwd: Path, columns: int = 200, term: str = "xterm",
        stdout: int | None = None, own_session: bool = True,
    ) -> None:  # fmt: skip
        self.terminal, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.screen = Screen(columns)
        self.written = b""
        self.shm = support.shared_memory_names()
        self.process = subprocess.Popen(
            [support.BIGSCAN, *arguments], stdin=subprocess.PIPE,
            stdout=inner if stdout is None else stdout, stderr=inner, cwd=cwd,
            env=support.environment(TERM=term), start_new_session=own_session,
            process_group=None if own_session else 0,
        )  # fmt: skip
        os.close(inner)

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        if kind is None:
            support.assert_nothing_left(self.process.pid, self.shm)

    def send(self, data: bytes) -> None:
        assert self.process.stdin
        os.write(self.process.stdin.fileno(), data)

    def take(self) -> bool:
        """Something that was written; false at the end."""
        ready, _, _ = select.select([self.terminal], [], [], support.HANG_SECONDS)
        assert ready, f"nothing more after {self.written!r}"
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:  # Linux tells so that nobody else has the terminal any more.
            return False
        self.written += data
        self.screen.feed(data)
        return bool(data)

    def wait_for(self, shown: re.Pattern[bytes]) -> None:
        """Until that stands on the screen."""
        while not shown.search(self.screen.text()):
            assert self.take(), f"ended with {self.written!r}"

    def end(self) -> int:
        """Closes the input, and takes all that comes."""
        assert self.process.stdin
        self.process.stdin.close()
        while self.take():
            pass
        return self.process.wait(timeout=support.HANG_SECONDS)


@pytest.fixture
def directory(plain: Box) -> Path:
    return plain.directory


def test_the_line_is_gone_at_the_end(directory: Path) -> None:
    with Watched("--progress", "hit", cwd=directory) as scan:
        scan.wait_for(STATUS)
        assert scan.end() == 1
        assert scan.screen.text() == b""


def test_it_gives_way_to_records(directory: Path) -> None:
    with Watched("--progress", "hit", cwd=directory) as scan:
        for number in range(1, 4):
            scan.wait_for(STATUS)
            scan.send(b"hit %d\nmiss\n" % number)
            scan.wait_for(re.compile(rb"^hit %d$" % number, re.MULTILINE))
        scan.wait_for(re.compile(rb"3 records selected"))
        assert scan.end() == 0
        assert scan.screen.text() == b"hit 1\nhit 2\nhit 3\n"


def test_it_tells_what_was_scanned_and_selected(directory: Path) -> None:
    (directory / "log").write_bytes(b"a hit\nand a miss\n")
    with Watched("--progress", "-c", "hit", "log", "-", cwd=directory) as scan:
        scan.send(b"hit\n")
        scan.wait_for(re.compile(rb"21 B, .*2 records selected, 1 file, workers \d+% busy"))
        assert scan.end() == 0
        assert scan.screen.text() == b"log:1\n(standard input):1\n"


def test_output_elsewhere_leaves_the_line_alone(directory: Path) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as out, os.fdopen(writer, "wb") as sink:
        with Watched("--progress", "hit", cwd=directory, stdout=sink.fileno()) as scan:
            sink.close()
            scan.wait_for(STATUS)
            scan.send(b"hit\n")
            scan.wait_for(re.compile(rb"1 record selected"))
            assert out.read(4) == b"hit\n"
            assert scan.end() == 0
            assert scan.screen.text() == b""


def test_messages_stand_between(directory: Path) -> None:
    # What comes after the stream is opened while the line stands there.
    with Watched("--progress", "hit", "-", "missing", cwd=directory) as scan:
        scan.send(b"hit\n")
        scan.wait_for(STATUS)
        assert scan.end() == 2
        wanted = b"bigscan: missing: No such file or directory"
        assert sorted(scan.screen.text().splitlines()) == [b"(standard input):hit", wanted]


def test_rows_of_groups_stand_above_and_go(directory: Path) -> None:
    log = b"b\na\nb\nb\nc\nc\n"
    with Watched("--progress", "--by=0", r"\w", cwd=directory) as scan:
        scan.wait_for(STATUS)
        scan.send(log)
        scan.wait_for(re.compile(rb"^0  count\nb      3\nc      2\na      1\n.*selected", re.M))
        scan.send(b"a\n" * 5)
        scan.wait_for(re.compile(rb"^0  count\na      6\nb      3\nc      2\n.*selected", re.M))
        assert scan.end() == 0
        assert scan.screen.text() == b"0  count\na      6\nb      3\nc      2\n"


def test_no_more_rows_than_are_asked_for(directory: Path) -> None:
    with Watched("--progress", "--by=0", "--top=1", r"\w", cwd=directory) as scan:
        scan.send(b"b\na\nb\n")
        scan.wait_for(re.compile(rb"\A0  count\nb      2\n\d+ B.*selected"))
        assert scan.end() == 0
        assert scan.screen.text() == b"0  count\nb      2\n"


def test_rows_of_a_tally(directory: Path) -> None:
    with Watched("--progress", "--tally", "-e", "a", "-e", "b", cwd=directory) as scan:
        scan.send(b"b\na\nb\n")
        scan.wait_for(re.compile(rb"\A2  b\n1  a\n.*selected"))
        assert scan.end() == 0
        assert re.sub(rb"\s+", b" ", scan.screen.text()) == b"1 a 2 b "


@pytest.mark.parametrize("by", [[], ["--by=0"]], ids=["records", "rows"])
def test_a_narrow_terminal(directory: Path, by: list[str]) -> None:
    wide = b"x" * 50
    with Watched("--progress", *by, r"x+|y", cwd=directory, columns=20) as scan:
        scan.send(wide + b"\ny\n")
        scan.wait_for(re.compile(rb"^5[0-9] B, ", re.M))
        assert all(len(line) < 20 for line in scan.screen.lines if b" B" in line)
        assert scan.end() == 0
        plain = Screen(20)
        count = b"%-50s  count\n%s      1\ny%s      1\n" % (b"0", wide, b" " * 49)
        plain.feed((count if by else wide + b"\ny\n").replace(b"\n", b"\r\n"))
        assert scan.screen.text() == plain.text()


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_not_move_up(directory: Path, term: str) -> None:
    with Watched("--progress", "--by=0", r"\w", cwd=directory, term=term) as scan:
        scan.send(b"a\n")
        scan.wait_for(re.compile(rb"1 record selected"))
        assert scan.end() == 0
        assert scan.screen.text() == b"0  count\na      1\n" and b"\x1b" not in scan.written


@pytest.mark.parametrize("killer", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("by", [[], ["--by=0"]], ids=["records", "rows"])
def test_a_signal_clears_it(directory: Path, killer: signal.Signals, by: list[str]) -> None:
    with Watched("--progress", *by, r"\w", cwd=directory) as scan:
        scan.send(b"a\n")
        scan.wait_for(re.compile(rb"1 record selected"))
        os.killpg(scan.process.pid, killer)
        while scan.take():
            pass
        assert scan.process.wait(timeout=support.HANG_SECONDS) == -killer
        assert scan.screen.text() == (b"" if by else b"a\n")


def test_stopping_clears_it_until_it_goes_on(directory: Path) -> None:
    # In a session of its own nobody could continue it, and the kernel would not let it stop.
    with Watched("--progress", "--by=0", "hit", cwd=directory, own_session=False) as scan:
        scan.send(b"hit\n")
        scan.wait_for(re.compile(rb"1 record selected"))
        os.kill(scan.process.pid, signal.SIGTSTP)
        support.wait_until(lambda: support.stat_fields(scan.process.pid)[0] == "T", "it stops")
        while select.select([scan.terminal], [], [], 0)[0]:
            scan.take()
        assert scan.screen.text() == b""
        os.kill(scan.process.pid, signal.SIGCONT)
        scan.wait_for(re.compile(rb"1 record selected"))
        assert scan.end() == 0
        assert scan.screen.text() == b"0    count\nhit      1\n"


def test_records_without_a_newline_leave_no_place_for_it(directory: Path) -> None:
    with Watched("--progress", "-z", "-c", "a", cwd=directory) as scan:
        scan.send(b"a\0")
        scan.wait_for(re.compile(rb"1 record selected"))
        assert scan.end() == 0
        assert scan.screen.text() == b"1\n"


@pytest.mark.parametrize("option", [[], ["--progress=never"]], ids=str)
def test_a_terminal_that_is_not_asked(directory: Path, option: list[str]) -> None:
    with Watched(*option, "hit", cwd=directory) as scan:
        scan.send(b"hit\n")
        assert scan.end() == 0
        assert scan.written == b"hit\r\n"


# Without a terminal.

FINAL = re.compile(
    rb"^bigscan: 6 B of 6 B \(100%\), \S+ \w*B/s, in \d+\.\d s, 2 records selected\n\Z", re.M
)


def test_always_tells_the_final_numbers(box: Box) -> None:
    box.file("log", b"a\nb\na\n")
    box.expect("--progress=always", "a", "log", out=b"a\na\n", err=FINAL)
    box.expect("--progress=always", "--by=0", "a", "log", out=b"0  count\na      2\n", err=FINAL)


@pytest.mark.parametrize("option", ["--progress", "--progress=auto", "--prog"])
def test_no_terminal_no_progress(box: Box, option: str) -> None:
    box.file("log", b"a\nb\na\n")
    box.expect(option, "a", "log", out=b"a\na\n")


def test_several_files_are_counted(box: Box) -> None:
    box.file("one", b"a\n")
    box.file("two", b"b\n")
    box.expect(
        "--progress=always", "-h", "a", "one", "two", "missing", out=b"a\n", status=2,
        err=re.compile(rb"bigscan: 4 B of 4 B .* 1 record selected, 2 of 2 files\n\Z"),
    )  # fmt: skip


def test_what_is_no_mode(plain: Box) -> None:
    plain.expect(
        "--progress=some", "a", status=2,
        err=re.compile(rb"^bigscan: invalid progress mode 'some': auto, always or never\n"),
    )  # fmt: skip


# SIGUSR1 asks for one line, with or without --progress.


def ask(process: subprocess.Popen[bytes], wanted: re.Pattern[bytes]) -> bytes:
    """Sends it again until the scan has come so far that the line says what is wanted."""
    assert process.stderr
    while True:
        process.send_signal(signal.SIGUSR1)
        line = process.stderr.readline()
        assert line.startswith(b"bigscan: ") and line.endswith(b"\n")
        if wanted.search(line):
            return line


@pytest.mark.parametrize("options", [[], ["-c"], ["--by=0"], ["--progress=always"]], ids=str)
def test_usr1_prints_a_line(options: list[str]) -> None:
    shm = support.shared_memory_names()
    process = subprocess.Popen(
        [support.BIGSCAN, *options, "hit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=support.environment(), start_new_session=True,
    )  # fmt: skip
    assert process.stdin and process.stderr
    # Maybe before the patterns are compiled, which must not end it.
    wait_until_held(process)
    process.send_signal(signal.SIGUSR1)
    process.stdin.write(b"a hit\nmiss\n")
    process.stdin.flush()
    ask(process, re.compile(rb"11 B, .* 1 record selected, 0 files"))
    os.killpg(process.pid, signal.SIGUSR1)  # Workers and feeders have no use for it.
    process.stdin.close()
    process.stdin = None
    out, err = process.communicate(timeout=support.HANG_SECONDS)
    assert process.returncode == 0 and out.startswith((b"a hit\n", b"1\n", b"0    count\nhit"))
    assert all(line.startswith(b"bigscan: 11 B") for line in err.splitlines())
    support.assert_nothing_left(process.pid, shm)


def wait_until_held(process: subprocess.Popen[bytes]) -> None:
    """Until main has begun: what a signal does before that is not ours."""
    bit = 1 << (signal.SIGUSR1 - 1)

    def is_held() -> bool:
        status = Path(f"/proc/{process.pid}/status").read_text()
        found = re.search(r"^SigBlk:\s*(\w+)", status, re.M)
        return found is not None and int(found[1], 16) & bit != 0

    support.wait_until(is_held, "SIGUSR1 is held")


def test_usr1_is_answered_while_the_output_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(support.fixed_log(200_000, 100))
    with subprocess.Popen(
        [support.BIGSCAN, ".", "log"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=tmp_path, env=support.environment(), start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert os.read(process.stdout.fileno(), 1) == b"0"
        ask(process, re.compile(rb" of 20 MB \(\d+%\), .* records selected"))
        process.communicate(timeout=support.HANG_SECONDS)
        assert process.returncode == 0

"""Workers, feeders and readers that hostile bytes have taken over can do nothing, and what they try is told."""

from __future__ import annotations

import ctypes
import os
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Sequence

import pytest
import support
from conftest import Box
from page_cache import MEGABYTE, drop
from proctree import PIPE, Scan
from support import Result

ATTACKS = [
    "create", "map", "socket", "connect", "execve", "fork", "ptrace", "poke", "kill", "setresuid",
]  # fmt: skip
# The sanitizers open files themselves, to read them, protect memory, and write to pipes.
ATTACKS += [] if support.SANITIZED else ["open", "mprotect", "write"]

RECORD = 16
CHUNK = 10 * RECORD
FORBIDDEN = rb"signal 31 \(Bad system call\): forbidden system call"
ROOT = os.geteuid() == 0


@pytest.fixture
def log(plain: Box) -> bytes:
    text = support.fixed_log(300, RECORD)
    plain.file("log", text)
    return text


def attacked(box: Box, attack: str, *arguments: str, stdin: bytes | None = None) -> Result:
    return support.bigscan(
        "-p", "2", "--chunk-size", str(CHUNK), *arguments,
        stdin=stdin, cwd=box.directory, env={"BIGSCAN_TEST_DIE": attack},
    )  # fmt: skip


@pytest.mark.parametrize("stage", ["map", "send"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_worker_that_attacks_is_killed(plain: Box, log: bytes, attack: str, stage: str) -> None:
    result = attacked(plain, f"{stage}:4:{attack}:9", ".", "log")
    begin, end = 4 * CHUNK, 5 * CHUNK
    assert re.fullmatch(
        rb"bigscan: log: bytes \[%d,%d\) skipped: %s\n" % (begin, end, FORBIDDEN), result.err
    )
    assert (result.status, result.out) == (2, log[:begin] + log[end:])
    assert os.listdir(plain.directory) == ["log"]
    assert (plain.directory / "log").read_bytes() == log


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_feeder_of_a_pipe_that_attacks_is_killed(plain: Box, log: bytes, attack: str) -> None:
    result = attacked(plain, f"feed:3:{attack}:9", "-h", ".", "-", "log", stdin=log)
    assert result.status == 2
    assert re.fullmatch(rb"bigscan: \(standard input\): .*%s\n" % FORBIDDEN, result.err)
    # What came before it, and the file behind it.
    assert len(result.out) < 2 * len(log)
    assert log.startswith(result.out[: -len(log)])
    assert result.out.endswith(log)
    assert os.listdir(plain.directory) == ["log"]


def test_a_feeder_of_a_file_that_attacks_once_is_replaced(plain: Box, log: bytes) -> None:
    assert attacked(plain, "feed:3:create:1", "--io=on", ".", "log") == Result(0, log, b"")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_reader_that_attacks_is_killed(disk: Box, attack: str) -> None:
    text = support.fixed_log(8 * MEGABYTE // 64, 64)
    drop(disk.file("log", text))
    result = support.bigscan(
        "--stats", "-p2", "-c", "7$", "log",
        cwd=disk.directory, env={"BIGSCAN_TEST_DIE": f"read:*:{attack}:9"},
    )  # fmt: skip
    assert (result.status, result.out) == (0, b"%d\n" % text.count(b"7\n"))
    assert re.search(rb"(?m)^reader .* 3$", result.err)
    assert not (disk.directory / "attacked").exists()


# What the processes are while they wait for more.


def statuses(*options: str) -> list[dict[str, str]]:
    """/proc/PID/status of a worker and of a feeder."""
    with Scan(*options, "-p", "1", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit\n")
        assert running.read(4) == b"hit\n"
        found = [
            dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
            for pid in running.children()
        ]
        assert running.finish().status == 0
    assert len(found) == 2
    return found


def test_every_child_is_confined() -> None:
    for status in statuses():
        assert status["NoNewPrivs"].strip() == "1"
        assert status["Seccomp"].strip() == "2"
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[name], 16) == 0


@pytest.mark.skipif(not ROOT, reason="only root has others to become")
@pytest.mark.parametrize("options, name", [([], "nobody"), (["--user", "daemon"], "daemon")])
def test_roots_children_are_another_user(options: list[str], name: str) -> None:
    user = subprocess.check_output(["id", "-u", name], text=True).strip()
    group = subprocess.check_output(["id", "-g", name], text=True).strip()
    for status in statuses(*options):
        assert status["Uid"].split() == [user] * 4
        assert status["Gid"].split() == [group] * 4
        assert status["Groups"].split() == []


def test_they_hold_no_descriptors_but_their_own(plain: Box, log: bytes) -> None:
    with Scan("-p", "1", "hit", "-", "log", cwd=plain.directory, stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit\n")
        assert running.read(1)
        held = [set(os.listdir(f"/proc/{pid}/fd")) for pid in running.children()]
        assert running.finish().status == 0
    # stderr and the lane; and what the feeder reads.
    assert sorted(len(fds - {"2"}) for fds in held) == [1, 2]


# Where it can not be had.


def forbid_seccomp() -> None:
    """As on a kernel without seccomp(2): the call fails with ENOSYS."""
    load, jump_if_equal, give = 0x20, 0x15, 0x06
    number = {"x86_64": 317, "aarch64": 277}[os.uname().machine]
    steps = [
        (load, 0, 0, 0), (jump_if_equal, 0, 1, number),
        (give, 0, 0, 0x00050000 | 38), (give, 0, 0, 0x7FFF0000),
    ]  # fmt: skip
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program))
    libc = ctypes.CDLL(None)
    libc.prctl(38, 1, 0, 0, 0)
    assert libc.prctl(22, 2, ctypes.c_char_p(header), 0, 0) == 0


def confined(result: Result) -> bytes:
    """What --stats tells."""
    found = re.findall(rb"(?m)^confined +(.*)$", result.err)
    assert len(found) == 1
    return found[0]


USER = b", user nobody" if ROOT else b""


def test_stats_tell_what_is_in_force(plain: Box, log: bytes) -> None:
    assert confined(plain.run("--stats", ".", "log")) == b"seccomp" + USER


def test_a_kernel_without_seccomp(plain: Box, log: bytes) -> None:
    def run(*arguments: str) -> Result:
        wrapper = (
            "import os, sys; sys.path[:0] = sys.argv[1:3]; import test_confinement as t;"
            "t.forbid_seccomp(); os.execv(sys.argv[3], sys.argv[3:])"
        )
        here = Path(__file__).parent
        paths = [str(here), str(here.parent)]
        command = [sys.executable, "-c", wrapper, *paths, support.BIGSCAN, *arguments]
        return support.run(command, cwd=plain.directory)

    assert run(".", "log") == Result(0, log, b"")
    result = run("--stats", ".", "log")
    assert (result.status, result.out) == (0, log)
    assert confined(result) == b"no seccomp" + USER


def privileged(rights: Sequence[str], *arguments: str) -> Result:
    """Runs the command on its standard input, by setpriv(1)."""
    if subprocess.run(["setpriv", *rights, "test", "-x", support.BIGSCAN]).returncode != 0:
        pytest.skip("the command is not theirs to run")
    return support.run(["setpriv", *rights, support.BIGSCAN, *arguments], stdin=b"a\n", cwd=Path("/"))


NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"]


@pytest.mark.skipif(not ROOT, reason="only root can try both")
@pytest.mark.parametrize(
    "rights", [NOBODY, ["--bounding-set=-kill"], ["--bounding-set=-setuid"]], ids=" ".join
)
def test_who_can_not_have_others_keeps_its_own_user(rights: list[str]) -> None:
    result = privileged(rights, "--stats", "a")
    assert (result.status, result.out) == (0, b"a\n")
    assert confined(result) == b"seccomp"
    assert privileged(rights, "--user=daemon", "a") == Result(
        2, b"", b"bigscan: --user: not allowed to become user 'daemon'\n"
    )


def test_a_user_who_does_not_exist(plain: Box, log: bytes) -> None:
    plain.expect(
        "--user=no\x1b", ".", "log",
        err=b"bigscan: --user: there is no user 'no\\x1b'\n", status=2,
    )  # fmt: skip
    plain.expect("--user=", ".", "log", err=re.compile(b"--user needs the name"), status=2)

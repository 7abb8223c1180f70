"""Inputs that are no files: sockets named by their descriptor, devices, files of /proc."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Sequence

import pytest
import support
from conftest import Box

PIECES = [b"a1\nb", b"1\n", b"a2\na", b"3"]


def scan_sockets(box: Box, names: Sequence[str], *arguments: str) -> support.Result:
    """Scans sockets, called by `names` with their descriptor in it, that get PIECES one by one.

    A name without a place for the descriptor means standard input.
    """
    pairs = [socket.socketpair() for _ in names]
    files = [name.format(theirs.fileno()) for name, (_, theirs) in zip(names, pairs)]
    stdin = pairs[0][1] if files[0] == names[0] else subprocess.DEVNULL
    process = subprocess.Popen(
        [support.BIGSCAN, *box.options, *arguments, *files], env=support.environment(),
        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        pass_fds=[theirs.fileno() for _, theirs in pairs],
    )  # fmt: skip
    try:
        for _, theirs in pairs:
            theirs.close()
        for piece in PIECES:
            for ours, _ in pairs:
                ours.sendall(piece)
            time.sleep(0.02)
        for ours, _ in pairs:
            ours.shutdown(socket.SHUT_WR)
        out, err = process.communicate(timeout=support.HANG_SECONDS)
    finally:
        process.kill()
        process.wait()
        for ours, _ in pairs:
            ours.close()
    return support.Result(process.returncode, out, err)


@pytest.mark.parametrize("name", ["/dev/fd/{}", "/proc/self/fd/{}", "/dev/stdin"])
def test_a_socket_named_by_its_descriptor(box: Box, name: str) -> None:
    result = scan_sockets(box, [name], "-n", "a")
    assert result == support.Result(0, b"1:a1\n3:a2\n4:a3\n", b"")


def test_a_socket_as_stdin(box: Box) -> None:
    assert scan_sockets(box, ["-"], "-n", "b") == support.Result(0, b"2:b1\n", b"")


def test_two_sockets_at_once(box: Box) -> None:
    result = scan_sockets(box, ["/dev/fd/{}", "/dev/fd/{}"], "-h", "-c", "a")
    assert result == support.Result(0, b"3\n3\n", b"")


def test_a_descriptor_that_is_not_there(box: Box) -> None:
    message = b"bigscan: /dev/fd/987: No such file or directory\n"
    box.expect("a", "/dev/fd/987", err=message, status=2)


def test_no_descriptor_of_the_program_is_an_input(box: Box) -> None:
    box.file("log", b"a1\n")
    names = [f"/dev/fd/{number}" for number in range(3, 12)]
    messages = [f"bigscan: {name}: No such file or directory\n" for name in names]
    box.expect("-h", "a", "log", *names, out=b"a1\n", err="".join(messages).encode(), status=2)


def test_a_socket_in_the_file_system_cannot_be_opened(box: Box) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(box.directory / "socket"))
        message = b"bigscan: socket: No such device or address\n"
        box.expect("a", "socket", err=message, status=2)


def test_a_terminal_as_file(box: Box) -> None:
    ours, theirs = os.openpty()
    try:
        writer = threading.Thread(target=os.write, args=(ours, b"a1\nb1\na2\n\x04"))
        writer.start()
        box.expect("-n", "a", os.ttyname(theirs), out=b"1:a1\n3:a2\n")
        writer.join()
    finally:
        os.close(theirs)
        os.close(ours)


def test_an_endless_device_ends_with_the_first_match(box: Box) -> None:
    box.expect("-a", "-m", "1", "-c", "^[^x]", "/dev/urandom", out=b"1\n")


def test_files_of_proc_among_others(box: Box) -> None:
    box.file("log", b"Linux\n")
    kernel = Path("/proc/sys/kernel/ostype")
    box.expect(
        "-H", "Linux", kernel.as_posix(), "log", kernel.as_posix(),
        out=b"/proc/sys/kernel/ostype:Linux\nlog:Linux\n/proc/sys/kernel/ostype:Linux\n",
    )  # fmt: skip


def test_a_long_file_of_proc(plain: Box) -> None:
    symbols = Path("/proc/kallsyms").read_bytes()
    plain.expect("-c", "", "/proc/kallsyms", out=b"%d\n" % symbols.count(b"\n"))

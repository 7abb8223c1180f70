"""What the system does not give: memory, descriptors, processes, /proc, /dev/shm, room on a disk.

The result is right, or the reason is named and the exit status is 2.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
import support
from conftest import Box

LOG = support.sample_log(20_000)
NEEDLES = LOG.count(b"needle")
BY = ["--fields", "space", "--format", "tsv", "--by", "1"]
NOBODY = "54321"


@pytest.fixture
def box(tmp_path: Path) -> Box:
    box = Box(tmp_path)
    box.file("log", LOG)
    return box


def is_right_or_named(result: support.Result, out: bytes) -> bool:
    if result.status == 2:
        return result.err.startswith(b"bigscan: ") and not result.err.count(b"terminate")
    return result == support.Result(0, out, b"")


# --- Limits of a process ---


@pytest.mark.skipif(support.SANITIZED, reason="the sanitizers need address space of their own")
@pytest.mark.parametrize("arguments", [["-p2"], ["-p2", "--io=on"]], ids=" ".join)
def test_address_space(box: Box, arguments: list[str]) -> None:
    """From what is too little for anything to what is enough, in steps of a few percent."""
    outcomes = []
    kilobytes = 20_000
    while kilobytes < 2_000_000:
        # With less, the loader has no room for the program itself.
        if box.shell(f"ulimit -v {kilobytes}; bigscan --version").status == 0:
            result = box.shell(f"ulimit -v {kilobytes}; bigscan {' '.join(arguments)} -c needle log")
            assert is_right_or_named(result, b"%d\n" % NEEDLES), (kilobytes, result)
            outcomes.append(result.status)
        kilobytes += kilobytes // 8
    assert outcomes[0] == 2 and outcomes[-1] == 0


@pytest.mark.skipif(support.SANITIZED, reason="UBSan opens a pipe to look at memory")
@pytest.mark.parametrize("arguments", [["-p2"], ["-p2", "--io=on"], ["-p4"]], ids=" ".join)
def test_descriptors(box: Box, arguments: list[str]) -> None:
    outcomes = []
    for descriptors in range(4, 40):
        result = box.shell(f"ulimit -n {descriptors}; bigscan {' '.join(arguments)} -hc needle log log")
        assert is_right_or_named(result, b"%d\n" % NEEDLES * 2), (descriptors, result)
        outcomes.append(result.status)
    assert outcomes[0] == 2 and outcomes[-1] == 0


@pytest.mark.skipif(support.SANITIZED, reason="LeakSanitizer looks for leaks from a process of its own")
@pytest.mark.parametrize("arguments", [["-p1"], ["-p2"], ["-p4"]], ids=" ".join)
def test_processes(arguments: list[str]) -> None:
    outcomes = []
    for processes in (1, 2, 3, 4, 16):
        command = ["prlimit", f"--nproc={processes}:{processes}", support.BIGSCAN, *arguments, "-c", "needle"]
        if os.geteuid() != 0:
            pytest.skip("the limit counts what else this user runs")
        # Root has no limit.
        command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]
        result = support.run(command, stdin=LOG)
        if b"failed to execute" in result.err:
            pytest.skip("the program is where others may not come")
        assert is_right_or_named(result, b"%d\n" % NEEDLES), (processes, result)
        outcomes.append(result.status)
    assert outcomes[0] == 2 and outcomes[-1] == 0


# --- File systems, in a name space of mounts for each run ---


def can_mount() -> bool:
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0


mounts = pytest.mark.skipif(not can_mount(), reason="may not mount")


def run_with(box: Box, mount: str, *arguments: str, stdin: bytes | None = None, **variables: str) -> support.Result:
    """Runs the command after the shell's `mount`; `then` is what the shell does at the end."""
    words = shlex.join([support.BIGSCAN, *arguments])
    script = f"{mount} || exit 99\nexec {words}"
    return support.run(["unshare", "-m", "sh", "-c", script], cwd=box.directory, env=variables, stdin=stdin)


needs_proc = pytest.mark.skipif(support.SANITIZED, reason="LeakSanitizer reads /proc")
NO_PROC = "mount -t tmpfs none /proc"
SHM_FULL = "mount -t tmpfs -o size=4k none /dev/shm && head -c 4096 /dev/zero >/dev/shm/x"
NO_SHM = "mount -t tmpfs none /dev && mknod -m 666 /dev/null c 1 3"

COMMANDS: dict[str, list[str]] = {
    "count": ["-p2", "-c", "needle", "log"],
    "records": ["-p2", "-n", "needle", "log"],
    "all-records": ["-p2", "", "log"],
    "all-matches": ["-p2", "-o", ".*", "log"],
    "fed": ["-p2", "--io=on", "needle", "log"],
    "spilled": ["-p2", "--max-memory=1M", *BY, "log"],
    "stdin": ["-p2", "-c", "needle"],
    "tree": ["-p2", "-rc", "needle", "."],
}  # fmt: skip


@mounts
@pytest.mark.parametrize(
    "mount",
    [
        pytest.param(NO_PROC, id="no-proc", marks=needs_proc),
        pytest.param(SHM_FULL, id="shm-full"),
        pytest.param(NO_SHM, id="no-shm"),
    ],
)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_is_as_good_without(box: Box, name: str, mount: str) -> None:
    stdin = LOG if name == "stdin" else None
    wanted = box.run(*COMMANDS[name], stdin=stdin)
    assert wanted.status == 0
    assert run_with(box, mount, *COMMANDS[name], stdin=stdin) == wanted


REPLACING: dict[str, list[str]] = {
    "output": ["--output=DIR/file", "", "log"],
    "partial": ["--partial=DIR/file", *BY, "log"],
    "state": ["--state=DIR/file", *BY, "log"],
}  # fmt: skip


def replacing(name: str, directory: str) -> list[str]:
    return [word.replace("DIR", directory) for word in REPLACING[name]]


@mounts
@needs_proc
@pytest.mark.parametrize("name", list(REPLACING))
def test_files_are_replaced_without_proc(box: Box, name: str) -> None:
    (box.directory / "a").mkdir()
    (box.directory / "b").mkdir()
    wanted = box.run(*replacing(name, "a"))
    assert wanted.status == 0
    assert run_with(box, NO_PROC, *replacing(name, "b")) == wanted
    left = [sorted(path.name for path in (box.directory / directory).iterdir()) for directory in "ab"]
    assert left[0] == left[1]
    if name == "output":
        assert (box.directory / "b/file").read_bytes() == LOG


@mounts
@pytest.mark.parametrize("name", list(REPLACING))
@pytest.mark.parametrize("mount", ["read-only", "full"])
def test_a_file_that_can_not_be_written(box: Box, name: str, mount: str) -> None:
    """On a file system of 16 KB, less than each of the files is going to take."""
    (box.directory / "disk").mkdir()
    fill = "mount -t tmpfs -o size=16k none disk && echo old >disk/old"
    if mount == "read-only":
        fill += " && mount -o remount,ro disk"
    result = run_with(box, f"set -e; {fill}", *replacing(name, "disk"))
    assert result.status == 2
    assert result.err.startswith(b"bigscan: ")
    assert (b"Read-only file system" if mount == "read-only" else b"No space left on device") in result.err
    assert b"disk/file" in result.err


@mounts
@pytest.mark.parametrize(
    ("options", "reason"),
    [("ro", b"Read-only file system"), ("size=4k", b"No space left on device")],
    ids=["read-only", "full"],
)
def test_spilling_where_nothing_can_be_written(box: Box, options: str, reason: bytes) -> None:
    (box.directory / "disk").mkdir()
    box.file("many", b"".join(b"%032d\n" % number for number in range(100_000)))
    mount = f"mount -t tmpfs -o {options} none disk"
    result = run_with(box, mount, "-p2", "--max-memory=1M", *BY, "many", TMPDIR="disk")
    assert (result.status, result.out) == (2, b"")
    assert result.err == b"bigscan: temporary file in disk: %s\n" % reason


@mounts
@pytest.mark.parametrize("options", ["ro", "size=4k"])
def test_a_cache_where_nothing_can_be_written(box: Box, options: str) -> None:
    (box.directory / "disk").mkdir()
    box.file("words", b"".join(b"%032d\n" % (number * number) for number in range(5000)) + b"needle\n")
    mount = f"mount -t tmpfs -o {options} none disk"
    cache = str(box.directory / "disk")
    result = run_with(box, mount, "-F", "-f", "words", "-c", "log", XDG_CACHE_HOME=cache)
    assert result == support.Result(0, b"%d\n" % NEEDLES, b"")

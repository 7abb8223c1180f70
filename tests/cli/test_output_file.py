"""--output: the result as a file that is there as a whole or not at all."""

from __future__ import annotations

import os
import signal
import stat
import subprocess

import pytest
from conftest import Box
from support import BIGSCAN, run

LOG = b"".join(b"record %d of ann\n" % n for n in range(1000))


def names(box: Box) -> list[str]:
    return sorted(path.name for path in box.directory.iterdir())


def test_the_file_is_what_would_be_printed(box: Box) -> None:
    box.file("log", LOG)
    for arguments in (["9"], ["-c", "9"], ["-n", "-A1", "99"], ["--by", "1", "(9+)"], ["-q", "9"], ["-L", "x"]):
        result = box.run("--output", "out", *arguments, "log")
        printed = box.run(*arguments, "log")
        assert (result.status, result.out, result.err) == (printed.status, b"", b"")
        assert (box.directory / "out").read_bytes() == printed.out
    assert names(box) == ["log", "out"]


def test_nothing_selected_is_an_empty_file(box: Box) -> None:
    box.file("log", LOG)
    for arguments in (["nowhere"], ["-m0", "9"], ["-v", ""]):
        box.file("out", b"old")
        assert box.run("--output=out", *arguments, "log").status == 1
        assert (box.directory / "out").read_bytes() == b""


def test_permissions_are_those_of_the_umask(plain: Box) -> None:
    plain.file("log", LOG)
    for mask in (0o022, 0o077, 0o002):
        script = 'umask "$1"; shift; exec "$@"'
        run(["sh", "-c", script, "-", f"{mask:o}", BIGSCAN, "--output=out", "9", "log"], cwd=plain.directory)
        assert stat.S_IMODE((plain.directory / "out").stat().st_mode) == 0o666 & ~mask
        (plain.directory / "out").unlink()


def test_old_content_stays_if_there_can_be_no_new_one(plain: Box) -> None:
    plain.file("log", LOG)
    result = plain.run("--output", "nowhere/out", "9", "log")
    assert result.status == 2
    assert result.err == b"bigscan: nowhere/out: No such file or directory\n"
    (plain.directory / "dir").mkdir()
    result = plain.run("--output", "dir", "9", "log")
    assert result.status == 2 and b"is no regular file" in result.err
    plain.file("out", b"old")
    assert plain.run("--output", "out", "--by", "nofield", "9", "log").status == 2
    assert (plain.directory / "out").read_bytes() == b"old"


def test_a_full_disk_leaves_the_old_file(plain: Box) -> None:
    plain.file("log", LOG)
    plain.file("out", b"old")
    script = "trap '' XFSZ; ulimit -f 8; exec \"$@\""
    result = run(["sh", "-c", script, "-", BIGSCAN, "--output=out", "ann", "log"], cwd=plain.directory)
    assert result.status == 2 and b"File too large" in result.err
    assert (plain.directory / "out").read_bytes() == b"old" and names(plain) == ["log", "out"]


def test_an_input_that_can_not_be_read_keeps_nothing_from_the_file(box: Box) -> None:
    box.file("log", LOG)
    result = box.run("-h", "--output=out", "99", "missing", "log")
    assert result.status == 2 and b"missing" in result.err
    assert (box.directory / "out").read_bytes() == box.run("99", "log").out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_signal_leaves_the_old_file_and_no_other(box: Box, number: signal.Signals) -> None:
    box.file("out", b"old")
    os.mkfifo(box.directory / "fifo")
    process = subprocess.Popen([BIGSCAN, "--output=out", "ann", "fifo"], cwd=box.directory)
    with open(box.directory / "fifo", "wb") as fifo:  # the scan has begun
        fifo.write(LOG)
        fifo.flush()
        process.send_signal(number)
        assert process.wait() == -number
    assert (box.directory / "out").read_bytes() == b"old" and names(box) == ["fifo", "out"]


def test_links_are_followed_where_only_the_user_writes(plain: Box) -> None:
    plain.file("log", LOG)
    (plain.directory / "own").mkdir(mode=0o755)
    (plain.directory / "own" / "link").symlink_to("../target")
    assert plain.run("--output=own/link", "99", "log").status == 0
    assert (plain.directory / "target").read_bytes() == plain.run("99", "log").out
    assert (plain.directory / "own" / "link").is_symlink()
    (plain.directory / "target").unlink()
    (plain.directory / "own").chmod(0o777)
    result = plain.run("--output=own/link", "99", "log")
    assert result.status == 2 and b"not followed where others can write" in result.err
    assert not (plain.directory / "target").exists()


def test_the_old_file_may_be_an_input(box: Box) -> None:
    box.file("log", LOG)
    assert box.run("--output=log", "99", "log").status == 0
    assert (box.directory / "log").read_bytes() == b"".join(
        line for line in LOG.splitlines(keepends=True) if b"99" in line
    )


def test_a_recursive_scan_passes_the_old_file_over(box: Box) -> None:
    (box.directory / "dir").mkdir()
    box.file("dir/log", b"ann\n")
    box.file("dir/out", b"old ann\n")
    assert box.run("-rh", "--output=dir/out", "ann", "dir").status == 0
    assert (box.directory / "dir/out").read_bytes() == b"ann\n"


def test_merged_snapshots_go_to_a_file(plain: Box) -> None:
    plain.file("log", LOG)
    for shard in (1, 2):
        assert plain.run(f"--shard={shard}/2", f"--partial=s{shard}", "99", "log").status == 0
    assert plain.run("--merge", "--output=out", "s1", "s2").status == 0
    assert (plain.directory / "out").read_bytes() == plain.run("99", "log").out
    result = plain.run("--partial=s", "--output=o", "9", "log")
    assert result.status == 2 and b"can not be used together" in result.err


def test_what_is_for_a_terminal_is_not_for_a_file(box: Box) -> None:
    box.file("log", LOG)
    assert box.run("--color=auto", "--output=out", "99", "log").status == 0
    assert b"\x1b" not in (box.directory / "out").read_bytes()


def test_the_state_is_no_place_for_the_output(box: Box) -> None:
    box.file("log", LOG)
    for name in ("s", "./s", "s.lock", "s.new"):
        result = box.run("--state=s", f"--output={name}", "99", "log")
        assert result.status == 2 and b"is a file of --state" in result.err
    assert names(box) == ["log"]


def test_with_a_state_the_output_is_that_of_the_run(box: Box) -> None:
    lines = LOG.splitlines(keepends=True)
    box.file("log", b"".join(lines[:500]))
    for begin, end in ((0, 500), (500, 1000)):
        with open(box.directory / "log", "wb") as log:
            log.writelines(lines[:end])
        assert box.run("--state=s", "--output=out", "9", "log").status == 0
        new = b"".join(line for line in lines[begin:end] if b"9" in line)
        assert (box.directory / "out").read_bytes() == new
        assert box.run("--state=c", "--output=count", "-c", "9", "log").status == 0
        count = sum(b"9" in line for line in lines[:end])
        assert (box.directory / "count").read_bytes() == b"%d\n" % count


def test_a_merge_does_not_replace_what_it_reads(plain: Box) -> None:
    plain.file("log", b"a\nb\n")
    assert plain.run("--partial", "part", "-c", "a", "log").status == 0
    old = (plain.directory / "part").read_bytes()
    for name in ("part", "./part"):
        plain.expect("--merge", "part", "--output", name, err=b"bigscan: part: would be replaced by --output\n", status=2)
    assert (plain.directory / "part").read_bytes() == old

"""--state: only what has come since the last run, each record once, through every kind of rotation."""

from __future__ import annotations

import bz2
import fcntl
import gzip
import lzma
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
import support
from conftest import Box

BLOCK = b"".join(b"old %04d\n" % n for n in range(1000))  # More than a fingerprint is of.


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def expect_new(box: Box, *files: str, out: bytes, err: bytes | object = b"", status: int | None = None) -> None:
    box.expect("--state", "state", "-h", "", *files, out=out, err=err, status=status)  # type: ignore


@pytest.fixture(params=[b"", BLOCK], ids=["short", "long"])
def begun(request: pytest.FixtureRequest, box: Box) -> Box:
    """A Box whose `log` has been read in one run: up to a record that begins with its last bytes."""
    box.file("log", request.param + b"a1\na2\n")
    expect_new(box, "log", out=request.param + b"a1\na2\n")
    return box


# What comes to a file.


def test_only_what_is_new_is_printed(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    expect_new(begun, "log", out=b"b1\n")
    expect_new(begun, "log", out=b"")


def test_half_a_record_waits_for_its_end(begun: Box) -> None:
    append(begun.directory / "log", b"b1\nhalf")
    expect_new(begun, "log", out=b"b1\n")
    expect_new(begun, "log", out=b"")
    append(begun.directory / "log", b" and half\nc")
    expect_new(begun, "log", out=b"half and half\n")


def test_offsets_are_those_of_the_file(plain: Box) -> None:
    log = plain.file("log", b"one\ntwo\n")
    plain.expect("--state", "state", "-b", "o", "log", out=b"0:one\n4:two\n")
    append(log, b"four\n")
    plain.expect("--state", "state", "-b", "o", "log", out=b"8:four\n")


def test_nul_ends_records(plain: Box) -> None:
    log = plain.file("log", b"one\0two\nhalf")
    plain.expect("--state", "state", "-z", "o", "log", out=b"one\0")
    append(log, b" more\0")
    plain.expect("--state", "state", "-z", "o", "log", out=b"two\nhalf more\0")


def test_a_new_file_is_read_from_its_beginning(begun: Box) -> None:
    begun.file("other", b"b1\n")
    expect_new(begun, "log", "other", out=b"b1\n")
    expect_new(begun, "log", "other", out=b"")


def test_a_file_counts_once(plain: Box) -> None:
    plain.file("log", b"a\n")
    os.link(plain.directory / "log", plain.directory / "link")
    plain.expect("--state", "state", "--total", "a", "log", "./log", "link", out=b"1\n")


def test_what_is_not_named_this_time_keeps_its_place(begun: Box) -> None:
    begun.file("other", b"b1\n")
    expect_new(begun, "other", out=b"b1\n")
    append(begun.directory / "log", b"a3\n")
    expect_new(begun, "log", "other", out=b"a3\n")


def test_directories(plain: Box) -> None:
    (plain.directory / "logs").mkdir()
    a = plain.file("logs/a", b"a1\n")
    plain.file("logs/b", b"b1\n")
    command = ["--state", "logs/state", "-r", "", "logs"]
    plain.expect(*command, out=b"logs/a:a1\nlogs/b:b1\n")
    append(a, b"a2\n")
    a.rename(plain.directory / "logs/a.1")
    plain.file("logs/a", b"a3\n")
    (plain.directory / "logs/b").unlink()
    plain.expect(*command, out=b"logs/a:a3\nlogs/a.1:a2\n")
    plain.expect(*command, out=b"")


# Rotation.


def rotate_by_name(box: Box, old: str = "log.1") -> None:
    (box.directory / "log").rename(box.directory / old)
    box.file("log", b"c1\n")


def rotate_by_copy(box: Box, old: str = "log.1") -> None:
    shutil.copyfile(box.directory / "log", box.directory / old)
    box.file("log", b"c1\n")


COMPRESSORS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("rotate", [rotate_by_name, rotate_by_copy])
@pytest.mark.parametrize("suffix", list(COMPRESSORS))
@pytest.mark.parametrize("old", ["log.1", "log-20261127", "log.old"])
def test_the_rest_of_the_old_file_comes_first(begun: Box, rotate, suffix: str, old: str) -> None:  # type: ignore
    log = begun.directory / "log"
    if old == "log.old" and log.stat().st_size < 4096:
        # By six bytes, a file with a name of any kind is not taken for the log.
        append(log, BLOCK)
        expect_new(begun, "log", out=BLOCK)
    append(log, b"b1\nb2\n")
    rotate(begun, old)
    if suffix:
        path = begun.directory / old
        Path(f"{path}{suffix}").write_bytes(COMPRESSORS[suffix](path.read_bytes()))
        path.unlink()
    expect_new(begun, "log", out=b"b1\nb2\nc1\n")
    expect_new(begun, "log", out=b"")


@pytest.mark.parametrize("rotate", [rotate_by_name, rotate_by_copy])
def test_rotated_files_may_be_named_as_well(begun: Box, rotate) -> None:  # type: ignore
    append(begun.directory / "log", b"b1\n")
    rotate(begun)
    expect_new(begun, "log", "log.1", out=b"c1\nb1\n")
    expect_new(begun, "log", "log.1", out=b"")
    rotate(begun, "log.0")
    if rotate is rotate_by_name:  # The new file begins as the old one did.
        expect_new(begun, "log", "log.1", "log.0", out=b"c1\n")


def test_rotated_several_times(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    rotate_by_name(begun, "log.3")
    rotate_by_name(begun, "log.2")
    append(begun.directory / "log.2", b"c2\n")
    data = (begun.directory / "log.3").read_bytes()
    begun.file("log.3.gz", gzip.compress(data))
    (begun.directory / "log.3").unlink()
    rotate_by_copy(begun, "log.1")
    append(begun.directory / "log.1", b"d1\n")
    append(begun.directory / "log", b"e1\n")
    expect_new(begun, "log", out=b"b1\nc1\nc2\nc1\nd1\nc1\ne1\n")
    expect_new(begun, "log", out=b"")


@pytest.mark.parametrize(
    "scheme", ["app-2026-11-27T0%d-00-00.000.log", "app-2026-11-27.%d.log", "app.2026-11-27T0%d:00.log"]
)
def test_times_and_counters_behind_a_date_are_names_of_rotated_files(plain: Box, scheme: str) -> None:
    log = plain.directory / "app.log"
    plain.file("app.log", b"a1\n")
    expect_new(plain, "app.log", out=b"a1\n")
    for number in (8, 9):
        append(log, b"b%d\n" % number)
        plain.file(scheme % number + ".gz", gzip.compress(log.read_bytes()))
        log.write_bytes(b"")
    append(log, b"c1\n")
    expect_new(plain, "app.log", out=b"b8\nb9\nc1\n")
    expect_new(plain, "app.log", out=b"")


@pytest.mark.parametrize("old", [b"a1\n", BLOCK], ids=["short", "long"])
def test_a_link_is_the_file_that_it_leads_to(plain: Box, old: bytes) -> None:
    pods = plain.directory / "pods"
    pods.mkdir()
    (pods / "0.log").write_bytes(old)
    (plain.directory / "app.log").symlink_to("pods/0.log")
    expect_new(plain, "app.log", out=old)
    append(pods / "0.log", b"a2\n")
    (pods / "0.log").rename(pods / "0.log.20261127-120000")
    (pods / "0.log.20261127-130000.gz").write_bytes(gzip.compress(b"b1\n"))
    (pods / "0.log").write_bytes(b"c1\n")
    expect_new(plain, "app.log", out=b"a2\nb1\nc1\n")
    data = (pods / "0.log.20261127-120000").read_bytes()
    (pods / "0.log.20261127-120000").unlink()
    (pods / "0.log.20261127-120000.gz").write_bytes(gzip.compress(data))
    expect_new(plain, "app.log", out=b"")


def test_a_link_to_the_latest_of_many_files(plain: Box) -> None:
    link = plain.directory / "current"
    plain.file("app.20261126.log", b"past\n")
    plain.file("app.20261127.log", b"a1\n")
    link.symlink_to("app.20261127.log")
    expect_new(plain, "current", out=b"a1\n")
    append(plain.directory / "app.20261127.log", b"a2\n")
    plain.file("app.20261128.log", b"b1\n")
    plain.file("app.20261129.log", b"c1\n")
    link.unlink()
    link.symlink_to("app.20261129.log")
    expect_new(plain, "current", out=b"a2\nb1\nc1\n")
    expect_new(plain, "current", out=b"")


def test_what_was_rotated_before_the_first_run_is_not_read(box: Box) -> None:
    box.file("log.1", b"z\n")
    box.file("log.2.gz", gzip.compress(b"y\n"))
    box.file("log", b"a1\na2\n")
    expect_new(box, "log", out=b"a1\na2\n")
    (box.directory / "log.1").rename(box.directory / "log.3")
    rotate_by_name(box)
    expect_new(box, "log", out=b"c1\n")


def test_a_record_without_its_end_in_a_rotated_file(begun: Box) -> None:
    append(begun.directory / "log", b"half")
    (begun.directory / "log").rename(begun.directory / "log.1")
    new = begun.file("log")
    expect_new(begun, "log", out=b"")  # Its writer may still have it open.
    append(begun.directory / "log.1", b"-full\nlast")
    expect_new(begun, "log", out=b"half-full\n")
    append(new, b"c1\n")
    expect_new(begun, "log", out=b"last\nc1\n")


def test_a_log_that_is_not_there_yet(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    (begun.directory / "log").rename(begun.directory / "log.1")
    missing = b"bigscan: log: No such file or directory\n"
    expect_new(begun, "log", out=b"b1\n", err=missing, status=2)
    begun.file("log", b"c1\n")
    expect_new(begun, "log", out=b"c1\n")


@pytest.mark.parametrize("new", [b"", b"c1\n", BLOCK[::-1] + b"\n" + BLOCK], ids=["truncated", "smaller", "larger"])
@pytest.mark.parametrize("in_place", [True, False])
def test_a_replaced_log_is_read_from_its_beginning(begun: Box, new: bytes, in_place: bool) -> None:
    if not in_place:
        begun.file("new", new).rename(begun.directory / "log")
    begun.file("log", new)
    result = begun.run("--state", "state", "", "log")
    assert (result.out, result.status) == (new, 0 if new else 1)
    assert result.err.startswith(b"bigscan: warning: log: was truncated or replaced; what may have")
    expect_new(begun, "log", out=b"")


def test_another_file_system(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    shutil.copyfile(begun.directory / "log", begun.directory / "copy")
    (begun.directory / "log").unlink()
    (begun.directory / "copy").rename(begun.directory / "log")
    os.utime(begun.directory / "log", (0, 0))
    expect_new(begun, "log", out=b"b1\n")


def test_a_copy_that_is_being_compressed(begun: Box) -> None:
    append(begun.directory / "log", BLOCK)
    rotate_by_name(begun)
    compressed = gzip.compress((begun.directory / "log.1").read_bytes())
    begun.file("log.1.gz", compressed[: len(compressed) // 2])
    expect_new(begun, "log", out=BLOCK + b"c1\n")
    (begun.directory / "log.1").unlink()
    begun.file("log.1.gz", compressed)
    expect_new(begun, "log", out=b"")


def test_a_compressed_file_that_grows(plain: Box) -> None:
    log = plain.file("log.gz", gzip.compress(b"a1\n"))
    expect_new(plain, "log.gz", out=b"a1\n")
    append(log, gzip.compress(b"a2\n"))
    expect_new(plain, "log.gz", out=b"a2\n")
    expect_new(plain, "log.gz", out=b"")


# Results that accumulate.

JOBS = [["-c"], ["--total"], ["--tally", "-e", "3"], ["--by", "0"],
        ["--agg", "count,sum(0),distinct(0),p50(0)"]]  # fmt: skip


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job[0])
def test_the_result_is_that_of_all(box: Box, job: list[str]) -> None:
    command = [*job, "-e", r"\d+"]
    log = box.file("log", b"1\n2\n")
    box.run("--state", "state", *command, "log")
    append(log, b"3\n33")
    box.run("--state", "state", *command, "log")
    append(log, b"3\n")
    log.rename(box.directory / "log.1")
    box.file("log", b"4\n1\n")
    result = box.run("--state", "state", *command, "log")
    box.file("all", b"1\n2\n3\n333\n4\n1\n")
    expected = box.run(*command, "all")
    assert (result.out, result.err, result.status) == (expected.out, b"", 0)
    assert support.bigscan("--merge", "state", cwd=box.directory).out == expected.out
    again = box.run("--state", "state", *command, "log")
    assert (again.out, again.status) == (expected.out, 0)


def test_counts_are_told_by_log(plain: Box) -> None:
    command = ["--state", "state", "-c", "", "a", "b"]
    plain.file("a", b"1\n2\n")
    plain.file("b", b"1\n")
    plain.expect(*command, out=b"a:2\nb:1\n")
    append(plain.directory / "a", b"3\n")
    (plain.directory / "a").rename(plain.directory / "a.1")
    plain.file("a", b"4\n")
    plain.expect(*command, out=b"a:4\nb:1\n")


def test_a_key_that_is_the_file_is_the_log(plain: Box) -> None:
    command = ["--state", "state", "--by", "path", "--format", "tsv", "", "a"]
    plain.file("a", b"1\n2\n")
    plain.run(*command)
    (plain.directory / "a").rename(plain.directory / "a.1")
    append(plain.directory / "a.1", b"3\n")
    plain.file("a", b"4\n")
    plain.expect(*command, out=b"path\tcount\na\t4\n")


@pytest.mark.parametrize(
    "other, why",
    [
        (["-c", "b", "log"], b"other patterns: 'a', not 'b'"),
        (["-ci", "a", "log"], b"other options: '--count', not '--ignore-case'"),
        (["--total", "a", "log"], b"another job: count, not total"),
        (["a", "log"], b"another job: count, not records"),
    ],
)
def test_another_command_is_refused(plain: Box, other: list[str], why: bytes) -> None:
    plain.file("log", b"a\n")
    plain.expect("--state", "state", "-c", "a", "log", out=b"1\n")
    before = (plain.directory / "state").read_bytes()
    result = plain.run("--state", "state", *other)
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(b"bigscan: state: is the state of another command: ")
    assert why.split(b": ")[0] in result.err
    assert (plain.directory / "state").read_bytes() == before


def test_records_have_no_result_to_merge(plain: Box) -> None:
    plain.file("log", b"a\n")
    plain.run("--state", "state", "a", "log")
    message = b"bigscan: state: tells only how far logs were read, and holds no result\n"
    plain.expect("--merge", "state", err=message, status=2)


def test_a_relative_time_is_the_same_command(plain: Box) -> None:
    log = plain.file("log", b"2026-01-01 00:00:00 a\n")
    command = ["--state", "state", "--total", "--since", "2000d", "a", "log"]
    plain.expect(*command, out=b"1\n")
    append(log, b"2026-01-01 00:00:01 a\n")
    plain.expect(*command, out=b"2\n")


# What can not be read, or not be written.


def test_where_the_new_state_can_not_be_written_nothing_is_printed(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    (begun.directory / "state.new").mkdir()
    result = begun.run("--state", "state", "", "log")
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(b"bigscan: state.new: ")


def test_a_limit_of_the_size_of_files_is_an_error_of_the_state(begun: Box) -> None:
    old = (begun.directory / "state").read_bytes()
    append(begun.directory / "log", b"b1\n")
    result = begun.shell("ulimit -f 0; bigscan --state state '' log | cat")
    assert (result.out, result.err) == (b"b1\n", b"bigscan: state: File too large\n")
    assert (begun.directory / "state").read_bytes() == old
    assert sorted(os.listdir(begun.directory)) == ["log", "state"]


def test_what_can_not_be_opened_keeps_its_place(begun: Box) -> None:
    (begun.directory / "log").rename(begun.directory / "elsewhere")
    begun.file("other", b"b1\n")
    missing = b"bigscan: log: No such file or directory\n"
    os.rename(begun.directory / "elsewhere", begun.directory.with_name(begun.directory.name + "-kept"))
    expect_new(begun, "log", "other", out=b"b1\n", err=missing, status=2)
    os.rename(begun.directory.with_name(begun.directory.name + "-kept"), begun.directory / "log")
    append(begun.directory / "log", b"a3\n")
    expect_new(begun, "log", "other", out=b"a3\n")


def test_streams_and_utf_16_are_named(plain: Box) -> None:
    plain.file("log", b"a\n")
    plain.file("wide", "a\n".encode("utf-16"))
    os.mkfifo(plain.directory / "fifo")
    message = (
        b"bigscan: fifo: no regular file, which --state needs\n"
        b"bigscan: wide: is UTF-16, which --state can not go on with\n"
    )
    expect_new(plain, "fifo", "log", "wide", out=b"a\n", err=message, status=2)


@pytest.mark.parametrize("damage", [b"", b"no state", None])
def test_what_is_no_state_is_refused_and_kept(begun: Box, damage: bytes | None) -> None:
    state = begun.directory / "state"
    data = state.read_bytes()[:-3] if damage is None else damage
    state.write_bytes(data)
    result = begun.run("--state", "state", "", "log")
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(b"bigscan: state: ")
    assert state.read_bytes() == data


@pytest.mark.parametrize("target", ["nowhere", "state"])
def test_a_state_that_can_not_be_replaced_is_refused_before_anything_is_printed(begun: Box, target: str) -> None:
    (begun.directory / "link").symlink_to(target)
    append(begun.directory / "log", b"b1\n")
    result = begun.run("--state", "link", "-h", "", "log")
    assert (result.status, result.out) == (2, b"")
    assert result.err == b"bigscan: link: is no regular file, which could be replaced\n"
    expect_new(begun, "log", out=b"b1\n")


def test_a_failed_output_leaves_the_state(plain: Box) -> None:
    plain.file("log", b"a1\n")
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [support.BIGSCAN, "--state", "state", "-c", "", "log"],
            cwd=plain.directory, stdout=full, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    assert process.returncode == 2 and process.stderr
    assert not (plain.directory / "state").exists()
    plain.expect("--state", "state", "-c", "", "log", out=b"1\n")


def test_neither_the_state_nor_its_lock_is_an_input(plain: Box) -> None:
    plain.file("log", b"a1\n")
    for out in (b"log:a1\n", b""):
        plain.expect("--state", "state", "-r", "", out=out)
    assert sorted(os.listdir(plain.directory)) == ["log", "state"]


def test_a_new_state_obeys_the_umask(plain: Box) -> None:
    plain.file("log", b"a1\n")
    assert plain.shell("umask 027; bigscan --state state a log").status == 0
    assert (plain.directory / "state").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    "options",
    [["-q"], ["-l"], ["-L"], ["-m", "1"], ["-n"], ["-I"], ["--json"], ["--shard", "1/2"],
     ["--partial", "p"], ["--encoding", "latin1"], ["-c", "--color=always"]],
    ids=lambda options: options[0],
)  # fmt: skip
def test_options_that_do_not_go_together(plain: Box, options: list[str]) -> None:
    plain.file("log", b"a1\n")
    result = plain.run("--state", "state", *options, "a", "log")
    assert (result.status, result.out) == (2, b"")
    assert b"--state" in result.err
    assert os.listdir(plain.directory) == ["log"]


def test_standard_input_and_wait_alone_are_refused(plain: Box) -> None:
    plain.file("log", b"a1\n")
    for arguments in (["a"], ["a", "-"], ["a", "log", "-"]):
        assert b"the standard input can not be gone on with" in plain.run("--state", "s", *arguments, stdin=b"").err
    assert b"--wait goes with --state" in plain.run("--wait", "1s", "a", "log").err


# Two runs at once.


@pytest.fixture
def held(begun: Box):  # type: ignore
    """A Box whose state is in use by this process."""
    with (begun.directory / "state.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield begun


def test_who_uses_the_state_is_told(held: Box) -> None:
    message = b"bigscan: state: in use by process %d\n" % os.getpid()
    expect_new(held, "log", out=b"", err=message, status=2)
    held.expect("--state", "state", "--wait", "50ms", "", "log", err=message, status=2)
    held.expect("--state", "state", "--wait", "50ms", "--timeout", "1h", "", "log", err=message, status=2)


def test_a_timeout_ends_the_wait_for_another_run(held: Box) -> None:
    message = b"bigscan: timed out after 50ms: state: in use by process %d\n" % os.getpid()
    held.expect("--state", "state", "--wait", "1h", "--timeout", "50ms", "", "log", err=message, status=124)


def test_a_run_waits_for_another_one(begun: Box) -> None:
    append(begun.directory / "log", b"b1\n")
    with (begun.directory / "state.lock").open("w+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        waiting = subprocess.Popen(
            [support.BIGSCAN, "--state", "state", "--wait", "1h", "", "log"],
            cwd=begun.directory, stdout=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(0.1)
        assert waiting.poll() is None
    assert waiting.communicate(timeout=support.HANG_SECONDS)[0] == b"b1\n"
    assert waiting.returncode == 0


def test_a_lock_that_a_dead_run_has_left_does_not_matter(begun: Box) -> None:
    begun.file("state.lock", b"1\n")
    begun.file("state.new", b"half of a state")
    append(begun.directory / "log", b"b1\n")
    expect_new(begun, "log", out=b"b1\n")
    assert sorted(os.listdir(begun.directory)) == ["log", "state"]

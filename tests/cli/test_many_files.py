"""Many small files, which travel in packs: nothing of that shows."""

from __future__ import annotations

import random
import re
import socket
import subprocess
from pathlib import Path

import pytest
import support
from conftest import Box

FILES = 700
LARGE = 123  # The number of a file that goes alone.


def name_of(number: int) -> str:
    return f"{number:04d}"


@pytest.fixture
def many(plain: Box) -> Box:
    """Files of all small sizes, some empty, some without a last newline, one large."""
    rng = random.Random(1)
    for number in range(FILES):
        data = support.sample_log(rng.choice([0, 1, 2, 20, 200]), seed=number)
        if number % 7 == 0:
            data = data[:-1]
        if number == LARGE:
            data = support.sample_log(20_000, seed=number)
        plain.file(name_of(number), data)
    return plain


def names() -> list[str]:
    return [name_of(number) for number in range(FILES)]


def oracle(box: Box, *options: str) -> support.Result:
    return support.run(["grep", *options, "needle", *names()], cwd=box.directory)


GEOMETRIES = [["-p", "1"], ["-p", "3"], ["-p", "2", "--chunk-size", "2000"], ["-p", "2", "--io=on"]]


@pytest.mark.parametrize("geometry", GEOMETRIES, ids=" ".join)
@pytest.mark.parametrize("options", [[], ["-c"], ["-n"], ["-m1"], ["-h"], ["-v"], ["-q"]], ids=str)
def test_as_grep_has_it(many: Box, options: list[str], geometry: list[str]) -> None:
    wanted = oracle(many, *options)
    for operands in ["-r"], names():
        if operands == ["-r"] and geometry[-1] != "--io=on":
            result = many.run(*geometry, *options, "-r", "needle")
        else:
            result = many.run(*geometry, *options, "needle", *names())
        assert result.status == wanted.status
        assert not support.difference(result.out, wanted.out)
        assert result.err == b""


def test_under_a_low_limit_of_descriptors(many: Box) -> None:
    result = many.shell("ulimit -n 40; bigscan -p 2 -rc needle")
    assert result.err == b""
    assert not support.difference(result.out, oracle(many, "-c").out)


@pytest.mark.parametrize("stage", ["map", "send"])
@pytest.mark.parametrize("chunk", ["0", "1", "5", "*"])
@pytest.mark.parametrize("options", [[], ["-c"]], ids=str)
def test_a_death_does_not_show(many: Box, stage: str, chunk: str, options: list[str]) -> None:
    result = support.bigscan(
        "-p", "2", *options, "-r", "needle",
        cwd=many.directory, env={"BIGSCAN_TEST_DIE": f"{stage}:{chunk}:11:1"},
    )  # fmt: skip
    assert (result.status, result.err) == (0, b"")
    assert not support.difference(result.out, oracle(many, *options).out)


def test_each_file_of_a_pack_that_kills_is_named(tmp_path: Path) -> None:
    for name in "abcdef":
        (tmp_path / name).write_bytes(b"needle\n" if name != "b" else b"")
    result = support.bigscan(
        "-p", "2", "-c", "needle", *"abcdef",
        cwd=tmp_path, env={"BIGSCAN_TEST_DIE": "map:0:11:99"},
    )  # fmt: skip
    assert result.status == 2
    skipped = re.findall(rb"(?m)^bigscan: (.): bytes \[0,7\) skipped: signal 11", result.err)
    # The first pack is small; what it holds is named, its empty file is not, and the rest is done.
    assert skipped and skipped == [b"a", b"c", b"d"][: len(skipped)]
    wanted = {b"%c" % name: b"1" for name in b"acdef"} | {b"b": b"0"}
    wanted |= {name: b"0" for name in skipped}
    assert result.out == b"".join(b"%s:%s\n" % pair for pair in sorted(wanted.items()))


def test_files_in_sys_are_shorter_than_they_claim(plain: Box) -> None:
    paths = sorted(str(path) for path in Path("/sys/kernel/mm").glob("*/*") if path.is_file())
    readable = [path for path in paths if support.run(["cat", path]).status == 0]
    if not readable:
        pytest.skip("no such files")
    wanted = support.run(["grep", "-c", "", *readable])
    plain.expect("-c", "", *readable, out=wanted.out)


def test_files_in_proc_claim_to_be_empty(plain: Box) -> None:
    paths = ["/proc/version", "/dev/null", "/proc/filesystems", "/proc/version"]
    wanted = support.run(["grep", "-c", "", *paths])
    plain.expect("-c", "", *paths, out=wanted.out)


def test_a_missing_file_among_many(many: Box) -> None:
    (many.directory / name_of(300)).unlink()
    result = many.run("-c", "needle", *names())
    assert result.status == 2
    assert result.err == b"bigscan: 0300: No such file or directory\n"
    assert not support.difference(result.out, oracle(many, "-c").out)


def test_long_records_in_small_files(plain: Box) -> None:
    wanted = b""
    for number in range(100):
        record = b"%d" % number + b"x" * 30_000 + b"\n"
        plain.file(name_of(number), record)
        wanted += record
    plain.expect("-rh", "x", out=wanted)


def writes_of(box: Box, *arguments: str) -> list[bytes]:
    """What bigscan writes to standard output, one write after the other."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, subprocess.Popen([support.BIGSCAN, *arguments], cwd=box.directory, stdout=theirs):
        theirs.close()
        return list(iter(lambda: ours.recv(1 << 20), b""))


def test_line_buffered_writes_file_by_file(many: Box) -> None:
    found = oracle(many, "-c").out.splitlines()
    with_match = [line for line in found if not line.endswith(b":0")]
    together = writes_of(many, "-l", "needle", *names())
    assert len(together) < len(with_match)
    one_by_one = writes_of(many, "-l", "--line-buffered", "needle", *names())
    assert len(one_by_one) == len(with_match)
    assert b"".join(one_by_one) == b"".join(together)

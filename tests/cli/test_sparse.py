"""Sparse files: holes are skipped, and the answer is that for the same bytes without holes."""

from __future__ import annotations

import os
import random
import resource
import subprocess
from pathlib import Path
from typing import Iterator, Sequence

import pytest
import support
from conftest import Box

MEGABYTE = 1 << 20
TERABYTE = 1 << 40
PAGE = 4096
BUFFER = 96 << 10  # In such pieces grep looks for NULs.

GEOMETRIES = [["-p", "2"], ["-p", "3", "--chunk-size", "96K"], ["-p", "2", "--chunk-size", "50007"]]

# Where data begin, and what they are; all else is a hole.
Extents = Sequence[tuple[int, bytes]]


def write_sparse(path: Path, size: int, extents: Extents) -> None:
    with open(path, "wb") as file:
        file.truncate(size)
        for begin, data in extents:
            file.seek(begin)
            file.write(data)


def has_holes(path: Path) -> bool:
    with open(path, "rb") as file:
        return os.lseek(file.fileno(), 0, os.SEEK_HOLE) < path.stat().st_size


@pytest.fixture(params=GEOMETRIES, ids=" ".join)
def sparse(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """A Box on a file system that keeps holes, with a directory `whole` for files without any."""
    write_sparse(tmp_path / "probe", 4 * MEGABYTE, [(3 * MEGABYTE, b"x")])
    if not has_holes(tmp_path / "probe"):
        pytest.skip("the file system of the test directory keeps no holes")
    (tmp_path / "whole").mkdir()
    yield Box(tmp_path, request.param)


def lay_out(box: Box, size: int, extents: Extents) -> None:
    """Writes `log`, and `whole/log`: the same bytes without holes."""
    write_sparse(box.directory / "log", size, extents)
    copy = ["cp", "--sparse=never", "log", "whole/log"]
    subprocess.run(copy, cwd=box.directory, check=True)
    assert has_holes(box.directory / "log") and not has_holes(box.directory / "whole" / "log")


# What grep does not have. After a match it shows binary data with -A, and with -z it forgets a
# record that follows buffers of NULs.
NOT_GREPS = {"--tally", "--total", "-A", "-C", "-z"}


def expect_as_without_holes(box: Box, *arguments: str, grep: bool = True) -> None:
    """Compares with what is said of the bytes without holes, by us and, unless told, by grep."""
    got = box.run(*arguments, "log")
    whole = Box(box.directory / "whole", box.options).run(*arguments, "log")
    assert not support.difference(got.out, whole.out)
    assert (got.status, got.err) == (whole.status, whole.err)
    if grep and not NOT_GREPS & set(arguments):
        oracle = support.run(["grep", "-P", *arguments, "log"], cwd=box.directory / "whole")
        assert not support.difference(got.out, oracle.out)
        assert (got.status, got.err) == (oracle.status, oracle.err.replace(b"grep:", b"bigscan:"))


def bytes_scanned(box: Box, *arguments: str) -> int:
    message = box.run("--stats", *arguments, "log").err
    return next(int(line.split()[1]) for line in message.splitlines() if line.startswith(b"bytes "))


OUTPUTS = [
    ["-c"],
    ["-n"],
    ["-b"],
    ["-l"],
    ["-L"],
    ["-q"],
    ["-o", "-b"],
    ["-c", "-I"],
    ["-n", "-I"],
    ["-m", "3", "-n"],
    ["-c", "-m", "3"],
    ["-n", "-A", "2"],
    ["-n", "-B", "2"],
    ["-b", "-C", "3"],
    ["--tally"],
    ["--tally", "-m", "2"],
    ["--total"],
    # In these a hole counts, or nothing is skipped.
    ["-c", "-a"],
    ["-n", "-a"],
    ["-c", "-v"],
    ["-c", "-z"],
    ["-c", "-x"],
]

LAYOUTS = {
    "records at both ends": (8 * MEGABYTE, [(0, b"hit 1\nmiss\n"), (8 * MEGABYTE - 6, b"hit 2\n")]),
    "a record into and out of a hole": (
        4 * MEGABYTE + 10,
        [(PAGE, b"hit 1\nmiss\nhit"), (3 * MEGABYTE, b"hit 2\nmiss\nhit 3")],
    ),
    "data up to the end of a buffer": (
        6 * MEGABYTE,
        [(0, b"hit\n" * (BUFFER // 4)), (42 * BUFFER, b"hit\n" * (BUFFER // 4))],
    ),
    "text, then a hole": (5 * MEGABYTE, [(0, b"hit\n" + b"miss\n" * 60_000 + b"hit\n")]),
    "a hole, then text": (5 * MEGABYTE, [(4 * MEGABYTE - 300_000, b"a hit\n" * 50_000)]),
    "nothing but a hole": (9 * MEGABYTE, []),
    "a short hole between long ones": (
        8 * MEGABYTE,
        [(2 * MEGABYTE, b"hit\n"), (2 * MEGABYTE + 5 * PAGE, b"hit\n"), (7 * MEGABYTE, b"hit")],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_holes_do_not_show(sparse: Box, layout: tuple[int, Extents]) -> None:
    lay_out(sparse, *layout)
    for output in OUTPUTS:
        expect_as_without_holes(sparse, *output, "hit")


@pytest.mark.parametrize("pattern", ["", "^$", "x*", r"\z", "(?!.)"])
def test_empty_records_of_a_hole_count(sparse: Box, pattern: str) -> None:
    lay_out(sparse, 4 * MEGABYTE, [(2 * MEGABYTE + 77, b"hit\nmiss")])
    for output in (["-c"], ["-c", "-x"], ["-c", "-w"], ["--tally", "-e", "hit", "-e"]):
        # grep -P '^$' passes over buffers of NULs, and does not over one with something else.
        expect_as_without_holes(sparse, *output, pattern, grep=False)


def test_holes_are_not_read(sparse: Box) -> None:
    write_sparse(sparse.directory / "log", 64 * MEGABYTE, [(0, b"hit\n"), (MEGABYTE * 32, b"hit")])
    assert bytes_scanned(sparse, "-c", "hit") <= 4 * BUFFER
    assert bytes_scanned(sparse, "-c", "-a", "hit") == 64 * MEGABYTE
    assert bytes_scanned(sparse, "-c", "hit|$") == 64 * MEGABYTE


def test_short_holes_are_read(sparse: Box) -> None:
    extents = [(begin, b"hit\n") for begin in range(0, 4 * MEGABYTE, MEGABYTE // 2)]
    write_sparse(sparse.directory / "log", 4 * MEGABYTE, extents)
    assert bytes_scanned(sparse, "-c", "hit") == 4 * MEGABYTE


def test_a_terabyte_of_nothing(sparse: Box) -> None:
    extents = [(0, b"hit 1\nmiss\n"), (TERABYTE // 2 + 5, b"hit 2\n"), (TERABYTE - 5, b"hit 3")]
    write_sparse(sparse.directory / "log", TERABYTE, extents)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sparse.expect("-c", "hit", "log", out=b"3\n")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < 10  # To read a terabyte takes minutes.
    message = b"bigscan: log: binary file matches\n"
    sparse.expect("-n", "hit [23]", "log", err=message, status=0)


def test_stdin_is_left_at_its_end(sparse: Box) -> None:
    write_sparse(sparse.directory / "log", 4 * MEGABYTE, [(0, b"hit\n"), (3 * MEGABYTE, b"hit\n")])
    with open(sparse.directory / "log", "rb") as stdin:
        os.lseek(stdin.fileno(), 2, os.SEEK_SET)
        sparse.expect("-c", "t", stdin=stdin.fileno(), out=b"2\n")
        assert os.lseek(stdin.fileno(), 0, os.SEEK_CUR) == 4 * MEGABYTE


def random_extents(rng: random.Random) -> tuple[int, Extents]:
    """Data of all sizes around holes of 1 to 3 MiB and some shorter ones, matches at the edges."""
    at = rng.choice([0, 0, PAGE, rng.randrange(MEGABYTE, 3 * MEGABYTE)])
    extents = []
    for _ in range(rng.randrange(1, 5)):
        begin = rng.choice([at, at // PAGE * PAGE, at // BUFFER * BUFFER + BUFFER])
        some = rng.randrange(PAGE, 3 * BUFFER)
        length = rng.choice([1, 3, 50, PAGE, some, BUFFER - begin % BUFFER])
        words = [b"hit", b"miss", b"", b"a hit", b"\0hit" if rng.random() < 0.1 else b"mi"]
        data = b""
        while len(data) < length:
            data += rng.choice(words) + b"\n" * rng.randrange(1, 3)
        data = data[: max(1, length - 3)] + rng.choice([b"hit", b"it\n", b"\nhi", b"t\n\n", b"ss"])
        if rng.random() < 0.5:
            data = rng.choice([b"hit\n", b"\nhit", b"it\n"]) + data
        extents.append((begin, data))
        long = rng.randrange(MEGABYTE, 3 * MEGABYTE)
        at = begin + len(data) + rng.choice([MEGABYTE, long, rng.randrange(MEGABYTE)])
    end = extents[-1][0] + len(extents[-1][1])
    return rng.choice([end, at, at + BUFFER, (at // BUFFER + 1) * BUFFER]), extents


@pytest.mark.parametrize("seed", range(int(os.environ.get("SPARSE_SEEDS", "2"))))
def test_random_holes_do_not_show(sparse: Box, seed: int) -> None:
    rng = random.Random(seed)
    size, extents = random_extents(rng)
    if sum(len(data) for _, data in extents) + MEGABYTE > size:
        extents = extents[-1:]
    lay_out(sparse, size + MEGABYTE, extents)
    for output in rng.sample(OUTPUTS, 8):
        pattern = rng.choice(["hit", "^hit", "hit$", "it", "(?<!a )hit", "hi?t|miss", "^h.*t$"])
        expect_as_without_holes(sparse, *output, pattern)

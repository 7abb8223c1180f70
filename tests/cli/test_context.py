"""Context around selected records: -A -B -C -NUM, separators, and how -m ends it."""

from __future__ import annotations

import random

import pytest
import support
from conftest import Box

LOG = b"1\n2\na3\n4\n5\n6\n7\na8\na9\n10\n"


@pytest.mark.parametrize(
    "options",
    [
        ["-A1"], ["-B1"], ["-C1"], ["-2"], ["-A0"], ["-n", "-C1"], ["-b", "-B2"], ["-nH", "-A2"],
        ["-v", "-C1"], ["-o", "-C1"], ["-o", "-v", "-C1"], ["-c", "-C1"], ["-m1", "-A9"],
        ["-m2", "-n", "-C2"], ["-C1", "--no-group-separator"], ["-C1", "--group-separator=%%"],
        ["-C1000000000"], ["-B1000000000", "-n"], ["-T", "-n", "-C1"], ["-m2", "-A1", "-v"],
        ["-m1", "-A9", "--color=always"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_as_grep(box: Box, options: list[str]) -> None:
    box.file("log", LOG)
    box.file("other", b"x\na\nx")
    arguments = [*options, "a", "log", "other"]
    box.expect(*arguments, out=support.oracle(*arguments, cwd=box.directory).out)


def test_records_between_groups_are_left_out(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-n", "-C1", "a", "log", out=b"2-2\n3:a3\n4-4\n--\n7-7\n8:a8\n9:a9\n10-10\n")


def test_long_records_around(plain: Box) -> None:
    long = b"x" * 100_000
    plain.file("log", long + b"\na\n" + long)
    out = b"1-" + long + b"\n2:a\n3-" + long + b"\n"
    plain.expect("-n", "-C1", "-p2", "--chunk-size", "50K", "a", "log", out=out)
    plain.expect("-n", "-C1", "--io", "on", "a", "log", out=out)


# Groups that touch and groups apart, and selected records next to each other.
DENSE = b"".join(
    b"%s%d\n" % (b"a" if random.Random(n // 3).random() < 0.3 or n % 11 == 0 else b"x", n)
    for n in range(150)
)


@pytest.mark.parametrize("size", ["1", "16", "64", "200", "1M"])
@pytest.mark.parametrize(
    "options",
    [
        ["-C2"], ["-A1"], ["-B1"], ["-A3", "-B1"], ["-C0"], ["-b", "-C1"], ["-n", "-C1"],
        ["-v", "-C1"], ["-o", "-C1"], ["-o", "-b", "-A2"], ["-z", "-C1"],
        ["-C1", "--color=always"], ["-v", "-C1", "--color=always"],
        ["-C1", "--no-group-separator"], ["-b", "-C1", "--group-separator="], ["-m9", "-C2"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_is_decided_in_a_chunk_does_not_show(
    plain: Box, options: list[str], size: str
) -> None:
    log = DENSE.replace(b"\n", b"\0") if "-z" in options else DENSE
    plain.file("log", log)
    plain.file("other", b"x\n" + log[:-1])
    arguments = ["-h", *options, "a", "log", "other"]
    out = support.oracle(*arguments, cwd=plain.directory).out
    for io in ("off", "on"):
        plain.expect("-a", "-p2", "--chunk-size", size, "--io", io, *arguments, out=out)


@pytest.mark.parametrize("size", ["1", "16", "64", "200", "1M"])
def test_labels_are_the_same_if_records_are_counted(plain: Box, size: str) -> None:
    plain.file("log", DENSE)
    arguments = ["--label-pattern", "-C1", "-e", "a1", "-e", "a.?2", "log"]
    out = plain.run("-m1000", "--chunk-size", "16", *arguments).out
    assert out.count(b"--\n") > 3
    plain.expect("-p2", "--chunk-size", size, *arguments, out=out)

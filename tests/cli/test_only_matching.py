"""Only what matches (-o), offsets (-b), alignment (-T) and labels."""

from __future__ import annotations

import pytest
import support
from conftest import Box

LOG = b"xaay a\nb\n\naa"


@pytest.mark.parametrize(
    "options",
    [
        ["-o"], ["-ob"], ["-on"], ["-onb"], ["-oHnb"], ["-ov"], ["-om1"], ["-oc"], ["-b"], ["-bT"],
        ["-nbT"], ["-HT"], ["-nT"], ["-oT"], ["-obT"], ["-H", "--null", "-n"], ["-o", "--null", "-H"],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("pattern", ["a+", "a*", "(?=a)", "^"])
def test_as_grep(box: Box, options: list[str], pattern: str) -> None:
    box.file("log", LOG)
    arguments = [*options, pattern, "log"]
    wanted = support.oracle(*arguments, cwd=box.directory)
    box.expect(*arguments, out=wanted.out, status=wanted.status)


def test_the_pattern_given_first_wins(box: Box) -> None:
    box.file("log", b"foobar\n")
    box.expect("-o", "-e", "foo", "-e", "foobar", "log", out=b"foo\n")


def test_the_longest_string_wins(box: Box) -> None:
    box.file("log", b"foobar\n")
    box.expect("-oF", "-e", "foo", "-e", "foobar", "log", out=b"foobar\n")


def test_a_record_with_a_million_matches(plain: Box) -> None:
    """What comes of one record is sent in parts, and each of them is there once."""
    matches = 1_000_000
    plain.file("log", b"b\n" + b"a" * matches + b"\n")
    wanted = b"".join(b"2:%d:a\n" % (number + 2) for number in range(matches))
    for geometry in (["-p2"], ["--io", "on"], ["-p3", "--chunk-size", "64K"]):
        plain.expect("-onb", *geometry, "a", "log", out=wanted)


def test_a_part_is_not_sent_again_when_a_worker_dies(plain: Box) -> None:
    matches = 1_000_000
    plain.file("log", b"a" * matches + b"\n")
    result = support.run(
        [support.BIGSCAN, "-on", "-p2", "a", "log"],
        env={"BIGSCAN_TEST_DIE": "send:*:9:1"},
        cwd=plain.directory,
    )
    assert not support.difference(result.out, b"1:a\n" * matches)
    assert result.status == 0

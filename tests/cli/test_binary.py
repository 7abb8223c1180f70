"""Binary files: what is printed of them, and what is said."""

from __future__ import annotations

import random

import pytest
import support
from conftest import Box

BINARY = b"a1\n\0\na2\n"
TOLD = b"bigscan: log: binary file matches\n"


def test_a_match_is_told_and_not_shown(box: Box) -> None:
    box.file("log", BINARY)
    box.expect("a", "log", err=TOLD, status=0)
    box.expect("z", "log")


def test_binary_data_are_counted(box: Box) -> None:
    box.file("log", BINARY)
    box.expect("-c", "a", "log", out=b"2\n")
    box.expect("-l", "a", "log", out=b"log\n")


def test_without_match(box: Box) -> None:
    box.file("log", BINARY)
    box.expect("-I", "a", "log")
    box.expect("-Ic", "a", "log", out=b"0\n", status=1)
    box.expect("-IL", "a", "log", out=b"log\n", status=1)


def test_as_text(box: Box) -> None:
    box.file("log", BINARY)
    box.expect("-a", "a", "log", out=b"a1\na2\n")


@pytest.mark.parametrize(
    "options", [[], ["-C1"], ["-n"], ["-v"], ["-o"], ["-I"], ["-m1"], ["-c"]], ids=" ".join
)
def test_records_before_binary_data_as_grep(plain: Box, options: list[str]) -> None:
    """NULs after more text than grep reads at once."""
    plain.file("log", b"a1\nb\n" + b"x" * 99 + b"\n" * 400_000 + b"a2\n\0\na3\n")
    arguments = [*options, "a", "log"]
    wanted = support.run(["grep", "-P", *arguments], cwd=plain.directory)
    err = wanted.err.replace(b"grep:", b"bigscan:")
    for geometry in ([], ["-p3", "--chunk-size", "1K"]):
        plain.expect(*geometry, *arguments, out=wanted.out, err=err, status=wanted.status)


@pytest.mark.parametrize("seed", range(3))
def test_a_stream_is_binary_where_the_file_is(plain: Box, seed: int) -> None:
    """Whatever the blocks are, a record belongs to the buffer of 96 KiB that it ends in."""
    chance = random.Random(seed)
    lines = [b"a%d" % at + b"x" * chance.choice([0, 5, 80, 70_000]) for at in range(4000)]
    text = bytearray(b"\n".join(lines))
    text[chance.randrange(80 << 10, len(text))] = 0
    plain.file("log", bytes(text))
    for options in ("-n a", "-c a", "-vc a", "-I a", "-Ic a", "-o a.$"):
        wanted = plain.shell(f"LC_ALL=C grep -P {options} < log")
        for geometry in ("-p3", "-p2 --chunk-size 1", "-p2 --chunk-size 100000", "-p1 --chunk-size 200K"):
            got = plain.shell(f"cat log | bigscan {geometry} {options}")
            assert got.out == wanted.out, (geometry, options)
            assert got.status == wanted.status, (geometry, options)

"""Standard input that is a file: others read it before and after."""

from __future__ import annotations

import pytest
import support
from conftest import Box

GEOMETRIES = ["", "-p1", "-p3 --chunk-size 7", "--io on", "-p2 --chunk-size 1000"]
COMMANDS = [
    "-m1 999", "-m3 -n 99", "-m3 -b 99", "-m2 -A3 99", "-m2 -C2 2999", "-c -m5 77", "-m5 -v 1",
    "-m3 -o 9", "-m1 nothing", "-m99999 77", "-c 99", "-b 777", "-z -m1 1", "-x -m2 '77 abc'",
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "read line; read line; "])
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_left_is_what_grep_leaves(plain: Box, command: str, before: str) -> None:
    plain.file("log", b"".join(b"%d abc\n" % number for number in range(30_000)))
    script = f"({before}%s {command}; echo; cat) < log"
    wanted = plain.shell(script % "LC_ALL=C grep -P")
    for geometry in GEOMETRIES:
        got = plain.shell(script % f"bigscan {geometry}")
        assert not support.difference(got.out, wanted.out), geometry
        assert (got.status, got.err) == (wanted.status, wanted.err), geometry


def test_a_loop_gets_one_record_at_a_time(plain: Box) -> None:
    plain.file("log", b"a 1\nb\na 2\nc\na 3\n")
    got = plain.shell("while bigscan -m1 a; do echo -; done < log")
    assert got.out == b"a 1\n-\na 2\n-\na 3\n-\n"


def test_offsets_of_json_count_from_where_reading_begins(plain: Box) -> None:
    plain.file("log", b"first\nsecond\nthird\n")
    got = plain.shell("(read line; bigscan --json third) < log")
    assert b'"absolute_offset":7' in got.out


def test_binary_data_before_the_place_do_not_count(plain: Box) -> None:
    plain.file("log", b"\0first\nsecond\n")
    assert plain.shell("(read line; bigscan second) < log").out == b"second\n"


@pytest.mark.parametrize("command", ["-c -m700000 a", "-m700000 a", "-n -m700000 a"])
def test_a_chunk_of_which_much_is_to_be_told(plain: Box, command: str) -> None:
    plain.file("log", b"a\n" * 1_000_000)
    script = f"(%s {command}; echo; cat) < log | cksum"
    for geometry in ("-p1 --chunk-size 8M", "-p3"):
        got = plain.shell(script % f"bigscan {geometry}")
        assert got.out == plain.shell(script % "LC_ALL=C grep").out

"""What is printed for the selected records: -c -n -H -h -q -s -m, prefixes and newlines."""

from __future__ import annotations

import os

import pytest
from conftest import Box

LOG = b"a1\nb1\na2\nb2\na3\n"


def test_c_counts(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-c", "a", "log", out=b"3\n")


def test_c_of_nothing_is_0_and_status_1(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-c", "z", "log", out=b"0\n", status=1)


def test_c_of_an_empty_file(box: Box) -> None:
    box.file("log")
    box.expect("-c", "", "log", out=b"0\n", status=1)


def test_c_with_v(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-cv", "a", "log", out=b"2\n")


def test_c_counts_records_not_matches(box: Box) -> None:
    box.file("log", b"aaa a\na\n")
    box.expect("-c", "a", "log", out=b"2\n")


def test_c_counts_each_file(box: Box) -> None:
    box.file("one", LOG)
    box.file("two", b"a\n")
    box.file("three", b"b\n")
    box.expect("-c", "a", "one", "two", "three", out=b"one:3\ntwo:1\nthree:0\n")


def test_c_with_n_is_only_the_count(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-cn", "a", "log", out=b"3\n")


def test_c_with_H(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-cH", "a", "log", out=b"log:3\n")


def test_n_numbers_records_from_1(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-n", "a", "log", out=b"1:a1\n3:a2\n5:a3\n")


def test_n_with_v(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-nv", "a", "log", out=b"2:b1\n4:b2\n")


def test_n_counts_empty_records(box: Box) -> None:
    box.file("log", b"\n\n\nx\n")
    box.expect("-n", "x", "log", out=b"4:x\n")


def test_n_starts_again_in_each_file(box: Box) -> None:
    box.file("one", b"x\na\n")
    box.file("two", b"a\n")
    box.expect("-n", "a", "one", "two", out=b"one:2:a\ntwo:1:a\n")


def test_two_files_are_told_apart_by_name(box: Box) -> None:
    box.file("one", b"a1\n")
    box.file("two", b"a2\n")
    box.expect("a", "one", "two", out=b"one:a1\ntwo:a2\n")


def test_the_prefix_depends_on_the_operands_not_on_what_exists(box: Box) -> None:
    box.file("one", b"a1\n")
    box.expect("-s", "a", "one", "gone", out=b"one:a1\n", status=2)


def test_H_names_a_single_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-H", "a1", "log", out=b"log:a1\n")


def test_h_names_none_of_several(box: Box) -> None:
    box.file("one", b"a1\n")
    box.file("two", b"a2\n")
    box.expect("-h", "a", "one", "two", out=b"a1\na2\n")


def test_the_last_of_H_and_h_counts(box: Box) -> None:
    box.file("log", b"a\n")
    box.expect("-Hh", "a", "log", out=b"a\n")
    box.expect("-hH", "a", "log", out=b"log:a\n")


def test_H_with_n(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-Hn", "a2", "log", out=b"log:3:a2\n")


def test_the_same_file_twice(box: Box) -> None:
    box.file("log", b"a\n")
    box.expect("-n", "a", "log", "log", out=b"log:1:a\nlog:1:a\n")


def test_files_come_in_the_order_given(box: Box) -> None:
    for name in "edcba":
        box.file(name, b"x" + name.encode() + b"\n")
    box.expect("-h", "x", *"cebad", out=b"xc\nxe\nxb\nxa\nxd\n")


def test_q_prints_nothing(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-q", "a", "log", out=b"", status=0)


def test_q_of_nothing_is_status_1(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-q", "z", "log", status=1)


def test_q_wins_over_c(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-qc", "a", "log", out=b"", status=0)


def test_q_with_v(box: Box) -> None:
    box.file("log", b"a\n")
    box.expect("-qv", "a", "log", status=1)


def test_m_stops_after_so_many(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-m", "2", "a", "log", out=b"a1\na2\n")


def test_m_larger_than_what_there_is(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-m", "99", "a", "log", out=b"a1\na2\na3\n")


def test_m_0_selects_nothing(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-m", "0", "a", "log", out=b"", status=1)


def test_m_below_0_is_no_limit(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-m", "-1", "a", "log", out=b"a1\na2\na3\n")


def test_m_limits_each_file(box: Box) -> None:
    box.file("one", LOG)
    box.file("two", LOG)
    box.expect("-m", "1", "a", "one", "two", out=b"one:a1\ntwo:a1\n")


def test_m_with_c(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-c", "-m", "2", "a", "log", out=b"2\n")


def test_m_with_v(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-v", "-m", "1", "a", "log", out=b"b1\n")


def test_m_with_n(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-n", "-m", "2", "b", "log", out=b"2:b1\n4:b2\n")


def test_m_ends_an_input_without_end(plain: Box) -> None:
    result = plain.shell("yes | bigscan -m 3 y")
    assert (result.status, result.out) == (0, b"y\ny\ny\n")


def test_q_ends_an_input_without_end(plain: Box) -> None:
    result = plain.shell("yes | bigscan -q y")
    assert (result.status, result.out, result.err) == (0, b"", b"")


# The end of the input.


def test_a_missing_final_newline_is_added(box: Box) -> None:
    box.file("log", b"a1\na2")
    box.expect("a", "log", out=b"a1\na2\n")


def test_a_missing_final_newline_is_added_between_files(box: Box) -> None:
    box.file("one", b"a1")
    box.file("two", b"a2")
    box.expect("-h", "a", "one", "two", out=b"a1\na2\n")


def test_a_missing_final_newline_on_stdin(box: Box) -> None:
    box.expect("-n", "a", stdin=b"b\na", out=b"2:a\n")


def test_no_newline_is_added_for_a_record_that_is_not_selected(box: Box) -> None:
    box.file("log", b"a\nb")
    box.expect("a", "log", out=b"a\n")


def test_a_single_byte(box: Box) -> None:
    box.file("log", b"a")
    box.expect("-c", "a", "log", out=b"1\n")


def test_a_single_newline_is_one_empty_record(box: Box) -> None:
    box.file("log", b"\n")
    box.expect("-c", "", "log", out=b"1\n")


def test_an_empty_file_has_no_record(box: Box) -> None:
    box.file("log")
    box.expect("", "log", status=1)
    box.expect("-v", "a", "log", status=1)


# Bytes in records and in names.


def test_every_byte_value_survives(box: Box) -> None:
    record = bytes(byte for byte in range(256) if byte != 10) + b"\n"
    box.file("log", record + b"other\n" + record)
    box.expect("-a", "-F", "xyz", "log", out=record + record)


def test_crlf_is_printed_as_it_is(box: Box) -> None:
    box.file("log", b"a\r\nb\r\n")
    box.expect("a", "log", out=b"a\r\n")


@pytest.mark.parametrize("size", [70_000, 3_000_000])
@pytest.mark.parametrize(
    "options", [[], ["-p", "4", "--chunk-size", "4K"], ["--io", "on", "--chunk-size", "64K"]]
)
def test_a_record_longer_than_a_chunk(plain: Box, size: int, options: list[str]) -> None:
    record = b"x" * size + b"needle" + b"y" * size + b"\n"
    plain.file("log", b"short\n" + record + b"needle\nshort\n" + record[:-1])
    plain.expect(*options, "needle", "log", out=record + b"needle\n" + record)


@pytest.mark.parametrize("name", [b"a b", b"a\nb", b"a:b", b"\xff\xfe", b"'", b"*", b" "])
def test_names_are_bytes(box: Box, name: bytes) -> None:
    box.file(name, b"x\n")
    box.expect("-Hc", "x", name, out=name + b":1\n")


def test_directories_are_part_of_the_name(box: Box) -> None:
    (box.directory / "logs").mkdir()
    box.file("logs/one", b"x\n")
    box.expect("-H", "x", "./logs//one", out=b"./logs//one:x\n")


def test_thousands_of_small_files(plain: Box) -> None:
    names = [f"f{number:04d}" for number in range(3000)]
    for number, name in enumerate(names):
        plain.file(name, b"x%d\nother\n" % number if number % 3 else b"")
    wanted = b"".join(b"f%04d:1:x%d\n" % (number, number) for number in range(3000) if number % 3)
    plain.expect("-n", "-p", "3", "x", *names, out=wanted)


def test_more_files_than_descriptors(plain: Box) -> None:
    for number in range(600):
        plain.file(f"f{number:03d}", b"x\n")
    result = plain.shell("ulimit -n 200; bigscan -p 2 -h x f*")
    assert (result.status, result.out, result.err) == (0, b"x\n" * 600, b"")


def test_no_descriptor_is_left_over_from_a_file_at_its_end(plain: Box) -> None:
    log = plain.file("log", b"a\n")
    with open(log, "rb") as stdin:
        os.lseek(stdin.fileno(), 0, os.SEEK_END)
        plain.expect("-c", "a", stdin=stdin.fileno(), out=b"0\n", status=1)

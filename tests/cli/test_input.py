"""Where records come from: files, standard input, what cannot be read, the exit status of it."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest
import support
from conftest import Box

LOG = b"a1\nb1\na2\n"

GONE = b"bigscan: gone: No such file or directory\n"


def test_stdin_is_read_when_no_file_is_named(box: Box) -> None:
    box.expect("a", stdin=LOG, out=b"a1\na2\n")


def test_dash_is_stdin(box: Box) -> None:
    box.expect("a", "-", stdin=LOG, out=b"a1\na2\n")


def test_stdin_has_a_label(box: Box) -> None:
    box.expect("-H", "b", stdin=LOG, out=b"(standard input):b1\n")


def test_dash_among_files(box: Box) -> None:
    box.file("one", b"a1\n")
    box.file("two", b"a2\n")
    box.expect("a", "one", "-", "two", stdin=b"a3\n", out=b"one:a1\n(standard input):a3\ntwo:a2\n")


def test_dash_twice_finds_stdin_at_its_end(box: Box) -> None:
    box.expect("-c", "a", "-", "-", stdin=LOG, out=b"(standard input):2\n(standard input):0\n")


def test_empty_stdin(box: Box) -> None:
    box.expect("", stdin=b"", status=1)


def test_a_file_called_dash(box: Box) -> None:
    box.file("-", b"a in file\n")
    box.expect("a", "./-", stdin=LOG, out=b"a in file\n")


def test_a_named_file_wins_over_stdin(box: Box) -> None:
    box.file("log", LOG)
    box.expect("b", "log", stdin=b"b from stdin\n", out=b"b1\n")


def test_a_named_file_wins_over_dev_null_as_under_cron(box: Box) -> None:
    box.file("log", LOG)
    result = box.shell("bigscan b log </dev/null")
    assert (result.status, result.out, result.err) == (0, b"b1\n", b"")


def test_stdin_that_is_a_regular_file(box: Box) -> None:
    with open(box.file("log", LOG), "rb") as stdin:
        box.expect("-n", "a", stdin=stdin.fileno(), out=b"1:a1\n3:a2\n")


def test_stdin_is_read_from_its_offset(box: Box) -> None:
    with open(box.file("log", b"a skipped\na1\nb1\na2\n"), "rb") as stdin:
        os.lseek(stdin.fileno(), 10, os.SEEK_SET)
        box.expect("-n", "a", stdin=stdin.fileno(), out=b"1:a1\n3:a2\n")


def test_stdin_whose_start_another_program_took(box: Box) -> None:
    box.file("log", b"a skipped\na1\nb1\na2\n")
    result = box.shell("{ head -c 10 >/dev/null; bigscan -c a; } <log")
    assert (result.status, result.out) == (0, b"2\n")


def test_stdin_at_an_offset_within_a_record(box: Box) -> None:
    with open(box.file("log", b"skipped^a1\nb\n"), "rb") as stdin:
        os.lseek(stdin.fileno(), 8, os.SEEK_SET)
        box.expect("^a", stdin=stdin.fileno(), out=b"a1\n")


def test_stdin_at_an_offset_beyond_a_page(plain: Box) -> None:
    with open(plain.file("log", b"x\n" * 5000 + LOG), "rb") as stdin:
        os.lseek(stdin.fileno(), 10000, os.SEEK_SET)
        plain.expect("-n", "a", stdin=stdin.fileno(), out=b"1:a1\n3:a2\n")


def test_a_fifo_as_file(box: Box) -> None:
    fifo = box.directory / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(LOG,))
    writer.start()
    box.expect("-Hn", "a", "fifo", out=b"fifo:1:a1\nfifo:3:a2\n")
    writer.join()


def test_two_substituted_processes(box: Box) -> None:
    result = box.shell("bigscan -h -c a <(printf 'a\\na\\n') <(printf 'b\\na')")
    assert (result.status, result.out) == (0, b"2\n1\n")


def test_closed_stdin_does_not_matter_when_a_file_is_named(box: Box) -> None:
    box.file("one", LOG)
    box.file("two", b"b2\n")
    result = box.shell("bigscan b one two <&-")
    assert (result.status, result.out, result.err) == (0, b"one:b1\ntwo:b2\n", b"")


def test_closed_stdin_is_an_error_when_it_is_wanted(box: Box) -> None:
    result = box.shell("bigscan a <&-")
    assert (result.status, result.out) == (2, b"")
    assert result.err == b"bigscan: (standard input): Bad file descriptor\n"


def test_closed_stdin_is_not_some_descriptor_of_the_program(box: Box) -> None:
    box.file("log", LOG)
    result = box.shell("bigscan a log - <&-")
    assert (result.status, result.out) == (2, b"log:a1\nlog:a2\n")
    assert result.err == b"bigscan: (standard input): Bad file descriptor\n"


def test_dev_null_as_file(box: Box) -> None:
    box.expect("", "/dev/null", status=1)


def test_a_file_of_size_0_that_has_content(box: Box) -> None:
    # Files in /proc are regular and claim to be empty.
    version = Path("/proc/version").read_bytes()
    box.expect("Linux", "/proc/version", out=version)


def test_a_symlink_is_followed(box: Box) -> None:
    box.file("log", LOG)
    (box.directory / "link").symlink_to("log")
    box.expect("-H", "b", "link", out=b"link:b1\n")


# What cannot be read. (Root may read everything, so no test takes a permission away.)


def test_a_missing_file(box: Box) -> None:
    box.expect("a", "gone", err=GONE, status=2)


def test_a_missing_file_is_2_even_if_something_is_selected(box: Box) -> None:
    box.file("log", LOG)
    box.expect("b", "gone", "log", out=b"log:b1\n", err=GONE, status=2)
    box.expect("b", "log", "gone", out=b"log:b1\n", err=GONE, status=2)


def test_every_missing_file_is_named(box: Box) -> None:
    box.expect("a", "gone", "gone", err=GONE + GONE, status=2)


def test_a_missing_file_has_no_count(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-c", "a", "gone", "log", out=b"log:2\n", err=GONE, status=2)


def test_a_missing_name_that_is_not_text(box: Box) -> None:
    box.expect("a", b"\xff", err=b"bigscan: \xff: No such file or directory\n", status=2)


def test_a_dangling_symlink(box: Box) -> None:
    (box.directory / "gone").symlink_to("nowhere")
    box.expect("a", "gone", err=GONE, status=2)


def test_a_symlink_to_itself(box: Box) -> None:
    (box.directory / "loop").symlink_to("loop")
    box.expect("a", "loop", err=b"bigscan: loop: Too many levels of symbolic links\n", status=2)


def test_a_path_through_a_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("a", "log/x", err=b"bigscan: log/x: Not a directory\n", status=2)


def test_a_directory(box: Box) -> None:
    (box.directory / "logs").mkdir()
    box.expect("a", "logs", err=b"bigscan: logs: Is a directory\n", status=2)


def test_a_directory_among_files(box: Box) -> None:
    (box.directory / "logs").mkdir()
    box.file("log", LOG)
    box.expect(
        "b", "logs", "log", out=b"log:b1\n", err=b"bigscan: logs: Is a directory\n", status=2
    )


def test_a_directory_as_stdin(box: Box) -> None:
    result = box.shell("bigscan a <.")
    assert (result.status, result.out) == (2, b"")
    assert result.err == b"bigscan: (standard input): Is a directory\n"


def test_the_empty_name(box: Box) -> None:
    box.expect("a", "", err=b"bigscan: : No such file or directory\n", status=2)


def test_s_says_nothing_of_a_missing_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-s", "b", "gone", "log", out=b"log:b1\n", status=2)


def test_q_with_a_selection_is_0_though_a_file_is_missing(box: Box) -> None:
    box.file("log", LOG)
    result = box.run("-q", "b", "gone", "log")
    assert (result.status, result.out, result.err) == (0, b"", GONE)


def test_q_without_a_selection_is_2_when_a_file_is_missing(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-q", "z", "log", "gone", err=GONE, status=2)


def test_qs_with_a_missing_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-qs", "b", "gone", "log", status=0)
    box.expect("-qs", "z", "gone", "log", status=2)


@pytest.mark.parametrize("options", [["-v"], ["-c"], ["-n"]])
def test_an_error_is_2_whatever_is_printed(box: Box, options: list[str]) -> None:
    result = box.run(*options, "a", "gone")
    assert (result.status, result.out, result.err) == (2, b"", GONE)


BEYOND_32_BITS = 1 << 32


def test_offsets_beyond_4_gib(plain: Box) -> None:
    # All but the last few bytes are a hole, and skipped by where stdin stands.
    with open(plain.directory / "log", "wb+") as log:
        log.seek(BEYOND_32_BITS - 5)
        log.write(b"a1\nb1\na2\nb2\n")
        log.flush()
        log.seek(BEYOND_32_BITS - 5)
        plain.expect("-n", "--chunk-size", "4", "a", stdin=log.fileno(), out=b"1:a1\n3:a2\n")


def test_a_file_larger_than_4_gib(plain: Box) -> None:
    megabyte = 1 << 20
    with open(plain.directory / "log", "wb") as log:
        for start in range(0, BEYOND_32_BITS + megabyte, megabyte):
            log.seek(start)
            log.write(b"needle %d\n" % start)
    records = BEYOND_32_BITS // megabyte + 1
    plain.expect("-a", "-c", "-F", "needle", "log", out=b"%d\n" % records)
    result = plain.run("-a", "-n", "needle 4294967296$", "log")
    assert (result.status, result.out.replace(b"\0", b"")) == (0, b"4097:needle 4294967296\n")


def test_quiet_and_stats_can_be_joined(box: Box) -> None:
    box.file("log", LOG)
    result = box.run("-q", "--stats", "a", "log")
    assert (result.status, result.out) == (0, b"")
    assert re.search(rb"plan", result.err)


def test_many_small_files_under_a_low_limit_of_descriptors(plain: Box) -> None:
    for number in range(500):
        plain.file(f"log{number}", b"a\n")
    result = plain.shell("ulimit -n 40; bigscan -p 2 -h a log* | wc -l")
    assert (result.out, result.err) == (b"500\n", b"")


@pytest.mark.skipif(support.SANITIZED, reason="a sanitizer reserves terabytes")
def test_standard_input_under_a_limit_of_address_space(plain: Box) -> None:
    result = plain.shell("ulimit -v 500000; seq 10 | bigscan -p 2 -c 1")
    assert (result.out, result.err) == (b"2\n", b"")


@pytest.mark.skipif(
    not os.path.exists("/sys/kernel/mm/transparent_hugepage/enabled"), reason="no such file"
)
def test_a_file_that_can_only_be_read_is_read(plain: Box) -> None:
    path = "/sys/kernel/mm/transparent_hugepage/enabled"
    assert plain.run("-c", ".", path).out == b"1\n"


def test_records_that_cannot_be_matched_are_named_in_ranges(plain: Box) -> None:
    plain.file("log", b"\xff\n" * 100_000 + b"a\n")
    plain.expect(
        "-p", "1", "(*UTF8)a", "log",
        out=b"a\n", err=re.compile(rb"bytes \[0,200000\) skipped: UTF-8 error"), status=2,
    )  # fmt: skip

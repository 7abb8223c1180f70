"""Which pattern matches: --tally and --label-pattern."""

from __future__ import annotations

from conftest import Box

LOG = b"a\nab\nc\nb\naa\n"


def test_tally_counts_records_by_pattern(box: Box) -> None:
    box.file("log", LOG)
    box.file("other", b"b\n")
    out = b"3\ta\n3\tb\n0\tz\n"
    box.expect("--tally", "-e", "a", "-e", "b", "-e", "z", "log", "other", out=out)


def test_tally_of_the_first_records(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--tally", "-m2", "-e", "a", "-e", "b", "log", out=b"2\ta\n1\tb\n")


def test_tally_of_nothing(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--tally", "-e", "x", "-e", "y", "log", out=b"0\tx\n0\ty\n", status=1)


def test_label_of_a_part_is_the_pattern_that_it_matches(box: Box) -> None:
    box.file("log", LOG)
    out = b"a:a\na:a\nb:b\nb:b\na:a\na:a\n"
    box.expect("--label-pattern", "-o", "-e", "b", "-e", "a", "log", out=out)


def test_label_is_the_first_pattern_that_matches(box: Box) -> None:
    box.file("log", LOG)
    box.expect(
        "--label-pattern", "-n", "-e", "b", "-e", "a", "log", out=b"1:a:a\n2:b:ab\n4:b:b\n5:a:aa\n"
    )


def test_context_has_no_label(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--label-pattern", "-A1", "-e", "ab", "log", out=b"ab:ab\n-c\n")

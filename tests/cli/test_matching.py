"""Which records are selected: patterns, and the options -e -f -F -i -v."""

from __future__ import annotations

import re

import pytest
from conftest import Box

LOG = b"alpha\nbeta\nALPHA\ngamma\n"


def test_pattern_selects_whole_records(box: Box) -> None:
    box.file("log", LOG)
    box.expect("ph", "log", out=b"alpha\n")


def test_nothing_selected_is_status_1(box: Box) -> None:
    box.file("log", LOG)
    box.expect("omega", "log", out=b"", status=1)


def test_pattern_is_a_regex(box: Box) -> None:
    box.file("log", LOG)
    box.expect(r"^[bg]\w+a$", "log", out=b"beta\ngamma\n")


def test_i_ignores_case(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-i", "aLpHa", "log", out=b"alpha\nALPHA\n")


def test_i_folds_no_bytes_beyond_ascii(box: Box) -> None:
    box.file("log", b"\xc3\xa9\n\xc3\x89\n\xe9\n\xc9\n")
    box.expect("-i", b"\xc3\xa9", "log", out=b"\xc3\xa9\n")


def test_v_selects_the_others(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-v", "a$", "log", out=b"ALPHA\n")


def test_v_with_i(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-iv", "alpha", "log", out=b"beta\ngamma\n")


def test_e_gives_the_pattern(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-e", "beta", "log", out=b"beta\n")


def test_e_may_be_repeated(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-e", "beta", "-e", "gam", "log", out=b"beta\ngamma\n")


def test_a_record_that_two_patterns_select_is_printed_once(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-e", "al", "-e", "ph", "log", out=b"alpha\n")


def test_e_takes_a_pattern_that_starts_with_a_dash(box: Box) -> None:
    box.file("log", b"a -v b\nc\n")
    box.expect("-e", "-v", "log", out=b"a -v b\n")


def test_with_e_every_operand_is_a_file(box: Box) -> None:
    box.file("beta", LOG)
    box.expect("-e", "alpha", "beta", out=b"alpha\n")


def test_newline_in_the_pattern_separates_patterns(box: Box) -> None:
    box.file("log", LOG)
    box.expect("beta\ngamma", "log", out=b"beta\ngamma\n")


def test_newline_in_e_separates_patterns(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-e", "beta\ngamma", "-e", "alp", "log", out=b"alpha\nbeta\ngamma\n")


@pytest.mark.parametrize("option", [[], ["-e"], ["-F"], ["-F", "-e"]])
def test_empty_pattern_selects_every_record(box: Box, option: list[str]) -> None:
    box.file("log", b"a\n\nb\n")
    box.expect(*option, "", "log", out=b"a\n\nb\n")


def test_empty_pattern_with_v_selects_none(box: Box) -> None:
    box.file("log", b"a\n\nb\n")
    box.expect("-v", "", "log", status=1)


def test_empty_pattern_beside_another_selects_every_record(box: Box) -> None:
    box.file("log", b"a\n\nb\n")
    box.expect("-e", "a", "-e", "", "log", out=b"a\n\nb\n")


def test_f_reads_patterns_from_a_file(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns", b"beta\ngam\n")
    box.expect("-f", "patterns", "log", out=b"beta\ngamma\n")


def test_f_without_a_final_newline(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns", b"beta\ngam")
    box.expect("-f", "patterns", "log", out=b"beta\ngamma\n")


def test_f_with_an_empty_line_selects_every_record(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns", b"beta\n\n")
    box.expect("-f", "patterns", "log", out=LOG)


def test_f_may_be_repeated_and_joined_with_e(box: Box) -> None:
    box.file("log", LOG)
    box.file("one", b"beta\n")
    box.file("two", b"gamma\n")
    box.expect("-f", "one", "-f", "two", "-e", "AL", "log", out=b"beta\nALPHA\ngamma\n")


def test_f_of_an_empty_file_selects_nothing(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns")
    box.expect("-f", "patterns", "log", status=1)


def test_f_of_an_empty_file_with_v_selects_everything(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns")
    box.expect("-v", "-f", "patterns", "log", out=LOG)


def test_f_of_an_empty_file_adds_nothing_to_e(box: Box) -> None:
    box.file("log", LOG)
    box.file("patterns")
    box.expect("-f", "patterns", "-e", "beta", "log", out=b"beta\n")


def test_f_dash_reads_patterns_from_stdin(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-f", "-", "log", stdin=b"beta\n", out=b"beta\n")


def test_f_of_a_missing_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-f", "gone", "log", err=b"bigscan: gone: No such file or directory\n", status=2)


def test_F_takes_the_pattern_as_it_stands(box: Box) -> None:
    box.file("log", b"a.c\nabc\n")
    box.expect("-F", "a.c", "log", out=b"a.c\n")


def test_F_with_i(box: Box) -> None:
    box.file("log", b"A.C\nabc\n")
    box.expect("-Fi", "a.c", "log", out=b"A.C\n")


def test_F_with_v(box: Box) -> None:
    box.file("log", b"a.c\nabc\n")
    box.expect("-Fv", "a.c", "log", out=b"abc\n")


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "a{2}", "\\d", "^a$", "$", "(?i)a"])
def test_F_gives_no_meaning_to_regex_characters(box: Box, pattern: str) -> None:
    selected = b"x" + pattern.encode() + b"y\n"
    box.file("log", b"a\naa\nA\n7\n\n" + selected)
    box.expect("-F", pattern, "log", out=selected)


def test_F_with_many_strings_from_a_file(plain: Box) -> None:
    plain.file("patterns", b"".join(b"user%d.\n" % number for number in range(5000)))
    plain.file("log", b"user4999.x\nuser5000.\nuser17x\nuser17.\n")
    plain.expect("-F", "-f", "patterns", "log", out=b"user4999.x\nuser17.\n")


def test_F_where_one_string_is_the_start_of_another(box: Box) -> None:
    box.file("log", b"a\nab\nabc\nb\n")
    box.expect("-F", "-e", "abc", "-e", "ab", "log", out=b"ab\nabc\n")


def test_the_same_pattern_twice(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-e", "beta", "-e", "beta", "log", out=b"beta\n")


# What a record is to an anchor, and what a match may not do: hypergrep counted `^x` and `x$` once a
# chunk, matched `a\sb` across records, and lost a match in a record longer than a chunk.


def test_anchors_are_the_ends_of_each_record(box: Box) -> None:
    box.file("log", b"x\nxx\nyx\nxy\nx\n")
    box.expect("-n", "^x$", "log", out=b"1:x\n5:x\n")


def test_absolute_anchors_are_the_ends_of_each_record(box: Box) -> None:
    box.file("log", b"xa\nax\nxa\n")
    box.expect("-n", r"\Ax", "log", out=b"1:xa\n3:xa\n")
    box.expect("-n", r"x\z", "log", out=b"2:ax\n")
    box.expect("-n", r"x\Z", "log", out=b"2:ax\n")


def test_empty_records_are_selected_by_anchors(box: Box) -> None:
    box.file("log", b"\na\n\n\n")
    box.expect("-n", "^$", "log", out=b"1:\n3:\n4:\n")


def test_no_empty_record_after_the_final_newline(box: Box) -> None:
    box.file("log", b"a\n")
    box.expect("^$", "log", status=1)


@pytest.mark.parametrize(
    "pattern",
    [r"a\sb", r"a[^x]b", r"a\Wb", r"(?s)a.b", r"a[[:space:]]b", r"a\nb", r"a\x0ab", r"a\Db"],
)
def test_a_match_never_crosses_records(box: Box, pattern: str) -> None:
    box.file("log", b"a\nb\n")
    box.expect(pattern, "log", status=1)


def test_a_pattern_that_can_take_a_newline_still_matches_within_a_record(box: Box) -> None:
    box.file("log", b"a\nb\na b\na\tb\n")
    box.expect(r"a\sb", "log", out=b"a b\na\tb\n")


def test_word_boundary_at_the_ends_of_records(box: Box) -> None:
    box.file("log", b"cat\nconcat\ncats\nx cat\n")
    box.expect(r"\bcat\b", "log", out=b"cat\nx cat\n")


def test_dot_matches_one_byte(box: Box) -> None:
    box.file("log", b"e\n\xc3\xa9\n\xff\n")
    box.expect("^.$", "log", out=b"e\n\xff\n")


def test_high_bytes_in_the_pattern(box: Box) -> None:
    box.file("log", b"x\xffy\nxy\n\xc3\xbf\n")
    box.expect(b"\xff", "log", out=b"x\xffy\n")


def test_high_bytes_by_escape(box: Box) -> None:
    box.file("log", b"x\xffy\nxy\n")
    box.expect(r"[\x80-\xff]", "log", out=b"x\xffy\n")


def test_nul_bytes_are_text(box: Box) -> None:
    box.file("log", b"a\0b\nab\n\0\n")
    box.expect("-a", r"a\x00b", "log", out=b"a\0b\n")


def test_nul_bytes_around_a_match(box: Box) -> None:
    box.file("log", b"\0\0needle\0\nx\n")
    box.expect("-a", "-F", "needle", "log", out=b"\0\0needle\0\n")


def test_carriage_return_belongs_to_the_record(box: Box) -> None:
    box.file("log", b"a\r\nb\r\na\n")
    box.expect("a$", "log", out=b"a\n")
    box.expect("^a", "log", out=b"a\r\na\n")


def test_a_match_that_runs_to_the_end_of_the_record(box: Box) -> None:
    box.file("log", b"x foo bar baz\nfo\nfoo\n")
    box.expect("foo.*", "log", out=b"x foo bar baz\nfoo\n")


# Patterns that the engine refuses.


@pytest.mark.parametrize("pattern", ["a(", "a)", "[a", "*a", "a**b(", "(?<x", r"a\1(", "a{3,2}"])
def test_invalid_pattern_is_named_with_a_reason(box: Box, pattern: str) -> None:
    box.file("log", LOG)
    message = re.compile(
        rb"\Abigscan: .*" + re.escape(pattern.encode()) + rb".*\w{4}.*\n", re.DOTALL
    )
    box.expect(pattern, "log", err=message, status=2)


def test_the_invalid_one_of_several_patterns_is_named(box: Box) -> None:
    box.file("log", LOG)
    result = box.run("-e", "alpha", "-e", "be(ta", "-e", "gamma", "log")
    assert (result.status, result.out) == (2, b"")
    assert b"be(ta" in result.err and b"gamma" not in result.err


def test_invalid_pattern_is_reported_though_s_is_given(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-s", "a(", "log", err=re.compile(rb"a\("), status=2)


EXPLODES = r"(?=(a+)+z)a*\1|b"  # where there are many a


@pytest.mark.parametrize("options", ["-m1", "-c -m1", "-l", "-q", "-o -m1", "-n -m1 -A1"])
def test_what_explodes_behind_the_last_record_that_counts(box: Box, options: str) -> None:
    box.file("log", b"b\n" + b"a" * 40 + b"c\n")
    result = box.run(*options.split(), EXPLODES, "log")
    assert (result.status, result.err) == (0, b"")
    result = box.run("-c", "-m2", EXPLODES, "log")
    assert result.status == 2 and result.err.count(b"match limit exceeded") == 1


def test_what_explodes_in_binary_data_behind_the_record_that_is_told(box: Box) -> None:
    exploding = b"a" * 40 + b"c\n"
    box.file("behind", b"b\0\n" + exploding)
    box.file("before", exploding + b"b\0\n")
    for options, err in (((), b"bigscan: behind: binary file matches\n"), (("-I",), b"")):
        result = box.run(*options, EXPLODES, "behind")
        assert (result.status, result.out, result.err) == (1 if options else 0, b"", err)
    assert box.run("-I", EXPLODES, "before").status == 1
    for options, name in ((("-c",), "behind"), ((), "before"), (("-a",), "behind")):
        result = box.run(*options, EXPLODES, name)
        assert result.status == 2 and result.err.count(b"match limit exceeded") == 1

"""How options are written, what is refused, and what --help, --version and --stats tell."""

from __future__ import annotations

import os
import re

import pytest
import support
from conftest import Box

LOG = b"a1\nb1\nA2\n"

OPTIONS = (
    "-e -f -F -i -v -c -n -H -h -q -s -m -p --chunk-size --io --pin --stats --help --version"
).split()


def test_options_may_follow_operands(box: Box) -> None:
    box.file("log", LOG)
    box.expect("a", "log", "-n", "-i", out=b"1:a1\n3:A2\n")


def test_e_may_follow_its_file(box: Box) -> None:
    box.file("log", LOG)
    box.expect("log", "-e", "b", out=b"b1\n")


def test_options_between_operands(box: Box) -> None:
    box.file("one", LOG)
    box.file("two", LOG)
    box.expect("a", "-c", "one", "-i", "two", out=b"one:2\ntwo:2\n")


def test_short_options_are_bundled(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-cin", "a", "log", out=b"2\n")


@pytest.mark.parametrize("arguments", [["-m1"], ["-m", "1"], ["-nm1", "-h"], ["-hm", "1"]])
def test_m_with_its_number_attached_or_apart(plain: Box, arguments: list[str]) -> None:
    plain.file("log", b"a\na\n")
    prefix = b"1:" if "n" in arguments[0] else b""
    plain.expect(*arguments, "a", "log", out=prefix + b"a\n")


@pytest.mark.parametrize(
    "arguments", [["-eb"], ["-e", "b"], ["-ieB"], ["-ie", "B"], ["-ineB", "-h"]]
)
def test_e_with_its_pattern_attached_or_apart(plain: Box, arguments: list[str]) -> None:
    plain.file("log", LOG)
    prefix = b"2:" if "n" in arguments[0] else b""
    plain.expect(*arguments, "log", out=prefix + b"b1\n")


def test_an_attached_pattern_keeps_its_equals_sign(plain: Box) -> None:
    plain.file("log", b"a\n=a\n")
    plain.expect("-e=a", "log", out=b"=a\n")


def test_an_attached_pattern_of_option_letters(plain: Box) -> None:
    plain.file("log", b"cin\nx\n")
    plain.expect("-ecin", "log", out=b"cin\n")


@pytest.mark.parametrize("arguments", [["-p2"], ["-p", "2"], ["-cp2", "-h"], ["-p8"]])
def test_p_with_its_number_attached_or_apart(plain: Box, arguments: list[str]) -> None:
    plain.file("log", LOG)
    plain.expect(*arguments, "b", "log", out=b"1\n" if "c" in arguments[0] else b"b1\n")


@pytest.mark.parametrize("size", ["1", "2", "100", "1K", "3M", "64M"])
@pytest.mark.parametrize("form", ["--chunk-size={}", "--chunk-size {}"])
def test_chunk_size_in_both_forms(plain: Box, form: str, size: str) -> None:
    plain.file("log", LOG)
    plain.expect(*form.format(size).split(), "b", "log", out=b"b1\n")


@pytest.mark.parametrize("mode", ["auto", "on", "off"])
@pytest.mark.parametrize("form", ["--io={}", "--io {}"])
def test_io_in_both_forms(plain: Box, form: str, mode: str) -> None:
    plain.file("log", LOG)
    plain.expect(*form.format(mode).split(), "b", "log", out=b"b1\n")
    plain.expect(*form.format(mode).split(), "b", stdin=LOG, out=b"b1\n")


def test_pin_takes_no_operand_away(plain: Box) -> None:
    plain.file("log", LOG)
    plain.expect("--pin", "b", "log", out=b"b1\n")


def test_pin_to_a_given_cpu(plain: Box) -> None:
    plain.file("log", LOG)
    cpu = min(os.sched_getaffinity(0))
    plain.expect(f"--pin={cpu}", "-p", "2", "b", "log", out=b"b1\n")


def test_dashes_end_the_options(box: Box) -> None:
    box.file("-log", b"-n\nx\n")
    box.expect("--", "-n", "-log", out=b"-n\n")


def test_dashes_after_the_pattern(box: Box) -> None:
    box.file("-c", LOG)
    box.expect("b", "--", "-c", out=b"b1\n")


def test_dash_after_dashes_is_stdin(box: Box) -> None:
    box.expect("--", "b", "-", stdin=LOG, out=b"b1\n")


def test_an_option_given_twice_is_no_error(plain: Box) -> None:
    plain.file("log", LOG)
    plain.expect("-ii", "-i", "a", "log", out=b"a1\nA2\n")


def test_of_two_values_the_last_counts(plain: Box) -> None:
    plain.file("log", b"a\na\na\n")
    plain.expect("-m", "1", "-m", "2", "a", "log", out=b"a\na\n")
    plain.expect(
        "-p", "1", "-p", "2", "--chunk-size=1", "--chunk-size=2", "-m1", "a", "log", out=b"a\n"
    )


LONG_NAMES = [
    (["--ignore-case", "A"], b"a1\nA2\n"),
    (["--invert-match", "a"], b"b1\nA2\n"),
    (["--count", "a"], b"1\n"),
    (["--line-number", "b"], b"2:b1\n"),
    (["--with-filename", "b"], b"log:b1\n"),
    (["--with-filename", "--no-filename", "b"], b"b1\n"),
    (["--no-messages", "b"], b"b1\n"),
    (["--max-count=1", "1"], b"a1\n"),
    (["--max-count", "1", "1"], b"a1\n"),
    (["--regexp=b"], b"b1\n"),
    (["--regexp", "b"], b"b1\n"),
    (["--regexp=="], b""),
    (["--fixed-strings", "."], b""),
    (["--file=/dev/null"], b""),
]


@pytest.mark.parametrize("arguments, out", LONG_NAMES, ids=lambda value: str(value))
def test_long_names_are_greps(plain: Box, arguments: list[str], out: bytes) -> None:
    plain.file("log", LOG)
    plain.expect(*arguments, "log", out=out)


@pytest.mark.parametrize("name", ["--quiet", "--silent"])
def test_long_names_of_q(plain: Box, name: str) -> None:
    plain.file("log", LOG)
    plain.expect(name, "a", "log", status=0)


# Refused.


@pytest.mark.parametrize("option", ["--colr", "--chunksize=1", "-Y9", "--no-such-option", "-ck9"])
def test_a_mistyped_option_is_named_with_a_hint(plain: Box, option: str) -> None:
    plain.file("log", LOG)
    result = plain.run(option, "a", "log")
    assert (result.status, result.out) == (2, b"")
    name = option.split("=")[0] if option.startswith("--") else option[-2]
    assert name.encode() in result.err
    assert re.search(rb"(?i)usage|--help", result.err)


@pytest.mark.parametrize(
    "arguments",
    [
        ["-p", "0"], ["-p", "-1"], ["-p", "two"], ["-p", ""], ["-p", "2x"],
        ["--chunk-size", "0"], ["--chunk-size", "-1"], ["--chunk-size", "5X"], ["--chunk-size", ""],
        ["--chunk-size", "K"], ["--chunk-size", "99999999999999999999"],
        ["--io", "maybe"], ["--io", ""], ["-m", "x"], ["-m", ""], ["-m", "1x"],
        ["--pin=x"], ["--pin=99999"],
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(plain: Box, arguments: list[str]) -> None:
    plain.file("log", LOG)
    plain.expect(*arguments, "a", "log", err=re.compile(rb"\Abigscan: .+\n"), status=2)


@pytest.mark.parametrize("option", ["-e", "-f", "-m", "-p", "--chunk-size", "--io"])
def test_an_option_without_its_value_is_refused(plain: Box, option: str) -> None:
    plain.expect("a", option, err=re.compile(rb"\Abigscan: .+\n"), status=2)


@pytest.mark.parametrize("option", ["--stats=x=y", "--help=1"])
def test_a_value_that_is_not_wanted_is_refused(plain: Box, option: str) -> None:
    plain.file("log", LOG)
    assert plain.run(option, "a", "log").status == 2


def test_no_pattern_at_all(plain: Box) -> None:
    plain.expect(err=re.compile(rb"(?i)usage|--help"), status=2)


# Told.


def test_help_goes_to_stdout(plain: Box) -> None:
    result = plain.run("--help")
    assert (result.status, result.err) == (0, b"")
    assert result.out.lower().startswith(b"usage: bigscan")


@pytest.mark.parametrize("option", OPTIONS)
def test_help_names_every_option(plain: Box, option: str) -> None:
    assert re.search(rb"(?<![\w-])" + option.encode() + rb"(?![\w-])", plain.run("--help").out)


def test_help_fits_a_terminal(plain: Box) -> None:
    assert max(len(line) for line in plain.run("--help").out.splitlines()) <= 80


def test_version(plain: Box) -> None:
    result = plain.run("--version")
    assert (result.status, result.err) == (0, b"")
    assert re.match(rb"bigscan \d+\.\d+", result.out)


def stats_number(text: bytes, word: str) -> int:
    """The number beside `word`, on whichever side of it it stands; digits may be grouped."""
    name = word.encode()
    number = rb"(\d[\d,]*)(?![\d.])"
    found = re.search(rb"\b" + name + rb"\b\W{1,40}?" + number, text) or re.search(
        number + rb" " + name + rb"\b", text
    )
    assert found, f"no {word} in {text!r}"
    return int(found[1].replace(b",", b""))


@pytest.mark.parametrize("word, value", [("bytes", 9), ("records", 3), ("matches", 2)])
def test_stats_count(box: Box, word: str, value: int) -> None:
    box.file("log", LOG)
    result = box.run("--stats", "-i", "a", "log")
    assert (result.status, result.out) == (0, b"a1\nA2\n")
    assert stats_number(result.err, word) == value


@pytest.mark.parametrize("word, value", [("bytes", 18), ("records", 6), ("matches", 4)])
def test_stats_add_up_over_files(box: Box, word: str, value: int) -> None:
    box.file("one", LOG)
    box.file("two", LOG)
    assert stats_number(box.run("--stats", "-ic", "a", "one", "two").err, word) == value


def test_stats_count_stdin(box: Box) -> None:
    assert stats_number(box.run("--stats", "a", stdin=LOG).err, "bytes") == len(LOG)


@pytest.mark.parametrize("arguments, plan", [(["-F", "a"], "literal"), (["a+b?[0-9]"], "direct")])
def test_stats_name_the_plan(box: Box, arguments: list[str], plan: str) -> None:
    box.file("log", LOG)
    assert re.search(rb"plan\b.*\b" + plan.encode(), box.run("--stats", *arguments, "log").err)


@pytest.mark.parametrize("engine", ["direct", "filtered"])
def test_stats_name_the_engine_that_was_used(plain: Box, engine: str) -> None:
    plain.file("log", LOG)
    options = "--stats -c -p1 --chunk-size=8"
    error = plain.shell(f"BIGSCAN_TEST_PLAN={engine} bigscan {options} '[0-9]+abc|xyz[0-9]' log").err
    assert re.search(rb"(?m)^chosen +%s 100%%$" % engine.encode(), error)


def test_stats_have_a_line_for_each_worker(plain: Box) -> None:
    plain.file("log", LOG * 1000)
    error = plain.run("--stats", "-c", "-p", "3", "--chunk-size", "100", "a", "log").err
    assert len(re.findall(rb"(?m)^.*\bworker\W*\d.*$", error)) == 3


@pytest.mark.parametrize("word", ["wall", "chunks", "cpu", "wait", "voluntary", "retries"])
def test_stats_speak_of(plain: Box, word: str) -> None:
    plain.file("log", LOG)
    assert word.encode() in plain.run("--stats", "a", "log").err.lower()


def test_stats_do_not_change_the_status(box: Box) -> None:
    box.file("log", LOG)
    assert box.run("--stats", "z", "log").status == 1


def test_stats_leave_stdout_alone(box: Box) -> None:
    box.file("log", LOG)
    assert box.run("--stats", "-c", "a", "log").out == b"1\n"


@pytest.mark.parametrize("option", ["--col", "--colo", "--colou", "--color", "--colour"])
def test_color_has_two_spellings_and_their_abbreviations(plain: Box, option: str) -> None:
    plain.file("log", LOG)
    wanted = plain.shell("grep --color=always a log").out
    assert plain.run(f"{option}=always", "a", "log").out == wanted
    plain.expect(option, "a1", "log", out=b"a1\n")


def test_what_is_no_option_has_no_name(plain: Box) -> None:
    result = plain.run("--argument", "a", stdin=LOG)
    assert result.status == 2 and b"unrecognised option '--argument'" in result.err


@pytest.mark.parametrize("pattern", ["(?<=a*)b", "(?1)", "(?(1", "(", "[", "a{2,1}", "\\", "*a"])
@pytest.mark.parametrize("option", ["-c", "-w", "-x", "-P"])
def test_an_invalid_pattern_is_refused_as_by_grep(plain: Box, pattern: str, option: str) -> None:
    reason = support.run(["grep", "-P", "-e", pattern], stdin=b"").err.removeprefix(b"grep: ").strip()
    result = plain.run(option, "-e", pattern, stdin=b"")
    assert result.status == 2
    assert result.err.startswith(b"bigscan: invalid pattern '%s': " % pattern.encode() + reason)


def test_the_line_of_an_invalid_pattern_is_told(plain: Box) -> None:
    plain.file("words", b"a\nb\n(\nc")
    message = b"words:3: invalid pattern '(': missing closing parenthesis at index 1\n"
    for options in (["-f", "words"], ["-e", "x", "-f", "words", "-e", "["]):
        assert plain.run(*options, "-c", "log").err == b"bigscan: " + message
    assert plain.run("-f", "-", "log", stdin=b"(\n").err.startswith(b"bigscan: (standard input):1: invalid pattern '('")
    # Of the command line itself, there is no line.
    assert plain.run("-f", "words", "-F", "-e", "(", "log").err == b"bigscan: log: No such file or directory\n"
    assert plain.run("-f", "/dev/null", "-e", "(", "log").err.startswith(b"bigscan: invalid pattern '('")

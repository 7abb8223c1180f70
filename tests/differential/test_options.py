"""Each option alone, and each pair of options, on a fixed set of small files."""

from __future__ import annotations

import itertools

import pytest
import quirks
import support
from cases import Case, Giving
from compare import SAME, judge
from options import Option
from regexes import Regex
from trees import Entry

GEOMETRIES = ((), ("-p", "3", "--chunk-size", "1"), ("-p", "2", "--io", "on", "--chunk-size", "7"))
if support.SANITIZED:  # A start takes a while.
    GEOMETRIES = GEOMETRIES[2:]

FILES = (
    Entry("plain", b"ab\nxx\nabab b\n\nAB\nxx\nxx\nxx\nc b\nxx\nlong " + b"xyz" * 40 + b"b\nab\n"),
    Entry("nul", b"ab\nx\0b\nxx\nb\0\n"),
    Entry("empty", b""),
    Entry("cr", b"ab\r\n\r\nx\rb\r\nxx\r\n"),
    Entry("open", b"xx\nb b\nxx\nxx\nab"),
    Entry("late", b"xx\nxx\nxx\nx\xffb\xe9\n" + b"xx\n" * 5),
)
TROUBLE = ("plain", "missing", "-", "directory", "open")

PATTERNS = (
    Giving("operand", (Regex("b"),)),
    Giving("-e", (Regex(r"(?<!x)b\K|\ba|x(?=b)"),)),
    Giving("-e", (Regex("(?:b|ab)+$"), Regex(""))),
    Giving("-f", (Regex("[a-z]*"),)),
    Giving("operand", (Regex(r"(.)\1"),)),
)
STRINGS = (Giving("operand", (Regex("b"),)), Giving("-e", (Regex("ab"), Regex("abab"), Regex("b"))))

WORDS = (
    "-i", "--no-ignore-case", "-v", "-w", "-x", "-z", "-a", "-I", "--binary-files=binary",
    "--binary-files=text", "--binary-files=without-match", "-F", "-P",
    "-c", "-l", "-L", "-q", "-s", "-o", "-n", "-b", "-H", "-h", "-T", "-Z",
    "-m0", "-m1", "-m2", "-m-1", "-A1", "-B1", "-C1", "-1", "-A0", "-C2",
    "--group-separator", "--group-separator=", "--no-group-separator",
    "--color=always", "--color=never", "--color", "--line-buffered", "--label=name", "-r",
)  # fmt: skip
VALUED = ("-m", "-A", "-B", "-C")


def variant(words: str) -> Option:
    if words == "--group-separator":
        return Option(words, (words, "=="), "==")
    name, equals, value = words.partition("=")
    if words[:2] in VALUED and not equals:
        return Option(words[:2], (words,), words[2:])
    return Option("-NUM" if words == "-1" else name, (words,), value)


def make_case(
    options: tuple[Option, ...], number: int, operands: tuple[str, ...], stdin: bytes | None
) -> Case:
    """The case of `options`; patterns and colors change with `number`."""
    names = [option.name for option in options]
    givings = STRINGS if "-F" in names else PATTERNS
    return Case(
        entries=(*FILES, Entry("directory", kind="dir")),
        operands=operands,
        stdin=stdin,
        piped=number % 2 == 0,
        fixed="-F" in names,
        givings=(givings[number % len(givings)],),
        options=tuple(option for option in options if option.name not in ("-F", "-P")),
        colors="sl=1:cx=2:ne" if "--color" in names and number % 3 else None,
        bundle=number % 2 == 0,
        operands_first=number % 5 == 0,
        pcre="-P" in names,
        plan="",
        geometry=(),
    )


def assert_same(case: Case) -> None:
    verdict = judge(quirks.avoided(case), GEOMETRIES)
    assert verdict.outcome == SAME, verdict.report


@pytest.mark.parametrize("words", WORDS)
def test_alone(words: str) -> None:
    options = (variant(words),)
    names = tuple(entry.path for entry in FILES)
    text = FILES[0].data
    inputs = ((names, None), ((), text), (TROUBLE, text), (("open",), None))
    for number, (operands, stdin) in enumerate(inputs * 3):
        if words != "-r" or operands:
            assert_same(make_case(options, number, operands, stdin))


@pytest.mark.parametrize("words", WORDS)
def test_pairs(words: str) -> None:
    first = WORDS.index(words)
    names = tuple(entry.path for entry in FILES)
    for second, other in itertools.islice(enumerate(WORDS), first + 1, None):
        if {words, other} != {"-F", "-P"}:
            options = (variant(words), variant(other))
            assert_same(make_case(options, first + second, (*names, "-"), b"a\0b\nxx\nab\n"))

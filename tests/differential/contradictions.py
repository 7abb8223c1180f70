"""Cases in which PCRE2 10.42, which grep asks too, contradicts itself, so that grep can not say.

Asked only where a difference was found. Two things are compared, on each text of the case:

- What a pattern matches by the JIT's code and by the interpreter, and with and without an
  optimization, which must be the same:
    printf 'bbA \\tB' | grep -Poi '(?>(\\h{1,4}+[a-c0-9]b*|\\tb\\D\\H)|\\x09)(?s:b|(?m:.{2,3}\\K) )'
  prints "\\tB", but nothing after (*NO_JIT); nor does Perl.
    printf 'B' | grep -Pc '(?:^(?:[^\\t]*\\t){1,2}\\K[^\\t]*)|(?:(?i)(\\t*+)(?-1))'
  prints 0, but 1 after (*NO_JIT); so does Perl.
    printf 'c \\v_\\fc' | grep -Pc '(c(?i:a*?.\\.*b.??|\\hB\\o{205}+?)* .{2,4})(?s:)\\R\\D'
  prints 0, but 1 after (*NO_AUTO_POSSESS); so does Perl.
    printf '\\055b' | grep -Pc '(?:.|)(?:.*)\\B'
  prints 0, but 1 after (*NO_JIT) or (*NO_START_OPT); so does Perl.
- Which records a regex for several patterns selects, and the patterns one by one.

A regex can also be valid only as a branch: `a[ ]` after (?xx) has a class that a later "]" ends.
"""

from __future__ import annotations

import subprocess
import tempfile

import support
from cases import Case
from commands import needs_union, union

SECONDS = 20
OTHERWISE = (b"(*NO_JIT)", b"(*NO_AUTO_POSSESS)", b"(*NO_START_OPT)")
MATCHING = ("-i", "-z", "-x", "-w")  # What changes which records match.


class Refused(Exception):
    """A pattern alone is not valid."""


def refuses_one(case: Case) -> bool:
    """Whether a pattern is valid only where all are one regex."""
    try:
        for pattern in case.patterns:
            ask(case, pattern.render(), b"", [])
    except Refused:
        return needs_union(case)
    return False


def contradicts_itself(case: Case) -> bool:
    """Whether what grep prints is PCRE2's word against its own."""
    regexes = [pattern.render() for pattern in case.patterns]
    texts = {entry.data for entry in case.entries if entry.kind not in ("dir", "link", "fifo")}
    texts |= {case.stdin} if case.stdin else set()
    joined = [union(case)] if needs_union(case) else []
    try:
        for text in texts:
            for regex in regexes + joined:
                usual = matches(case, regex, text)
                if any(matches(case, verb + regex, text) != usual for verb in OTHERWISE):
                    return True
            if joined:
                one_by_one = set[int]().union(*(records(case, regex, text) for regex in regexes))
                if one_by_one != records(case, joined[0], text):
                    return True
    except Refused:
        return False
    return False


def matches(case: Case, regex: bytes, text: bytes) -> list[bytes]:
    """With their offsets, and the records. A verb such as (*NO_JIT) does not go with -w."""
    options = [option for option in flags(case) if option != "-w"]
    return [ask(case, regex, text, [*options, *more, "-b"]) for more in (["-o"], [])]


def records(case: Case, regex: bytes, text: bytes) -> set[int]:
    """The offsets of those selected."""
    out = ask(case, regex, text, [*flags(case), "-b"])
    delimiter = b"\0" if "-z" in flags(case) else b"\n"
    return {int(line.split(b":")[0]) for line in out.split(delimiter)[:-1]}


def flags(case: Case) -> list[str]:
    return [name for name in MATCHING if case.has(name)]


def ask(case: Case, regex: bytes, text: bytes, options: list[str]) -> bytes:
    with tempfile.NamedTemporaryFile() as file:  # As it may have a NUL.
        file.write(regex + b"\n")
        file.flush()
        try:
            done = subprocess.run(
                ["grep", "-aP", *options, "-f", file.name], input=text, capture_output=True,
                timeout=SECONDS, env=support.environment(),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return b""
    if done.returncode == 2:
        raise Refused
    return done.stdout

"""Runs one case with the command and with grep, and says how they differ.

What is known of the two engines, and taken into account:

- grep -P takes one pattern, so several are put to it as one alternation. A pattern's own `(?i)`
  ends with its group.
- Some patterns that PCRE2 accepts Hyperscan does not compile; UNSUPPORTED says why, and no other
  refusal is let pass.
- grep 3.8 ends with status 2 when PCRE2 reaches its backtracking limit. Such a case is skipped.
"""

from __future__ import annotations

import base64
import gzip
import os
import re
import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator

import support
from cases import Case
from support import Result

# Hyperscan's own words for what it leaves out of PCRE.
UNSUPPORTED = (
    rb"Embedded start anchors not supported",
    rb"Embedded end anchors not supported",
    rb"Pattern can never match",
    rb"Pattern is too large",
)

SAME, SKIPPED, REFUSED, DIFFERENT = "same", "skipped", "refused", "different"


@dataclass(frozen=True)
class Verdict:
    outcome: str
    report: str = ""


def compare(case: Case, directory: Path) -> Verdict:
    """Runs `case` with its files in `directory`."""
    write_texts(case, directory)
    expected = run(case, directory, grep_command(case))
    if expected.status == 2:
        return Verdict(SKIPPED, os.fsdecode(expected.err))
    result = run(case, directory, bigscan_command(case))
    if result.status == 2 and any(re.search(reason, result.err) for reason in UNSUPPORTED):
        return Verdict(REFUSED, os.fsdecode(result.err))
    if result == expected:
        return Verdict(SAME)
    return Verdict(DIFFERENT, describe(case, expected, result))


def write_texts(case: Case, directory: Path) -> None:
    for name, text in zip(names(case), case.texts):
        (directory / name).write_bytes(text)


def names(case: Case) -> list[str]:
    return [f"t{number}" for number in range(len(case.texts))]


def operands(case: Case) -> list[str]:
    return [] if case.from_stdin else names(case)


def grep_command(case: Case) -> list[bytes]:
    if case.fixed:
        engine, patterns = b"-F", case.patterns
    else:
        engine, patterns = b"-P", case.patterns if len(case.patterns) == 1 else (
            support.union(case.patterns),
        )
    return encoded(["grep", "-a", engine, *case.options, *with_e(patterns), *operands(case)])


def bigscan_command(case: Case) -> list[bytes]:
    fixed = ["-F"] if case.fixed else []
    return encoded(
        [
            support.BIGSCAN,
            *case.geometry,
            *fixed,
            *case.options,
            *with_e(case.patterns),
            *operands(case),
        ]
    )


def with_e(patterns: tuple[bytes, ...]) -> Iterator[bytes]:
    for pattern in patterns:
        yield from (b"-e", pattern)


def encoded(words: list[str | bytes]) -> list[bytes]:
    return [os.fsencode(word) for word in words]


def run(case: Case, directory: Path, command: list[bytes]) -> Result:
    if case.source == "pipe":
        return support.run(command, stdin=case.texts[0], cwd=directory)
    if case.from_stdin:
        with open(directory / "t0", "rb") as stdin:
            return support.run(command, stdin=stdin.fileno(), cwd=directory)
    return support.run(command, cwd=directory)


# Reports.


def describe(case: Case, expected: Result, result: Result) -> str:
    """What differs, and commands that show it anywhere."""
    lines = [
        f"expected status {expected.status}, got {result.status}; stderr {result.err!r}",
        f"expected {excerpt(expected.out)}",
        f"got      {excerpt(result.out)}",
        reproduction(case),
    ]
    return "\n".join(lines)


def reproduction(case: Case) -> str:
    lines = [
        *(write_command(name, text) for name, text in zip(names(case), case.texts)),
        shell_line(case, bigscan_command(case)),
        shell_line(case, [b"LC_ALL=C", *grep_command(case)]),
    ]
    return "\n".join(lines)


def excerpt(data: bytes, limit: int = 400) -> str:
    return repr(data) if len(data) <= limit else f"{data[:limit]!r}... ({len(data)} bytes)"


def write_command(name: str, text: bytes) -> str:
    packed = base64.b64encode(gzip.compress(text, mtime=0)).decode()
    return f"echo {packed} | base64 -d | gunzip >{name}  # {excerpt(text, 80)}"


def shell_line(case: Case, command: list[bytes]) -> str:
    words = " ".join(shell_word(word) for word in command)
    return (
        f"cat t0 | {words}"
        if case.source == "pipe"
        else f"{words} <t0"
        if case.from_stdin
        else words
    )


def shell_word(word: bytes) -> str:
    if all(32 <= byte < 127 for byte in word):
        return shlex.quote(word.decode())
    plain = rb"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ^$.|?*+()[]{}-_:<>#="
    return "$'" + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in word) + "'"


# Making a failing case smaller.


def shrink(case: Case, directory: Path, attempts: int = 200) -> Case:
    """Leaves out parts of the first text, larger ones first, while the difference stays."""

    def differs(candidate: Case) -> bool:
        nonlocal attempts
        attempts -= 1
        return attempts >= 0 and compare(candidate, directory).outcome == DIFFERENT

    return case.with_text(shrunk(case.texts[0], lambda text: differs(case.with_text(text))))


def shrunk(text: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    size = max(1, len(text) // 2)
    while True:
        start = 0
        while start < len(text):
            shorter = text[:start] + text[start + size :]
            if still_fails(shorter):
                text = shorter
            else:
                start += size
        if size == 1:
            return text
        size //= 2


def judge(case: Case) -> Verdict:
    """compare() in a directory of its own; a difference is reported at its smallest."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        try:
            verdict = compare(case, directory)
            return (
                compare(shrink(case, directory), directory)
                if verdict.outcome == DIFFERENT
                else verdict
            )
        except AssertionError as failure:  # It hung, or left something behind.
            return Verdict(DIFFERENT, f"{failure}\n{reproduction(case)}")

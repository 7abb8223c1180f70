"""Runs one case with the command and with grep, and says how they differ.

Compared are stdout, the status, and the lines of stderr, but for the program's name and their
order. Where grep can not say what is right, the case is counted apart, and the tests fail if there
are many:

- SKIPPED: PCRE2 reached a limit (status 2, and grep's scan ends there), or grep crashed. Of several
  patterns, which grep has as one, it may reach one where grep need not try it: where another matches.
- REFUSED: grep does not take the pattern. Then the command must not either; its words are its own.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Sequence

import support
from cases import Case
from commands import (
    WORK,
    bigscan_command,
    grep_command,
    listing_command,
    needs_union,
    sorted_listing,
    with_files,
    write_files,
)
from contradictions import contradicts_itself, refuses_one
from report import describe, reproduction
from shrink import shrink
from support import Result

SAME, SKIPPED, REFUSED, DIFFERENT = "same", "skipped", "refused", "different"

LIMIT = re.compile(rb"exceeded PCRE|exhausted PCRE|recurse loop|internal PCRE error|heap limit")
OUR_LIMIT = re.compile(rb"skipped: (match limit exceeded|takes too long to match)")
ABOUT_A_FILE = re.compile(
    rb": (No such file or directory|Is a directory|Not a directory|binary file matches"
    rb"|Too many levels of symbolic links|warning: recursive directory loop)$"
)
GREP_SECONDS = 20  # More is a pattern for which grep takes for ever.


@dataclass(frozen=True)
class Verdict:
    case: Case
    outcome: str
    expected: Result | None = None
    got: Result | None = None
    report: str = ""

    @property
    def kind(self) -> tuple[bool, ...]:
        """What differs, so that a smaller case is not about something else."""
        if self.outcome != DIFFERENT or self.expected is None or self.got is None:
            return ()
        return tuple(
            getattr(self.got, part) != getattr(self.expected, part)
            for part in ("status", "out", "err")
        )


class GrepCannotSay(Exception):
    """Nothing to compare with, for the given reason."""

    def __init__(self, outcome: str, result: Result) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.result = result


def compare(case: Case, geometries: Sequence[tuple[str, ...]] = ()) -> Verdict:
    """Runs `case` in a directory of its own, in each of `geometries` if given, till one differs."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_files(case, directory)
        work = directory / WORK
        try:
            expected, outcome = grep_result(case, work), SAME
        except GrepCannotSay as reason:
            expected, outcome = reason.result, reason.outcome
        if outcome == SKIPPED:
            return Verdict(case, SKIPPED, expected)
        for geometry in geometries or [case.geometry]:
            case = replace(case, geometry=geometry)
            got = bigscan_result(case, work)
            if needs_union(case) and OUR_LIMIT.search(got.err):
                return Verdict(case, SKIPPED, expected, got)
            if outcome == REFUSED:
                agreed = (got.status, got.out) == (2, b"")
            else:
                agreed = agree(case, expected, got)
            if not agreed and outcome == SAME and not case.fixed:
                if contradicts_itself(case):
                    return Verdict(case, SKIPPED, expected, got)
                agreed = refuses_one(case) and (got.status, got.out) == (2, b"")
            if not agreed:
                return Verdict(case, DIFFERENT, expected, got)
        return Verdict(case, outcome, expected, got)


def agree(case: Case, expected: Result, got: Result) -> bool:
    if (got.out, got.status) != (expected.out, expected.status):
        return False
    if case.recursive and case.has("-q"):
        return True  # Which files come before the one that ends the scan is a matter of order.
    # Files are opened ahead: what is wrong with one may be said before what a scan found.
    return sorted(got.err.splitlines()) == sorted(expected.err.splitlines())


# grep.


def grep_result(case: Case, work: Path) -> Result:
    return recursive_result(case, work) if case.recursive else ask_grep(case, work)


def ask_grep(case: Case, work: Path) -> Result:
    result = renamed(run_grep(case, work, grep_command(case)))
    if result.status < 0 or LIMIT.search(result.err):
        raise GrepCannotSay(SKIPPED, result)
    if result.status == 2 and not all(map(ABOUT_A_FILE.search, result.err.splitlines())):
        # Of a union this says little about each pattern.
        raise GrepCannotSay(SKIPPED if needs_union(case) else REFUSED, result)
    return result


def recursive_result(case: Case, work: Path) -> Result:
    files: list[str] = []
    err, failed = b"", False
    # One operand after the other: a file may be left out below one of them, and be one itself.
    for operands in [(operand,) for operand in case.operands] or [()]:
        part = replace(case, operands=operands)
        listed = renamed(run_grep(part, work, listing_command(part)))
        files += sorted_listing(part, set(listed.out.split(b"\0")[:-1]), work)
        err += listed.err
        failed |= listed.status == 2
    if files:
        result = ask_grep(with_files(case, files), work)
    else:
        ask_grep(with_files(case, ["/dev/null"]), work)  # Whether it takes the patterns.
        result = Result(1, b"", b"")
    if failed and not (case.has("-q") and result.status == 0):
        result = Result(2, result.out, result.err)
    return Result(result.status, result.out, err + result.err)


def renamed(result: Result) -> Result:
    """As if the program were ours."""
    return Result(
        result.status, result.out, re.sub(rb"^grep: ", b"bigscan: ", result.err, flags=re.MULTILINE)
    )


def run_grep(case: Case, work: Path, command: list[bytes]) -> Result:
    with stdin_of(case, work) as stdin:
        try:
            done = subprocess.run(
                command, stdin=stdin, capture_output=True, cwd=work, timeout=GREP_SECONDS,
                env=support.environment(**variables(case)),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise GrepCannotSay(SKIPPED, Result(-9, b"", b"took too long")) from None
    return Result(done.returncode, done.stdout, done.stderr)


def stdin_of(case: Case, work: Path) -> IO[bytes]:
    """What to read from; a pipe is full before grep reads, as what one read gives can show."""
    if case.stdin is None:
        return open(os.devnull, "rb")
    if not case.piped:
        return open(work / "../in", "rb")
    reader, writer = os.pipe()
    if len(case.stdin) > 60000:
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 1 << 20)
    os.write(writer, case.stdin)
    os.close(writer)
    return os.fdopen(reader, "rb")


def variables(case: Case) -> dict[str, str]:
    return {} if case.colors is None else {"GREP_COLORS": case.colors}


# Ours.


def bigscan_result(case: Case, work: Path) -> Result:
    command, env = bigscan_command(case), variables(case)
    if case.plan:
        env["BIGSCAN_TEST_PLAN"] = case.plan
    if case.stdin is None or case.piped:
        return support.run(command, stdin=case.stdin, env=env, cwd=work)
    with open(work / "../in", "rb") as stdin:
        return support.run(command, stdin=stdin.fileno(), env=env, cwd=work)


def judge(case: Case, geometries: Sequence[tuple[str, ...]] = ()) -> Verdict:
    """compare(); a difference is reported at its smallest."""
    try:
        verdict = compare(case, geometries)
        if verdict.outcome != DIFFERENT:
            return verdict
        kind = verdict.kind
        case = shrink(verdict.case, lambda candidate: compare(candidate).kind == kind)
        verdict = compare(case)
        assert verdict.expected is not None and verdict.got is not None, "differs only at times"
        return replace(verdict, report=describe(case, verdict.expected, verdict.got))
    except AssertionError as failure:  # It hung, or left something behind.
        return Verdict(case, DIFFERENT, report=f"{failure}\n{reproduction(case)}")

"""What is shown of a case that differs: what both printed, and commands that show it anywhere."""

from __future__ import annotations

import base64
import gzip
import os
import shlex

import support
from cases import Case
from commands import (
    bigscan_command,
    grep_command,
    listing_command,
    needs_union,
    side_files,
)
from trees import Entry

PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ^$.|?*+()[]{}-_:<>#=!,/&"


def describe(case: Case, expected: support.Result, got: support.Result) -> str:
    lines = [
        f"status {got.status}, not {expected.status}" if got.status != expected.status else "",
        support.difference(got.out, expected.out),
        f"stderr {excerpt(got.err)}" if got.err != expected.err else "",
        f"   not {excerpt(expected.err)}" if got.err != expected.err else "",
        f"expected {excerpt(expected.out)}",
        f"got      {excerpt(got.out)}",
        reproduction(case),
    ]
    return "\n".join(line for line in lines if line)


def reproduction(case: Case) -> str:
    """A shell script: files, our command, grep's."""
    environment = [] if case.colors is None else [f"GREP_COLORS={shlex.quote(case.colors)}"]
    plan = [f"BIGSCAN_TEST_PLAN={case.plan}"] if case.plan else []
    lines = ["mkdir w && cd w", *map(entry_command, case.entries)]
    lines += [write_command(name, data) for name, data in side_files(case).items()]
    lines.append(shell_line(case, [*plan, *environment], bigscan_command(case)))
    if case.recursive:
        lines.append("# grep's order is that of the directory; the files are those listed by")
        lines.append(shell_line(case, ["LC_ALL=C"], listing_command(case)) + " | tr '\\0' '\\n'")
    if needs_union(case):
        lines.append("# All patterns as one:")
    lines.append(shell_line(case, ["LC_ALL=C", *environment], grep_command(case)))
    return "\n".join(lines)


def excerpt(data: bytes, limit: int = 400) -> str:
    return repr(data) if len(data) <= limit else f"{data[:limit]!r}... ({len(data)} bytes)"


def entry_command(entry: Entry) -> str:
    path = shlex.quote(entry.path)
    if entry.kind == "dir":
        return f"mkdir {path}"
    if entry.kind == "link":
        return f"ln -s {shlex.quote(os.fsdecode(entry.data))} {path}"
    return f"mkfifo {path}" if entry.kind == "fifo" else write_command(entry.path, entry.data)


def write_command(name: str, data: bytes) -> str:
    path = shlex.quote(name)
    if len(data) <= 200:
        return f"printf %b '{''.join(map(printf_byte, data))}' >{path}"
    packed = base64.b64encode(gzip.compress(data, mtime=0)).decode()
    return f"echo {packed} | base64 -d | gunzip >{path}  # {excerpt(data, 80)}"


def printf_byte(byte: int) -> str:
    named = {10: r"\n", 9: r"\t", 13: r"\r", 92: r"\\"}
    return named.get(byte) or (chr(byte) if byte in PLAIN else f"\\0{byte:03o}")


def shell_line(case: Case, environment: list[str], command: list[bytes]) -> str:
    words = " ".join([*environment, *map(shell_word, command)])
    if case.stdin is None:
        return words
    return f"cat ../in | {words}" if case.piped else f"{words} <../in"


def shell_word(word: bytes) -> str:
    if word == os.fsencode(support.BIGSCAN):
        return "bigscan"
    if all(32 <= byte < 127 for byte in word):
        return shlex.quote(word.decode())
    return "$'" + "".join(chr(byte) if byte in PLAIN else f"\\{byte:03o}" for byte in word) + "'"

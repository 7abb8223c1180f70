"""The command lines of a case: grep's and ours, and the files that they name.

Both run in the directory `w`. Beside it are standard input (`../in`) and the pattern files (`../p0`
...), so that no scan of a tree meets them. `../u` is the one pattern of grep -P that means all.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Iterable, Iterator

import support
from cases import Case, Giving
from options import Option, words_of
from trees import EXCLUDE_FILE, Entry

WORK = "w"
UNION_FILE = "../u"
TREE_OPTIONS = ("-r", "-R", "--include", "--exclude", "--exclude-dir", "--exclude-from")


def write_files(case: Case, directory: Path) -> None:
    """Makes the directory of the scan, and what lies beside it."""
    work = directory / WORK
    work.mkdir()
    for entry in case.entries:
        write_entry(work / entry.path, entry)
    for name, data in side_files(case).items():
        (work / name).write_bytes(data)


def write_entry(path: Path, entry: Entry) -> None:
    if entry.kind == "dir":
        path.mkdir()
    elif entry.kind == "link":
        path.symlink_to(os.fsdecode(entry.data))
    elif entry.kind == "fifo":
        os.mkfifo(path)
    else:
        path.write_bytes(entry.data)


def side_files(case: Case) -> dict[str, bytes]:
    files = {pattern_file(n): g.contents() for n, g in enumerate(case.givings) if g.how == "-f"}
    if case.stdin is not None:
        files["../in"] = case.stdin
    if excluded := case.last("--exclude-from"):
        files[EXCLUDE_FILE] = excluded.value.encode()
    if needs_union(case):
        files[UNION_FILE] = union(case) + b"\n"
    return files


def pattern_file(number: int) -> str:
    return f"../p{number}"


def needs_union(case: Case) -> bool:
    return not case.fixed and len(case.patterns) > 1


def union(case: Case) -> bytes:
    """One regex for all; the groups of each are renumbered. (?i) ends with its group."""
    branches, groups = [], 0
    for pattern in case.patterns:
        branches.append(b"(?:%s)" % pattern.render(groups))
        groups += pattern.groups
    return b"|".join(branches)


def giving_words(giving: Giving, number: int) -> list[bytes]:
    if giving.how == "-f":
        value, long_name = os.fsencode(pattern_file(number)), b"--file"
    else:
        value = b"\n".join(pattern.render() for pattern in giving.patterns)
        long_name = b"--regexp"
        if giving.how == "operand":
            return [value]
    short = giving.how.encode()
    forms = [[short, value], [short, value], [long_name + b"=" + value], [long_name, value]]
    return [short + value] if giving.form == 4 and value else forms[giving.form % 4]


def arguments(case: Case, patterns: list[bytes]) -> list[bytes]:
    """Options, patterns and operands in the case's order."""
    options = encoded(words_of(case.options, case.bundle))
    operands = encoded(case.operands)
    if case.operands_first:
        return [*patterns, *operands, *options]
    return [*options, *patterns, *operands]


def grep_command(case: Case) -> list[bytes]:
    """Of a case that is not recursive."""
    if needs_union(case):
        patterns = encoded(["-f", UNION_FILE])
    else:
        patterns = all_giving_words(case)
    return [b"grep", b"-F" if case.fixed else b"-P", *arguments(case, patterns)]


def bigscan_command(case: Case) -> list[bytes]:
    engine = ["-F"] if case.fixed else ["-P"] if case.pcre else []
    before = encoded([support.BIGSCAN, *case.geometry, *engine])
    return [*before, *arguments(case, all_giving_words(case))]


def all_giving_words(case: Case) -> list[bytes]:
    return [word for n, giving in enumerate(case.givings) for word in giving_words(giving, n)]


# Recursion. grep's order is that of the directory, ours is that of the names, so grep is asked
# twice: for the files, with a pattern that never matches, and then for what it prints of these.


def listing_command(case: Case) -> list[bytes]:
    options = [o for o in case.options if o.name in (*TREE_OPTIONS, "-s")]
    return encoded(["grep", "-PLZ", *words_of(options, False), "-e", "(*F)", *case.operands])


def sorted_listing(case: Case, names: set[bytes], work: Path) -> list[str]:
    """`names` in the order in which we read them: by name, directory by directory."""

    def walk(path: str, shown: str) -> Iterator[str]:
        if os.fsencode(shown) in names:
            yield shown
        elif os.path.isdir(path):
            for name in sorted(os.listdir(path), key=os.fsencode):
                below = shown.rstrip("/") + "/" + name if shown else name
                yield from walk(os.path.join(path, name), below)

    if not case.operands:
        return list(walk(str(work), ""))
    return [
        name
        for operand in case.operands
        for name in (["-"] if operand == "-" else walk(str(work / operand), operand))
    ]


def with_files(case: Case, files: list[str]) -> Case:
    """The case without recursion, with the files that were found."""
    options = tuple(option for option in case.options if option.name not in TREE_OPTIONS)
    if not case.has("-H", "-h"):
        named = not case.operands or len(case.operands) > 1 or case.operands[0] not in files
        name = "-H" if named else "-h"
        options += (Option(name, (name,)),)
    return replace(case, options=options, operands=tuple(files))


def encoded(words: Iterable[str | bytes]) -> list[bytes]:
    """Words as bytes; one of our own may hold any byte as a character."""
    return [word if isinstance(word, bytes) else word.encode("latin-1") for word in words]

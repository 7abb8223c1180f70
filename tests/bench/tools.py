"""The programs that are measured: which of them this machine has, and how each is asked."""

import argparse
import dataclasses
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rows import (CAT_TO_NULL, DD_TO_NULL, DUCKDB, GAWK, MAWK, MILLER, P1, P2, P8, RG15, RG15_J2, RG15_P, RG15_Z, UGREP,
                  UGREP_P, UGREP_R, UGREP_Z, Row)

HERE = Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Tool:
    """A program, and how to ask it. The words in braces are filled in for a row (see command)."""

    name: str
    argv: tuple[str, ...]
    max_runs: int | None = None  # None: as many as bigscan
    may_be_slow: bool = True  # may get fewer runs
    reference: bool = False  # does something else, so has no answer to compare
    bigscan: bool = False  # must not fail


def build_touch(folder: Path) -> str | None:
    """Build the touch program, unless it is there. None if it can not be built."""
    source, program = HERE / "touch.cc", folder / "touch"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        compiler = os.environ.get("CXX", "c++")
        done = subprocess.run([compiler, "-std=c++20", "-O2", "-o", program, source])
        if done.returncode != 0:
            return None
    return str(program)


ASK = ("{options}", "{pattern}", "{files}")


def bigscan(name: str, workers: int) -> Tool:
    return Tool(name, ("-p", str(workers), "{bigscan_options}", *ASK), may_be_slow=False,
                bigscan=True)


def ripgrep15(name: str, *options: str) -> Tool:
    return Tool(name, ("--no-config", *options, *ASK), may_be_slow=False)


def known_tools(args: argparse.Namespace, touch: str | None) -> list[tuple[str | None, Tool]]:
    """All programs, found or not, and what they are called in rows.py."""
    own, rg15, ugrep = str(args.bigscan), args.rg15, args.ugrep
    return [
        (own, bigscan(P2, 2)),
        (own, bigscan(P1, 1)),
        (own, bigscan(P8, 8)),
        (rg15, ripgrep15(RG15)),
        (rg15, ripgrep15(RG15_P, "-P")),
        (rg15, ripgrep15(RG15_Z, "-z")),
        # All files, as the others: a rule of the folder's owner is no part of the question.
        (rg15, ripgrep15(RG15_J2, "-j2", "--no-ignore", "--hidden")),
        ("rg", Tool("rg", ("--no-config", *ASK))),
        ("grep", Tool("grep", ("{grep_syntax}", *ASK))),
        ("grep", Tool("grep -r", ("-r", "{grep_syntax}", *ASK))),
        ("zgrep", Tool("zgrep", ("{grep_syntax}", *ASK))),
        (ugrep, Tool(UGREP, ASK)),
        (ugrep, Tool(UGREP_P, ("-P", *ASK))),
        (ugrep, Tool(UGREP_R, ("-r", *ASK))),
        (ugrep, Tool(UGREP_Z, ("-z", *ASK))),
        ("mawk", Tool(MAWK, ("{program}", "{files}"))),
        ("gawk", Tool(GAWK, ("{program}", "{files}"))),
        ("mlr", Tool(MILLER, ("{program}", "{files}"))),
        # Where its module is, NODE_PATH tells.
        ("node" if args.duckdb else None,
         Tool(DUCKDB, (str(HERE / "duckdb.cjs"), "2", "{program}", "{files}"))),
        (touch, Tool("touch 2", ("2", "{files}"), may_be_slow=False, reference=True)),
        (str(HERE / "talk_brute.py"), Tool("talk brute", ("{pattern}", "{files}"), max_runs=1)),
        (str(HERE / "talk_chunks.py"),
         Tool("talk chunks", ("2", "{pattern}", "{files}"), max_runs=1)),
        ("cat", Tool("cat", ("{files}",), reference=True)),
        ("sh", Tool(CAT_TO_NULL, ("-c", 'exec cat "$0" >/dev/null', "{files}"), reference=True)),
        ("sh", Tool(DD_TO_NULL, ("-c", 'exec dd if="$0" of=/dev/null bs=4M status=none',
                                 "{files}"), reference=True)),
    ]


def find_tools(args: argparse.Namespace, touch: str | None) -> dict[str, Tool]:
    """The tools that this machine has."""
    found = {}
    for program, tool in known_tools(args, touch):
        path = shutil.which(program) if program else None
        if path:
            found[tool.name] = dataclasses.replace(tool, argv=(path, *tool.argv))
        else:
            print(f"bench: {tool.name}: not found, left out", file=sys.stderr)
    return found


def command(tool: Tool, row: Row, paths: Sequence[Path], strings: Path | None) -> list[str]:
    """The arguments with which a tool answers a row about these files."""
    files = [str(path) for path in paths]
    values: dict[str, Sequence[str]] = {
        "{options}": row.options,
        "{bigscan_options}": row.bigscan_options,
        "{pattern}": (row.pattern,) if strings is None else ("-f", str(strings)),
        "{grep_syntax}": ("-F",) if row.pattern.isalnum() else ("-P",),
        "{program}": dict(row.programs).get(tool.name, ()),
        "{files}": ("-",) if row.from_pipe else files,
    }
    argv = [value for word in tool.argv for value in values.get(word, (word,))]
    if row.from_pipe:
        return ["/bin/sh", "-c", 'cat "$0" | "$@"', *files, *argv]
    return argv

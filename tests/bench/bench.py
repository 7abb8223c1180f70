#!/usr/bin/env python3
r"""Measure bigscan against its peers, in one run and in turn.

To repeat it:

    make bench                                       # everything, as the project's figures are
    tests/bench/bench.py --bigscan ./bigscan --loggen ./loggen --data /var/tmp/bench \
        --size 4G --runs 5 --rg15 /path/to/rg --ugrep /path/to/ugrep --json bench.json \
        --table count-literal,print

How it measures:

- The logs come from loggen, so everybody has the same bytes. They are kept in --data, together with
  what is made from them: compressed files, a tree of small files, lists of strings.
- A row is one question. Each tool answers it once unmeasured, which warms the page cache, and the
  answers must be the same: the count, or the SHA-256 of what is printed. Where tools rightly print
  different bytes, as escape sequences, what can be compared is (see rows.py).
- A row in which the tools disagree, or bigscan fails, is reported as FAILED and not measured; the
  others are, and the exit status is 2. A missed goal is no error: the exit status stays 0.
- Then the tools run in turn (A B C A B C ...). Only ratios taken within one turn are compared
  with a goal, as their median: a machine's speed drifts, and then both sides drift.
- stdout is a pipe that is drained as fast as it can be. Never /dev/null, where grep and ugrep stop
  at the first match. (--drain read copies the bytes out of the pipe, as a reader would.)
- wall is from the spawn to the end of the process; user and sys are wait4's, so they contain the
  worker processes that a tool has waited for.
- A peer that needs more than 5 s gets 2 runs unless a goal of the row names it, the talk's programs
  1; ripgrep 15 and bigscan get all. GB are 10^9 bytes, of compressed files those that are decoded.
- All tools run with LC_ALL=C, and find an empty cache of compiled patterns at the beginning.
- Tools that are not installed are left out, and so is a peer that fails on a row, or complains and
  finds nothing: not every ugrep knows all compressions.

Every single run, the machine and the tools' versions are in the JSON file. As root, `cold` and
`drop-cache` empty the page cache of the whole machine.

Here are the arguments and the order of things. rows.py has what is measured, tools.py by which
programs, inputs.py on which files; turns.py and resources.py measure.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from inputs import CanNotMake, Inputs
from logs import Logs, size_in_bytes
from measure import DRAINS, Runner, RunFailed
from report import machine, mean_entry, print_end, version
from resources import drop_cache_measurement, memory_measurements
from rows import DROP_CACHE, RESOURCES, ROWS, SECTIONS
from setup import Setup
from tools import build_touch, find_tools
from turns import Disagreement, measure_row


class Bench:
    """Goes through the sections, and owns the report."""

    def __init__(self, args: argparse.Namespace, cache_home: Path) -> None:
        self.args = args
        tools = find_tools(args, build_touch(args.data))
        self.setup = Setup(tools, Inputs(Logs(args.loggen, args.data), args.size),
                           Runner(DRAINS[args.drain], cache_home), args.runs)
        self.failed = False
        self.rows: list[dict] = []
        self.report = {
            "machine": machine(),
            "versions": {name: version(tool) for name, tool in tools.items()},
            "arguments": {"size": args.size, "runs": args.runs, "drain": args.drain},
            "rows": self.rows,
        }

    def run(self, sections: list[str]) -> int:
        try:
            for row in ROWS:
                if row.section in sections:
                    self.attempt(row.title, row.section, partial(measure_row, self.setup, row))
            if RESOURCES in sections:
                for title, measurement in memory_measurements(self.setup, self.args.big):
                    self.attempt(title, RESOURCES, measurement)
            if DROP_CACHE in sections:
                title, measurement = drop_cache_measurement(self.setup)
                self.attempt(title, DROP_CACHE, measurement)
            mean = mean_entry(self.rows)
            self.rows += [mean] if mean else []
        finally:
            self.report["failed"] = self.failed
            if self.args.json:
                self.args.json.write_text(json.dumps(self.report, indent=1) + "\n")
        print_end(self.rows)
        return 2 if self.failed else 0

    def attempt(self, title: str, section: str, measurement: Callable[[], dict]) -> None:
        """Measure something. What fails is reported, and does not keep the rest from its turn."""
        print(f"\n{title}", flush=True)
        try:
            self.rows.append(measurement())
        except CanNotMake as missing:
            print(f"  left out: {missing}")
        except Disagreement as answers:
            self.fail(title, section, f"the tools DISAGREE:{answers}")
        except (RunFailed, subprocess.CalledProcessError) as failure:
            self.fail(title, section, str(failure))

    def fail(self, title: str, section: str, reason: str) -> None:
        print(f"  FAILED: {reason}")
        self.failed = True
        self.rows.append({"title": title, "section": section, "failed": reason})


def absolute(path: str) -> Path:
    return Path(path).absolute()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure bigscan against its peers.")
    parser.add_argument("--bigscan", type=absolute, required=True, metavar="PATH")
    parser.add_argument("--loggen", type=absolute, required=True, metavar="PATH")
    parser.add_argument("--data", type=absolute, required=True, metavar="DIR",
                        help="where the generated logs and other inputs are kept")
    parser.add_argument("--size", default="4G", help="of the logs (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="per tool (default %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run there")
    parser.add_argument("--table", default=",".join(SECTIONS), metavar="NAME,NAME",
                        help="only these sections (default %(default)s)")
    parser.add_argument("--rg15", default=os.environ.get("RG15"), metavar="PATH",
                        help="ripgrep 15 (default: the environment's RG15)")
    parser.add_argument("--ugrep", default=os.environ.get("UGREP") or "ugrep", metavar="PATH",
                        help="default: the environment's UGREP, or the one that is installed")
    parser.add_argument("--duckdb", action="store_true",
                        help="node finds the module @duckdb/node-api (by NODE_PATH)")
    parser.add_argument("--big", action="store_true", help="resources: a log of 16G too")
    parser.add_argument("--drain", choices=DRAINS, default="splice",
                        help="how the tools' output is thrown away (default %(default)s)")
    args = parser.parse_args()
    unknown = set(args.table.split(",")) - set(SECTIONS)
    if unknown:
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if args.runs < 1:
        parser.error("--runs must be at least 1")
    try:
        size_in_bytes(args.size)
    except argparse.ArgumentTypeError as error:
        parser.error(str(error))
    for program in (args.bigscan, args.loggen):
        if not shutil.which(program):
            parser.error(f"{program}: not found")
    return args


def main() -> int:
    args = parse_arguments()
    try:
        args.data.mkdir(parents=True, exist_ok=True)
        # bigscan finds there what it has compiled in this benchmark, and nothing older.
        with tempfile.TemporaryDirectory(prefix="cache-", dir=args.data) as cache_home:
            return Bench(args, Path(cache_home)).run(args.table.split(","))
    except OSError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
r"""Measure bigscan against its peers, in one run and in turn.

To repeat it:

    make bench                                       # everything, as the project's figures are
    tests/bench/bench.py --bigscan ./bigscan --loggen ./loggen --data /var/tmp/bench \
        --size 4G --runs 5 --rg15 /path/to/rg --json bench.json --table count-literal,print

How it measures:

- The logs come from loggen, so everybody has the same bytes. They are kept in --data.
- A row is one question. Each tool answers it once unmeasured, which warms the page cache, and the
  answers must be the same: the count, or the SHA-256 of what is printed. If they are not, or if
  bigscan fails, the exit status is 2. A missed goal is no error: the exit status stays 0.
- Then the tools run in turn (A B C A B C ...). Only ratios taken within one turn are compared
  with a goal, as their median: a machine's speed drifts, and then both sides drift.
- stdout is a pipe that is drained as fast as it can be. Never /dev/null, where grep and ugrep stop
  at the first match. (--drain read copies the bytes out of the pipe, as a reader would.)
- wall is from the spawn to the end of the process; user and sys are wait4's, so they contain the
  worker processes that a tool has waited for.
- A peer that needs more than 5 s gets 2 runs, the talk's programs 1; ripgrep 15 and bigscan get
  all. GB are 10^9 bytes. All tools run with LC_ALL=C.
- Tools that are not installed are left out, and so is a peer that fails on a row.

Every single run, the machine and the tools' versions are in the JSON file. As root, `cold` empties
the page cache of the whole machine.
"""

import argparse
import ctypes
import dataclasses
import hashlib
import json
import mmap
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
SEED = 1
SLOW_SECONDS = 5.0
SLOW_RUNS = 2
SMALL_RUNS = 40
BUFFER_BYTES = 1 << 20
MEMORY_GOAL_BYTES = 64 << 20
SAMPLE_SECONDS = 0.002

LITERAL = "ssbrtg"
ROUTED_FILE = r"GISF_EIS_\w+_TO_1(23|45)\d+\.txt"


# --- what is measured ------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Tool:
    """A program, and how to ask it. {pattern}, {file} and {flags} are filled in for a row."""

    name: str
    argv: tuple[str, ...]
    max_runs: int | None = None  # None: as many as bigscan
    may_be_slow: bool = True  # may get fewer runs
    reference: bool = False  # does something else, so has no answer to compare


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound on the median of `tool`'s wall time divided by `peer`'s."""

    tool: str
    peer: str  # BEST_PEER: the fastest one of the turn
    limit: float
    at_least: bool = False
    strictly: bool = False

    def __str__(self) -> str:
        relation = ">=" if self.at_least else "<" if self.strictly else "<="
        return f"{self.tool} / {self.peer} {relation} {self.limit:.2f}"

    def met(self, ratio: float) -> bool:
        if self.at_least:
            return ratio >= self.limit
        return ratio < self.limit if self.strictly else ratio <= self.limit


@dataclasses.dataclass(frozen=True)
class Row:
    """One question that several tools answer."""

    section: str
    log: str  # a key of Bench.logs
    tools: tuple[str, ...]
    pattern: str = LITERAL
    count: bool = True
    goals: tuple[Goal, ...] = ()
    from_pipe: bool = False  # the log comes by `cat FILE |`
    cold: bool = False  # the page cache is emptied before each run
    runs: int | None = None

    @property
    def title(self) -> str:
        how = "cat FILE | " if self.from_pipe else ""
        return f"{self.section}: {how}{'-c ' if self.count else ''}'{self.pattern}' in {self.log}"


P1, P2, RG15, BEST_PEER = "bigscan -p 1", "bigscan -p 2", "rg 15", "best peer"
PEERS = (P2, P1, RG15, "rg", "grep", "ugrep")

COMBINED_50X = r'" 50\d '
REGEXES = (
    ("xferlog", r"(?i)ssbrtg"),
    ("xferlog", ROUTED_FILE),
    ("combined", COMBINED_50X),
    ("combined", r"(?:Chrome|curl)/\d+\.\d+.* [23]\.\d{3}$"),
    ("combined", r"user(1[0-9]{3}|4999)"),
    ("combined", r"^13\."),
    ("combined", r"[a-z]+bot"),
)


def regex_goals(pattern: str) -> tuple[Goal, ...]:
    scaling = Goal(P1, P2, 1.85, at_least=True)
    return (scaling,) if pattern == COMBINED_50X else (Goal(P2, RG15, 0.60), scaling)


ROWS = (
    Row("count-literal", "xferlog", PEERS + ("touch 2", "talk brute", "talk chunks"),
        goals=(Goal(P2, RG15, 0.62), Goal(P1, RG15, 1.05), Goal(P2, "touch 2", 1.10))),
    *(Row("count-regex", log, PEERS, pattern, goals=regex_goals(pattern))
      for log, pattern in REGEXES),
    *(Row("print", log, PEERS, pattern, count=False)
      for log, pattern in (("xferlog", LITERAL), *REGEXES)),
    Row("print-all", "xferlog", PEERS + ("cat",), ".", count=False,
        goals=(Goal(P2, BEST_PEER, 0.80),)),
    Row("small", "small", PEERS, goals=(Goal(P2, RG15, 2.0),), runs=SMALL_RUNS),
    Row("cold", "xferlog", (P2, "cat to null", "dd to null"),
        goals=(Goal(P2, "cat to null", 1.0),), cold=True),
    *(Row("stdin", "stdin", (P2, RG15, "grep"), pattern, from_pipe=True,
          goals=(Goal(P2, RG15, 1.0, strictly=True),))
      for pattern in (ROUTED_FILE, LITERAL)),
)
SECTIONS = tuple(dict.fromkeys(row.section for row in ROWS)) + ("resources",)


def find_tools(args: argparse.Namespace, touch: str | None) -> dict[str, Tool]:
    """The tools that this machine has."""
    bigscan = str(args.bigscan)
    ask = ("{flags}", "{pattern}", "{file}")
    wanted = (
        (bigscan, Tool(P2, ("-p", "2", *ask), may_be_slow=False)),
        (bigscan, Tool(P1, ("-p", "1", *ask), may_be_slow=False)),
        (args.rg15, Tool(RG15, ("--no-config", *ask), may_be_slow=False)),
        ("rg", Tool("rg", ("--no-config", *ask))),
        ("grep", Tool("grep", ("{grep_syntax}", *ask))),
        ("ugrep", Tool("ugrep", ask)),
        (touch, Tool("touch 2", ("2", "{file}"), may_be_slow=False, reference=True)),
        (str(HERE / "talk_brute.py"), Tool("talk brute", ("{pattern}", "{file}"), max_runs=1)),
        (str(HERE / "talk_chunks.py"),
         Tool("talk chunks", ("2", "{pattern}", "{file}"), max_runs=1)),
        ("cat", Tool("cat", ("{file}",), reference=True)),
        ("sh", Tool("cat to null", ("-c", 'exec cat "$0" >/dev/null', "{file}"), reference=True)),
        ("sh", Tool("dd to null", ("-c", 'exec dd if="$0" of=/dev/null bs=4M status=none',
                                   "{file}"), reference=True)),
    )
    found = {}
    for program, tool in wanted:
        path = shutil.which(program) if program else None
        if path:
            found[tool.name] = dataclasses.replace(tool, argv=(path, *tool.argv))
        else:
            print(f"bench: {tool.name}: not found, left out", file=sys.stderr)
    return found


def command(tool: Tool, row: Row, path: Path) -> list[str]:
    values = {
        "{pattern}": row.pattern,
        "{file}": "-" if row.from_pipe else str(path),
        "{flags}": "-c" if row.count else None,
        "{grep_syntax}": "-F" if row.pattern.isalnum() else "-P",
    }
    argv = [value for word in tool.argv if (value := values.get(word, word)) is not None]
    if row.from_pipe:
        return ["/bin/sh", "-c", 'cat "$0" | "$@"', str(path), *argv]
    return argv


# --- one run ---------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Run:
    wall: float
    user: float
    sys: float
    max_rss_kib: int  # of the largest process, mapped file included
    status: int  # exit status, negative: a signal
    stderr: str


class RunFailed(Exception):
    """A tool neither selected something nor nothing: it failed."""


def read_all(fd: int) -> Iterator[memoryview]:
    buffer = bytearray(BUFFER_BYTES)
    view = memoryview(buffer)
    while length := os.readv(fd, [buffer]):
        yield view[:length]


def drain_by_splice(fd: int) -> None:
    """Throw away what comes by a pipe without copying it: the fastest reader there is."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        while os.splice(fd, null, BUFFER_BYTES):
            pass
    finally:
        os.close(null)


def drain_by_read(fd: int) -> None:
    for _ in read_all(fd):
        pass


DRAINS = {"splice": drain_by_splice, "read": drain_by_read}


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items()
            if name not in ("RIPGREP_CONFIG_PATH", "GREP_COLORS", "GREP_OPTIONS")}
    return kept | {"LC_ALL": "C"}


def run(argv: list[str], drain: Callable[[int], object],
        watch: Callable[[int], object] | None = None) -> Run:
    """Run a command whose stdout goes to `drain`; `watch` gets its process id first."""
    reader, writer = os.pipe()
    with tempfile.TemporaryFile() as errors, open(os.devnull, "rb") as nothing:
        redirections = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
                        (os.POSIX_SPAWN_DUP2, writer, 1),
                        (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
        try:
            begin = time.perf_counter()
            # Python ignores SIGPIPE; a shell's children do not.
            process = os.posix_spawn(argv[0], argv, environment(), file_actions=redirections,
                                     setsigdef=[signal.SIGPIPE])
            os.close(writer)
            if watch:
                watch(process)
            drain(reader)
            _, status, usage = os.wait4(process, 0)
            wall = time.perf_counter() - begin
        finally:
            os.close(reader)
        errors.seek(0)
        message = errors.read(2000).decode(errors="replace").strip()
    return Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss,
               os.waitstatus_to_exitcode(status), message)


def checked(result: Run, argv: list[str]) -> Run:
    if result.status not in (0, 1):
        raise RunFailed(f"{' '.join(argv)}: status {result.status} {result.stderr}")
    return result


def answer(argv: list[str], count: bool) -> tuple[str, Run]:
    """Run once to learn what a tool says: a count, or the digest of its output."""
    digest = hashlib.sha256()
    head = bytearray()

    def take(fd: int) -> None:
        for part in read_all(fd):
            if count:
                head.extend(part)
            else:
                digest.update(part)

    result = checked(run(argv, take), argv)
    # ripgrep prints nothing at all for a count of zero.
    return (head.decode().strip() or "0") if count else digest.hexdigest(), result


# --- the page cache --------------------------------------------------------------------------


def warm(path: Path) -> None:
    with open(path, "rb", buffering=0) as file:
        drain_by_read(file.fileno())


def chill(path: Path) -> None:
    """Drop a file from the page cache; as root, empty the whole cache."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if os.geteuid() == 0:
        try:
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
        except OSError as error:
            print(f"bench: cannot drop caches: {error}", file=sys.stderr)


def cached_share(path: Path) -> float:
    """How much of a file is in the page cache, from 0 to 1."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                          ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    size = path.stat().st_size
    pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
    resident = ctypes.create_string_buffer(pages)
    with open(path, "rb") as file:
        address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    try:
        if libc.mincore(address, size, resident) != 0:
            raise OSError(ctypes.get_errno(), "mincore")
    finally:
        libc.munmap(address, size)
    return resident.raw.count(b"\x01") / pages


# --- memory ----------------------------------------------------------------------------------


def family(process: int) -> Iterator[int]:
    """A process and its descendants; those that end meanwhile are left out."""
    yield process
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def memory_of(process: int) -> int:
    """Bytes of anonymous and shared memory that a process uses, its share of the file not counted.

    Proportional shares (Pss), so that what several processes use counts once.
    """
    total = 0
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in ("Pss_Anon", "Pss_Shmem"):
                total += int(value.split()[0]) << 10
    except OSError:
        pass  # it has ended
    return total


class MemoryWatch:
    """Samples a process and its descendants until it ends.

    Nobody drains its output meanwhile, so that must fit in a pipe.
    """

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.samples = 0

    def __call__(self, process: int) -> None:
        # WNOWAIT: the caller still reaps it.
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while os.waitid(os.P_PID, process, how) is None:
            used = sum(memory_of(member) for member in family(process))
            self.peak_bytes = max(self.peak_bytes, used)
            self.samples += 1
            time.sleep(SAMPLE_SECONDS)


# --- the benchmark ---------------------------------------------------------------------------


class Bench:
    """Owns the logs, the tools and the report of one benchmark."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.data = args.data
        self.data.mkdir(parents=True, exist_ok=True)
        self.drain = DRAINS[args.drain]
        self.tools = find_tools(args, self.touch())
        self.disagreed = False
        self.report: dict = {
            "machine": machine(),
            "versions": {name: version(tool) for name, tool in self.tools.items()},
            "arguments": {"size": args.size, "runs": args.runs, "drain": args.drain},
            "rows": [],
        }
        small_stdin = min(args.size, "1G", key=size_in_bytes)
        self.logs = {"xferlog": ("xferlog", args.size), "combined": ("combined", args.size),
                     "small": ("xferlog", "1K"), "stdin": ("xferlog", small_stdin)}

    def touch(self) -> str | None:
        """Build the touch program, unless it is there."""
        source, program = HERE / "touch.cc", self.data / "touch"
        if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
            compiler = os.environ.get("CXX", "c++")
            done = subprocess.run([compiler, "-std=c++20", "-O2", "-o", program, source])
            if done.returncode != 0:
                return None
        return str(program)

    def log(self, name: str) -> Path:
        return self.generated(*self.logs[name])

    def generated(self, kind: str, size: str) -> Path:
        """The log of this kind and size, made if it is not there or no longer what loggen makes."""
        path = self.data / f"{kind}-{size}-seed{SEED}.log"
        loggen = [str(self.args.loggen), "--kind", kind, "--seed", str(SEED)]
        # A shorter log is a prefix of a longer one.
        sample = min(size, "64K", key=size_in_bytes)
        prefix = subprocess.run([*loggen, "--size", sample], check=True,
                                stdout=subprocess.PIPE).stdout
        if path.exists():
            with open(path, "rb") as file:
                if file.read(len(prefix)) == prefix:
                    return path
        unfinished = path.with_suffix(".unfinished")
        try:
            subprocess.run([*loggen, "--size", size, "--output", unfinished], check=True)
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

    def run_row(self, row: Row) -> None:
        path = self.log(row.log)
        print(f"\n{row.title} ({path.stat().st_size / 1e6:,.3f} MB)", flush=True)
        warm(path)
        tools = [self.tools[name] for name in row.tools if name in self.tools]
        commands = {tool.name: command(tool, row, path) for tool in tools}
        plan, answers = self.check_answers(row, tools, commands)
        runs = {name: [] for name in plan}
        turns = max(plan.values(), default=0)
        for turn in range(turns):
            for name, wanted in plan.items():
                if turn < wanted:
                    runs[name].append(self.run_once(row, commands[name], path))
        entry = summary(row, path.stat().st_size, runs, answers)
        entry["commands"] = commands
        self.report["rows"].append(entry)
        print_table(entry)

    def check_answers(self, row: Row, tools: list[Tool],
                      commands: dict[str, list[str]]) -> tuple[dict[str, int], dict[str, str]]:
        """Run each tool once. Returns how often to measure each, and what each said."""
        turns = row.runs or self.args.runs
        plan, answers = {}, {}
        for tool in tools:
            try:
                said, result = answer(commands[tool.name], row.count and not tool.reference)
            except RunFailed as failure:
                print(f"  {tool.name} FAILED, left out: {failure}")
                self.disagreed |= tool.name in (P1, P2)
                continue
            if not tool.reference:
                answers[tool.name] = said
            slow = tool.may_be_slow and result.wall > SLOW_SECONDS
            plan[tool.name] = min(turns, tool.max_runs or turns, SLOW_RUNS if slow else turns)
        if len(set(answers.values())) > 1:
            self.disagreed = True
            print("  the tools DISAGREE:")
            for name, said in answers.items():
                print(f"    {name:14} {said}")
        return plan, answers

    def run_once(self, row: Row, argv: list[str], path: Path) -> dict:
        share = None
        if row.cold:
            chill(path)
            # The program and its libraries are not what is to be read from the disk.
            warm_up = [str(self.log("small")) if word == str(path) else word for word in argv]
            run(warm_up, self.drain)
            share = cached_share(path)
        result = dataclasses.asdict(checked(run(argv, self.drain), argv))
        return result | ({} if share is None else {"cached_share_before": share})

    def run_resources(self) -> None:
        """The most memory that bigscan uses while it scans, the mapped file not counted."""
        if P2 not in self.tools:
            return
        row = Row("resources", "xferlog", (P2,))
        for size in [self.args.size] + (["16G"] if self.args.big else []):
            path = self.generated("xferlog", size)
            warm(path)
            watches = []
            for _ in range(self.args.runs):
                watches.append(MemoryWatch())
                argv = command(self.tools[P2], row, path)
                checked(run(argv, self.drain, watches[-1]), argv)
            peak = max(watch.peak_bytes for watch in watches)
            samples = sum(watch.samples for watch in watches)
            met = peak <= MEMORY_GOAL_BYTES
            title = f"resources: peak memory of {P2} -c '{LITERAL}' in xferlog, {size}"
            print(f"\n{title}\n  {peak / 2**20:.1f} MiB in {samples} samples; "
                  f"goal <= {MEMORY_GOAL_BYTES >> 20} MiB: {verdict(met)}")
            self.report["rows"].append({
                "title": title, "section": "resources", "peak_bytes": peak, "goal_met": met,
                "runs": [vars(watch) for watch in watches]})

    def run(self, sections: list[str]) -> int:
        try:
            for row in ROWS:
                if row.section in sections:
                    self.run_row(row)
            if "resources" in sections:
                self.run_resources()
        finally:
            self.report["disagreed"] = self.disagreed
            if self.args.json:
                self.args.json.write_text(json.dumps(self.report, indent=1) + "\n")
        print_goals(self.report["rows"])
        return 2 if self.disagreed else 0


# --- the report ------------------------------------------------------------------------------


def machine() -> dict[str, object]:
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in cpuinfo
                  if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "load_average": os.getloadavg(), "root": os.geteuid() == 0, "python":
            platform.python_version(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def version(tool: Tool) -> str:
    if tool.name.startswith(("talk", "touch")) or tool.argv[0].endswith("/sh"):
        return ""
    done = subprocess.run([tool.argv[0], "--version"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return next(iter(done.stdout.decode(errors="replace").splitlines()), "")


def size_in_bytes(size: str) -> int:
    units = "KMGT"
    if size[-1:] in units and size[:-1].isdigit():
        return int(size[:-1]) << 10 * (units.index(size[-1]) + 1)
    if size.isdigit():
        return int(size)
    raise argparse.ArgumentTypeError(f"bad size {size!r}")


def pairwise_ratio(left: list[dict], right: list[dict]) -> float | None:
    """The median of the ratios of what ran in the same turn."""
    ratios = [a["wall"] / b["wall"] for a, b in zip(left, right)]
    return statistics.median(ratios) if ratios else None


def best_peer_runs(runs: dict[str, list[dict]], row: Row) -> list[dict]:
    """For each turn of bigscan the fastest peer's run."""
    peers = [runs[name] for name in PEERS if name in runs and name not in (P1, P2)]
    turns = max((len(each) for each in peers), default=0)
    return [min((each[turn] for each in peers if turn < len(each)), key=lambda one: one["wall"])
            for turn in range(turns)]


def summary(row: Row, size: int, runs: dict[str, list[dict]], answers: dict[str, str]) -> dict:
    tools = {}
    for name, each in runs.items():
        medians = {key: statistics.median(one[key] for one in each)
                   for key in ("wall", "user", "sys")}
        tools[name] = medians | {
            "gb_per_s": size / medians["wall"] / 1e9, "answer": answers.get(name), "runs": each,
            "bigscan_over_this": pairwise_ratio(runs[P2], each) if P2 in runs else None}
    goals = []
    for goal in row.goals:
        peer = best_peer_runs(runs, row) if goal.peer == BEST_PEER else runs.get(goal.peer, [])
        ratio = pairwise_ratio(runs.get(goal.tool, []), peer)
        goals.append({"goal": str(goal), "ratio": ratio,
                      "met": None if ratio is None else goal.met(ratio)})
    return {"title": row.title, "section": row.section, "pattern": row.pattern, "bytes": size,
            "tools": tools, "goals": goals}


def verdict(met: bool | None) -> str:
    return "not measured" if met is None else "met" if met else "NOT MET"


def print_table(entry: dict) -> None:
    small = entry["bytes"] < 1 << 20
    unit, scale = ("ms", 1e3) if small else ("s", 1)
    print(f"  {'tool':14} {'wall ' + unit:>8} {'user':>7} {'sys':>7} {'GB/s':>7} {'runs':>4}"
          f"  {P2} / this")
    for name, tool in entry["tools"].items():
        ratio = tool["bigscan_over_this"]
        speed = "" if small else f"{tool['gb_per_s']:.2f}"
        print(f"  {name:14} {tool['wall'] * scale:8.3f} {tool['user'] * scale:7.3f} "
              f"{tool['sys'] * scale:7.3f} {speed:>7} {len(tool['runs']):4}"
              + (f"  {ratio:.3f}" if ratio is not None and name != P2 else ""))
    shares = [one["cached_share_before"] for tool in entry["tools"].values()
              for one in tool["runs"] if "cached_share_before" in one]
    if shares and max(shares) > 0.01:
        print(f"  NOT COLD: up to {max(shares):.0%} of the file was in the page cache")
    for goal in entry["goals"]:
        print(f"  goal {describe(goal)}")
    sys.stdout.flush()


def describe(goal: dict) -> str:
    ratio = "" if goal["ratio"] is None else f"{goal['ratio']:.3f}, "
    return f"{goal['goal']}: {ratio}{verdict(goal['met'])}"


def print_goals(rows: list[dict]) -> None:
    missed = [(row["title"], goal) for row in rows for goal in row.get("goals", ())
              if goal["met"] is False]
    known = sum(goal["met"] is not None for row in rows for goal in row.get("goals", ()))
    print(f"\n{known - len(missed)} of {known} goals on time met")
    for title, goal in missed:
        print(f"  {title}\n    {describe(goal)}")


def absolute(path: str) -> Path:
    return Path(path).absolute()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure bigscan against its peers.")
    parser.add_argument("--bigscan", type=absolute, required=True, metavar="PATH")
    parser.add_argument("--loggen", type=absolute, required=True, metavar="PATH")
    parser.add_argument("--data", type=absolute, required=True, metavar="DIR",
                        help="where the generated logs are kept")
    parser.add_argument("--size", default="4G", help="of the logs (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="per tool (default %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every run there")
    parser.add_argument("--table", default=",".join(SECTIONS), metavar="NAME,NAME",
                        help="only these sections (default %(default)s)")
    parser.add_argument("--rg15", default=os.environ.get("RG15"), metavar="PATH",
                        help="ripgrep 15 (default: the environment's RG15)")
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
        return Bench(args).run(args.table.split(","))
    except (OSError, RunFailed, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

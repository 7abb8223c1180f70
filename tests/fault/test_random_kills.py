"""Workers, feeders and the reader are killed at random, any process is stalled: nobody sees it in the result.

A child that SIGKILL ends is not what makes a chunk suspect before the eighth time, nor a stream, so that with
fewer kills nothing may be skipped. BIGSCAN_KILLS is the number of runs; BIGSCAN_KILLS_TABLE names a file that
gets a line for each.
"""

from __future__ import annotations

import functools
import gzip
import os
import random
import re
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest
import support
from proctree import Scan, children

RUNS = int(os.environ.get("BIGSCAN_KILLS", "10" if support.SANITIZED else "30"))
TABLE = os.environ.get("BIGSCAN_KILLS_TABLE")
MOST_KILLS = 7
TRIES = 10  # A run may be over before it is hit.
RECORDS = 120_000

ROLES = ("worker", "feeder", "reader")
CONFIG = b"""[job needles]
regexp = needle
output = needles
[job users]
fields = space
by = 2
agg = count,p99(4),distinct(1)
format = tsv
output = users
[job some]
regexp = user1[0-9] hay
count = true
output = some
"""
FIELDS = ["--fields", "space", "--format", "tsv"]


@dataclass(frozen=True)
class Command:
    """What is run: by these arguments the result is given, and by no others."""

    arguments: list[str]
    sizes: list[str] = field(default_factory=lambda: ["512", "2K", "10K", "100K"])  # of chunks
    outputs: list[str] = field(default_factory=list)  # files that it writes
    shown_by: list[str] = field(default_factory=list)  # what such a file comes to
    prints_records: bool = False


COMMANDS = {
    "count": Command(["-c", "needle", "log"]),
    "count-files": Command(["-c", "needle", "log", "log.gz", "log2"]),
    "tally": Command(["--tally", "-e", "needle", "-e", "user1", "-e", "9$", "log"]),
    "numbered": Command(["-n", "needle", "log"], prints_records=True),
    "numbered-gz": Command(["-n", "needle", "log.gz"], prints_records=True),
    "parts": Command(["-o", "-b", "user[0-9]+", "log", "log2.gz", "log2"], prints_records=True),
    "context": Command(["-n", "-C1", "99$", "log"], prints_records=True),
    "last": Command(["-m", "20000", "needle", "log"], prints_records=True),
    "tree": Command(["-r", "-n", "needle", "tree"], prints_records=True),
    "json": Command(["--json", "needle", "log2"], prints_records=True),
    "groups": Command([*FIELDS, "--by", "2,3", "--agg", "count,sum(4),p99(4),distinct(1)", "log", "log2.gz"]),
    "captures": Command(["--by", "1", "--format", "tsv", "user([0-9]+) needle", "log.gz"]),
    "spilled": Command(
        [*FIELDS, "--max-memory", "2M", "--by", "1", "--agg", "count,max(4)", "log"],
        sizes=["10K", "50K", "400K", "2M"],
    ),
    "jobs": Command(["--config", "three.conf", "log", "log2.gz"], outputs=["needles", "users", "some"]),
    "partial": Command(
        [*FIELDS, "--by", "2", "--agg", "count,sum(4)", "--partial", "part", "log", "log2"],
        outputs=["part"], shown_by=["--merge", "part"],
    ),
    "output": Command(["-n", "--output", "found", "needle", "log", "log2.gz"], outputs=["found"]),
    "state": Command(
        [*FIELDS, "--by", "3", "--agg", "count,sum(4)", "--state", "state", "log", "log2.gz"],
        outputs=["state"], shown_by=["--merge", "state"],
    ),
}  # fmt: skip


def records(rng: random.Random, count: int) -> bytes:
    return b"".join(
        b"%07d user%d %s %d\n" % (n, rng.randrange(400), rng.choice([b"needle", b"hay"]), rng.randrange(1000))
        for n in range(count)
    )


@functools.cache
def inputs() -> dict[str, bytes]:
    rng = random.Random(6)
    log, log2 = records(rng, RECORDS), records(rng, RECORDS // 8)
    small = {f"tree/{n // 40}/{n}": records(rng, rng.randrange(200)) for n in range(400)}
    return {
        "log": log,
        "log.gz": gzip.compress(log, 1, mtime=0),
        "log2": log2,
        "log2.gz": gzip.compress(log2, 1, mtime=0),
        "three.conf": CONFIG,
        "tree/big": log,
        **small,
    }


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("origin")
    for name, data in inputs().items():
        (directory / name).parent.mkdir(exist_ok=True, parents=True)
        (directory / name).write_bytes(data)
    return directory


@dataclass(frozen=True)
class Outcome:
    result: support.Result  # But for what --stats says.
    files: dict[str, bytes]
    names: frozenset[str]


@dataclass
class Hits:
    deaths: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ROLES, 0))
    stalls: int = 0

    def __str__(self) -> str:
        return "\t".join(str(n) for n in (*self.deaths.values(), self.stalls))


def prepare(origin: Path, box: Path) -> None:
    box.mkdir()
    for path in origin.iterdir():
        (box / path.name).symlink_to(path)


ELAPSED = re.compile(rb'"elapsed(_total)?":\{[^}]*\}')


def outcome(command: Command, box: Path, result: support.Result) -> Outcome:
    """But for the time that it took, which --json tells."""
    result = support.Result(result.status, ELAPSED.sub(b"", result.out), result.err)
    if command.shown_by:
        files = {command.outputs[0]: support.bigscan(*command.shown_by, cwd=box).out}
    else:
        files = {name: (box / name).read_bytes() for name in command.outputs}
    return Outcome(result, files, frozenset(os.listdir(box)))


@functools.cache
def undisturbed(name: str, origin: Path) -> tuple[Outcome, float]:
    """What one worker makes of it, and the seconds that it takes."""
    box = origin.with_name(f"undisturbed-{name}")
    prepare(origin, box)
    begin = time.monotonic()
    result = support.bigscan("-p", "1", *COMMANDS[name].arguments, cwd=box)
    seconds = time.monotonic() - begin
    assert result.err == b"" and result.status == 0
    wanted = outcome(COMMANDS[name], box, result)
    assert result.out or all(wanted.files.values())
    return wanted, seconds


def send(pid: int, number: signal.Signals) -> bool:
    """Whether there was such a process. (A zombie does not count.)"""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    try:
        if not support.is_alive(pid):
            return False
        signal.pidfd_send_signal(fd, number)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(fd)


class Schedule:
    """What befalls one run."""

    def __init__(self, running: Scan, rng: random.Random, seconds: float, prints: bool) -> None:
        self.running = running
        self.rng = rng
        self.seconds = seconds
        self.prints = prints
        self.kills = 0
        self.stalls = 0
        self.timers: list[threading.Timer] = []
        self.out = b""

    def play(self) -> None:
        steps = [self.kill, self.kill, self.kill_while_the_coordinator_rests, self.kill_all, self.stall]
        support.wait_until(lambda: self.over() or bool(children(self.running.pid)), "there are children")
        for number in range(self.rng.randrange(1, 8)):
            if number > 0 or self.rng.randrange(2):
                self.wait()
            if self.over():
                break
            self.rng.choice(steps)()
        for timer in self.timers:
            timer.join()

    def over(self) -> bool:
        return not support.is_alive(self.running.pid)

    def wait(self) -> None:
        """For a while; where records are printed, who does not read them holds the run."""
        if self.prints:
            self.out += self.running.read(self.rng.randrange(1, 400_000))
        else:
            time.sleep(self.rng.random() * self.seconds / 2)

    def kill(self) -> None:
        alive = children(self.running.pid)
        if alive and self.kills < MOST_KILLS:
            self.kills += send(self.rng.choice(alive), signal.SIGKILL)

    def kill_all(self) -> None:
        alive = children(self.running.pid)
        if self.kills + len(alive) <= MOST_KILLS:
            for pid in alive:
                self.kills += send(pid, signal.SIGKILL)

    def kill_while_the_coordinator_rests(self) -> None:
        """What the killed one has sent until then counts; what it has not is another's."""
        if send(self.running.pid, signal.SIGSTOP):
            time.sleep(self.rng.random() * 0.02)
            self.kill()
            send(self.running.pid, signal.SIGCONT)

    def stall(self) -> None:
        victim = self.rng.choice(self.running.everyone())
        if send(victim, signal.SIGSTOP):
            self.stalls += 1
            timer = threading.Timer(self.rng.random(), send, (victim, signal.SIGCONT))
            timer.start()
            self.timers.append(timer)


DEATHS = re.compile(rb"(?m)^(worker|feeder|reader)\b.* (\d+)$")


def disturbed(
    command: Command, box: Path, rng: random.Random, options: list[str], seconds: float
) -> tuple[Outcome, Hits]:
    with Scan("--stats", *options, *command.arguments, cwd=box) as running:
        schedule = Schedule(running, rng, seconds, command.prints_records)
        schedule.play()
        result = running.finish()
    err, stats, table = result.err.partition(b"plan ")
    assert stats, result.err
    hits = Hits(stalls=schedule.stalls)
    for role, deaths in DEATHS.findall(table):
        hits.deaths[role.decode()] += int(deaths)
    assert sum(hits.deaths.values()) <= schedule.kills
    return outcome(command, box, support.Result(result.status, schedule.out + result.out, err)), hits


def options_of(command: Command, rng: random.Random) -> list[str]:
    options = ["-p", str(rng.randrange(1, 5)), "--chunk-size", rng.choice(command.sizes)]
    return [*options, "--io", rng.choice(["auto", "on", "off"])]


def differences(got: Outcome, wanted: Outcome) -> Iterator[str]:
    if (got.result.status, got.result.err) != (wanted.result.status, wanted.result.err):
        yield f"status {got.result.status}, {got.result.err!r}"
    if got.result.out != wanted.result.out:
        yield support.difference(got.result.out, wanted.result.out)
    for name, data in wanted.files.items():
        if got.files[name] != data:
            yield f"{name}: {support.difference(got.files[name], data)}"
    if got.names != wanted.names:
        yield f"files {sorted(got.names ^ wanted.names)}"


@pytest.mark.parametrize("seed", range(RUNS))
def test_random_kills_and_stalls_do_not_show(tmp_path: Path, origin: Path, seed: int) -> None:
    rng = random.Random(seed)
    name = list(COMMANDS)[seed % len(COMMANDS)]
    command = COMMANDS[name]
    wanted, seconds = undisturbed(name, origin)
    for attempt in range(TRIES):
        box = tmp_path / str(attempt)
        prepare(origin, box)
        options = options_of(command, rng)
        got, hits = disturbed(command, box, rng, options, seconds)
        wrong = list(differences(got, wanted))
        if TABLE:
            with open(TABLE, "a") as table:
                print(seed, name, " ".join(options), hits, "; ".join(wrong) or "same", sep="\t", file=table)
        assert not wrong, f"{options} {hits}: {wrong}"
        if sum(hits.deaths.values()) > 0:
            return
    pytest.fail(f"none of {TRIES} runs has been hit")

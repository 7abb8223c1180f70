"""SIGKILL of each process at each commit of a small run, and of the coordinator at each call that changes a file.

A worker's or feeder's death never shows. The coordinator's leaves nothing behind, and of a file that it replaces
the old content or the new one; with --state, the next run gives what this one should have given.
"""

from __future__ import annotations

import functools
import gzip
import os
import re
import shutil
import signal
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest
import support
import test_injection as injection
from proctree import Scan, assert_all_gone

RECORD = 16
CHUNK = 10 * RECORD
COMMITS = 3 if support.SANITIZED else 6
STAGES = ["commit", "committed"]
CHUNKED = ["-p", "2", "--chunk-size", str(CHUNK)]
GROUPS = ["--by", "1", "--format", "tsv", "([0-9])$"]
CONFIG = b"""[job sevens]
regexp = 7$
output = sevens
[job digits]
regexp = ([0-9])$
by = 1
format = tsv
output = digits
"""


@dataclass(frozen=True)
class Command:
    arguments: list[str]
    replaced: list[str] = field(default_factory=list)  # files, with old content
    kept: list[str] = field(default_factory=list)  # files that a killed run may leave


COMMANDS = {
    "records": Command(["-n", "7$", "log"]),
    "every-record": Command([".", "log"]),
    "feeder": Command(["--io", "on", "-n", "7$", "log"]),
    "gz": Command(["-n", "7$", "log.gz"]),
    "count": Command(["-c", "7$", "log", "log.gz"]),
    "groups": Command([*GROUPS, "log"]),
    "output": Command(["--output", "found", "7$", "log"], replaced=["found"]),
    "jobs": Command(["--config", "two.conf", "log"], replaced=["sevens", "digits"]),
    "partial": Command([*GROUPS, "--partial", "part", "log"], replaced=["part"]),
    "state": Command(
        [*GROUPS, "--state", "state", "grown", "log.gz"], replaced=["state"], kept=["state.lock", "state.new"]
    ),
    "state-output": Command(
        [*GROUPS, "--state", "state", "--output", "found", "grown"],
        replaced=["state", "found"], kept=["state.lock", "state.new"],
    ),
    "state-records": Command(
        ["--state", "state2", "--output", "found", "7$", "grown"],
        replaced=["state2", "found"], kept=["state2.lock", "state2.new"],
    ),
}  # fmt: skip
REPLACING = [name for name, command in COMMANDS.items() if command.replaced]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every run starts from. A state is one of the first part of the log."""
    directory = tmp_path_factory.mktemp("origin")
    log = support.fixed_log(COMMITS * CHUNK // RECORD, RECORD)
    for name, data in {"log": log, "log.gz": gzip.compress(log, mtime=0), "two.conf": CONFIG}.items():
        (directory / name).write_bytes(data)
    older = support.fixed_log(100, RECORD)
    (directory / "grown").write_bytes(older)
    for arguments in ([*GROUPS, "--state", "state"], ["--state", "state2", "7$"], [*GROUPS, "--partial", "part"]):
        assert support.bigscan(*arguments, "grown", cwd=directory).status == 0
    (directory / "grown").write_bytes(older + log)
    for name in ("found", "sevens", "digits"):
        (directory / name).write_bytes(b"old\n")
    return directory


@dataclass(frozen=True)
class Outcome:
    result: support.Result
    files: dict[str, bytes]  # What those that are replaced hold, or what they come to.


class Workshop:
    """Runs of one command, each in a directory as it was at first."""

    def __init__(self, name: str, origin: Path) -> None:
        self.command = COMMANDS[name]
        self.origin = origin
        self.box = origin.with_name(f"box-{name}")
        self.prepare()
        self.old = self.files()
        self.names = self.present()
        self.wanted = Outcome(self.run(), self.files())
        assert self.wanted.result.status == 0 and self.wanted.result.err == b""
        assert self.present() == self.names
        assert all(self.wanted.files[name] != self.old[name] for name in self.command.replaced)

    def prepare(self) -> None:
        shutil.rmtree(self.box, ignore_errors=True)
        shutil.copytree(self.origin, self.box)

    def run(self, **variables: str) -> support.Result:
        return support.bigscan(*CHUNKED, *self.command.arguments, cwd=self.box, env=variables)

    def present(self) -> set[str]:
        return set(os.listdir(self.box)) - set(self.command.kept)

    def files(self) -> dict[str, bytes]:
        return {name: self.content(name) for name in self.command.replaced}

    def content(self, name: str) -> bytes:
        """Of a snapshot, what it comes to; of a state that has no result, what is left for the next run."""
        if name == "state2":
            with tempfile.TemporaryDirectory(dir=self.box) as copy:
                shutil.copy(self.box / name, copy)
                rest = support.bigscan("--state", f"{copy}/{name}", "7$", "grown", cwd=self.box)
            assert rest.status in (0, 1) and rest.err == b"", rest.err
            return rest.out
        if name not in ("state", "part"):
            return (self.box / name).read_bytes()
        merged = support.bigscan("--merge", name, cwd=self.box)
        assert merged.status == 0 and merged.err == b"", merged.err
        return merged.out

    def check_unharmed(self, result: support.Result) -> None:
        assert result == self.wanted.result
        assert self.files() == self.wanted.files
        assert self.present() == self.names

    def check_killed(self, result: support.Result) -> None:
        """After the coordinator's death."""
        assert (result.status, result.err) == (-signal.SIGKILL, b"")
        assert self.wanted.result.out.startswith(result.out)
        files = self.files()
        for name, data in files.items():
            assert data in (self.old[name], self.wanted.files[name])
        if "state2" in files and files == self.wanted.files:
            return  # All was done: for the next run, nothing has come since.
        if self.command.kept:
            again = self.run()
            assert again == self.wanted.result
            assert self.files() == self.wanted.files


@functools.cache
def workshop(name: str, origin: Path) -> Workshop:
    return Workshop(name, origin)


def is_halted(pid: int) -> bool:
    return support.stat_fields(pid)[:1] == ["T"]


class Halted:
    """A run whose coordinator halts at a commit, if it comes to that."""

    def __init__(self, shop: Workshop, stage: str, number: int) -> None:
        shop.prepare()
        environment = {"BIGSCAN_TEST_DIE": f"{stage}:{number}:{int(signal.SIGSTOP)}:1"}
        self.scan = Scan(*CHUNKED, *shop.command.arguments, cwd=shop.box, env=environment)

    def wait(self) -> bool:
        """False if it has come to its end instead."""
        pid = self.scan.pid
        support.wait_until(lambda: is_halted(pid) or not support.is_alive(pid), "it halts")
        return is_halted(pid)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_death_of_a_child_at_a_commit_does_not_show(origin: Path, name: str, stage: str) -> None:
    shop = workshop(name, origin)
    kills = 0
    number = victim = 0
    while True:
        halted = Halted(shop, stage, number)
        with halted.scan as running:
            halts = halted.wait()
            children = running.children() if halts else []
            if victim < len(children):
                os.kill(children[victim], signal.SIGKILL)
                kills += 1
            if halts:
                os.kill(running.pid, signal.SIGCONT)
            result = running.finish()
        shop.check_unharmed(result)
        if not halts:
            break
        number, victim = (number, victim + 1) if victim < len(children) else (number + 1, 0)
    assert number >= COMMITS and kills >= number


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_the_death_of_the_coordinator_at_a_commit_leaves_nothing(origin: Path, name: str, stage: str) -> None:
    shop = workshop(name, origin)
    for number in range(COMMITS):
        halted = Halted(shop, stage, number)
        with halted.scan as running:
            assert halted.wait()
            everyone = running.everyone()
            os.kill(running.pid, signal.SIGKILL)
            assert_all_gone(everyone)
            result = running.finish()
        assert shop.files() == shop.old
        shop.check_killed(result)
        assert shop.present() == shop.names


# What a call of these has done can be seen in a file, or by another process.
CHANGES = ["open", "mkostemp", "flock", "ftruncate", "write", "writev", "sendfile", "splice", "fsync", "linkat", "rename",
           "unlink", "fork", "munmap", "close"]  # fmt: skip


def changes(counts: tuple[int, ...]) -> Iterator[tuple[str, int]]:
    for call in CHANGES:
        for at in range(counts[list(injection.CALLS).index(call)]):
            yield call, at + 1


@pytest.mark.skipif(support.SANITIZED, reason="the sanitizers want to be the first library")
@pytest.mark.parametrize("name", REPLACING)
def test_the_death_of_the_coordinator_before_a_call_leaves_whole_files(
    tmp_path: Path, origin: Path, name: str
) -> None:
    assert injection.LIBRARY.exists(), f"no {injection.LIBRARY}: run `make test`"
    shop = workshop(name, origin)
    counts = tmp_path / "counts"
    variables = {"LD_PRELOAD": str(injection.LIBRARY), "INJECT_FILE": str(counts)}

    def run(**more: str) -> tuple[support.Result, tuple[int, ...]]:
        shop.prepare()
        counts.write_bytes(bytes(injection.COUNTS.size))
        return shop.run(**variables, **more), injection.COUNTS.unpack(counts.read_bytes())

    result, made = run()
    shop.check_unharmed(result)
    kills = 0
    for call, at in changes(made):
        killer = str(int(signal.SIGKILL))
        result, done = run(INJECT_CALL=call, INJECT_ROLE="0", INJECT_AT=str(at), INJECT_SIGNAL=killer)
        if done[-1] == 0:  # As it goes, a call more or less.
            shop.check_unharmed(result)
            continue
        kills += 1
        shop.check_killed(result)
        # Between its first name and its last one, a whole file that has taken no one's place.
        strangers = shop.present() - shop.names
        assert len(strangers) <= 1
        assert all(re.fullmatch(r"(.*)\.[A-Za-z0-9]{6}", stranger) for stranger in strangers), strangers
    assert kills > made[list(injection.CALLS).index("rename")] > 0

"""One call of one function of libc fails, or does less than it was asked, at one of its occurrences.

The result is right, or an error is named and the exit status is 2; files that are replaced are the old ones or
the new ones, and nothing else is left. BIGSCAN_INJECTIONS is how many occurrences of each call are tried, evenly
chosen (`all`: every one); BIGSCAN_INJECTION_TABLE names a file that gets a line for each fault and its outcome.
"""

from __future__ import annotations

import errno
import functools
import gzip
import os
import random
import shutil
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

import pytest
import support

LIBRARY = Path(support.BIGSCAN).parent / "inject.so"
MOST = os.environ.get("BIGSCAN_INJECTIONS", "2")
TABLE = os.environ.get("BIGSCAN_INJECTION_TABLE")

pytestmark = pytest.mark.skipif(
    support.SANITIZED, reason="the sanitizers want to be the first library, and replace malloc(3) themselves"
)

SHORT = "short"
# In the order of inject.c: what can happen to each, as far as Linux has it.
CALLS: dict[str, list[str]] = {
    "open": ["EMFILE", "EIO", "ENOMEM"],
    "openat": ["EMFILE", "EIO"],
    "mkostemp": ["ENOSPC", "EMFILE"],
    "memfd_create": ["EMFILE", "ENOMEM"],
    "signalfd": ["EMFILE", "ENOMEM"],
    "socketpair": ["EMFILE", "ENOBUFS"],
    "pidfd_open": ["EMFILE", "ENOMEM"],
    "fork": ["EAGAIN", "ENOMEM"],
    "access": ["EACCES", "ENOMEM"],
    "stat": ["EIO", "ENOMEM"],
    "lstat": ["EIO", "ENOMEM"],
    "fstat": ["EIO", "ENOMEM"],
    "readlink": ["EIO", "ENOMEM"],
    "lseek": ["EIO"],
    "read": ["EIO", "EINTR", SHORT],
    "pread": ["EIO", "EINTR", SHORT],
    "preadv2": ["EIO", "EAGAIN", "EOPNOTSUPP"],
    "write": ["ENOSPC", "EIO", "EINTR", SHORT],
    "writev": ["ENOSPC", "EIO", "EINTR", "EAGAIN", SHORT],
    "sendfile": ["ENOSPC", "EIO", "EINTR", "EINVAL", SHORT],
    "splice": ["EIO", "EINTR", "EAGAIN", "EINVAL", "ENOMEM", SHORT],
    "mmap": ["ENOMEM"],
    "munmap": ["ENOMEM"],
    "mremap": ["ENOMEM"],
    "mprotect": ["ENOMEM"],
    "madvise": ["ENOMEM", "EINVAL"],
    "mincore": ["EAGAIN"],
    "posix_fadvise": ["EINVAL"],
    "poll": ["EINTR", "ENOMEM"],
    "send": ["EINTR", "ENOBUFS", "ENOMEM"],
    "recv": ["EINTR", "ENOMEM"],
    "sendmsg": ["EINTR", "ENOBUFS", "ETOOMANYREFS"],
    "recvmsg": ["EINTR", "ENOMEM"],
    "seccomp": ["ENOSYS", "ENOMEM"],
    "prctl": ["EINVAL"],
    "setrlimit": ["EPERM"],
    "fcntl": ["EPERM"],
    "flock": ["EINTR", "ENOLCK"],
    "fchmod": ["EPERM"],
    "ftruncate": ["EIO"],
    "fsync": ["EIO", "ENOSPC"],
    "linkat": ["ENOSPC", "EXDEV"],
    "rename": ["ENOSPC", "EIO"],
    "unlink": ["EIO", "EROFS"],
    "close": ["EIO", "EINTR"],
    "malloc": ["ENOMEM"],
    "calloc": ["ENOMEM"],
    "realloc": ["ENOMEM"],
    "aligned_alloc": ["ENOMEM"],
    "posix_memalign": ["ENOMEM"],
}
ROLES = ["coordinator", "children"]
# libseccomp 2.5 frees twice, or what it never got, when the first two fail while it makes a filter; Hyperscan's vectors
# do not look at what the third returns.
NOT_TRIED = {("coordinator", "calloc"), ("coordinator", "realloc"), ("coordinator", "posix_memalign")}
COUNTS = struct.Struct(f"={len(ROLES) * len(CALLS) + 1}I")


def log_of(records: int, seed: int) -> bytes:
    rng = random.Random(seed)
    return b"".join(
        b"%05d user%d %s %d\n" % (n, rng.randrange(400), rng.choice([b"needle", b"hay"]), rng.randrange(1000))
        for n in range(records)
    )


LOG = log_of(1500, 1)
BY_USER = ["--fields", "space", "--format", "tsv", "--by", "2", "--agg", "count,sum(4)"]


@dataclass(frozen=True)
class Command:
    """A small run. It replaces the files `replaced`, whose old content is in `old` where they are there before."""

    arguments: list[str]
    stdin: bool = False
    replaced: list[str] = field(default_factory=list)
    # What the replaced files come to, by another run: their bytes need not be the same.
    shown_by: list[str] = field(default_factory=list)
    repeatable: bool = False  # After an error, a second run does what the first should have done.
    kept: list[str] = field(default_factory=list)  # Files that may come into being besides.
    prints_records: bool = False
    to_file: bool = False


COMMANDS = {
    "grep": Command(["-p", "2", "--chunk-size", "8K", "needle", "log"], prints_records=True),
    "grep-to-file": Command(["-p", "2", "needle|hay", "log"], prints_records=True, to_file=True),
    "io-on": Command(["-p", "2", "--io", "on", "--chunk-size", "8K", "needle", "log"], prints_records=True),
    "gz": Command(["-p", "2", "needle", "log.gz"], prints_records=True),
    "stdin": Command(["-p", "2", "needle"], stdin=True, prints_records=True),
    "count": Command(["-p", "2", "-c", "needle", "log", "log2"]),
    "tree": Command(["-p", "2", "-r", "-c", "needle", "tree"]),
    "words": Command(["-p", "1", "-F", "-f", "words", "-c", "log"], kept=["cache"]),
    "spill": Command(["-p", "2", "--max-memory", "1M", *BY_USER, "many"]),
    "partial": Command(
        ["-p", "1", *BY_USER, "--partial", "part", "log"], replaced=["part"], shown_by=["--merge", "part"]
    ),
    "merge": Command(["--merge", "part1", "part2"]),
    "output": Command(["-p", "1", "--output", "result", "needle", "log"], replaced=["result"]),
    "state": Command(
        ["-p", "1", *BY_USER, "--state", "state", "grown"],
        replaced=["state"], shown_by=["--merge", "state"], repeatable=True, kept=["state.lock", "state.new"],
    ),
    "config": Command(["--config", "two.conf", "log"], replaced=["errors", "users"]),
}  # fmt: skip

CONFIG = b"""[job errors]
regexp = needle
output = errors
[job users]
fields = space
by = 2
format = tsv
output = users
"""


@functools.cache
def inputs() -> dict[str, bytes]:
    rng = random.Random(2)
    return {
        "log": LOG,
        "log2": log_of(300, 2),
        "log.gz": gzip.compress(LOG, mtime=0),
        "many": b"".join(b"%d key%06d x %d\n" % (n, rng.randrange(10**6), n) for n in range(30000)),
        "words": b"".join(b"%016x\n" % rng.getrandbits(64) for _ in range(3000)) + b"user17 \n",
        "two.conf": CONFIG,
        "tree/a": LOG,
        "tree/b/c": log_of(100, 3),
        "tree/b/d": log_of(10, 4),
    }


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every run starts from."""
    directory = tmp_path_factory.mktemp("origin")
    for name, data in inputs().items():
        (directory / name).parent.mkdir(exist_ok=True, parents=True)
        (directory / name).write_bytes(data)
    for number, name in ((1, "log"), (2, "log2")):
        made = support.bigscan(*BY_USER, "--partial", f"part{number}", "--shard", f"{number}/2", "log", "log2",
                               cwd=directory)  # fmt: skip
        assert made.status == 0, made.err
    (directory / "grown").write_bytes(LOG[: len(LOG) // 2])
    assert support.bigscan(*BY_USER, "--state", "state", "grown", cwd=directory).status == 0
    (directory / "grown").write_bytes(LOG)
    shutil.copy(directory / "part1", directory / "part")
    for name in ("result", "errors", "users"):
        (directory / name).write_bytes(b"old\n")
    return directory


@dataclass(frozen=True)
class Run:
    result: support.Result
    shown: dict[str, bytes]  # By name of a replaced file: what it holds, or what it comes to.
    names: frozenset[str]
    counts: tuple[int, ...]

    def calls(self, role: int, call: str) -> int:
        return self.counts[role * len(CALLS) + list(CALLS).index(call)]

    @property
    def injected(self) -> bool:
        return self.counts[-1] > 0


class Workshop:
    """Runs of one command, each in a directory as it was at first."""

    def __init__(self, command: Command, origin: Path, directory: Path) -> None:
        self.command = command
        self.origin = origin
        self.box = directory / "box"
        self.counts = directory / "counts"
        self.out = directory / "out"
        self.old = self.prepare()
        self.wanted = self.run({})
        assert self.wanted.result.status == 0 and self.wanted.result.err == b""
        assert all(self.wanted.shown[name] != self.old[name] for name in command.replaced)
        again = self.run({})
        assert (again.result, again.shown) == (self.wanted.result, self.wanted.shown)

    def prepare(self) -> dict[str, bytes]:
        shutil.rmtree(self.box, ignore_errors=True)
        shutil.copytree(self.origin, self.box)
        return self.shown()

    def shown(self) -> dict[str, bytes]:
        if self.command.shown_by:
            shown = support.bigscan(*self.command.shown_by, cwd=self.box)
            return {self.command.replaced[0]: shown.out if shown.status == 0 else b"broken: " + shown.err}
        return {name: (self.box / name).read_bytes() for name in self.command.replaced}

    def run(self, variables: dict[str, str]) -> Run:
        self.prepare_again()
        self.counts.write_bytes(bytes(COUNTS.size))
        environment = {
            "LD_PRELOAD": str(LIBRARY), "INJECT_FILE": str(self.counts),
            "TMPDIR": str(self.box), "XDG_CACHE_HOME": str(self.box / "cache"), **variables,
        }  # fmt: skip
        result = self.execute(environment)
        return Run(result, self.shown(), self.names(), COUNTS.unpack(self.counts.read_bytes()))

    def prepare_again(self) -> None:
        """What a run may have changed."""
        for path in self.box.iterdir():
            if not (self.origin / path.name).exists():
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name in (*self.command.replaced, *self.command.kept):
            if (self.origin / name).is_file():
                shutil.copyfile(self.origin / name, self.box / name)

    def execute(self, environment: dict[str, str]) -> support.Result:
        command = [support.BIGSCAN, *self.command.arguments]
        stdin = inputs()["log"] if self.command.stdin else None
        if not self.command.to_file:
            return support.run(command, stdin=stdin, env=environment, cwd=self.box)
        words = [f"{name}={value}" for name, value in environment.items()]  # For the command, not for the shell.
        script = 'exec env "$@" >"$0"'
        result = support.run(["sh", "-c", script, str(self.out), *words, *command], cwd=self.box)
        return support.Result(result.status, self.out.read_bytes(), result.err)

    def names(self) -> frozenset[str]:
        return frozenset(path.name for path in self.box.iterdir())

    def judge(self, run: Run, call: str) -> tuple[str, str]:
        """What came of it in a word, and what is wrong with it if anything is."""
        result, wanted = run.result, self.wanted
        strangers = run.names - self.wanted.names - frozenset(self.command.kept)
        if strangers and call != "unlink":
            return "wrong", f"left behind: {sorted(strangers)}"
        if any(not line.startswith(b"bigscan: ") for line in result.err.splitlines()):
            return "wrong", f"status {result.status}, message: {result.err!r}"
        if result.status == 0:
            if result.out != wanted.result.out:
                return "wrong", support.difference(result.out, wanted.result.out)
            if run.shown != wanted.shown:
                return "wrong", "files are not the new ones"
            return ("right, warned", "") if result.err else ("right", "")
        if result.status != 2:
            return "wrong", f"status {result.status}, message: {result.err!r}"
        if not result.err:
            return "wrong", "status 2 without a message"
        if self.command.prints_records and not is_part_of(result.out, wanted.result.out):
            return "wrong", f"records that are none: {result.out[:200]!r}"
        # What could be read of an input is a result; what could not is not tried again.
        of_input = any(b"bigscan: %s: " % name.encode() in result.err for name in self.command.arguments)
        for name in self.command.replaced:
            rest = of_input and is_part_of(run.shown[name], wanted.shown[name])
            if not rest and run.shown[name] not in (self.old[name], wanted.shown[name]):
                return "wrong", f"{name} is neither the old one nor the new one: {run.shown[name][:200]!r}"
        if self.command.repeatable and not of_input:
            again = self.execute({})
            if self.shown() != wanted.shown:
                return "wrong", f"the next run does not make up for it: {again.err!r}"
        return "named", ""


def is_part_of(got: bytes, wanted: bytes) -> bool:
    """Whether `got` is records of `wanted` in their order; the last one may be cut where writing failed."""
    *records, last = got.split(b"\n")
    rest = iter(wanted.split(b"\n"))
    return all(record in rest for record in records) and any(record.startswith(last) for record in rest)


def occurrences(count: int) -> Iterator[int]:
    """The first and the last, and evenly chosen ones between them."""
    most = count if MOST == "all" else min(count, int(MOST))
    return iter(sorted({1 + i * (count - 1) // max(1, most - 1) for i in range(most)}))


def faults(command: Command, run: Run, role: int) -> Iterator[tuple[str, str, int]]:
    for call, errors in CALLS.items():
        if (ROLES[role], call) in NOT_TRIED:
            continue
        for error in errors:
            if error == "EAGAIN" and call == "writev" and command.replaced:
                continue  # A regular file is always ready.
            for at in occurrences(run.calls(role, call)):
                yield call, error, at


@pytest.mark.parametrize("role", range(len(ROLES)), ids=ROLES)
@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_call_that_fails_is_survived_or_named(tmp_path: Path, origin: Path, name: str, role: int) -> None:
    assert LIBRARY.exists(), f"no {LIBRARY}: run `make test`"
    workshop = Workshop(COMMANDS[name], origin, tmp_path)
    injected, wrong = 0, []
    for call, error, at in faults(workshop.command, workshop.wanted, role):
        number = 0 if error == SHORT else getattr(errno, error)
        run = workshop.run(
            {"INJECT_CALL": call, "INJECT_ROLE": str(role), "INJECT_AT": str(at), "INJECT_ERROR": str(number)}
        )
        outcome, reason = workshop.judge(run, call)
        injected += run.injected
        if TABLE:
            with open(TABLE, "a") as table:
                fault = [name, ROLES[role], call, error, str(at), outcome if run.injected else f"not come to: {outcome}"]
                print("\t".join([*fault, reason or run.result.err.decode(errors="replace").strip()]), file=table)
        if outcome == "wrong":
            wrong.append(f"{call} {error} at {at}: {reason}")
    assert not wrong, "\n".join(wrong)
    assert injected or (name, role) == ("merge", 1)

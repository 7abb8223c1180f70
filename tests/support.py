"""What every test of the command needs: running it, checking that it cleans up, oracle, texts.

Each run gets a session of its own. When it is over, no process of that session may be left and
/dev/shm must hold nothing new, so every test of the command also tests that it cleans up.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterable, Mapping, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent
BIGSCAN = os.path.abspath(os.environ.get("BIGSCAN", REPOSITORY / "build" / "bigscan"))

# A build with sanitizers, which need memory and address space of their own.
SANITIZED = "san" in Path(BIGSCAN).parent.name.split("-")

# Catches a hang: no limit on speed.
HANG_SECONDS = int(os.environ.get("HANG_SECONDS", "600" if SANITIZED else "180"))
GONE_SECONDS = 5  # For the last process of an ended run to disappear.
SHARED_MEMORY = "/dev/shm"

Argument = str | bytes


@dataclass(frozen=True)
class Result:
    """How a command ended (negative: by that signal) and what it wrote."""

    status: int
    out: bytes
    err: bytes


# What is kept from one run to the next, for this process's tests alone; removed at its end.
_CACHE = tempfile.TemporaryDirectory(prefix="bigscan-cache-")


def environment(**variables: str) -> dict[str, str]:
    """The environment of every command: the caller's, in the C locale, plus `variables`.

    No command ever reads or writes the caller's cache.
    """
    inherited = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("BIGSCAN_TEST_", "GREP_COLOR")) and k != "POSIXLY_CORRECT"
    }
    return {**inherited, "LC_ALL": "C", "XDG_CACHE_HOME": _CACHE.name, **variables}


def run(
    command: Sequence[Argument],
    *,
    stdin: bytes | int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Runs `command` to its end and checks that it left nothing behind.

    `stdin` is the bytes to write into a pipe, a descriptor to inherit, or None for /dev/null.
    """
    shm = shared_memory_names()
    feed, source = (stdin, subprocess.PIPE) if isinstance(stdin, bytes) else (None, stdin)
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL if source is None else source,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=cwd, env=environment(**(env or {})), start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(feed, timeout=HANG_SECONDS)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still running after {HANG_SECONDS} s: {command!r}") from None
    finally:
        if process.poll() is None:
            kill_session(process.pid)
            process.communicate()
    assert_nothing_left(process.pid, shm)
    return Result(process.wait(), out, err)


def bigscan(
    *arguments: Argument,
    stdin: bytes | int | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Result:
    """Runs the command under test."""
    return run([BIGSCAN, *arguments], stdin=stdin, env=env, cwd=cwd)


def oracle(
    *arguments: Argument,
    fixed: bool = False,
    stdin: bytes | int | None = None,
    cwd: Path | None = None,
) -> Result:
    """Runs the sequential tool whose bytes are right by definition."""
    return run(["grep", "-a", "-F" if fixed else "-P", *arguments], stdin=stdin, cwd=cwd)


def difference(got: bytes, wanted: bytes) -> str:
    """Where two outputs part, or nothing. (pytest's own account takes ages for megabytes.)"""
    if got == wanted:
        return ""
    low, high = 0, min(len(got), len(wanted))
    while low < high:  # got[:low] is right; got[:high + 1] is wrong, or all there is.
        middle = (low + high + 1) // 2
        low, high = (middle, high) if got[:middle] == wanted[:middle] else (low, middle - 1)
    around = slice(max(0, low - 40), low + 80)
    sizes = f"byte {low} of {len(got)}, not of {len(wanted)}"
    return f"{sizes}: got {got[around]!r}, not {wanted[around]!r}"


def union(patterns: Iterable[bytes]) -> bytes:
    """One regex for all of `patterns`, as grep -P takes just one; (?i) ends with its group."""
    return b"|".join(b"(?:%s)" % pattern for pattern in patterns)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = HANG_SECONDS) -> None:
    """Polls until `condition` holds; fails, saying `what` never came true, after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"never came true in {seconds} s: {what}"
        time.sleep(0.01)


def stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state (field 3) on; none without such a process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return []
    return text[text.rindex(")") + 2 :].split()


def is_alive(pid: int) -> bool:
    """Whether `pid` still runs. A zombie that nobody has reaped yet does not."""
    fields = stat_fields(pid)
    return bool(fields) and fields[0] not in "ZX"


def session_members(session: int) -> list[int]:
    """The running processes of `session`."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if is_alive(pid) and stat_fields(pid)[3:4] == [str(session)]]


def kill_session(session: int) -> None:
    """Kills what is left of a run."""
    for pid in session_members(session):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def shared_memory_names() -> set[str]:
    return set(os.listdir(SHARED_MEMORY))


def assert_nothing_left(session: int, shm_before: set[str]) -> None:
    """Fails, after killing them, if processes of `session` or new names in /dev/shm remain."""
    try:
        os.killpg(session, 0)  # The usual case, at the cost of one system call: the group is empty.
        wait_until(
            lambda: not session_members(session), "no process of the run remains", GONE_SECONDS
        )
    except ProcessLookupError:
        pass
    finally:
        kill_session(session)
    # Other programs on the machine come and go, so only a name that stays counts.
    wait_until(lambda: shared_memory_names() <= shm_before, "nothing new in /dev/shm", GONE_SECONDS)


def sample_log(records: int, *, seed: int = 1, width: int = 100) -> bytes:
    """`records` different records of up to `width` bytes; about one in 50 holds `needle`."""
    rng = random.Random(seed)
    users = ["alice", "bob", "carol", "dave", "eve"]
    statuses = (200, 304, 404, 500)
    lines = []
    for number in range(records):
        word = "needle" if rng.randrange(50) == 0 else rng.choice(users)
        line = f"{number:08d} {word} GET /{rng.randrange(1 << 32):x} {rng.choice(statuses)} "
        lines.append(line + "x" * rng.randrange(max(1, width - len(line))) + "\n")
    return "".join(lines).encode()


def fixed_log(records: int, width: int = 16) -> bytes:
    """`records` records of `width` bytes, newline included: chunks can end where they do."""
    return b"".join(b"%0*d\n" % (width - 1, number) for number in range(records))

"""A log is rotated, and runs with --state are killed at any instant: no record is lost or doubled.

BIGSCAN_STATE_KILLS is the number of kills for each kind of rotation.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
import rotation
import support

KILLS = int(os.environ.get("BIGSCAN_STATE_KILLS", "10" if support.SANITIZED else "25"))
ROTATIONS = 5  # Of one log.
# What is lost with the old file has to be scanned before.
LOSES_THE_OLD = ("truncate", "smaller", "larger")


class Runs:
    """Runs over one log, each of whose records is a group of its own: counted once, or not right."""

    def __init__(self, log: rotation.Log, rng: random.Random, every_file: bool) -> None:
        self.log = log
        self.rng = rng
        self.every_file = every_file
        self.state = log.directory.with_name("state")
        self.kills = 0
        self.seconds = 0.05  # What the last whole run took.
        self.ended = 0  # Runs that were over before they were killed.

    def command(self) -> list[str]:
        files = ["log"]
        if self.every_file:
            files = sorted(path.name for path in self.log.directory.iterdir())
        options = ["-p", "2", "--by", "1", "--format", "tsv", "--chunk-size", "4K"]
        return [support.BIGSCAN, "--state", str(self.state), *options, "^(r[0-9]+) ", *files]

    def kill_one(self) -> None:
        """Starts a run and kills it. It may have ended, or be anywhere before that."""
        with subprocess.Popen(
            self.command(),
            cwd=self.log.directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            # Any instant of a run, and some behind its end, so that the commit is among them.
            time.sleep(self.rng.random() * 1.3 * self.seconds)
            process.send_signal(signal.SIGKILL)
        self.kills += 1
        self.ended += process.returncode >= 0

    def run(self) -> None:
        begin = time.monotonic()
        result = support.run(self.command(), cwd=self.log.directory)
        self.seconds = time.monotonic() - begin
        assert result.status in (0, 1), result.err
        assert not any(line for line in result.err.splitlines() if b"warning" not in line)
        assert support.run([support.BIGSCAN, "--merge", self.state]).out == result.out

    def check(self) -> None:
        merged = support.run([support.BIGSCAN, "--merge", self.state]).out.decode().splitlines()
        counts = dict(line.split("\t") for line in merged[1:])
        lost = [record for record in self.log.records if record not in counts]
        doubled = [record for record, count in counts.items() if count != "1"]
        assert (lost, doubled) == ([], [])
        assert len(counts) == len(self.log.records)


def rotate_and_kill(directory: Path, seed: str, kinds: tuple[str, ...], compressed: bool) -> int:
    """One log, from its first record to the last one. How many runs were killed."""
    rng = random.Random(seed)
    log = rotation.Log(directory / "logs", rng, compressed=compressed)
    runs = Runs(log, rng, every_file=rng.randrange(3) == 0)
    for _ in range(ROTATIONS):
        kind = rng.choice(kinds)
        log.write()
        runs.kill_one()
        if rng.randrange(2) == 0:
            runs.run()
            log.write()
        if kind in LOSES_THE_OLD or runs.state.exists() is False:
            # What is rotated before the first run was never one of its files.
            log.end_record()
            runs.run()
        log.rotate(kind)
        runs.kill_one()
        if rng.randrange(3) == 0:
            runs.run()
    log.write()
    log.end_record()
    runs.run()
    runs.check()
    return runs.kills


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
@pytest.mark.parametrize("kind", [*rotation.KINDS, "mixed"])
def test_no_record_is_lost_or_doubled(tmp_path: Path, kind: str, compressed: bool) -> None:
    kinds = rotation.KINDS if kind == "mixed" else (kind,)
    kills = 0
    for number in range(KILLS):
        if kills >= KILLS:
            break
        directory = tmp_path / str(number)
        directory.mkdir()
        kills += rotate_and_kill(directory, f"{kind} {compressed} {number}", kinds, compressed)

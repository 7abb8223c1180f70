"""Deaths of workers in group-by jobs: the table is that of an undisturbed run."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from support import SANITIZED, Result, bigscan

RECORDS = 40_000
RUNS = 6 if SANITIZED else 25


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Most keys are there once, so that a chunk's result has many parts."""
    rng = random.Random(5)
    path = tmp_path_factory.mktemp("jobs") / "log"
    path.write_bytes(b"".join(b"%020d %d %d\n" % (rng.randrange(10**6), i % 7, i) for i in range(RECORDS)))
    return path


def table(log: Path, *arguments: str, die: str = "", stdin: bytes | None = None) -> Result:
    operands = [] if stdin is not None else ["log"]
    return bigscan(*arguments, "--fields", "space", "--format", "tsv", "--max-memory", "2M", *operands,
                   env={"BIGSCAN_TEST_DIE": die} if die else {}, cwd=log.parent, stdin=stdin)


JOBS = {
    "few": ["--by", "2", "--agg", "count,sum(3),p99(3),distinct(1)"],
    "many": ["--by", "1", "--agg", "count,max(3)"],
}


@pytest.mark.parametrize("job", list(JOBS))
@pytest.mark.parametrize("seed", range(RUNS))
def test_any_deaths_give_the_same_table(log: Path, job: str, seed: int) -> None:
    rng = random.Random(seed)
    wanted = table(log, *JOBS[job])
    assert wanted.status == 0 and wanted.err == b""
    size = rng.choice([50_000, 400_000, 2_000_000])
    chunks = log.stat().st_size // size + 1
    die = ",".join(f"{rng.choice(['map', 'send'])}:{rng.randrange(chunks)}:{rng.choice([9, 11, 6])}:1"
                   for _ in range(rng.randrange(1, 4)))
    workers = str(rng.choice([1, 2, 5]))
    assert table(log, *JOBS[job], "-p", workers, "--chunk-size", str(size), die=die) == wanted, die


def test_a_chunk_that_kills_is_named(log: Path) -> None:
    result = table(log, *JOBS["few"], "--chunk-size", "400000", die="map:1:9:9")
    assert result.status == 2
    assert result.err == b"bigscan: log: bytes [400000,800000) skipped: signal 9 (Killed)\n"
    rows = log.read_bytes()
    begin, end = rows.index(b"\n", 399_999) + 1, rows.index(b"\n", 799_999) + 1
    (log.parent / "rest").write_bytes(rows[:begin] + rows[end:])
    rest = bigscan("--fields", "space", "--format", "tsv", *JOBS["few"], "rest", cwd=log.parent)
    assert result.out == rest.out


def test_a_death_while_a_pipe_is_read(log: Path) -> None:
    """A block is there until its groups have been taken in."""
    wanted = table(log, *JOBS["many"])
    data = log.read_bytes()
    assert table(log, *JOBS["many"], "-p", "3", "--chunk-size", "100000", die="map:*:9:1,send:3:11:1",
                 stdin=data) == wanted

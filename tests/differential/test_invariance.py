"""One scan, many ways: workers, chunk sizes, ways of reading and deaths do not show in the bytes."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
import support
from support import Result

SIGNALS = (6, 7, 9, 11)

SCANS = {
    "records": [r"GET /[0-9a-f]*7 "],
    "every record": ["."],
    "no record": ["no such thing"],
    "numbers": ["-n", "needle"],
    "names": ["-Hn", r"\b(alice|bob)\b"],
    "others": ["-vn", "GET"],
    "count": ["-c", "needle"],
    "count of others": ["-cv", "needle"],
    "first ones": ["-n", "-m", "7", "needle"],
    "quiet": ["-q", "needle"],
    "newline in class": ["-n", r"\s404[^y]*$"],
    "long match": ["-n", r"needle.*"],
    "literals": ["-F", "-e", "needle", "-e", " 500 ", "-e", "00000012"],
    "ignoring case": ["-ci", "NEEDLE"],
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with all that is hard: empty and long records, NULs, CRs, no final newline."""
    records = support.sample_log(150).splitlines(keepends=True)
    rng = random.Random(5)
    odd = [
        b"\n",
        b"\n",
        b"\r\n",
        b"\0\0needle\0\n",
        b"n" * 4000 + b"eedle\n",
        b"\xff\xfe\n",
        b"needle\n",
        b" 404",
    ]
    for record in odd[:-1] * 2:
        records.insert(rng.randrange(len(records) + 1), record)
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(b"".join(records) + odd[-1])
    return path


def scan(
    log: Path, arguments: list[str], geometry: list[str], source: str = "file", die: str = ""
) -> Result:
    env = {"BIGSCAN_TEST_DIE": die} if die else {}
    command = ["-a", *geometry, *arguments]
    if source == "file":
        return support.bigscan(*command, "log", env=env, cwd=log.parent)
    if source == "pipe":
        return support.bigscan(*command, stdin=log.read_bytes(), env=env)
    with open(log, "rb") as stdin:
        return support.bigscan(*command, stdin=stdin.fileno(), env=env)


def relabelled(result: Result) -> Result:
    """As if stdin had the file's name."""
    return Result(result.status, result.out.replace(b"(standard input):", b"log:"), result.err)


def expected(log: Path, arguments: list[str]) -> Result:
    """What grep says."""
    fixed = "-F" in arguments
    return support.oracle(
        *(argument for argument in arguments if argument != "-F"),
        "log",
        fixed=fixed,
        cwd=log.parent,
    )


@pytest.mark.parametrize("arguments", SCANS.values(), ids=SCANS.keys())
def test_geometry_does_not_show(log: Path, arguments: list[str]) -> None:
    wanted = expected(log, arguments)
    for workers, size in itertools.product("1238", ["1", "7", "64", "1K", "4096", "1M"]):
        assert scan(log, arguments, ["-p", workers, "--chunk-size", size]) == wanted, (
            workers,
            size,
        )


@pytest.mark.parametrize("arguments", SCANS.values(), ids=SCANS.keys())
@pytest.mark.parametrize("source", ["file", "pipe", "redirected"])
@pytest.mark.parametrize("mode", ["auto", "on", "off"])
def test_the_way_of_reading_does_not_show(
    log: Path, arguments: list[str], source: str, mode: str
) -> None:
    wanted = expected(log, arguments)
    for workers, size in itertools.product("14", ["1", "100", "64K"]):
        result = scan(log, arguments, ["-p", workers, "--chunk-size", size, "--io", mode], source)
        assert relabelled(result) == wanted, (workers, size)


@pytest.mark.parametrize("arguments", [SCANS["numbers"], SCANS["count"]], ids=["numbers", "count"])
def test_pinning_does_not_show(log: Path, arguments: list[str]) -> None:
    assert scan(log, arguments, ["--pin", "-p", "4", "--chunk-size", "512"]) == expected(
        log, arguments
    )


@pytest.mark.parametrize("arguments", SCANS.values(), ids=SCANS.keys())
@pytest.mark.parametrize("mode", ["off", "on"])
def test_deaths_do_not_show(log: Path, arguments: list[str], mode: str) -> None:
    rng = random.Random(f"{arguments} {mode}")
    wanted = expected(log, arguments)
    for _ in range(5):
        size = rng.choice([200, 512, 1024])
        geometry = ["-p", str(rng.randint(1, 4)), "--chunk-size", str(size), "--io", mode]
        die = schedule(rng, chunks=log.stat().st_size // size, feeder=mode == "on")
        assert scan(log, arguments, geometry, die=die) == wanted, (geometry, die)


def schedule(rng: random.Random, chunks: int, feeder: bool) -> str:
    """Deaths at some chunks, each at another one: a chunk survives one death but not two."""
    stages = ["map", "send", "feed"] if feeder else ["map", "send"]
    numbers = rng.sample(range(chunks), k=rng.randint(1, min(6, chunks)))
    return ",".join(f"{rng.choice(stages)}:{number}:{rng.choice(SIGNALS)}:1" for number in numbers)

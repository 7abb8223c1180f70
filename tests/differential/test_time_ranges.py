"""--since and --until against a plain computation, for any geometry, and where a part of a file is skipped."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from support import BIGSCAN, SANITIZED, Result, bigscan, difference

CASES = 8 if SANITIZED else 40
LARGE_CASES = 4 if SANITIZED else 16
GEOMETRIES = [["-p", "1"], ["-p", "3", "--chunk-size", "1"], ["-p", "2", "--chunk-size", "200"],
              ["-p", "2", "--io", "on", "--chunk-size", "64"], ["-p", "4", "--io", "off"]]
LARGE_GEOMETRIES = [["-p", "1"], ["-p", "2", "--chunk-size", "10000"], ["-p", "3", "--drop-cache"],
                    ["-p", "2", "--io", "off"]]
START = datetime(2026, 11, 27, 20, tzinfo=timezone.utc)
FORMATS = {
    "iso": (["-e"], "{:%Y-%m-%dT%H:%M:%S}Z "),
    "web": (["--fields", "combined", "-e"], '1.1.1.1 - - [{:%d/%b/%Y:%H:%M:%S} +0000] "GET / HTTP/1.1" 200 '),
    "ctime": (["-e"], "1 {:%a %b %d %H:%M:%S %Y} "),
    "own": (["--time-format", "%d.%m.%Y %H-%M-%S", "-e"], "[{:%d.%m.%Y %H-%M-%S}] "),
}


@dataclass(frozen=True)
class Line:
    bytes: bytes
    time: int | None  # In seconds from the start.


def log(rng: random.Random, format: str, records: int, *, step: float, late: int,
        timeless: float = 0.02, width: int = 40) -> list[Line]:
    """Records, one each `step` seconds and up to `late` seconds behind that; some have no time."""
    lines = []
    for number in range(records):
        if rng.random() < timeless:
            text = rng.choice(["", "  at main a", "x" * rng.randrange(200)])
            lines += [Line(text.encode() + b"\n", None)] * rng.choice([1, 1, 3])
        time = int(number * step) - rng.randrange(late + 1)
        text = FORMATS[format][1].format(START + timedelta(seconds=time))
        text += rng.choice("abc") + (' "-" "-"' if format == "web" else "") + " " * rng.randrange(width)
        lines.append(Line(text.encode() + b"\n", time))
    return lines


def point(seconds: int) -> str:
    return f"{START + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


@dataclass(frozen=True)
class Case:
    """A question about a log, and what the answer is."""

    lines: list[Line]
    format: str
    since: int | None
    until: int | None
    options: list[str]
    pattern: str

    @property
    def arguments(self) -> list[str]:
        borders = [f"--since={point(self.since)}"] if self.since is not None else []
        borders += [f"--until={point(self.until)}"] if self.until is not None else []
        return [*borders, *self.options, *FORMATS[self.format][0], self.pattern]

    def selects(self, line: Line) -> bool:
        matches = re.search(self.pattern.encode(), line.bytes[:-1]) is not None
        return matches != ("-v" in self.options)

    def in_range(self, line: Line) -> bool:
        return (line.time is not None and (self.since is None or self.since <= line.time)
                and (self.until is None or line.time < self.until))

    def answer(self) -> tuple[bytes, int, int]:
        """What is printed, the status, and how many records without a time are told."""
        most = int(self.options[self.options.index("-m") + 1]) if "-m" in self.options else len(self.lines)
        out, kept, timeless, offset = [], 0, 0, 0
        for number, line in enumerate(self.lines, 1):
            begin, offset = offset, offset + len(line.bytes)
            if not self.selects(line) or kept == most:
                continue
            timeless += line.time is None
            if self.in_range(line):
                kept += 1
                prefix = b"%d:" % number if "-n" in self.options else b"%d:" % begin if "-b" in self.options else b""
                out.append(prefix + line.bytes)
        return (b"%d\n" % kept if "-c" in self.options else b"".join(out)), int(kept == 0), timeless

    def check(self, path: Path, geometry: list[str], *, told: bool) -> Result:
        command = [*geometry, *self.arguments, str(path)]
        result = bigscan(*command)
        out, status, timeless = self.answer()
        where = f"{BIGSCAN} {' '.join(command)}"
        assert not difference(result.out, out), where
        assert result.status == status, where
        if told:
            number = re.match(rb"bigscan: (\d+) records? ha", result.err)
            assert (int(number[1]) if number else 0) == timeless, (where, result.err)
        return result


def question(rng: random.Random, lines: list[Line], format: str) -> Case:
    last = max([0, *(line.time or 0 for line in lines)])
    since = rng.randrange(-100, last + 100)
    until = since + rng.choice([1, 60, last // 10 + 1, last + 1])
    options = rng.choice([[], ["-c"], ["-v"], ["-b"], ["-n"], ["-c", "-v"], ["-m", str(rng.randrange(1, 9))],
                          ["-m", "3", "-c"], ["-m", "2", "-v", "-b"]])
    return Case(lines, format, *rng.choice([(since, until), (since, until), (since, None), (None, until)]),
                options, rng.choice(["" if "-v" not in options else "b", "a", "[ab]", "x", "^1|a"]))


@pytest.mark.parametrize("seed", range(CASES))
def test_any_log(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    format = rng.choice(list(FORMATS))
    lines = log(rng, format, rng.choice([0, 1, 5, 100]), step=rng.choice([0.1, 1, 100]),
                late=rng.choice([0, 5, 1000]), timeless=rng.choice([0, 0.1, 0.9]))
    path = tmp_path / "log"
    path.write_bytes(b"".join(line.bytes for line in lines))
    for _ in range(3):
        case = question(rng, lines, format)
        for geometry in GEOMETRIES:
            case.check(path, geometry, told=True)


@pytest.mark.parametrize("seed", range(LARGE_CASES))
def test_a_part_is_enough(tmp_path: Path, seed: int) -> None:
    rng = random.Random(1000 + seed)
    format = rng.choice(list(FORMATS))
    lines = log(rng, format, 12_000, step=rng.choice([0.5, 3, 20]), late=rng.choice([0, 1, 50]),
                width=rng.choice([200, 2000]))
    if rng.randrange(4) == 0:
        lines.insert(rng.randrange(len(lines)), Line(b"x" * 300_000 + b"\n", None))
    path = tmp_path / "log"
    path.write_bytes(b"".join(line.bytes for line in lines))
    assert path.stat().st_size > 1 << 20
    for _ in range(4):
        case = question(rng, lines, format)
        for geometry in LARGE_GEOMETRIES:
            case.check(path, geometry, told=False)
        case.check(path, ["--io", "on"], told=True)


@pytest.mark.parametrize("late", [0, 50])
def test_much_is_skipped(tmp_path: Path, late: int) -> None:
    rng = random.Random(late)
    lines = log(rng, "iso", 20_000, step=10, late=late, width=400)
    path = tmp_path / "log"
    path.write_bytes(b"".join(line.bytes for line in lines))
    for since in (-100, 0, 50_000, 123_456, 199_000, 300_000):
        result = Case(lines, "iso", since, since + 600, [], "").check(path, ["--stats"], told=False)
        skipped = re.search(rb"(?m)^skipped +(\d+)$", result.err)
        assert skipped and int(skipped[1]) > path.stat().st_size * 3 // 4


@pytest.mark.parametrize("order", ["descending", "shuffled", "twice"])
def test_nothing_is_skipped_out_of_order(tmp_path: Path, order: str) -> None:
    rng = random.Random(0)
    lines = log(rng, "iso", 12_000, step=5, late=0, width=400)
    if order == "descending":
        lines.reverse()
    elif order == "shuffled":
        rng.shuffle(lines)
    else:
        lines = lines[: len(lines) // 2] * 2
    path = tmp_path / "log"
    path.write_bytes(b"".join(line.bytes for line in lines))
    for since in (0, 10_000, 29_000):
        result = Case(lines, "iso", since, since + 60, [], "").check(path, ["--stats"], told=False)
        assert re.search(rb"(?m)^skipped +0$", result.err)

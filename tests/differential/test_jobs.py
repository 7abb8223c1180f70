"""Group-by jobs against a plain computation, for any geometry: the same bytes, and the right ones."""

from __future__ import annotations

import collections
import random
import re
from datetime import datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal, getcontext
from pathlib import Path
from typing import Iterable

import pytest
from support import BIGSCAN, SANITIZED, bigscan, difference

getcontext().prec = 60

CASES = 12 if SANITIZED else 40
GEOMETRIES = [["-p", "1"], ["-p", "3", "--chunk-size", "1"], ["-p", "2", "--chunk-size", "200"],
              ["-p", "2", "--io", "on", "--chunk-size", "64"], ["-p", "4", "--io", "off"]]
UNIT = re.compile(
    rb'(\S+) \S+ (\S+) \[([^]]+)\] "(?:(\S+) (\S+) \S+)?[^"]*" (\d{3}) (\S+) "[^"]*" "[^"]*"')


def log(rng: random.Random, records: int) -> bytes:
    """Records of the combined format, and a few that are not."""
    start = datetime(2026, 11, 27, 22, tzinfo=timezone(timedelta(hours=rng.randrange(-11, 12))))
    lines = []
    users = [f"user{i}" for i in range(rng.choice([1, 3, 50]))] + ["-"]
    for number in range(records):
        if rng.randrange(40) == 0:
            lines.append(rng.choice(["", "nonsense", "a b c", '1 - - [x] "']))
            continue
        time = (start + timedelta(seconds=number * 61)).strftime("%d/%b/%Y:%H:%M:%S %z")
        amount = rng.choice(["-", str(rng.randrange(10**6)), f"{rng.randrange(1000)}.{rng.randrange(100)}",
                             str(-rng.randrange(10**15))])
        request = rng.choice(["GET /a HTTP/1.1", f"POST /p/{rng.randrange(9)} HTTP/1.0", "-"])
        lines.append(f'10.0.0.{rng.randrange(30)} - {rng.choice(users)} [{time}] "{request}" '
                     f'{rng.choice([200, 200, 404, 500])} {amount} "-" "a b"')
    return "\n".join(lines).encode() + rng.choice([b"", b"\n"])


def number(text: bytes) -> Decimal | None:
    return Decimal(text.decode()) if re.fullmatch(rb"[+-]?\d+(\.\d+)?", text) else None


def shown(value: Decimal) -> bytes:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return b"0" if text in ("-0", "") else text.encode()


def bucket(text: bytes, seconds: int) -> bytes:
    time = datetime.strptime(text.decode(), "%d/%b/%Y:%H:%M:%S %z").timestamp()
    floor = datetime.fromtimestamp(time // seconds * seconds, timezone.utc)
    return floor.strftime("%Y-%m-%dT%H:%M:%SZ").encode()


FIELDS = {"ip": 1, "user": 2, "time": 3, "method": 4, "path": 5, "status": 6, "bytes": 7}
AGGREGATES = ["count", "sum(bytes)", "min(bytes)", "max(bytes)", "mean(bytes)", "distinct(ip)",
              "distinct(path)", "invalid(bytes)"]


def aggregate(item: str, rows: list[re.Match[bytes]]) -> bytes:
    if item == "count":
        return b"%d" % len(rows)
    name, field = item.rstrip(")").split("(")
    values = [row[FIELDS[field]] for row in rows if row[FIELDS[field]] is not None]
    if name == "distinct":
        return b"%d" % len(set(values))
    numbers = [n for n in map(number, values) if n is not None]
    if name == "invalid":
        return b"%d" % (len(values) - len(numbers))
    if name == "sum":
        return shown(sum(numbers, Decimal(0)))
    if not numbers:
        return b""
    if name == "mean":
        return shown((sum(numbers) / len(numbers)).quantize(Decimal("0.000001"), ROUND_HALF_UP))
    return shown({"min": min, "max": max}[name](numbers))


def expected(data: bytes, pattern: bytes, keys: list[str], every: int, columns: list[str]) -> bytes:
    """The table as TSV, sorted by key."""
    groups: dict[tuple[bytes | None, ...], list[re.Match[bytes]]] = collections.defaultdict(list)
    for record in data.split(b"\n")[: -1 if data.endswith(b"\n") else None]:
        row = UNIT.fullmatch(record)
        if row is None or not re.search(pattern, record):
            continue
        key = tuple(row[FIELDS[name]] for name in keys)
        groups[((bucket(row[3], every),) if every else ()) + key].append(row)
    if not keys and not every:
        groups[()] = groups.get((), [])
    titles = (["time"] if every else []) + keys + columns
    lines = ["\t".join(titles).encode()]
    for key in sorted(groups, key=lambda key: [(part is not None, part or b"") for part in key]):
        cells = [part or b"" for part in key] + [aggregate(item, groups[key]) for item in columns]
        lines.append(b"\t".join(cells))
    return b"\n".join(lines) + b"\n"


def options(rng: random.Random) -> tuple[bytes, list[str], int, list[str]]:
    pattern = rng.choice([b"", b"GET", b"[45]0\\d", b"user1"])
    keys = rng.sample(["user", "status", "path", "method", "ip"], rng.randrange(0, 4))
    every = rng.choice([0, 0, 60, 3600, 86400])
    return pattern, keys, every, rng.sample(AGGREGATES, rng.randrange(1, len(AGGREGATES) + 1))


@pytest.mark.parametrize("seed", range(CASES))
def test_any_geometry_gives_the_right_table(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    data = log(rng, rng.choice([0, 1, 5, 300]))
    (tmp_path / "log").write_bytes(data)
    pattern, keys, every, columns = options(rng)
    command = ["--fields", "combined", "--format", "tsv", "--agg", ",".join(columns)]
    command += ["--by", ",".join(keys)] if keys else []
    command += ["--every", f"{every}s"] if every else []
    if keys or every:
        command += ["--sort", f"{'time' if every else keys[0]}:asc"]
    wanted = expected(data, pattern, keys, every, columns)
    for geometry in GEOMETRIES:
        result = bigscan(*geometry, *command, pattern, "log", cwd=tmp_path)
        assert not difference(result.out, wanted), [*geometry, *command, pattern]
        assert result.status in (0, 1)


MEMORIES = [["--chunk-size", "500", "--max-memory", "600"],
            ["-p", "3", "--chunk-size", "64", "--max-memory", "10000"]]


@pytest.mark.parametrize("seed", range(CASES // 2))
@pytest.mark.parametrize("format", ["tsv", "text"])
def test_groups_that_go_to_disk_come_back(seed: int, format: str, tmp_path: Path) -> None:
    """The same table, whatever fits into memory."""
    rng = random.Random(1000 + seed)
    (tmp_path / "log").write_bytes(log(rng, 1000))
    pattern, keys, every, columns = options(rng)
    columns += ["p50(bytes)", "p99(bytes)"]
    titles = keys + columns + (["time"] if every else [])
    command = ["--fields", "combined", "--format", format, "--agg", ",".join(columns),
               "--sort", rng.choice(titles) + rng.choice(["", ":asc", ":desc"])]
    command += ["--by", ",".join(keys)] if keys else []
    command += ["--every", f"{every}s"] if every else []
    command += ["--top", str(rng.choice([1, 10, 100]))] if rng.randrange(3) == 0 else []
    wanted = bigscan(*command, pattern, "log", cwd=tmp_path)
    for geometry in MEMORIES:
        result = bigscan(*geometry, *command, pattern, "log", cwd=tmp_path)
        assert not difference(result.out, wanted.out), [*geometry, *command, pattern]
        assert result.status == wanted.status


PARTITIONS = [["-p", "1"], ["-p", "3"], ["-p", "2", "--chunk-size", "200000"],
              ["-p", "2", "--max-memory", "32M"], ["-p", "3", "--max-memory", "4M"]]


@pytest.mark.parametrize("geometry", PARTITIONS, ids=" ".join)
@pytest.mark.parametrize("top", [[], ["--top", "7"], ["--top", "5000"]], ids=" ".join)
def test_many_groups_are_merged_by_partition(geometry: list[str], top: list[str],
                                             tmp_path: Path) -> None:
    """Each key comes several times, in several chunks, among tens of thousands of others."""
    rng = random.Random(3)
    rows = [(rng.randrange(20_000), rng.randrange(1000)) for _ in range(100_000)]
    (tmp_path / "log").write_bytes(b"".join(b"key%d %d\n" % row for row in rows))
    found: dict[bytes, list[int]] = {}
    for key, number in rows:
        found.setdefault(b"key%d" % key, []).append(number)
    table = sorted((-len(numbers), key, sum(numbers), max(numbers)) for key, numbers in found.items())
    lines = [b"%s\t%d\t%d\t%d" % (key, -count, total, most) for count, key, total, most in table]
    wanted = [b"1\tcount\tsum(2)\tmax(2)", *lines[:int(top[1]) if top else None]]
    command = ["--fields", "space", "--by", "1", "--agg", "count,sum(2),max(2)", "--format", "tsv"]
    for die in ["", "map:*:9:1", "send:0:11:1"]:
        result = bigscan(*geometry, *command, *top, "log", cwd=tmp_path,
                         env={"BIGSCAN_TEST_DIE": die} if die else {})
        assert result.out.splitlines() == wanted
        assert result.status == 0


def test_no_room_for_groups_on_disk(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"".join(b"%d\n" % i for i in range(10_000)))
    result = bigscan("--fields", "space", "--by", "1", "--chunk-size", "500", "--max-memory", "600",
                     "log", cwd=tmp_path, env={"TMPDIR": str(tmp_path / "none")})
    assert result.out == b"" and result.status == 2
    assert result.err == b"bigscan: temporary file in %s: No such file or directory\n" % bytes(
        tmp_path / "none")


def sorted_rows(out: bytes) -> Iterable[bytes]:
    return sorted(out.splitlines())


@pytest.mark.parametrize("seed", range(CASES // 2))
def test_captures_give_what_fields_do(seed: int, tmp_path: Path) -> None:
    """The same groups by the fields of the format and by a pattern that captures them."""
    rng = random.Random(seed)
    (tmp_path / "log").write_bytes(log(rng, 300))
    captures = r'^(?<ip>\S+) \S+ (?<user>\S+) \[[^]]+\] "[^"]*" (?<status>\d{3}) (?<bytes>\S+) "'
    command = ["--by", "status,user", "--agg", "count,sum(bytes),p90(bytes),distinct(ip)",
               "--format", "csv"]
    geometry = rng.choice(GEOMETRIES)
    fields = bigscan("--fields", "combined", *command, "log", cwd=tmp_path)
    assert fields.out.count(b"\n") > 2
    groups = bigscan(*geometry, *command, captures, "log", cwd=tmp_path)
    assert not difference(groups.out, fields.out)


def test_many_groups_in_parts(tmp_path: Path) -> None:
    """More groups than one part of a result holds, from each worker and in the whole."""
    rows = [b"%d %d" % (i * 7919 % 300_007, i % 1000) for i in range(200_000 if SANITIZED else 400_000)]
    (tmp_path / "log").write_bytes(b"\n".join(rows) + b"\n")
    sums: dict[bytes, list[int]] = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        key, value = row.split()
        sums[key][0] += 1
        sums[key][1] += int(value)
    wanted = [b"%s\t%d\t%d" % (key, *sums[key]) for key in sums] + [b"1\tcount\tsum(2)"]
    for geometry in [["-p", "2"], ["-p", "2", "--io", "on"], ["-p", "3", "--chunk-size", "100000"]]:
        result = bigscan(*geometry, "--fields", "space", "--by", "1", "--agg", "count,sum(2)",
                         "--format", "tsv", "log", cwd=tmp_path)
        assert sorted_rows(result.out) == sorted(wanted)

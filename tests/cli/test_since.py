"""--since and --until: only records of a range of time are selected."""

from __future__ import annotations

import gzip
import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from conftest import Box

LINES = [
    b"2026-11-27T08:00:00Z a one\n",
    b"2026-11-27T08:04:59Z b two\n",
    b"2026-11-27T08:05:00Z a three\n",
    b"2026-11-27T08:06:00.5Z a four\n",
    b"2026-11-27T08:10:00Z b five\n",
]
LOG = b"".join(LINES)
FROM = ["--since", "2026-11-27T08:04:59Z"]
TO = ["--until", "2026-11-27T08:10:00Z"]
TRACE = LINES[2] + b"  at main\n  at exit\n" + LINES[3]
TOLD = b'bigscan: 2 records have no time, the first one: "  at main"\n'


def test_from_the_first_to_before_the_last(box: Box) -> None:
    box.file("log", LOG)
    box.expect(*FROM, "", "log", out=b"".join(LINES[1:]))
    box.expect(*TO, "", "log", out=b"".join(LINES[:4]))
    box.expect(*FROM, *TO, "", "log", out=b"".join(LINES[1:4]))
    box.expect(*FROM, *TO, " a ", "log", out=b"".join(LINES[2:4]))
    box.expect("--since", "2026-11-27 09:00", "", "log")


def test_relative_times(box: Box) -> None:
    now = datetime.now(timezone.utc)
    lines = [(now - timedelta(minutes=ago)).strftime("%Y-%m-%dT%H:%M:%SZ x\n").encode()
             for ago in (150, 90, 45, 10, -60)]
    box.file("log", b"".join(lines))
    box.expect("--since", "2h", "--until", "30m", "x", "log", out=b"".join(lines[1:3]))
    box.expect("--since", "1h", "--until", "now", "x", "log", out=b"".join(lines[2:4]))


def test_seconds_since_1970(box: Box) -> None:
    box.file("log", b"1700000000 a\n1700000060 b\n1700000120.25 c\n")
    box.expect("--since", "@1700000060", "--until", "@1700000120.5", "", "log",
               out=b"1700000060 b\n1700000120.25 c\n")


def test_formats_and_zones(box: Box) -> None:
    box.file("log", b"a 3.12.2025 00:30\nb 2.12.2025 23:30\n")
    given = ["--time-format", "%d.%m.%Y %H:%M"]
    box.expect(*given, "--since", "2025-12-03", "", "log", out=b"a 3.12.2025 00:30\n")
    box.expect(*given, "--time-zone", "+01:00", "--since", "2025-12-02T23:00:00Z", "", "log",
               out=b"a 3.12.2025 00:30\n")
    box.expect(*given, "--time-zone", "+01:00", "--since", "2025-12-03 00:30", "", "log",
               out=b"a 3.12.2025 00:30\n")


def test_the_time_field_of_the_format(box: Box) -> None:
    lines = [b'1.1.1.1 - [2026-01-01T00:00:00Z] [27/Nov/2026:08:0%d:00 +0000] "GET / HTTP/1.1" 200 1\n'
             % minute for minute in range(4)]
    box.file("log", b"".join(lines) + b"2026-11-27T08:01:00Z not of the format\n")
    told = b'bigscan: 1 record has no time: "2026-11-27T08:01:00Z not of the format"\n'
    box.expect("--fields", "common", "--since", "2026-11-27T08:01:00Z", *TO, "-c", "", "log",
               out=b"3\n", err=told)


def test_inverted_is_the_pattern_alone(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-v", *FROM, *TO, " a ", "log", out=LINES[1])


def test_only_so_many(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-m", "1", *FROM, " a ", "log", out=LINES[2])
    box.expect("-m", "2", "-c", *FROM, "", "log", out=b"2\n")
    box.expect("-m", "1", "-v", *FROM, "a", "log", out=LINES[1])
    with open(box.directory / "log", "rb") as stdin:
        box.expect("-m", "1", *FROM, " a ", stdin=stdin.fileno(), out=LINES[2])
        assert stdin.read() == b"".join(LINES[3:])


def test_many_records_of_other_times_come_first(box: Box) -> None:
    box.file("log", LINES[0] * 3000 + LINES[4] * 3)
    box.expect("-m", "2", "--since", "2026-11-27T08:10:00Z", "b", "log", out=LINES[4] * 2)
    box.expect("-l", "--since", "2026-11-27T08:10:00Z", "b", "log", out=b"log\n")
    box.expect("-q", "--since", "2026-11-27T08:10:01Z", "b", "log", status=1)


def test_what_else_is_printed(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-o", *FROM, *TO, "a \\w", "log", out=b"a t\na f\n")
    box.expect("-n", *FROM, *TO, " a ", "log", out=b"3:" + LINES[2] + b"4:" + LINES[3])
    box.expect("-b", *FROM, *TO, " a ", "log", out=b"54:" + LINES[2] + b"83:" + LINES[3])
    box.expect("-c", *FROM, *TO, "", "log", "log", out=b"log:3\nlog:3\n")
    box.expect("--total", *FROM, *TO, "", "log", "log", out=b"6\n")
    box.expect("-l", *FROM, *TO, "one", "log")
    box.expect("-L", *FROM, *TO, "one", "log", out=b"log\n", status=1)
    box.expect("-q", *FROM, *TO, "two", "log", status=0)
    box.expect("--label-pattern", *FROM, *TO, "-e", "one", "-e", "b", "log", out=b"b:" + LINES[1])


def test_patterns_are_tallied(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--tally", *FROM, *TO, "-e", "a", "-e", "t", "-e", "one", "log",
               out=b"2\ta\n2\tt\n0\tone\n")
    box.expect("--tally", "-m", "1", *FROM, "-e", "a", "-e", "th", "-e", "five", "log",
               out=b"1\ta\n1\tth\n0\tfive\n")


def test_context_is_of_any_time(box: Box) -> None:
    box.file("log", LOG)
    box.expect("-A1", "-B1", "--since", "2026-11-27T08:05:00Z", "--until", "2026-11-27T08:06:00Z",
               "", "log", out=b"".join(LINES[1:4]))


def test_json(box: Box) -> None:
    box.file("log", LOG)
    messages = [json.loads(line) for line in
                box.run("--json", *FROM, *TO, " a ", "log").out.splitlines()]
    numbers = [message["data"]["line_number"] for message in messages if message["type"] == "match"]
    assert numbers == [3, 4]


def test_jobs(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--every", "5m", "--format", "tsv", *FROM, *TO, "log",
               out=b"time\tcount\n2026-11-27T08:00:00Z\t1\n2026-11-27T08:05:00Z\t2\n")
    box.expect("--fields", "space", "--by", "2", "--format", "tsv", *FROM, *TO, "log",
               out=b"2\tcount\na\t2\nb\t1\n")
    box.expect("--by", "pattern", "--format", "tsv", *FROM, *TO, "-e", "a", "-e", "th", "log",
               out=b"pattern\tcount\na\t2\nth\t1\n")


def test_a_header_is_no_record_without_a_time(box: Box) -> None:
    box.file("log", b"time,user\r\n" + b"".join(
        b"2026-11-27 08:%02d:00,u%d\r\n" % (minute, minute % 2) for minute in range(10)))
    since = ["--fields", "csv", "--since", "2026-11-27 08:05"]
    box.expect(*since, "--by", "user", "--format", "tsv", "log", out=b"user\tcount\nu1\t3\nu0\t2\n")
    box.expect(*since, "-c", "", "log", out=b"5\n")


def test_records_without_a_time_are_told(box: Box) -> None:
    box.file("log", TRACE)
    box.expect(*FROM, "", "log", out=LINES[2] + LINES[3], err=TOLD)
    box.expect("--strict", *FROM, "", "log", out=LINES[2] + LINES[3], err=TOLD, status=2)
    box.expect("--strict", *FROM, "a ", "log", out=LINES[2] + LINES[3])
    box.expect("-c", *FROM, " at |a ", "log", out=b"2\n", err=TOLD)
    box.expect("--every", "1h", "--format", "tsv", *FROM, "log",
               out=b"time\tcount\n2026-11-27T08:00:00Z\t2\n", err=TOLD)


def test_only_what_comes_before_the_end_of_the_search_is_told(box: Box) -> None:
    box.file("log", TRACE)
    box.expect("-m", "1", *FROM, "", "log", out=LINES[2])
    box.expect("-m", "2", *FROM, "", "log", out=LINES[2] + LINES[3], err=TOLD)
    box.expect("-l", *FROM, "", "log", out=b"log\n")
    box.expect("-l", *FROM, "main|four", "log", out=b"log\n",
               err=b'bigscan: 1 record has no time: "  at main"\n')
    box.expect("-m", "1", "-c", *FROM, "main|four", "log", "log", out=b"log:1\nlog:1\n",
               err=b'bigscan: 2 records have no time, the first one: "  at main"\n')


@pytest.mark.parametrize("options", [[], ["-c"], ["-o"], ["-q"], ["-I"]])
def test_binary_data(box: Box, options: list[str]) -> None:
    box.file("log", LOG + b"\0 binary\n")
    out = {"": b"", "-c": b"3\n", "-o": b"", "-q": b"", "-I": b""}["".join(options)]
    hides = options in ([], ["-o"])
    told = b'bigscan: 2 records have no time, the first one: ""\n'
    box.expect(*options, *FROM, *TO, "" if options != ["-o"] else "a", "log", out=out,
               err=b"bigscan: log: binary file matches\n" if hides else
               told if options == ["-c"] else b"",
               status=1 if options == ["-I"] else 0)


def test_records_that_end_with_a_nul(box: Box) -> None:
    box.file("log", LOG.replace(b"\n", b"\0"))
    box.expect("-z", *FROM, *TO, "", "log", out=b"".join(LINES[1:4]).replace(b"\n", b"\0"))


def test_compressed_files_and_pipes(box: Box) -> None:
    box.file("log.gz", gzip.compress(LOG))
    box.expect(*FROM, *TO, "", "log.gz", out=b"".join(LINES[1:4]))
    box.expect(*FROM, *TO, "", stdin=LOG, out=b"".join(LINES[1:4]))


def test_what_is_skipped_is_told_by_stats(plain: Box) -> None:
    plain.file("log", LOG)
    plain.expect("--stats", "-c", *FROM, "", "log", out=b"4\n", err=re.compile(rb"(?m)^skipped     0$"))
    plain.expect("--stats", "-c", "", "log", out=b"5\n", err=re.compile(rb"\A(?!(?s:.*)skipped)"))
    lines = [b"2026-11-27T%02d:%02d:%02dZ %s\n" % (t // 3600, t // 60 % 60, t % 60, b"x" * 50)
             for t in range(86400)]
    plain.file("day", b"".join(lines))
    day = ["--since", "2026-11-27T12:00:00Z", "--until", "2026-11-27T12:00:03Z", "", "day"]
    plain.expect(*day, out=b"".join(lines[43200:43203]))
    plain.expect("-b", *day, out=b"".join(
        b"%d:" % (t * len(lines[0])) + lines[t] for t in range(43200, 43203)))
    plain.expect("-n", *day, out=b"".join(b"%d:" % (t + 1) + lines[t] for t in range(43200, 43203)))
    skipped = re.search(rb"(?m)^skipped +(\d+)$", plain.run("--stats", *day).err)
    assert skipped and int(skipped[1]) > 80000 * len(lines[0])
    for scans_all in ["-n", "-C1", "--json", "--strict"]:
        assert b"skipped" not in plain.run("--stats", scans_all, *day).err


@pytest.mark.parametrize(("arguments", "message"), [
    (["--since", "soon", "x"], b"--since: invalid time 'soon'"),
    (["--until", "1234567", "x"], b"--until: invalid time '1234567': write @"),
    (["--since", "1h", "--until", "2h", "x"], b"--since \\S+ is not before --until \\S+\n"),
    (["--since", "1h", "--fields", "apache", "x"], b"unknown format 'apache'"),
    (["--since", "1h", "--time-zone", "Mars", "x"], b"Mars"),
    (["--since", "1h", "--top", "3", "x"], b"--top goes with --by, --agg or --every"),
    (["--fields", "csv", "x"], b"--fields goes with --by, --agg, --every, --since or --until"),
    (["--strict", "x"], b"--strict goes with"),
])
def test_wrong_use(plain: Box, arguments: list[str], message: bytes) -> None:
    plain.file("log", b"x\n")
    plain.expect(*arguments, "log", err=re.compile(message), status=2)


def test_a_pattern_is_needed(plain: Box) -> None:
    plain.expect("--since", "1h", err=re.compile(b"no pattern given"), status=2)

"""Group-by jobs: --by, --agg, --every, --top, --sort, and the formats of their rows."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import pty
import re
import struct
import subprocess
import termios

import pytest
import support
from conftest import Box

ACCESS = b"".join(
    b'10.0.0.%d - %s [%s] "GET /%s HTTP/1.1" %d %s "-" "agent"\n' % fields
    for fields in [
        (1, b"ann", b"27/Nov/2026:08:00:01 +0000", b"a", 200, b"100"),
        (2, b"bob", b"27/Nov/2026:08:04:59 +0000", b"b", 404, b"-"),
        (1, b"ann", b"27/Nov/2026:08:05:00 +0000", b"a", 200, b"50"),
        (3, b"-", b"27/Nov/2026:09:59:59 +0100", b"c", 500, b"7"),
        (1, b"bob", b"27/Nov/2026:09:00:00 +0000", b"a", 200, b"1"),
    ]
)
WORDS = b"x=1 a\nx=2 b\nx=3 a\ny=4 c\n"


def test_count_by_field(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("--fields", "combined", "--by", "status", "log",
               out=b"status  count\n200         3\n404         1\n500         1\n")


def test_aggregates(box: Box) -> None:
    box.file("log", ACCESS)
    aggregates = "count,sum(bytes),min(bytes),max(bytes),mean(bytes),distinct(ip),invalid(bytes)"
    box.expect("--fields", "combined", "--by", "user", "--agg", aggregates, "--format", "tsv", "log",
               out=b"user\tcount\tsum(bytes)\tmin(bytes)\tmax(bytes)\tmean(bytes)\tdistinct(ip)\t"
                   b"invalid(bytes)\n"
                   b"ann\t2\t150\t50\t100\t75\t1\t0\n"
                   b"bob\t2\t1\t1\t1\t1\t2\t1\n"
                   b"-\t1\t7\t7\t7\t7\t1\t0\n")


def test_a_column_of_values_that_are_no_numbers_tells_enough_of_them(box: Box) -> None:
    box.file("log", b"x a\ny b\n1 c\n")
    options = ["--fields", "space", "--format", "tsv", "log"]
    box.expect("--agg", "sum(1),invalid(1)", *options, out=b"sum(1)\tinvalid(1)\n1\t2\n")
    # Of another field, they are still told.
    box.expect("--agg", "sum(2),invalid(1)", *options, out=b"sum(2)\tinvalid(1)\n0\t2\n",
               err=b'bigscan: 3 values of 2 are no numbers, the first one: "a"\n')


def test_pattern_selects(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("--fields", "combined", "--by", "status", "--format", "csv", "GET /a", "log",
               out=b"status,count\n200,3\n")
    box.expect("--fields", "combined", "--by", "status", "--format", "csv", "-v", "GET /a", "log",
               out=b"status,count\n404,1\n500,1\n")


def test_without_a_key_there_is_one_row(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("--fields", "combined", "--agg", "count,max(bytes)", "--format", "tsv", "log",
               out=b"count\tmax(bytes)\n5\t100\n",
               err=b'bigscan: 1 value of bytes is no number: "-"\n')
    box.expect("--fields", "combined", "--agg", "count,max(bytes)", "--format", "json", "nothing",
               "log", out=b'{"count":0,"max(bytes)":null}\n', status=1)


def test_time_buckets(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("--fields", "combined", "--every", "5m", "--format", "tsv", "log",
               out=b"time\tcount\n2026-11-27T08:00:00Z\t2\n2026-11-27T08:05:00Z\t1\n"
                   b"2026-11-27T08:55:00Z\t1\n2026-11-27T09:00:00Z\t1\n")
    box.expect("--every", "1h", "--by", "1", "--format", "tsv", '" ([24])', "log",
               out=b"time\t1\tcount\n2026-11-27T08:00:00Z\t2\t2\n2026-11-27T08:00:00Z\t4\t1\n"
                   b"2026-11-27T09:00:00Z\t2\t1\n")


def test_a_histogram_has_bars_on_a_terminal(plain: Box) -> None:
    plain.file("log", ACCESS)
    command = [support.BIGSCAN, "--fields", "combined", "--every", "1h", "log"]
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 41, 0, 0))
    subprocess.run(command, cwd=plain.directory, stdout=terminal, env=support.environment(), check=True)
    os.close(terminal)
    rows = os.read(controller, 1000).replace(b"\r", b"")
    os.close(controller)
    assert rows == (b"time                  count\n2026-11-27T08:00:00Z      4  ############\n"
                    b"2026-11-27T09:00:00Z      1  ###\n")


def test_times_of_other_formats_and_zones(box: Box) -> None:
    box.file("log", b"a 3.12.2025 00:30\nb 2.12.2025 23:30\n")
    box.expect("--every", "1d", "--time-format", "%d.%m.%Y %H:%M", "--format", "tsv", "log",
               out=b"time\tcount\n2025-12-02T00:00:00Z\t1\n2025-12-03T00:00:00Z\t1\n")
    box.expect("--every", "1d", "--time-format", "%d.%m.%Y %H:%M", "--time-zone", "+01:00",
               "--format", "tsv", "log", out=b"time\tcount\n2025-12-02T00:00:00Z\t2\n")


def test_records_without_a_time_are_told(box: Box) -> None:
    box.file("log", b"2026-11-27 08:00:00 a\nno time\n")
    box.expect("--every", "1h", "--format", "tsv", "log",
               out=b"time\tcount\n2026-11-27T08:00:00Z\t1\n",
               err=b'bigscan: 1 record has no time: "no time"\n')


def test_groups_of_the_pattern(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "letter", "--agg", "sum(1)", r"(\d) (?<letter>.)", "--format", "tsv", "log",
               out=b"letter\tsum(1)\na\t4\nc\t4\nb\t2\n")


def test_a_group_that_takes_no_part_is_missing(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "1,2", "--format", "json", "(x)|(y)", "log",
               out=b'{"1":"x","2":null,"count":3}\n{"1":null,"2":"y","count":1}\n')


def test_groups_of_several_patterns(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "v", "--format", "tsv", "-e", r"x=(?<v>\d) a", "-e", r"(y)=(?<v>.)", "log",
               out=b"v\tcount\n1\t1\n3\t1\n4\t1\n")


def test_by_pattern_a_record_counts_for_each(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "pattern", "--format", "tsv", "-e", "x", "-e", "a", "-e", "z", "log",
               out=b"pattern\tcount\nx\t3\na\t2\n")


def test_by_pattern_and_group(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "pattern,1", "--format", "tsv", "-e", "(x)=", "-e", "x=(1)", "log",
               out=b"pattern\t1\tcount\n(x)=\tx\t3\nx=(1)\t1\t1\n")


def test_by_path(box: Box) -> None:
    box.file("log", WORDS)
    box.file("other", b"x=9 b\n")
    box.expect("--by", "1,path", "--sort", "1", "--format", "tsv", "x.* (.)", "log", "other",
               out=b"1\tpath\tcount\na\tlog\t2\nb\tlog\t1\nb\tother\t1\n")
    box.expect("--by", "@path", "--format", "tsv", "x", "other", "-", stdin=b"x\n",
               out=b"@path\tcount\n(standard input)\t1\nother\t1\n")


def test_the_path_of_a_request_is_a_field(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("--fields", "combined", "--by", "path", "--top", "1", "--format", "tsv", "log",
               out=b"path\tcount\n/a\t3\n")
    box.expect("--fields", "combined", "--by", "@path", "--format", "tsv", "log",
               out=b"@path\tcount\nlog\t5\n")


@pytest.mark.parametrize(("sort", "rows"), [
    ("count", b"a2 c1 b1"), ("count:asc", b"b1 c1 a2"), ("1", b"a2 b1 c1"), ("1:desc", b"c1 b1 a2"),
])
def test_sort(box: Box, sort: str, rows: bytes) -> None:
    box.file("log", WORDS)
    lines = b"".join(row[:1] + b"\t" + row[1:] + b"\n" for row in rows.split())
    if sort == "count":  # Ties are broken by key, which ascends.
        lines = b"a\t2\nb\t1\nc\t1\n"
    box.expect("--by", "1", "--sort", sort, "--format", "tsv", " (.)", "log",
               out=b"1\tcount\n" + lines)


def test_top(box: Box) -> None:
    box.file("log", WORDS)
    box.expect("--by", "1", "--top", "2", "--format", "tsv", " (.)", "log",
               out=b"1\tcount\na\t2\nb\t1\n")
    box.expect("--by", "1", "--top", "9", "--sort", "count:asc", "--format", "tsv", " (.)", "log",
               out=b"1\tcount\nb\t1\nc\t1\na\t2\n")


ODD = "\"q\",a\tb\\c\x1b é|\n"


@pytest.mark.parametrize(("format", "out"), [
    ("text", '1              count\n"q",a\\x09b\\c\\x1b é      1\n'),
    ("tsv", '1\tcount\n"q",a\\tb\\\\c\x1b é\t1\n'),
    ("csv", '1,count\n"""q"",a\tb\\c\x1b é",1\n'),
    ("json", '{"1":"\\"q\\",a\\tb\\\\c\\u001B é","count":1}\n'),
])
def test_cells_are_quoted(box: Box, format: str, out: str) -> None:
    box.file("log", ODD.encode())
    result = box.run("--by", "1", "--format", format, r"(.*)\|", "log")
    if format == "text":
        assert result.out.split() == out.encode().split()
    else:
        assert result.out == out.encode()


def test_bytes_that_are_not_utf8(box: Box) -> None:
    box.file("log", b"a\xffb\xc3\n")
    box.expect("--by", "0", "--format", "json", ".*", "log", out='{"0":"a\ufffdb\ufffd","count":1}\n'.encode())
    box.expect("--by", "0", "--format", "tsv", ".*", "log", out=b"0\tcount\na\xffb\xc3\t1\n")


def test_numbers_are_exact(box: Box) -> None:
    box.file("log", b"0.1\n" * 10 + b"123456789012345678\n" * 100 + b"-1e3\nnan\n0x10\n\n")
    box.expect("--agg", "sum(0),min(0),max(0)", "--format", "tsv", ".*", "log",
               out=b"sum(0)\tmin(0)\tmax(0)\n12345678901234566801\t-1000\t123456789012345678\n",
               err=b'bigscan: 3 values of 0 are no numbers, the first one: "nan"\n')


def test_quantiles_within_a_hundredth(box: Box) -> None:
    box.file("log", b"".join(b"%d\n" % n for n in range(1, 1001)))
    rows = json.loads(box.run("--agg", "p0(0),p50(0),p99(0),p100(0)", "--format", "json", ".*", "log").out)
    for title, exact in {"p0(0)": 1, "p50(0)": 500, "p99(0)": 990, "p100(0)": 1000}.items():
        assert abs(rows[title] - exact) <= 0.0101 * exact


def test_records_that_do_not_fit_are_told_once(box: Box) -> None:
    box.file("log", ACCESS + b"what\n\x1b[31m\n")
    rows = b"status\tcount\n200\t3\n404\t1\n500\t1\n"
    err = b'bigscan: 2 records do not fit the format combined, the first one: "what"\n'
    box.expect("--fields", "combined", "--by", "status", "--format", "tsv", "log", out=rows, err=err)
    box.expect("--fields", "combined", "--by", "status", "--format", "tsv", "--strict", "log",
               out=rows, err=err, status=2)


@pytest.mark.parametrize(("format", "log", "field"), [
    ("common", b'1.1.1.1 - - [27/Nov/2026:08:00:01 +0000] "GET /a HTTP/1.1" 200 1\n', "status"),
    ("syslog", b"Nov 27 08:00:01 200 cron[12]: message\n", "host"),
    ("json", b'{"a":{"b":[1,200]}}\n', "a.b.1"),
    ("logfmt", b'level=info status=200 msg="a b"\n', "status"),
    ("csv", b'a,"200",c\n', "2"),
    ("tsv", b"a\t200\n", "2"),
    ("space", b"  a   200 b\n", "2"),
])
def test_formats(box: Box, format: str, log: bytes, field: str) -> None:
    box.file("log", log)
    box.expect("--fields", format, "--by", field, "--format", "tsv", "log",
               out=b"%s\tcount\n200\t1\n" % field.encode())


CSV = b'user,"the bytes"\r\nann,1\r\n"b""o,b",2\r\nann,3\r\n'


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_header_of_csv(box: Box, pack) -> None:
    box.file("log", pack(CSV))
    box.expect("--fields", "csv", "--by", "user", "--agg", "sum(the bytes)", "--format", "csv", "log",
               out=b'user,sum(the bytes)\nann,4\n"b""o,b",2\n')


def test_the_header_of_each_file_is_no_record(box: Box) -> None:
    box.file("log", CSV)
    box.expect("--fields", "csv", "--by", "user", "--format", "tsv", "log", "log",
               out=b'user\tcount\nann\t4\nb"o,b\t2\n')


def test_a_header_can_not_be_had_from_a_pipe(box: Box) -> None:
    box.expect("--fields", "csv", "--by", "user", stdin=CSV, err=re.compile(b"user"), status=2)
    box.expect("--fields", "csv", "--by", "1", "--format", "tsv", "ann", stdin=CSV,
               out=b"1\tcount\nann\t2\n")


def test_the_pattern_may_be_left_out(box: Box) -> None:
    box.file("log", ACCESS)
    rows = b"status\tcount\n200\t3\n404\t1\n500\t1\n"
    for arguments in [["log"], ["", "log"], ["-e", "", "log"]]:
        box.expect("--fields", "combined", "--by", "status", "--format", "tsv", *arguments, out=rows)
    for arguments in [[], ["-"], [""]]:
        box.expect("--fields", "combined", "--by", "status", "--format", "tsv", *arguments,
                   stdin=ACCESS, out=rows)


def test_a_mistyped_file_is_no_pattern(box: Box) -> None:
    box.expect("--fields", "space", "--by", "1", "--format", "tsv", "acces.log", out=b"1\tcount\n",
               err=b"bigscan: acces.log: No such file or directory\n", status=2)
    box.file("access.log", b"a b\n")
    box.expect("--fields", "space", "--by", "1", "--format", "tsv", "b", "access.log",
               out=b"1\tcount\na\t1\n")


def test_nul_bytes_are_text(box: Box) -> None:
    box.file("log", b"a 1\n\x00b 2\n")
    box.expect("--fields", "space", "--by", "2", "--format", "tsv", "log", out=b"2\tcount\n1\t1\n2\t1\n")


def test_binary_files_can_be_left_out(box: Box) -> None:
    box.file("log", b"a 1\n" * 10)
    box.file("binary", b"a 2\n" * 10_000 + b"\x00b 3\n")
    box.expect("-I", "--fields", "space", "--by", "2", "--format", "tsv", "binary", "log", "binary",
               out=b"2\tcount\n1\t10\n")


def test_quiet(box: Box) -> None:
    box.file("log", ACCESS)
    box.expect("-q", "--fields", "combined", "--by", "status", "log", status=0)


@pytest.mark.parametrize(("arguments", "message"), [
    (["--fields", "combined", "--by", "state"], b"'state' is no field of combined \\(.*status"),
    (["--fields", "apache", "--by", "1"], b"unknown format 'apache': combined"),
    (["--by", "1", "x"], b"no pattern has a group 1\n"),
    (["--by", "name", "(x)"], b"no pattern has a group 'name'"),
    (["--by", "1", "(x"], b"invalid pattern '\\(x': missing closing parenthesis"),
    (["--by", "1", "-v", "(x)"], b"with -v nothing is captured"),
    (["--by", "pattern", "-v", "x"], b"with -v there is no pattern"),
    (["--by", "1,,2", "(x)(y)"], b"an item of --by is empty"),
    (["--by", "1", "--agg", "avg(1)", "(x)"], b"unknown aggregate 'avg\\(1\\)': count, sum"),
    (["--by", "1", "--agg", "sum", "(x)"], b"needs a field: sum\\(FIELD\\)"),
    (["--by", "1", "--agg", "p101(1)", "(x)"], b"unknown aggregate 'p101"),
    (["--by", "1", "--sort", "size", "(x)"], b"no column 'size' to sort by: 1, count"),
    (["--by", "1", "--top", "0", "(x)"], b"invalid number of rows '0'"),
    (["--by", "1", "--format", "xml", "(x)"], b"unknown format 'xml': text, tsv, csv or json"),
    (["--by", "1", "-c", "(x)"], b"--count and --by, --agg or --every can not be used together"),
    (["--every", "often"], b"often"),
    (["--every", "1h", "--time-zone", "Mars"], b"Mars"),
    (["--every", "1h", "--time-format", "%Q"], b"%Q"),
    (["--top", "3", "x"], b"--top goes with --by, --agg or --every"),
])
def test_wrong_use(plain: Box, arguments: list[str], message: bytes) -> None:
    plain.file("log", b"x\n")
    plain.expect(*arguments, "log", err=re.compile(message), status=2)

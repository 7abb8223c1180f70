"""Snapshots: --shard, --partial and --merge. Merged, shares are the bytes of the unsharded run."""

from __future__ import annotations

import gzip
import os
import random
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Sequence

import pytest
import support
from conftest import Box
from support import Argument, Result

LOG = b"".join(
    b'10.0.0.%d - %s [27/Nov/2026:%02d:%02d:%02d +0000] "GET /%s HTTP/1.1" %d %d "-" "x"\n'
    % (n % 7, [b"ann", b"bob", b"eve"][n % 3], n // 60 % 24, n % 60, n * 7 % 60, b"ab"[n % 2 : n % 2 + 1] * (n % 5),
       [200, 404, 500][n * n % 3], n * n % 1000)
    for n in range(400)
)  # fmt: skip
FORMAT = ["--fields", "combined"]
# What is printed of these is the same in one piece and in shares.
COMMANDS: dict[str, list[Argument]] = {
    "records": ["ann"],
    "inverted": ["-v", "ann"],
    "matches": ["-ob", "--label-pattern", "-e", "a+ ", "-e", r"\d{3} \d"],
    "names": ["-HZT", "eve"],
    "numbers": ["-n", "ann"],
    "all-numbers": ["-nv", "nowhere"],
    "aligned-numbers": ["-hnbTo", "a+|ann"],
    "named-numbers": ["-nZ", "eve"],
    "count": ["-c", "404"],
    "count-no-names": ["-ch", "404"],
    "with-matches": ["-l", "ann"],
    "without-match": ["-L", "ann"],
    "total": ["--total", "404"],
    "tally": ["--tally", "-e", "ann", "-e", "404", "-e", "nowhere"],
    "quiet": ["-q", "ann"],
    "status": [*FORMAT, "--by", "status"],
    "path": [*FORMAT, "--by", "@path,user", "--format", "json"],
    "time": [*FORMAT, "--every", "5m", "--by", "status", "--agg", "count,sum(bytes),p90(bytes)"],
    "sketches": [*FORMAT, "--by", "ip", "--agg", "distinct(path),p50(bytes),min(bytes),max(bytes),"
                 "mean(bytes),invalid(user)", "--sort", "p50(bytes)", "--top", "4"],
    "range-of-time": ["--since", "2026-11-27T03:00", "--until", "2026-11-27 05:00", "404"],
    "groups-of-a-range": [*FORMAT, "--since", "2026-11-27T02:00", "--by", "user", "--format", "tsv",
                          "^10."],
    "one-row": [*FORMAT, "--agg", "count,distinct(bytes),sum(bytes)", "--format", "tsv", "ann"],
    "groups": ["--by", "2,pattern", "--agg", "count,sum(1)", r"GET /(?:a*|b*) .* (\d+) .(-)"],
}  # fmt: skip


def write_logs(box: Box) -> list[str]:
    """Several files, empty ones among them, the last without a newline at its end."""
    lines = LOG.splitlines(keepends=True)
    box.file("a", b"".join(lines[:150]))
    box.file("empty")
    box.file("long", b"no field " + b"ann " * 3000 + b"\n" + b"".join(lines[150:160]))
    box.file("short", b"ann")
    box.file("last", b"".join(lines[160:])[:-1])
    box.file("end")
    return ["a", "empty", "long", "short", "last", "end"]


def partials(box: Box, shards: int, *arguments: Argument) -> list[str]:
    """Makes the partials of all shards."""
    names = [f"part{shard}" for shard in range(1, shards + 1)]
    for shard, name in enumerate(names, 1):
        result = box.run("--shard", f"{shard}/{shards}", "--partial", name, *arguments)
        assert (result.status, result.out, result.err) == (0, b"", b"")
    return names


def merged(box: Box, names: Sequence[str], *options: Argument) -> Result:
    return support.bigscan("--merge", *options, *names, cwd=box.directory)


@pytest.mark.parametrize("shards", [1, 4, 64])
@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_merged_shards_are_the_unsharded_run(
    plain: Box, command: list[Argument], shards: int
) -> None:
    files = write_logs(plain)
    names = partials(plain, shards, *command, *files)
    assert merged(plain, names[::-1]) == plain.run(*command, *files)


@pytest.mark.parametrize("command", [["-c", "a"], ["b|c"], ["--by", "0", "-e", "."]], ids=str)
def test_more_shards_than_bytes(box: Box, command: list[str]) -> None:
    box.file("x", b"a\nb\n\nc")
    box.file("y", b"ab\n")
    names = partials(box, 12, *command, "x", "y")
    assert merged(box, names) == box.run(*command, "x", "y")


def test_a_record_belongs_to_the_share_of_its_first_byte(box: Box) -> None:
    box.file("log", b"first\n" + b"x" * 3000 + b" long\nlast\n")
    shares = [box.run("--shard", f"{shard}/4", ".", "log").out for shard in range(1, 5)]
    assert shares == [b"first\n" + b"x" * 3000 + b" long\n", b"", b"", b"last\n"]


def test_a_share_by_itself(box: Box) -> None:
    box.file("a", b"1\n2\n3\n4\n")
    box.file("b", b"5\n6\n7\n8\n")
    box.expect("--shard", "1/4", ".", "a", "b", out=b"a:1\na:2\n")
    box.expect("--shard", "3/4", "-c", ".", "a", "b", out=b"b:2\n")
    box.expect("--shard", "2/4", "--total", ".", "a", "b", out=b"2\n")
    box.expect("--shard", "4/4", "--by", "0", "--format", "tsv", "-e", ".", "a", "b",
               out=b"0\tcount\n7\t1\n8\t1\n")


def test_partials_do_not_depend_on_how_they_are_made(plain: Box) -> None:
    files = [*write_logs(plain), "binary"]
    plain.file("binary", b"ann\n" * 30000 + b"\0ann\n" * 30000)
    for command in COMMANDS.values():
        made = set()
        for geometry in [[], ["-p", "3", "--chunk-size", "1K"], ["-p", "2", "--io", "on"]]:
            result = plain.run(*geometry, "--shard", "2/3", "--partial", "part", *command, *files)
            assert result.status == 0
            made.add((plain.directory / "part").read_bytes())
        assert len(made) == 1, command


def test_options_in_another_order_make_the_same_partial(plain: Box) -> None:
    plain.file("log", LOG)
    plain.run("--partial", "one", "-c", "-i", "-e", "ann", "log")
    plain.run("--partial=two", "--ignore-case", "-p", "1", "--count", "ann", "log")
    assert (plain.directory / "one").read_bytes() == (plain.directory / "two").read_bytes()


def test_groups_that_exceed_the_memory_make_the_same_partial(plain: Box) -> None:
    plain.file("log", b"".join(b"%d %d\n" % (n * 7919 % 60000, n) for n in range(90000)))
    command = ["--by", "1", "--agg", "distinct(2),sum(2)", r"(\d+) (\d+)", "log"]
    for name, memory in (("small", "1M"), ("large", "1G")):
        assert plain.run("--partial", name, "--max-memory", memory, *command).status == 0
    assert (plain.directory / "small").read_bytes() == (plain.directory / "large").read_bytes()
    result = merged(plain, ["small"], "--format", "tsv")
    assert not support.difference(result.out, plain.run("--format", "tsv", *command).out)


def test_partial_exits_0_when_nothing_matches(plain: Box) -> None:
    plain.file("log", LOG)
    plain.expect("--partial", "part", "nowhere", "log", status=0)
    plain.expect("--merge", "part", status=1)


@pytest.mark.parametrize("command", [["-n", "ann"], ["-C2", "404"], ["-m2", "404"], ["-cm2", "a"],
                                     ["-cI", "a"]], ids=str)  # fmt: skip
def test_without_shards_any_option_will_do(plain: Box, command: list[str]) -> None:
    files = write_logs(plain)
    assert plain.run("--partial", "part", *command, *files).status == 0
    assert merged(plain, ["part"]) == plain.run(*command, *files)


def test_binary_data_in_an_earlier_share(plain: Box) -> None:
    plain.file("log", b"a text\n" * 20000 + b"a\0b\n" + b"a later\n" * 20000)
    plain.file("tail", b"a tail\n")
    for command in (["a"], ["-n", "a"], ["later"], ["-c", "a"], ["-o", "tail"]):
        names = partials(plain, 5, *command, "log", "tail")
        assert merged(plain, names) == plain.run(*command, "log", "tail")


def test_compressed_files_are_not_cut(plain: Box) -> None:
    plain.file("a.gz", gzip.compress(LOG, mtime=0))
    plain.file("b", LOG)
    plain.file("c.gz", gzip.compress(LOG[::-1], mtime=0))
    for command in (["-c", "ann"], ["ann"], [*FORMAT, "--by", "@path"]):
        names = partials(plain, 7, *command, "a.gz", "b", "c.gz")
        assert merged(plain, names) == plain.run(*command, "a.gz", "b", "c.gz")


def test_directories(plain: Box) -> None:
    (plain.directory / "logs").mkdir()
    plain.file("logs/a", LOG)
    plain.file("logs/b", LOG[:999])
    names = partials(plain, 3, "-rc", "ann", "logs")
    assert merged(plain, names) == plain.run("-rc", "ann", "logs")


def test_standard_input_from_a_file(plain: Box) -> None:
    with plain.file("log", LOG).open("rb") as log:
        assert plain.run("--partial", "part", "-c", "ann", stdin=log.fileno()).status == 0
    assert merged(plain, ["part"]).out == b"134\n"


def test_what_a_table_looks_like_can_be_changed(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 2, *FORMAT, "--by", "user", "--top", "1", "log")
    result = merged(plain, names, "--format", "csv", "--sort", "user", "--top", "2")
    assert result.out == b"user,count\nann,134\nbob,133\n"


def test_csv_fields_are_named_by_the_first_record(plain: Box) -> None:
    plain.file("t.csv", b"name,bytes\n" + b"ann,1\nbob,2\n" * 100)
    names = partials(plain, 5, "--fields", "csv", "--by", "name", "--agg", "sum(bytes)", "t.csv")
    (plain.directory / "t.csv").unlink()
    assert merged(plain, names, "--format", "tsv").out == b"name\tsum(bytes)\nbob\t200\nann\t100\n"


def test_strict_is_judged_by_the_whole(plain: Box) -> None:
    plain.file("log", LOG + b"not one of them\n")
    names = partials(plain, 3, *FORMAT, "--strict", "--by", "status", "log")
    assert merged(plain, names) == plain.run(*FORMAT, "--strict", "--by", "status", "log")
    assert merged(plain, names).status == 2


# --- What is refused ---


def refused(result: Result, *words: str) -> None:
    assert (result.status, result.out) == (2, b"")
    for word in words:
        assert word in result.err.decode()


def test_missing_and_doubled_shares_are_named(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 9, "-c", "ann", "log")
    refused(merged(plain, names[:2] + names[3:]), "shard 3 of 9 is missing")
    refused(merged(plain, names[1:3] + names[6:]), "shards 1, 4-6 of 9 are missing")
    refused(merged(plain, names + ["part5"]), "part5: holds shard 5 of 9, as part5 does")


def test_partials_of_other_runs_are_named(plain: Box) -> None:
    log = plain.file("log", LOG)
    plain.file("other", LOG)

    def part(name: str, shard: str, *arguments: str) -> None:
        result = plain.run("--partial", name, "--shard", shard, *arguments)
        assert result.status == 0

    part("one", "1/2", "-c", "ann", "log")
    for name, shard, arguments, why in [
        ("job", "2/2", ["--total", "ann", "log"], "another job: total, not count"),
        ("options", "2/2", ["-ci", "ann", "log"], "other options: '--ignore-case', not"),
        ("patterns", "2/2", ["-c", "bob", "log"], "other patterns: 'bob', not 'ann'"),
        ("inputs", "2/2", ["-ch", "ann", "other"], "other inputs: other, not log"),
        ("more", "2/2", ["-ch", "ann", "log", "other"], "other inputs: it has other, too"),
        ("division", "2/3", ["-c", "ann", "log"], "into 3 shards, not 2"),
    ]:
        part(name, shard, *arguments)
        refused(merged(plain, ["one", name]), f"{name}: not of the same run as one: ", why)
    os.utime(log, (1, 1))
    part("time", "2/2", "-c", "ann", "log")
    refused(merged(plain, ["one", "time"]), "log as it was modified at another time")
    plain.file("log", LOG + b"\n")
    part("size", "2/2", "-c", "ann", "log")
    refused(merged(plain, ["one", "size"]), f"log with {len(LOG) + 1} bytes, not {len(LOG)}")


def test_files_that_are_no_snapshots(plain: Box) -> None:
    plain.file("log", LOG)
    plain.file("empty")
    refused(merged(plain, ["log"]), "log: not a snapshot of bigscan")
    refused(merged(plain, ["empty"]), "empty: a snapshot that is cut off")
    refused(merged(plain, ["nowhere"]), "nowhere: No such file")
    refused(merged(plain, ["."]), ".: Is a directory")
    refused(merged(plain, []), "--merge needs the names of snapshots")
    refused(merged(plain, ["log"], "-c"), "--count and --merge can not be used together")


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_damage_anywhere_is_refused(plain: Box, damage: str) -> None:
    plain.file("a", b"x\n")
    plain.run("--partial", "part", "--by", "0", "x", "a")
    good = (plain.directory / "part").read_bytes()
    for at in range(len(good)):
        bad = good[:at] if damage == "truncated" else (
            good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :]
        )  # fmt: skip
        plain.file("bad", bad)
        refused(merged(plain, ["bad"]), "bad: ", "snapshot")


@pytest.mark.parametrize(
    "arguments",
    [["--shard", "1/2", *more] for more in
     (["-n"], ["-A1"], ["-B1"], ["-C1"], ["-m1"], ["--json"], ["-I"], ["-L"])]
    + [["--partial", "part", "--json"], ["--partial", "part", "--color=always"], ["--partial="]]
    + [["--shard", shard] for shard in ("0/2", "3/2", "1", "1/2/3", "a/b", "1/100001", "-1/2")],
    ids=str,
)  # fmt: skip
def test_options_that_do_not_go_together(plain: Box, arguments: list[str]) -> None:
    plain.file("log", LOG)
    refused(plain.run(*arguments, "ann", "log"))
    assert os.listdir(plain.directory) == ["log"]


def test_streams_are_refused(plain: Box) -> None:
    plain.file("log", LOG)
    os.mkfifo(plain.directory / "fifo")
    for arguments in (["log", "fifo"], ["-"], ["/dev/null"]):
        for options in (["--shard", "1/2"], ["--partial", "part"]):
            refused(plain.run(*options, "ann", *arguments, stdin=b"ann\n"), "no regular file")


def test_without_all_of_the_input_there_is_no_partial(plain: Box) -> None:
    plain.file("log", LOG)
    plain.file("part", b"old")
    refused(plain.run("--partial", "part", "ann", "log", "nowhere"), "nowhere: No such file",
            "nothing is scanned")  # fmt: skip
    record = b"a" * 40 + b"\n"
    plain.file("slow", record)
    result = plain.run("--partial", "part", r"(*LIMIT_MATCH=10)(a*)*\1b", "slow")
    if result.status == 2:
        assert b"part: not written" in result.err
        assert (plain.directory / "part").read_bytes() == b"old"


# --- The file ---


def test_an_old_file_is_replaced(plain: Box) -> None:
    plain.file("log", LOG)
    plain.file("part", b"old")
    plain.expect("--partial", "part", "-c", "ann", "log", status=0)
    assert merged(plain, ["part"]).out == b"134\n"
    assert sorted(os.listdir(plain.directory)) == ["log", "part"]


def test_what_is_no_regular_file_is_kept(plain: Box) -> None:
    plain.file("log", LOG)
    (plain.directory / "directory").mkdir()
    os.mkfifo(plain.directory / "fifo")
    for name in ("directory", "fifo"):
        refused(plain.run("--partial", name, "ann", "log"), name, "no regular file")
    refused(plain.run("--partial", "nowhere/part", "ann", "log"), "nowhere/part: No such file")


@pytest.fixture
def small_disk(tmp_path: Path):
    """A file system of 256 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("file systems can not be mounted")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("command", [["."], ["--by", "0", ".*"]], ids=str)
def test_a_full_disk_keeps_the_old_file(plain: Box, small_disk: Path, command: list[str]) -> None:
    plain.file("log", b"".join(b"%099d\n" % number for number in range(5000)))
    (small_disk / "part").write_bytes(b"old")
    refused(plain.run("--partial", str(small_disk / "part"), *command, "log"), "No space left")
    assert os.listdir(small_disk) == ["part"]
    assert (small_disk / "part").read_bytes() == b"old"


def test_a_directory_that_can_not_be_written(plain: Box, small_disk: Path) -> None:
    plain.file("log", LOG)
    (small_disk / "part").write_bytes(b"old")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    refused(plain.run("--partial", str(small_disk / "part"), "ann", "log"), "Read-only file system")
    assert (small_disk / "part").read_bytes() == b"old"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_scan_that_is_killed_leaves_nothing(plain: Box, how: signal.Signals) -> None:
    # Look-behind of a word at the end of long records: seconds of work.
    plain.file("log", (b"ab" * 5000 + b"\n") * 2000)
    command = [support.BIGSCAN, "-p", "2", "--partial", "part", r"(a|b)+(?<!b)(\w)\2c", "log"]
    process = subprocess.Popen(command, cwd=plain.directory, env=support.environment(),
                               start_new_session=True, stderr=subprocess.DEVNULL)  # fmt: skip
    time.sleep(0.3)
    running = process.poll() is None
    process.send_signal(how)
    process.wait(support.HANG_SECONDS)
    support.wait_until(lambda: not support.session_members(process.pid), "all processes end", 20)
    if running:
        assert os.listdir(plain.directory) == ["log"]


def test_the_manual_shows_a_snapshot(plain: Box) -> None:
    log = plain.file("access.log", b"2026-11-27 08:00:00 GET /a 200 512\n"
                     b"2026-11-27 08:00:01 GET /b 404 97\n2026-11-27 08:00:02 GET /a 200 488\n")
    time_ns = 1_795_770_000 * 10**9
    os.utime(log, ns=(time_ns, time_ns))
    command = ["--by", "1", "--agg", "sum(2)", r" (\d{3}) (\d+)$", "access.log"]
    names = partials(plain, 2, *command)
    assert merged(plain, names).out == b"1    sum(2)\n200    1000\n404      97\n"
    manual = (support.REPOSITORY / "man" / "bigscan-snapshot.5").read_text()
    section = manual[manual.index(".Ss A shard") : manual.index(".Ss A merged snapshot")]
    rows = re.findall(r"^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+)", section, re.MULTILINE)
    assert bytes.fromhex("".join(rows)) == (plain.directory / "part1").read_bytes()


def test_random_texts_and_shares(plain: Box) -> None:
    rng = random.Random(7)
    for _ in range(12):
        files = [f"f{number}" for number in range(rng.randrange(1, 5))]
        for name in files:
            size = rng.choice([0, 1, 5, 300])
            plain.file(name, bytes(rng.choice(b"ab\n") for _ in range(size)))
        command = rng.choice([["a"], ["-c", "ab"], ["--by", "@path,0", "a+"], ["-vo", "a"]])
        names = partials(plain, rng.choice([2, 3, 7]), *command, *files)
        assert merged(plain, names) == plain.run(*command, *files)


def test_an_input_is_not_replaced_by_the_snapshot(plain: Box) -> None:
    plain.file("log", LOG)
    for name in ["log", "./log"]:
        result = plain.run("--partial", name, "ann", "log")
        assert (result.status, result.out) == (2, b"")
        assert b"log: input file is also the snapshot" in result.err
    assert (plain.directory / "log").read_bytes() == LOG


def test_times_that_can_not_be_written_can_be_merged(plain: Box) -> None:
    plain.file("log", LOG)
    plain.expect("--partial", "part", "--since", "200000w", "--until", "@999999999999", "-c", "ann", "log",
                 status=0)
    plain.expect("--merge", "part", out=plain.run("-c", "ann", "log").out)

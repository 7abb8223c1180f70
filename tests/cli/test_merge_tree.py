"""--merge with --partial: snapshots of some shards are merged into one, and these further, to the same bytes in the end."""

from __future__ import annotations

import os
import random
import re
from typing import Sequence

import pytest
import support
from conftest import Box
from support import Argument, Result
from test_snapshots import COMMANDS, FORMAT, LOG, merged, partials, refused, write_logs


def merge(box: Box, into: str, names: Sequence[str]) -> str:
    result = support.bigscan("--merge", "--partial", into, *names, cwd=box.directory)
    assert (result.status, result.out, result.err) == (0, b"", b"")
    return into


def content(box: Box, name: str) -> bytes:
    return (box.directory / name).read_bytes()


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_a_tree_of_merges_is_the_unsharded_run(plain: Box, command: list[Argument]) -> None:
    files = write_logs(plain)
    wanted = plain.run(*command, *files)
    names = partials(plain, 12, *command, *files)
    # In a row; every other one; one alone; and the rest as it is.
    left = merge(plain, "left", names[:4])
    even = merge(plain, "even", [names[8], names[4], names[6]])
    one = merge(plain, "one", [names[5]])
    assert merged(plain, [names[7], even, *names[9:], one, left]) == wanted
    upper = merge(plain, "upper", [names[10], left, even])
    assert merged(plain, [upper, names[9], names[11], one, names[7]]) == wanted
    everything = merge(plain, "all", [*names[9:10], names[11], upper, names[7], one])
    assert merged(plain, [everything]) == wanted
    # The bytes do not depend on how the same shards were merged.
    assert content(plain, everything) == content(plain, merge(plain, "flat", names[::-1]))
    assert content(plain, upper) == content(
        plain, merge(plain, "upper2", [names[i] for i in (10, 0, 8, 1, 6, 3, 2, 4)])
    )


@pytest.mark.parametrize("command", [["a"], ["-n", "a"], ["-on", "a"], ["-c", "a"], ["-l", "a"],
                                     ["later"], ["--by", "@path"]], ids=str)  # fmt: skip
def test_binary_data_in_one_of_the_shards(plain: Box, command: list[str]) -> None:
    plain.file("log", b"a text\n" * 4000 + b"a\0b\n" + b"a later\n" * 4000)
    plain.file("tail", b"a tail\n")
    wanted = plain.run(*command, "log", "tail")
    names = partials(plain, 6, *command, "log", "tail")
    made = set()
    for first, second in [(names[:3], names[3:]), (names[::2], names[1::2]), (names[4:], names[:4])]:
        tree = [merge(plain, "first", first), merge(plain, "second", second)]
        assert merged(plain, tree) == wanted
        made.add(content(plain, merge(plain, "all", tree)))
    assert len(made) == 1


def test_output_of_more_than_a_field(plain: Box) -> None:
    plain.file("log", b"".join(b"%099d\n" % number for number in range(30000)))
    wanted = plain.run("-n", ".", "log")
    names = partials(plain, 7, "-n", ".", "log")
    flat = merge(plain, "flat", names)
    tree = [merge(plain, "odd", names[::2]), merge(plain, "even", names[1::2])]
    assert not support.difference(merged(plain, [flat]).out, wanted.out)
    assert not support.difference(merged(plain, tree).out, wanted.out)
    assert content(plain, flat) == content(plain, merge(plain, "all", tree))


def test_the_first_example_is_that_of_the_first_shard(plain: Box) -> None:
    """Of records that do not fit, the first one is told: whatever is merged first."""
    lines = LOG.splitlines(keepends=True)
    for where in (50, 150, 250, 350):
        lines[where] = b"unfit %d\n" % where
    plain.file("log", b"".join(lines))
    command = [*FORMAT, "--strict", "--by", "status", "log"]
    wanted = plain.run(*command)
    assert wanted.status == 2 and b"4 records" in wanted.err and b'"unfit 50"' in wanted.err
    names = partials(plain, 8, *command)
    made = set()
    for step in (2, 3, 5):
        parts = [merge(plain, f"m{i}", names[i::step]) for i in range(step)]
        assert merged(plain, parts[::-1]) == wanted
        made.add(content(plain, merge(plain, "all", parts)))
    assert len(made) == 1


def test_random_trees(plain: Box) -> None:
    rng = random.Random(11)
    for _ in range(2 if support.SANITIZED else 8):
        files = [f"f{number}" for number in range(rng.randrange(1, 5))]
        for name in files:
            size = rng.choice([0, 1, 5, 300])
            plain.file(name, bytes(rng.choice(b"ab\n\n\0"[: rng.choice([4, 5])]) for _ in range(size)))
        command = rng.choice([["-n", "a"], ["-c", "ab"], ["--by", "@path,0", "a+"], ["-vo", "a"]])
        names = partials(plain, rng.choice([3, 7, 10]), *command, *files)
        flat = merge(plain, "flat", names)
        for level in range(3):
            taken = rng.sample(names, rng.randrange(1, len(names) + 1))
            names = [name for name in names if name not in taken]
            names.append(merge(plain, f"level{level}", taken))
        assert merged(plain, names) == plain.run(*command, *files)
        assert content(plain, merge(plain, "all", names)) == content(plain, flat)


def test_without_shards(plain: Box) -> None:
    files = write_logs(plain)
    for command in (["-n", "ann"], ["-nC2", "404"], ["-m2", "404"], ["-cI", "a"], ["-L", "bob"]):
        assert plain.run("--partial", "part", *command, *files).status == 0
        assert merged(plain, [merge(plain, "again", ["part"])]) == plain.run(*command, *files)


def test_groups_that_exceed_the_memory(plain: Box) -> None:
    plain.file("log", b"".join(b"%d %d\n" % (n * 7919 % 60000, n) for n in range(90000)))
    command = ["--by", "1", "--agg", "distinct(2),sum(2)", "--format", "tsv", r"(\d+) (\d+)", "log"]
    names = partials(plain, 4, *command)
    tree = [merge(plain, "odd", names[::2]), merge(plain, "even", names[1::2])]
    assert not support.difference(merged(plain, tree).out, plain.run(*command).out)


# --- What is refused ---


def test_what_is_missing_in_the_end_is_named(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 9, "-c", "ann", "log")
    low = merge(plain, "low", [names[0], names[2]])
    high = merge(plain, "high", [names[8], low, names[6]])
    refused(merged(plain, [low]), "shards 2, 4-9 of 9 are missing")
    refused(merged(plain, [high, names[1], *names[3:6]]), "shard 8 of 9 is missing")


def test_shards_that_overlap_are_refused(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 5, "-c", "ann", "log")
    low = merge(plain, "low", names[:3])
    for into in ([], ["--partial", "new"]):
        refused(merged(plain, [low, names[2], *names[3:]], *into),
                "part3: holds shard 3 of 5, as low does")  # fmt: skip
        refused(merged(plain, [names[1], low], *into), "low: holds shard 2 of 5, as part2 does")
        refused(merged(plain, [low, low], *into), "low: holds shard 1 of 5, as low does")
    assert not (plain.directory / "new").exists()


def test_others_than_those_of_one_run_are_refused(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 3, "-c", "ann", "log")
    low = merge(plain, "low", names[:2])
    assert plain.run("--partial", "other", "--shard", "3/3", "-c", "bob", "log").status == 0
    refused(merged(plain, [low, "other"], "--partial", "new"), "other: not of the same run as low")
    refused(merged(plain, [low, "log"], "--partial", "new"), "log: not a snapshot of bigscan")
    assert plain.run("--state", "state", "-c", "ann", "log").status == 0
    refused(merged(plain, ["state"], "--partial", "new"), "state: a state of --state is no share")
    assert not (plain.directory / "new").exists()


@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_damage_anywhere_is_refused(plain: Box, damage: str) -> None:
    plain.file("a", b"x\nx\nx\nx\n")
    good = content(plain, merge(plain, "good", partials(plain, 4, "--by", "0", "x", "a")[:3]))
    for at in range(0, len(good), 24 if support.SANITIZED else 3):
        bad = good[:at] if damage == "truncated" else (
            good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :]
        )  # fmt: skip
        plain.file("bad", bad)
        refused(merged(plain, ["bad", "part4"]), "bad: ", "snapshot")


@pytest.mark.parametrize("option", ["--top=1", "--format=csv", "--output=x", "-c"])
def test_options_that_do_not_go_together(plain: Box, option: str) -> None:
    plain.file("log", LOG)
    names = partials(plain, 2, *FORMAT, "--by", "user", "log")
    refused(merged(plain, names, option, "--partial", "new"), "can not be used together")
    assert sorted(os.listdir(plain.directory)) == ["log", *names]


def test_an_old_file_is_replaced_or_kept(plain: Box) -> None:
    plain.file("log", LOG)
    names = partials(plain, 2, "-c", "ann", "log")
    plain.file("all", b"old")
    refused(merged(plain, [*names, "nowhere"], "--partial", "all"), "nowhere: No such file")
    assert content(plain, "all") == b"old"
    refused(merged(plain, names, "--partial", "nowhere/all"), "nowhere/all: No such file")
    merge(plain, "all", names)
    assert merged(plain, ["all"]).out == b"134\n"
    assert sorted(os.listdir(plain.directory)) == ["all", "log", *names]


# --- The file ---


def test_the_manual_shows_a_merged_snapshot(plain: Box) -> None:
    log = plain.file("access.log", b"2026-11-27 08:00:00 GET /a 200 512\n"
                     b"2026-11-27 08:00:01 GET /b 404 97\n2026-11-27 08:00:02 GET /a 200 488\n")
    time_ns = 1_795_770_000 * 10**9
    os.utime(log, ns=(time_ns, time_ns))
    names = partials(plain, 3, "-n", " 200 ", "access.log")
    low = merge(plain, "low", [names[2], names[0]])
    manual = (support.REPOSITORY / "man" / "bigscan-snapshot.5").read_text()
    section = manual[manual.index(".Ss A merged snapshot") :]
    rows = re.findall(r"^[0-9a-f]{8}: ((?:[0-9a-f]{2,4} )+)", section, re.MULTILINE)
    assert bytes.fromhex("".join(rows)) == content(plain, low)
    assert merged(plain, [low, names[1]]) == Result(0, plain.run("-n", " 200 ", "access.log").out, b"")


@pytest.mark.parametrize("command", [["-v", ""], ["-q", "nowhere"], ["-m0", "ann"]], ids=str)
def test_output_is_there_even_if_nothing_can_be_selected(plain: Box, command: list[str]) -> None:
    plain.file("log", LOG)
    assert plain.run("--partial", "part", *command, "log").status == 0
    assert merged(plain, ["part"], "--output", "out") == Result(1, b"", b"")
    assert content(plain, "out") == b""

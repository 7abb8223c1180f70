"""Manifests: --write-manifest fixes what is asked for and the inputs; --manifest has shares of just that."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import support
from conftest import Box
from support import Argument, Result
from test_snapshots import COMMANDS, LOG, write_logs


def manifest(box: Box, *arguments: Argument) -> None:
    """Writes the manifest `all`."""
    result = box.run("--write-manifest", "all", *arguments)
    assert (result.status, result.out, result.err) == (0, b"", b"")


def shares(box: Box, count: int) -> list[str]:
    """Makes the partials of all shares of `all`."""
    names = [f"part{shard}" for shard in range(1, count + 1)]
    for shard, name in enumerate(names, 1):
        result = box.run("--manifest", "all", "--shard", f"{shard}/{count}", "--partial", name)
        assert (result.status, result.out, result.err) == (0, b"", b"")
    return names


def grow(path: Path, data: bytes = b"ann ann\n" * 50) -> None:
    with path.open("ab") as file:
        file.write(data)


def refused(result: Result, *words: str) -> None:
    assert result.status == 2 and result.out == b""
    for word in words:
        assert word.encode() in result.err


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_shares_of_logs_that_grow_are_the_run_before(plain: Box, command: list[Argument]) -> None:
    files = write_logs(plain)
    before = plain.run(*command, *files)
    manifest(plain, *command, *files)
    for name in ("a", "long", "empty", "last", "end"):
        grow(plain.directory / name)
    names = shares(plain, 5)
    assert support.bigscan("--merge", *names, cwd=plain.directory) == before


def test_without_a_share_all_is_printed(box: Box) -> None:
    files = write_logs(box)
    before = box.run("-nT", "ann", *files)
    manifest(box, "-nT", "ann", *files)
    grow(box.directory / "a", b"x" * 200_000)
    grow(box.directory / "last")
    assert box.run("--manifest", "all") == before


def test_a_record_that_was_cut_by_the_end_stays_cut(box: Box) -> None:
    box.file("log", b"one\ntwo half")
    manifest(box, "-o", ".+", "log")
    grow(box.directory / "log", b" and more\nthree\n")
    box.expect("--manifest", "all", out=b"one\ntwo half\n")


def test_all_that_is_asked_for_is_in_the_manifest(plain: Box) -> None:
    plain.file("patterns", b"ann\nbob\n")
    plain.file("log", LOG)
    command = ["-F", "-x", "-v", "-c", "-H", "-f", "patterns", "log"]
    before = plain.run(*command)
    manifest(plain, *command)
    plain.file("patterns", b"nothing\n")
    assert plain.run("--manifest", "all") == before


def test_csv_fields_keep_the_names_that_the_first_record_gave(plain: Box) -> None:
    plain.file("a.csv", b"user,bytes\n" + b"ann,1\nbob,2\n" * 20)
    command = ["--fields", "csv", "--by", "user", "--agg", "sum(bytes)", "a.csv"]
    before = plain.run(*command)
    assert before.status == 0
    manifest(plain, *command)
    assert support.bigscan("--merge", *shares(plain, 3), cwd=plain.directory) == before


@pytest.mark.parametrize(
    "change, message",
    [
        ("shrink", "has shrunk since the inputs were listed"),
        ("rewrite", "changed since the inputs were listed"),
        ("replace", "replaced since the inputs were listed"),
        ("remove", "No such file"),
    ],
)
def test_a_log_that_is_another_one_is_an_error(plain: Box, change: str, message: str) -> None:
    log = plain.file("log", LOG)
    plain.file("other", LOG)
    manifest(plain, "-c", "ann", "log", "other")
    if change == "shrink":
        log.write_bytes(LOG[:-1])
    elif change == "rewrite":
        log.write_bytes(LOG)
        os.utime(log, (1, 1))
    elif change == "replace":
        log.write_bytes(LOG[::-1] * 2)
    else:
        log.unlink()
    refused(plain.run("--manifest", "all", "--shard", "1/2", "--partial", "p"), "log: ", message)
    assert not (plain.directory / "p").exists()
    assert plain.run("--manifest", "all", "--shard", "2/2", "--partial", "p").status == 0


def test_a_compressed_log_that_grows_is_an_error(plain: Box) -> None:
    log = plain.file("log.gz", gzip.compress(LOG))
    manifest(plain, "ann", "log.gz")
    assert plain.run("--manifest", "all").out == plain.run("ann", "log.gz").out
    grow(log, gzip.compress(LOG))
    refused(plain.run("--manifest", "all"), "log.gz: has grown", "can not be cut")


def test_a_share_that_is_there_is_not_scanned_again(plain: Box) -> None:
    log = plain.file("log", LOG)
    share = ["--manifest", "all", "--shard", "2/2", "--partial", "p"]
    manifest(plain, "ann", "log")
    assert plain.run(*share).status == 0
    part = (plain.directory / "p").read_bytes()
    log.unlink()  # so that a scan would fail
    plain.expect(*share, status=0)
    # Not for its name alone: a damaged one, another shard, what another manifest asks for.
    plain.file("p", part[:-1])
    refused(plain.run(*share), "log: No such file")
    plain.file("p", part)
    refused(plain.run("--manifest", "all", "--shard", "1/2", "--partial", "p"), "log: No such file")
    plain.file("log", LOG)
    manifest(plain, "ann", "log")
    assert plain.run(*share).status == 0
    assert (plain.directory / "p").read_bytes() != part


def test_shares_of_other_manifests_are_refused(plain: Box) -> None:
    plain.file("log", LOG)
    manifest(plain, "ann", "log")
    first, _ = shares(plain, 2)
    plain.run("--shard", "2/2", "--partial", "other", "ann", "log")
    refused(plain.run("--merge", first, "other"), "other: not of the same run", "another manifest")
    refused(plain.run("--merge", first, "all"), "all: a manifest, and no snapshot")


def test_an_input_is_replaced_by_no_other_file(plain: Box) -> None:
    log = plain.file("log", LOG)
    refused(plain.run("--write-manifest", "log", "ann", "log"), "log: input file is also")
    manifest(plain, "ann", "log")
    refused(plain.run("--manifest", "all", "--partial", "log"), "log: input file is also")
    assert log.read_bytes() == LOG


def test_relative_times_are_those_of_the_manifest(plain: Box) -> None:
    plain.file("log", LOG)
    manifest(plain, "--since", "1h", "ann", "log")
    assert {plain.run("--manifest", "all", "--partial", "p").status for _ in range(2)} == {0}


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--manifest", "all", "-c"], "--count and --manifest"),
        (["--manifest", "all", "ann"], "'ann' is too much"),
        (["--manifest", "part", "--shard", "1/2"], "part: a snapshot, and no manifest"),
        (["--manifest", "log"], "log: not a snapshot"),
        (["--manifest", "nowhere"], "nowhere: No such file"),
        (["--write-manifest", "x", "--partial", "y", "ann", "log"], "--partial and --write-manifest"),
        (["--write-manifest", "x", "--shard", "1/2", "ann", "log"], "--shard and --write-manifest"),
        (["--write-manifest", "x", "-m", "3", "ann", "log"], "--max-count and --shard"),
        (["--write-manifest", "x", "--json", "ann", "log"], "--json and --partial"),
        (["--write-manifest", "x", "(", "log"], "pattern"),
        (["--write-manifest", "x", "ann", "log", "nowhere"], "nowhere: No such file"),
        (["--write-manifest", "x", "ann"], "(standard input): no regular file"),
    ],
    ids=str,
)
def test_what_does_not_go_together(plain: Box, arguments: list[str], word: str) -> None:
    plain.file("log", LOG)
    manifest(plain, "ann", "log")
    plain.run("--manifest", "all", "--partial", "part")
    refused(plain.run(*arguments), word)
    assert not (plain.directory / "x").exists()


def test_the_standard_input_has_no_name(plain: Box) -> None:
    with plain.file("log", LOG).open("rb") as log:
        result = plain.run("--write-manifest", "x", "ann", stdin=log.fileno())
    refused(result, "(standard input): has no name")

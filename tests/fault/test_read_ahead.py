"""Files that are not in the page cache are read ahead by a process of their own, which may die."""

from __future__ import annotations

from pathlib import Path

import pytest
import support
from conftest import Box
from page_cache import MEGABYTE, cached_pages, drop


@pytest.fixture
def log(disk: Box) -> Path:
    """A file of 24 MB of which nothing is cached."""
    path = disk.file("log", support.fixed_log(24 * MEGABYTE // 64, 64))
    drop(path)
    return path


def readers(error: bytes) -> list[bytes]:
    """The lines of --stats about the reader."""
    return [line for line in error.splitlines() if line.startswith(b"reader")]


def test_there_is_a_reader_where_there_is_something_to_read(disk: Box, log: Path) -> None:
    assert len(readers(disk.run("--stats", "-c", "7$", "log").err)) == 1
    assert readers(disk.run("--stats", "-c", "7$", "log").err) == []
    drop(log)
    assert readers(disk.run("--stats", "--io", "off", "-c", "7$", "log").err) == []


def test_an_early_answer_leaves_the_rest_on_the_disk(disk: Box, log: Path) -> None:
    assert disk.run("-q", "-p1", "--chunk-size", "64K", "1$", "log").status == 0
    # The kernel's own read-ahead may add some.
    assert len(cached_pages(log)) < len(log.read_bytes()) // 4096 * 3 / 4


@pytest.mark.parametrize(
    "die", ["read:0:9:1", "read:1:11:1", "read:*:15:2", "read:*:9:9", "read:*:11:9,map:2:9:1"]
)
@pytest.mark.parametrize("geometry", ["-p1", "-p4 --chunk-size 100000", "-p3 --drop-cache"])
def test_the_death_of_a_reader_changes_nothing(
    disk: Box, log: Path, die: str, geometry: str
) -> None:
    got = disk.shell(f"BIGSCAN_TEST_DIE={die} bigscan {geometry} -n 7$ log")
    assert (got.status, got.err) == (0, b"")
    wanted = disk.shell("LC_ALL=C grep -n 7$ log")
    assert not support.difference(got.out, wanted.out)


def test_several_files_one_after_the_other(disk: Box) -> None:
    names = [f"log{number}" for number in range(5)]
    text = support.fixed_log(3 * MEGABYTE // 64, 64)
    for name in names:
        drop(disk.file(name, text))
    got = disk.run("-p3", "--chunk-size", "50000", "-c", "7$", *names)
    count = text.count(b"7\n")
    assert got.out == b"".join(b"%s:%d\n" % (name.encode(), count) for name in names)

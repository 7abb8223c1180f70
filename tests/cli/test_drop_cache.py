"""--drop-cache: what was not in the page cache before is not there afterwards, all else is."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest
import support
from conftest import Box
from page_cache import MEGABYTE, PAGE, cached_pages, drop, warm

# At most this share of the pages may have come or gone.
TOLERANCE = 0.01


@pytest.fixture
def log(disk: Box) -> Path:
    """A file of 24 MB of which two parts are cached."""
    path = disk.file("log", support.fixed_log(24 * MEGABYTE // 64, 64))
    drop(path)
    warm(path, 4 * MEGABYTE, 7 * MEGABYTE)
    warm(path, 20 * MEGABYTE + PAGE, 20 * MEGABYTE + 2 * PAGE)
    return path


def assert_as_before(path: Path, before: set[int]) -> None:
    changed = cached_pages(path) ^ before
    pages = (path.stat().st_size + PAGE - 1) // PAGE
    assert len(changed) <= TOLERANCE * pages, f"{len(changed)} of {pages} pages came or went"


SCANS = [
    ["-c", "7$"],
    ["-c", "--io", "on", "7$"],
    ["."],  # The reader of a pipe may be slow to take what is in it.
    [".", "--io", "on"],
    ["-n", "-C", "3", "5{6}"],
    ["-p", "4", "--chunk-size", "50000", "-c", "7$"],
    ["-q", "7$"],  # What was read ahead is not needed any more.
    ["-m", "2", "-b", "7$"],
    ["-l", "7$", "log", "log-that-is-missing"],
    ["-c", "--encoding", "latin1", "7$"],
]


@pytest.mark.parametrize("scan", SCANS, ids=" ".join)
def test_the_cache_is_left_as_it_was(disk: Box, log: Path, scan: list[str]) -> None:
    before = cached_pages(log)
    assert 3 * MEGABYTE // PAGE < len(before) < 4 * MEGABYTE // PAGE
    got = disk.run("--drop-cache", *scan, "log")
    assert_as_before(log, before)
    wanted = disk.run(*scan, "log")
    assert (got.status, got.err) == (wanted.status, wanted.err)
    assert not support.difference(got.out, wanted.out)


def test_without_the_option_the_file_stays(disk: Box, log: Path) -> None:
    disk.run("-c", "7$", "log")
    assert_as_before(log, set(range(log.stat().st_size // PAGE)))


def test_stdin_that_is_a_file(disk: Box, log: Path) -> None:
    before = cached_pages(log)
    with open(log, "rb") as stdin:
        assert disk.run("--drop-cache", "-c", "", stdin=stdin.fileno()).status == 0
    assert_as_before(log, before)


def test_small_files(disk: Box) -> None:
    paths = [disk.file(f"log{number}", b"record\n" * 5000) for number in range(300)]
    for number, path in enumerate(paths):
        drop(path)
        if number % 3 == 0:
            warm(path, 0, 35000)
    before = [cached_pages(path) for path in paths]
    assert sum(map(bool, before)) == 100
    result = disk.run("--drop-cache", "-h", "-m1", "record", *[path.name for path in paths])
    assert result.out == b"record\n" * 300
    changed = [cached_pages(path) ^ cached for path, cached in zip(paths, before, strict=True)]
    # One page that the kernel takes for itself must not fail this; a file that is kept or lost does.
    assert sum(map(len, changed)) <= TOLERANCE * sum(map(len, before))
    assert max(map(len, changed)) < len(before[0])


def test_small_files_of_which_the_first_decides(disk: Box) -> None:
    paths = [disk.file(f"log{number}", b"record\n" * 5000) for number in range(100)]
    for path in paths:
        drop(path)
    assert disk.run("--drop-cache", "-q", "record", *[path.name for path in paths]).status == 0
    assert not any(cached_pages(path) for path in paths)


def test_what_waits_in_a_pipe_is_not_kept(disk: Box) -> None:
    log = disk.file("log", support.fixed_log(800_000 // 64, 64))
    drop(log)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, MEGABYTE)
    command = [support.BIGSCAN, "--drop-cache", ".", "log"]
    subprocess.run(command, stdout=writer, cwd=disk.directory, check=True)
    os.close(writer)
    assert not cached_pages(log)
    with open(reader, "rb") as output:
        assert not support.difference(output.read(), log.read_bytes())

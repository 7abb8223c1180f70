"""What is kept from one run to the next: compiled patterns, which no one else may have written."""

from __future__ import annotations

import os
import random
import string
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest
import support
from support import Result

# So many patterns take Hyperscan long enough to be worth a file, if it is to look for them.
PATTERNS = 10_000
BY_HYPERSCAN = {"BIGSCAN_TEST_PLAN": "direct"}
HEADER_BYTES = 40  # lib/database_cache.cc has the format.


def words(seed: int) -> list[str]:
    rng = random.Random(seed)
    letters = string.ascii_lowercase
    return ["".join(rng.choices(letters, k=rng.randint(9, 16))) for _ in range(PATTERNS)]


WORDS = words(1)
OTHER_WORDS = words(2)


def lines_with(some: list[str]) -> bytes:
    return "".join(f"0 {word} 1\n" for word in some[:: PATTERNS // 100]).encode()


SELECTED = lines_with(WORDS)
OTHERS = lines_with(OTHER_WORDS)


@dataclass(frozen=True)
class Kept:
    """A directory with a log, two lists of patterns, and a cache."""

    directory: Path
    poison_name: str = ""
    poison_bytes: bytes = b""

    def __post_init__(self) -> None:
        (self.directory / "words").write_text("\n".join(WORDS))
        (self.directory / "others").write_text("\n".join(OTHER_WORDS))
        (self.directory / "log").write_bytes(SELECTED + OTHERS)

    @property
    def home(self) -> Path:
        return self.directory / "cache"

    @property
    def entries(self) -> Path:
        return self.home / "bigscan"

    def scan(self, *options: str, patterns: str = "words", home: Path | None = None) -> Result:
        return support.bigscan(
            *options, "-F", "-f", patterns, "log",
            env={"XDG_CACHE_HOME": str(home or self.home)} | BY_HYPERSCAN, cwd=self.directory,
        )  # fmt: skip

    def scan_without(self, *variables: str, **env: str) -> Result:
        """Scans in an environment without `variables`."""
        unset = [option for variable in variables for option in ("-u", variable)]
        command = ["env", *unset, support.BIGSCAN, "-F", "-f", "words", "log"]
        return support.run(command, env=env | BY_HYPERSCAN, cwd=self.directory)

    def entry(self) -> Path:
        """The only file in the cache."""
        (path,) = self.entries.iterdir()
        return path

    def expect_selected(self, *options: str) -> None:
        assert_selected(self.scan(*options))

    def poison(self) -> Path:
        """Keeps, as that of `words`, a database that finds other words."""
        self.entries.mkdir(0o700, parents=True)
        path = self.entries / self.poison_name
        path.write_bytes(self.poison_bytes)
        path.chmod(0o600)
        return path


def assert_selected(result: Result) -> None:
    assert not support.difference(result.out, SELECTED)
    assert (result.status, result.err) == (0, b"")


@pytest.fixture(scope="module")
def poison(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """The name of the file kept for `words`, and what makes it find the other words."""
    made = Kept(tmp_path_factory.mktemp("poison"))
    assert made.scan(patterns="others").out == OTHERS
    finds_others = made.entry().read_bytes()
    made.entry().unlink()
    made.expect_selected()
    data = made.entry().read_bytes()
    *start, identity_size = struct.unpack_from("<8sQQ", data)
    identity = data[HEADER_BYTES : HEADER_BYTES + identity_size]
    *_, others_size, size, checksum = struct.unpack_from("<8sQQQQ", finds_others)
    header = struct.pack("<8sQQQQ", *start, identity_size, size, checksum)
    return made.entry().name, header + identity + finds_others[HEADER_BYTES + others_size :]


@pytest.fixture
def kept(tmp_path: Path, poison: tuple[str, bytes]) -> Kept:
    return Kept(tmp_path, *poison)


def test_many_patterns_are_kept_for_the_user_alone(kept: Kept) -> None:
    kept.expect_selected()
    assert kept.entry().stat().st_mode & 0o777 == 0o600
    assert kept.entries.stat().st_mode & 0o777 == 0o700


def test_a_second_run_finds_the_same_and_leaves_the_file_as_it_is(kept: Kept) -> None:
    kept.expect_selected()
    before = kept.entry().stat()
    kept.expect_selected()
    after = kept.entry().stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


# The tests below would prove nothing if a poisoned file had no effect.
def test_what_was_kept_is_what_is_used(kept: Kept) -> None:
    kept.poison()
    assert not support.difference(kept.scan().out, OTHERS)


def test_other_options_use_the_same_file(kept: Kept) -> None:
    kept.expect_selected()
    before = kept.entry().stat()
    assert kept.scan("-c").out == b"%d\n" % SELECTED.count(b"\n")
    assert kept.entry().stat().st_ino == before.st_ino


def test_other_patterns_have_a_file_of_their_own(kept: Kept) -> None:
    kept.expect_selected()
    assert kept.scan(patterns="others").out == OTHERS
    assert kept.scan("-i").out == SELECTED
    assert len(list(kept.entries.iterdir())) == 3
    kept.expect_selected()


def test_few_patterns_are_not_kept(kept: Kept) -> None:
    (kept.directory / "words").write_text("\n".join(WORDS[:1]))
    assert kept.scan().out == lines_with(WORDS[:1])
    assert not kept.home.exists()


def test_no_cache_keeps_nothing(kept: Kept) -> None:
    kept.expect_selected("--no-cache")
    assert not kept.home.exists()


def test_no_cache_uses_nothing(kept: Kept) -> None:
    path = kept.poison()
    poisoned = path.read_bytes()
    kept.expect_selected("--no-cache")
    assert path.read_bytes() == poisoned


# Files that are not to be used.


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def grow(path: Path) -> None:
    os.truncate(path, path.stat().st_size + 1)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1000] ^= 1
    path.write_bytes(data)


def let_group_write(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o020)


def let_others_write(path: Path) -> None:
    path.chmod(path.stat().st_mode | 0o002)


def put_elsewhere(path: Path) -> None:
    target = path.with_name("target")
    path.rename(target)
    path.symlink_to(target)


def give_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    os.chown(path, 12345, 12345)


@pytest.mark.parametrize(
    "spoil", [empty, cut, grow, flip, let_group_write, let_others_write, put_elsewhere, give_away]
)
def test_a_file_that_cannot_be_trusted_is_replaced(
    kept: Kept, spoil: Callable[[Path], None]
) -> None:
    path = kept.poison()
    spoil(path)
    kept.expect_selected()
    assert not path.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600
    replaced = path.stat().st_ino
    kept.expect_selected()
    assert path.stat().st_ino == replaced


def test_the_target_of_a_symlink_is_not_written(kept: Kept) -> None:
    path = kept.poison()
    put_elsewhere(path)
    target = path.with_name("target")
    target.write_bytes(b"untouched")
    kept.expect_selected()
    assert target.read_bytes() == b"untouched"


def test_a_fifo_is_not_waited_for(kept: Kept) -> None:
    kept.expect_selected()
    path = kept.entry()
    path.unlink()
    os.mkfifo(path)
    kept.expect_selected()


@pytest.mark.parametrize("spoil", [let_group_write, let_others_write, put_elsewhere, give_away])
def test_a_directory_that_cannot_be_trusted_is_not_used(
    kept: Kept, spoil: Callable[[Path], None]
) -> None:
    path = kept.poison()
    poisoned = path.read_bytes()
    spoil(kept.entries)
    kept.expect_selected()
    assert path.read_bytes() == poisoned
    assert len(list(kept.entries.iterdir())) == 1


# Where nothing can be kept, nothing is said.


def test_a_cache_that_is_a_file(kept: Kept) -> None:
    kept.home.write_bytes(b"")
    kept.expect_selected()
    assert kept.home.read_bytes() == b""


def test_a_cache_where_nobody_may_write(kept: Kept) -> None:
    assert_selected(kept.scan(home=Path("/proc")))


def test_a_cache_where_the_user_may_not_write(kept: Kept) -> None:
    kept.home.mkdir(0o500)
    kept.expect_selected()
    if os.geteuid() != 0:
        assert not kept.entries.exists()


def test_a_cache_far_below_what_there_is(kept: Kept) -> None:
    assert_selected(kept.scan(home=kept.directory / "not" / "there"))
    assert not (kept.directory / "not").exists()


def test_without_cache_home_it_is_below_home(kept: Kept) -> None:
    home = kept.directory / "home"
    home.mkdir()
    assert_selected(kept.scan_without("XDG_CACHE_HOME", HOME=str(home)))
    assert len(list((home / ".cache" / "bigscan").iterdir())) == 1


def test_a_relative_cache_home_does_not_count(kept: Kept) -> None:
    home = kept.directory / "home"
    home.mkdir()
    assert_selected(kept.scan_without(XDG_CACHE_HOME="relative", HOME=str(home)))
    assert not (kept.directory / "relative").exists()
    assert (home / ".cache" / "bigscan").exists()


def test_without_any_home(kept: Kept) -> None:
    before = sorted(kept.directory.iterdir())
    assert_selected(kept.scan_without("XDG_CACHE_HOME", "HOME"))
    assert sorted(kept.directory.iterdir()) == before


def test_a_home_that_is_missing_is_not_made(kept: Kept) -> None:
    home = kept.directory / "home"
    assert_selected(kept.scan_without("XDG_CACHE_HOME", HOME=str(home)))
    assert not home.exists()

"""What the rows search: logs, and what is made from them.

That is the same text compressed in several ways or cut into many small files, and lists of strings.
All is kept; what is older than the log that it is made from is made again.
"""

import dataclasses
import random
import shutil
import string
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from logs import SEED, Logs, size_in_bytes

TREE_FILES = 10_000
TREE_FILE_BYTES = 10 << 10
TREE_FILES_IN_A_FOLDER = 100
GZ_FILES = 8
STRING_LENGTHS = (8, 16)
# A user in the first record of the combined log: so that there is something to find.
PRESENT_STRING = "user22945"


class CanNotMake(Exception):
    """A program that makes an input is not installed."""


@dataclasses.dataclass(frozen=True)
class Input:
    paths: tuple[Path, ...]  # as the tools are told
    bytes: int  # that are searched: compressed files count decoded

    def files(self) -> list[Path]:
        return [file for path in self.paths
                for file in (path.rglob("*") if path.is_dir() else (path,)) if file.is_file()]


@dataclasses.dataclass(frozen=True)
class Compression:
    suffix: str
    argv: tuple[str, ...]  # the log's path is appended; the compressed bytes come on stdout
    max_size: str = "1T"  # of the log; these take long


COMPRESSIONS = (
    Compression("gz", ("gzip", "-c")),
    Compression("bgzf.gz", ("bgzip", "-c", "-@", "2")),
    # Frames of some megabytes, each for itself.
    Compression("pzstd.zst", ("pzstd", "-q", "-c", "-p", "2")),
    Compression("zst", ("zstd", "-q", "-c")),
    # One thread makes a single block.
    Compression("xz", ("xz", "-1", "-T1", "-c"), "512M"),
    Compression("bz2", ("bzip2", "-c"), "512M"),
    Compression("lz4", ("lz4", "-q", "-c")),
)


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise CanNotMake(f"{name}: not found")
    return path


def kept(path: Path, source: Path, make: Callable[[Path], None]) -> Path:
    """`path`, made by `make` under another name first if it is not there or older than `source`."""
    if path.exists() and path.stat().st_mtime >= source.stat().st_mtime:
        return path
    unfinished = path.with_name(path.name + ".unfinished")
    remove(unfinished)
    try:
        make(unfinished)
        remove(path)
        unfinished.rename(path)
    finally:
        remove(unfinished)
    return path


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def cut(log: Path, folder: Path) -> None:
    """Write the log's records to small files, of as many whole ones as fit, in folders."""
    with open(log, "rb") as records:
        record = next(records, b"")
        for number in range(TREE_FILES):
            part = bytearray()
            while record and len(part) + len(record) <= TREE_FILE_BYTES:
                part += record
                record = next(records, b"")
            if not part:
                return
            path = folder / f"{number // TREE_FILES_IN_A_FOLDER:03}" / f"{number:05}.log"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(part)


def write_strings(path: Path, count: int) -> None:
    choose = random.Random(SEED)
    letters = string.ascii_letters + string.digits
    made = ("".join(choose.choices(letters, k=choose.randint(*STRING_LENGTHS)))
            for _ in range(count - 1))
    path.write_text("".join(f"{each}\n" for each in (*made, PRESENT_STRING)))


class Inputs:
    """Makes and finds the inputs, by the names that rows.py calls them."""

    def __init__(self, logs: Logs, size: str) -> None:
        self.logs = logs
        self.size = size
        self.makers: dict[str, Callable[[], Input]] = {
            "xferlog": partial(self.plain, "xferlog"),
            "combined": partial(self.plain, "combined"),
            "xferlog, at most 1G": partial(self.plain, "xferlog", "1G"),
            "combined, at most 1G": partial(self.plain, "combined", "1G"),
            "small": partial(self.plain, "xferlog", "1K"),
            "tree": self.tree,
            f"{GZ_FILES} x combined.gz": self.gz_files,
        }
        for how in COMPRESSIONS:
            self.makers[f"combined.{how.suffix}"] = partial(self.compressed, how)

    def get(self, name: str) -> Input:
        """Raises CanNotMake if a program is missing, CalledProcessError if it fails."""
        return self.makers[name]()

    def at_most(self, size: str) -> str:
        return min(self.size, size, key=size_in_bytes)

    def plain(self, kind: str, max_size: str = "1T") -> Input:
        log = self.logs.log(kind, self.at_most(max_size))
        return Input((log,), log.stat().st_size)

    def compressed(self, how: Compression) -> Input:
        log = self.logs.log("combined", self.at_most(how.max_size))

        def make(path: Path) -> None:
            with open(path, "wb") as output:
                subprocess.run([program(how.argv[0]), *how.argv[1:], str(log)], check=True,
                               stdout=output)

        path = kept(log.with_name(f"{log.name}.{how.suffix}"), log, make)
        return Input((path,), log.stat().st_size)

    def gz_files(self) -> Input:
        log = self.logs.log("combined", self.size)

        def make(folder: Path) -> None:
            folder.mkdir()
            subprocess.run([program("split"), "-d", "-n", f"l/{GZ_FILES}",
                            "--filter", f'exec {program("gzip")} -c >"$FILE".gz',
                            str(log), str(folder / "part.")], check=True)

        folder = kept(log.with_name(f"{log.name}.{GZ_FILES}-gz"), log, make)
        return Input(tuple(sorted(folder.iterdir())), log.stat().st_size)

    def tree(self) -> Input:
        # Files are not quite filled: 100 MiB are enough for 10,000 of 10 KiB.
        log = self.logs.log("combined", self.at_most("100M"))
        folder = kept(log.with_name(f"{log.name}.tree"), log, lambda path: cut(log, path))
        tree = Input((folder,), 0)
        return dataclasses.replace(tree, bytes=sum(each.stat().st_size for each in tree.files()))

    def strings(self, count: int) -> Path:
        path = self.logs.folder / f"strings-{count}-seed{SEED}.txt"
        write_strings(path, count)
        return path

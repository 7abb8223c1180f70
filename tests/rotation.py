"""A log that grows and is rotated in all the ways there are, and what was ever written to it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import shutil
from pathlib import Path

KINDS = ("rename", "date", "copytruncate", "truncate", "smaller", "larger", "twice", "moved")
COMPRESSORS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
KEPT = 99  # Rotated files: what is removed before it was scanned is lost.


class Log:
    """`log` in a directory of its own. Each record is another one: r, a number, and some more."""

    def __init__(self, directory: Path, rng: random.Random, *, compressed: bool) -> None:
        self.directory = directory
        self.rng = rng
        self.compressed = compressed
        self.records: list[str] = []  # All that were ever written.
        self.half: bytes = b""  # What of the last one is still to come.
        self.day = 10
        directory.mkdir(exist_ok=True)
        self.path.touch()

    @property
    def path(self) -> Path:
        return self.directory / "log"

    def record(self) -> bytes:
        self.records.append(f"r{len(self.records):07d}")
        return self.records[-1].encode() + b" " + b"x" * self.rng.choice((0, 3, 20, 300))

    def write(self, most: int = 40) -> None:
        """Some records. The last one may be half."""
        data = self.half
        self.half = b""
        for _ in range(self.rng.randrange(most)):
            data += self.record() + b"\n"
        if self.rng.randrange(3) == 0:
            last = self.record() + b"\n"
            cut = self.rng.randrange(1, len(last))
            data, self.half = data + last[:cut], last[cut:]
        with self.path.open("ab") as file:
            file.write(data)

    def end_record(self, *, may_lack_newline: bool = False) -> None:
        data = self.half
        self.half = b""
        if may_lack_newline and self.rng.randrange(4) == 0:
            data = (data or self.record() + b"\n")[:-1]
        with self.path.open("ab") as file:
            file.write(data)

    # Rotation.

    def rotate(self, kind: str) -> None:
        """REQUIRES for kinds that lose the old file: all of it has been scanned."""
        if kind == "moved":
            self.move()
        elif kind == "twice":
            for _ in range(2):
                self.rotate(self.rng.choice(("rename", "copytruncate")))
                self.write()
        elif kind == "truncate":
            os.truncate(self.path, 0)
        elif kind in ("smaller", "larger"):
            new = self.directory / "replacement"
            size = self.path.stat().st_size
            with new.open("wb") as file:
                while True:
                    file.write(self.record() + b"\n")
                    if kind == "smaller" or file.tell() > size:
                        break
            new.rename(self.path)
        else:
            self.end_record(may_lack_newline=kind != "copytruncate")
            old = self.make_room(kind)
            if kind == "copytruncate":
                shutil.copyfile(self.path, old)
                os.truncate(self.path, 0)
            else:
                self.path.rename(old)
                self.path.touch()
            if self.compressed:
                self.compress(old)

    def make_room(self, kind: str) -> Path:
        if kind == "date":
            self.day += 1
            return self.directory / f"log-202611{self.day:02d}"
        for number in range(KEPT, 0, -1):
            for path in list(self.directory.glob(f"log.{number}*")):
                if path.name.split(".")[1] != str(number):
                    continue
                if number == KEPT:
                    path.unlink()
                else:
                    path.rename(self.directory / path.name.replace(f".{number}", f".{number + 1}", 1))
        return self.directory / "log.1"

    def compress(self, old: Path) -> None:
        suffix = self.rng.choice(list(COMPRESSORS))
        data = COMPRESSORS[suffix](old.read_bytes())
        Path(f"{old}{suffix}").write_bytes(data)
        old.unlink()

    def move(self) -> None:
        """To another file system: all have new inodes."""
        moved = self.directory.with_name("moved")
        moved.mkdir()
        for path in self.directory.iterdir():
            shutil.copyfile(path, moved / path.name)
        shutil.rmtree(self.directory)
        moved.rename(self.directory)

"""Random directory trees for -r, and what is left out of them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Callable

from options import Option

FILE_NAMES = ("a.log", "b.txt", "c.log", ".h.log", "a", "b-1", "log", "A.LOG", "d.x", "x y")
DIRECTORY_NAMES = ("d", "e", "d.log", ".g", "a-b")
GLOBS = (
    "*.log", "*.txt", "a*", "?", "*", ".*", "[ab]*", "log", "*log", "d", "e", "d*", "a.log", "./a*",
    "d/a.log", "*/a*", "d/", "[!a]*", r"\a.log", "*.LOG", "", "x y", "*[", "w", ".", "d/*", "t0",
)  # fmt: skip

EXCLUDE_FILE = "../x"  # What --exclude-from reads.


@dataclass(frozen=True)
class Entry:
    """Something in the directory: a file with `data`, a "dir", a "link" to `data`, or a "fifo"."""

    path: str
    data: bytes = b""
    kind: str = "file"


def make_tree(rng: random.Random, make_text: Callable[[], bytes]) -> list[Entry]:
    entries: list[Entry] = []

    def fill(prefix: str, depth: int) -> None:
        for name in rng.sample(FILE_NAMES, k=rng.randint(0, 3)):
            entries.append(Entry(prefix + name, make_text()))
        if rng.random() < 0.2:
            entries.append(Entry(prefix + "l1", rng.choice([b"a", b"a.log", b"b.txt"]), "link"))
        if rng.random() < 0.1:
            entries.append(Entry(prefix + "l2", b"d", "link"))
        if rng.random() < 0.05:
            entries.append(Entry(prefix + "p", kind="fifo"))
        names = rng.sample(DIRECTORY_NAMES, k=rng.randint(0, 2) if depth else 0)
        for name in names:
            if any(entry.path == prefix + name for entry in entries):
                continue
            entries.append(Entry(prefix + name, kind="dir"))
            fill(prefix + name + "/", depth - 1)

    fill("", 2)
    if not any(entry.path == "d" for entry in entries):
        entries.append(Entry("d", kind="dir"))
        fill("d/", 1)
    return entries


def make_tree_options(rng: random.Random) -> tuple[Option, ...]:
    names = [rng.choice(["-r", "-r", "-r", "-R", "--recursive", "--dereference-recursive"])]
    for name, chance in (("--include", 0.3), ("--exclude", 0.3), ("--exclude-dir", 0.25)):
        while rng.random() < chance:
            names.append(name)
    if rng.random() < 0.1:
        names.append("--exclude-from")
    rng.shuffle(names)
    return tuple(make_tree_option(rng, name) for name in names)


def make_tree_option(rng: random.Random, name: str) -> Option:
    if name.startswith(("-r", "-R", "--r", "--d")):
        return Option("-R" if name in ("-R", "--dereference-recursive") else "-r", (name,))
    if name == "--exclude-from":
        globs = rng.choices(GLOBS, k=rng.randint(0, 3))
        return Option(name, (name, EXCLUDE_FILE), "".join(glob + "\n" for glob in globs))
    glob = rng.choice(GLOBS)
    return Option(name, (f"{name}={glob}",), glob)


def make_tree_operands(rng: random.Random, entries: list[Entry]) -> tuple[str, ...]:
    if rng.random() < 0.4:
        return ()
    forms = [".", "d", "d", "d/", "./d", "d//", "../w"]
    forms += [entry.path for entry in entries if entry.kind != "fifo"]
    return tuple(rng.sample(forms, k=rng.choice([1, 1, 2, 3])))

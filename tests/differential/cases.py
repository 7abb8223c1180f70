"""Random cases for the comparison with grep: texts, patterns, options, and ways to scan.

Texts and patterns share a small alphabet, so that a pattern has a fair chance to match. Case number
N of a seed is always the same case.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Sequence

LETTERS = b"aabbcAB0_ \t-"
ODD_BYTES = b"\x00\x0b\x0c\r\x80\x85\xa0\xc3\xe9\xff"
CHUNK_SIZES = ("1", "2", "3", "5", "7", "16", "64", "1K", None)

# How the input reaches the command, and what its operands and options are for that.
INPUTS = ("file", "file", "files", "redirected", "pipe", "fed file", "fed files", "fed redirected")


@dataclass(frozen=True)
class Case:
    """One comparison: what grep is asked too, and (geometry) what only we are asked."""

    texts: tuple[bytes, ...]
    patterns: tuple[bytes, ...]
    fixed: bool
    options: tuple[str, ...]
    source: str  # one of INPUTS
    geometry: tuple[str, ...]

    @property
    def from_stdin(self) -> bool:
        return self.source in ("pipe", "redirected", "fed redirected")

    def with_text(self, text: bytes) -> Case:
        """The same case with another first text."""
        return replace(self, texts=(text, *self.texts[1:]))


def make_case(seed: str, number: int) -> Case:
    rng = random.Random(f"{seed}:{number}")
    source = rng.choice(INPUTS)
    count = rng.randint(2, 3) if source.endswith("files") else 1
    fixed = rng.random() < 0.15
    patterns = make_patterns(rng, fixed)
    return Case(
        texts=tuple(make_text(rng) for _ in range(count)),
        patterns=patterns,
        fixed=fixed,
        options=without_quirks(make_options(rng), patterns),
        source=source,
        geometry=make_geometry(rng, source),
    )


def make_geometry(rng: random.Random, source: str) -> tuple[str, ...]:
    options = ["-p", str(rng.randint(1, 8))]
    size = rng.choice(CHUNK_SIZES)
    if size:
        options += ["--chunk-size", size]
    if source.startswith("fed"):
        options += ["--io", "on"]
    return tuple(options)


def make_options(rng: random.Random) -> tuple[str, ...]:
    chances = {"-i": 0.25, "-v": 0.2, "-c": 0.2, "-n": 0.4, "-H": 0.15, "-h": 0.15, "-q": 0.05}
    options = [option for option, chance in chances.items() if rng.random() < chance]
    if rng.random() < 0.15:
        options += ["-m", str(rng.choice([0, 1, 1, 2, 3, 10]))]
    return tuple(options)


def without_quirks(options: tuple[str, ...], patterns: tuple[bytes, ...]) -> tuple[str, ...]:
    """Leaves out -c where grep 3.8 ends before it looks at a file, and so prints no count at all.

    It does so for `-m 0`, and for -v with nothing but the empty pattern: `grep -cv '' FILE` prints
    nothing, but `grep -cv -e '' -e a FILE` prints 0. (grep.c: "if ((max_count == 0 || (keycc == 0
    && out_invert ...", and then it returns.)
    """
    selects_nothing = "0" in options or ("-v" in options and not any(patterns))
    return tuple(option for option in options if option != "-c" or not selects_nothing)


# Texts.


def make_text(rng: random.Random) -> bytes:
    """Between nothing and a hundred records; now and then one that is longer than most chunks."""
    kind = rng.random()
    if kind < 0.03:
        return b""
    records = [make_record(rng, kind) for _ in range(rng.choice([1, 2, 3, 5, 10, 30, 100]))]
    if rng.random() < 0.08:
        records.insert(rng.randrange(len(records) + 1), make_long_record(rng))
    end = b"" if rng.random() < 0.3 else b"\r\n" if rng.random() < 0.1 else b"\n"
    return b"\n".join(records) + end


def make_record(rng: random.Random, kind: float) -> bytes:
    length = rng.choice([0, 0, 1, 2, 3, 5, 8, 13, 40])
    alphabet = LETTERS if kind < 0.6 else LETTERS * 2 + ODD_BYTES
    return bytes(rng.choices(alphabet, k=length))


def make_long_record(rng: random.Random) -> bytes:
    """Mostly a repetition, so that the report of a failure stays short."""
    unit = bytes(rng.choices(LETTERS + ODD_BYTES, k=rng.randint(1, 30)))
    return make_record(rng, 1) + unit * rng.choice([10, 100, 1000]) + make_record(rng, 1)


# Patterns.


def make_patterns(rng: random.Random, fixed: bool) -> tuple[bytes, ...]:
    count = 1 if rng.random() < 0.75 else rng.randint(2, 4)
    return tuple(make_string(rng) if fixed else make_regex(rng) for _ in range(count))


def make_string(rng: random.Random) -> bytes:
    alphabet = LETTERS + ODD_BYTES[1:] + b".*^$[\\"  # No NUL: it cannot be in an argument.
    return bytes(rng.choices(alphabet, k=rng.choice([0, 1, 1, 2, 2, 3, 4])))


def make_regex(rng: random.Random) -> bytes:
    if rng.random() < 0.02:
        return b""
    head = rng.choice([b"(?i)", b"(?s)", b"(?m)", b"(?i)(?s)"]) if rng.random() < 0.12 else b""
    return head + alternation(rng, depth=3, outermost=True)


def alternation(rng: random.Random, depth: int, outermost: bool = False) -> bytes:
    branches = rng.choices([1, 2, 3], weights=[7, 3, 1])[0]
    return b"|".join(sequence(rng, depth, outermost) for _ in range(branches))


def sequence(rng: random.Random, depth: int, outermost: bool) -> bytes:
    """A few pieces. Anchors are mostly where they can hold: at the ends of an outermost branch."""
    body = b"".join(
        piece(rng, depth)
        for _ in range(rng.choices([0, 1, 2, 3, 4, 5], weights=[1, 8, 8, 6, 3, 1])[0])
    )
    anchor = 0.2 if outermost else 0.004
    start = (
        rng.choice([b"^", b"^", b"^", rb"\A", rb"\b", rb"\B", rb"^\b"])
        if rng.random() < anchor
        else b""
    )
    end = (
        rng.choice([b"$", b"$", b"$", rb"\z", rb"\Z", rb"\b", rb"\B", rb"\b$"])
        if rng.random() < anchor
        else b""
    )
    return start + body + end


def piece(rng: random.Random, depth: int) -> bytes:
    if rng.random() < 0.02:
        return rng.choice([rb"\b", rb"\B"])
    what = atom(rng, depth)
    return what + quantifier(rng) if rng.random() < 0.3 else what


def quantifier(rng: random.Random) -> bytes:
    low = rng.randint(0, 3)
    counted = [b"{%d}" % (low + 1), b"{%d,}" % low, b"{%d,%d}" % (low, low + rng.randint(1, 3))]
    greedy = rng.choice([b"*", b"+", b"?", *counted])
    return greedy + (b"?" if rng.random() < 0.2 else b"")


def atom(rng: random.Random, depth: int) -> bytes:
    kind = rng.random()
    if depth > 0 and kind < 0.18:
        return group(rng, depth)
    if kind < 0.30:
        return character_class(rng)
    if kind < 0.42:
        return rng.choice(
            [rb"\s", rb"\S", rb"\w", rb"\W", rb"\d", rb"\D", rb"\h", rb"\H", rb"\v", rb"\V"]
        )
    if kind < 0.52:
        return b"."
    if kind < 0.62:
        return escape(rng)
    return literal(rng.choice(LETTERS))


def group(rng: random.Random, depth: int) -> bytes:
    opening = rng.choice(
        [b"(", b"(?:", b"(?:", b"(?i:", b"(?-i:", b"(?s:", b"(?<n%d>" % rng.randrange(10**6)]
    )
    return opening + alternation(rng, depth - 1) + b")"


def escape(rng: random.Random) -> bytes:
    byte = rng.choice(LETTERS + ODD_BYTES + b"\n")
    forms = [
        rb"\t",
        rb"\r",
        rb"\n",
        rb"\f",
        rb"\e",
        rb"\x%02x" % byte,
        rb"\x{%x}" % byte,
        rb"\%03o" % byte,
    ]
    raw = literal(byte) if byte not in b"\0\n" else rb"\x00"
    return rng.choice([*forms, raw, rb"\Qa.\E", rb"(?#note)a", rb"\.", rb"\$", rb"\-"])


def literal(byte: int) -> bytes:
    return bytes([byte]) if byte not in rb"\^$.|?*+()[]{}" else b"\\" + bytes([byte])


def character_class(rng: random.Random) -> bytes:
    posix = "alpha digit alnum upper lower space blank punct print graph cntrl xdigit word".split()
    items: Sequence[bytes] = [
        b"a-c", b"A-B", b"a", b"b", b"0-9", b"_", b" ", rb"\t", rb"\n", rb"\r",
        rb"\x00", rb"\xff", rb"\x80-\xff", b"^", rb"\.", b"$", rb"\]", rb"\-", b"-",
        rb"\s", rb"\S", rb"\w", rb"\W", rb"\d", rb"\D", rb"\h",
        f"[:{rng.choice(posix)}:]".encode(), f"[:^{rng.choice(posix)}:]".encode(),
    ]  # fmt: skip
    chosen = [rng.choice(items) for _ in range(rng.choices([1, 2, 3, 4], weights=[4, 4, 2, 1])[0])]
    # "-" goes last, as between two items it would make a range; "^" means itself but at the start.
    chosen.sort(key=lambda item: {b"-": 2, b"^": 1}.get(item, 0))
    if chosen[0] == b"^":
        chosen[0] = rb"\^"
    return b"[" + (b"^" if rng.random() < 0.3 else b"") + b"".join(chosen) + b"]"

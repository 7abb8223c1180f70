"""Random cases for the comparison with grep: texts, patterns, options, and ways to scan.

Case number N of a seed is always the same case. Each part of a case has random numbers of its own,
so that a change to what one part can be leaves the others of the case as they are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Iterable

import quirks
from options import Option, make_colors, make_options
from regexes import Regex, make_regex, plain
from texts import make_string, make_text
from trees import Entry, make_tree, make_tree_operands, make_tree_options

CHUNK_SIZES = ("1", "2", "3", "5", "7", "16", "64", "1K", None)
PLANS = ("",) * 8 + ("direct", "filtered", "confirm", "whole", "records")

# How the input reaches the command.
SOURCES = {
    "file": 20, "files": 20, "redirected": 8, "pipe": 12, "files and stdin": 8, "troubled": 8,
    "tree": 14,
}  # fmt: skip


@dataclass(frozen=True)
class Giving:
    """Patterns as one argument gives them: an "-e", a file ("-f"), or the first "operand"."""

    how: str
    patterns: tuple[Regex, ...]
    form: int = 0  # Which of the ways to write it.

    def contents(self) -> bytes:
        """Of the file. Whether the last line is ended is seen only where that line is empty."""
        text = b"\n".join(pattern.render() for pattern in self.patterns)
        ended = self.form % 2 == 0 or not self.patterns[-1].text if self.patterns else False
        return text + b"\n" if ended else text


@dataclass(frozen=True)
class Case:
    """One comparison: what grep is asked too, and (`pcre`, `plan`, `geometry`) what only we are."""

    entries: tuple[Entry, ...]
    operands: tuple[str, ...]
    stdin: bytes | None
    piped: bool  # or redirected
    fixed: bool
    givings: tuple[Giving, ...]
    options: tuple[Option, ...]
    colors: str | None
    bundle: bool  # Flags share words.
    operands_first: bool
    pcre: bool
    plan: str  # The way of scanning that is asked for; often it is not possible.
    geometry: tuple[str, ...]

    def has(self, *names: str) -> bool:
        return any(option.name in names for option in self.options)

    def last(self, *names: str) -> Option | None:
        return next((o for o in reversed(self.options) if o.name in names), None)

    def without(self, *names: str) -> Case:
        return replace(self, options=tuple(o for o in self.options if o.name not in names))

    def with_patterns(self, *patterns: bytes) -> Case:
        return replace(self, givings=(Giving("-e", tuple(map(plain, patterns))),))

    @property
    def troubled(self) -> bool:
        """Whether an operand is no file."""
        files = {entry.path for entry in self.entries if entry.kind == "file"}
        return any(name not in files and name != "-" for name in self.operands)

    @property
    def inputs(self) -> list[bytes]:
        """All that may be read."""
        texts = [entry.data for entry in self.entries if entry.kind == "file"]
        return texts if self.stdin is None else [*texts, self.stdin]

    @property
    def has_binary(self) -> bool:
        """Whether there may be a binary file, of which grep tells only that it matches."""
        kind = self.last("-a", "-I", "--binary-files")
        reported = kind is None or kind.value == "binary"
        return reported and not self.has("-z") and any(b"\0" in text for text in self.inputs)

    @property
    def recursive(self) -> bool:
        return self.has("-r", "-R")

    @property
    def patterns(self) -> list[Regex]:
        """Without repetitions, as grep has them."""
        return list(dict.fromkeys(p for giving in self.givings for p in giving.patterns))


def make_case(seed: str, number: int) -> Case:
    def numbers(part: str) -> random.Random:
        return random.Random(f"{seed}:{number}:{part}")

    rng = numbers("shape")
    source = rng.choices(list(SOURCES), weights=list(SOURCES.values()))[0]
    fixed = rng.random() < 0.15
    options = make_options(numbers("options"))
    if source == "tree":
        options += make_tree_options(numbers("tree options"))
    names = [option.name for option in options]
    givings = make_givings(numbers("patterns"), fixed, wrapped="-w" in names, nul="-z" not in names)
    entries, operands, stdin = make_input(numbers("input"), source, "-z" in names)
    if "-R" in names:  # Which reads a FIFO, and waits.
        entries = [entry for entry in entries if entry.kind != "fifo"]
    return quirks.avoided(
        Case(
            entries=tuple(entries),
            operands=operands,
            stdin=stdin,
            piped=source == "pipe" or rng.random() < 0.5,
            fixed=fixed,
            givings=givings,
            options=options,
            colors=make_colors(numbers("colors")) if "--color" in names else None,
            bundle=rng.random() < 0.3,
            operands_first=rng.random() < 0.1,
            pcre=not fixed and rng.random() < 0.3,
            plan=numbers("plan").choice(PLANS),
            geometry=make_geometry(numbers("geometry")),
        )
    )


def make_geometry(rng: random.Random) -> tuple[str, ...]:
    options = ["-p", str(rng.randint(1, 8))]
    size = rng.choice(CHUNK_SIZES)
    if size:
        options += ["--chunk-size", size]
    if rng.random() < 0.3:
        options += ["--io", "on"]
    return tuple(options)


def make_input(
    rng: random.Random, source: str, null_data: bool
) -> tuple[list[Entry], tuple[str, ...], bytes | None]:
    """What the directory holds, the operands, and standard input."""

    def text() -> bytes:
        return make_text(rng, b"\0" if null_data != (rng.random() < 0.05) else b"\n")

    if source in ("pipe", "redirected"):
        return [], rng.choice([(), (), ("-",)]), text()
    if source == "tree":
        entries = make_tree(rng, text)
        return entries, make_tree_operands(rng, entries), None
    count = 1 if source == "file" else rng.randint(2, 3)
    entries = [Entry(f"t{number}", text()) for number in range(count)]
    operands = [entry.path for entry in entries]
    stdin = None
    if source == "files and stdin":
        operands.insert(rng.randrange(len(operands) + 1), "-")
        stdin = text()
    elif source == "troubled":
        entries.append(Entry("d", kind="dir"))
        operands.insert(
            rng.randrange(len(operands) + 1), rng.choice(["missing", "d", "t0/x", "./t0"])
        )
    elif rng.random() < 0.05:
        operands.append(rng.choice(operands))
    return entries, tuple(operands), stdin


# Patterns.


def make_givings(
    rng: random.Random, fixed: bool, wrapped: bool, nul: bool
) -> tuple[Giving, ...]:
    count = rng.choices([0, 1, 2, 3, 4, 8], weights=[1, 70, 12, 8, 6, 3])[0]
    patterns: list[Regex] = []
    for number in range(count):
        patterns.append(
            plain(make_string(rng))
            if fixed
            else make_regex(rng, prefix=chr(ord("f") + number), alone=count == 1, wrapped=wrapped)
        )
    if count > 1 and rng.random() < 0.1:
        patterns[-1] = rng.choice([patterns[0], Regex("")])
        nul = False  # Twice the same, but for a NUL: two groups would have one name.
    if count == 1 and not patterns[0].text.startswith("-") and rng.random() < 0.4:
        return (Giving("operand", tuple(patterns)),)
    givings = []
    while patterns:
        some = rng.randint(1, len(patterns))
        givings.append(make_giving(rng, patterns[:some], nul))
        patterns = patterns[some:]
    if not givings or rng.random() < 0.01:
        givings.append(Giving("-f", ()))  # An empty file: no pattern.
    return tuple(givings)


def make_giving(rng: random.Random, patterns: Iterable[Regex], nul: bool) -> Giving:
    patterns = tuple(patterns)
    how = rng.choice(["-e", "-e", "-f"])
    if how == "-f" and nul and rng.random() < 0.1:  # Not possible in an argument.
        last = patterns[-1]
        patterns = (*patterns[:-1], replace(last, text=last.text + "\0"))
    return Giving(how, patterns, form=rng.randrange(6))

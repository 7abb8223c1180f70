"""Random options, each in one of the ways in which it can be written."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Iterable

FLAGS = {
    "-i": "--ignore-case", "-v": "--invert-match", "-w": "--word-regexp", "-x": "--line-regexp",
    "-z": "--null-data", "-a": "--text", "-I": "", "-c": "--count", "-l": "--files-with-matches",
    "-L": "--files-without-match", "-q": "--quiet", "-s": "--no-messages", "-o": "--only-matching",
    "-n": "--line-number", "-b": "--byte-offset", "-H": "--with-filename", "-h": "--no-filename",
    "-T": "--initial-tab", "-Z": "--null",
}  # fmt: skip

# How often each option is there.
CHANCES = {
    "-i": 0.15, "--no-ignore-case": 0.03, "-v": 0.15, "-w": 0.08, "-x": 0.07, "-z": 0.08,
    "-a": 0.15, "-I": 0.03, "--binary-files": 0.05,
    "-c": 0.08, "-l": 0.04, "-L": 0.04, "-q": 0.03, "-s": 0.05,
    "-o": 0.2, "-n": 0.3, "-b": 0.15, "-H": 0.12, "-h": 0.10, "-T": 0.06, "-Z": 0.06,
    "-m": 0.12, "-A": 0.08, "-B": 0.08, "-C": 0.06, "-NUM": 0.04,
    "--group-separator": 0.05, "--no-group-separator": 0.04,
    "--color": 0.15, "--line-buffered": 0.04, "--label": 0.05,
}  # fmt: skip


@dataclass(frozen=True)
class Option:
    """`words` is how it is written; two flags of one letter may share a word."""

    name: str
    words: tuple[str, ...]
    value: str = ""

    @property
    def is_letter(self) -> bool:
        return self.words[0] in FLAGS or self.name == "-NUM"


def make_options(rng: random.Random) -> tuple[Option, ...]:
    names = [name for name, chance in CHANCES.items() if rng.random() < chance]
    rng.shuffle(names)
    if names and rng.random() < 0.03:
        names.append(rng.choice(names))  # Given twice, the last one counts.
    options = tuple(make_option(rng, name) for name in names)
    # A scan that only says yes or no shows little, so there is not more than one of these.
    quiet = [option for option in options if option.name in ("-c", "-l", "-L", "-q")]
    spared = set(quiet[1:]) if rng.random() < 0.7 else set()
    return tuple(option for option in options if option not in spared)


def make_option(rng: random.Random, name: str) -> Option:
    if name in FLAGS:
        word = FLAGS[name] if FLAGS[name] and rng.random() < 0.2 else name
        return Option(name, ("--silent",) if word == "--quiet" and rng.random() < 0.5 else (word,))
    value = make_value(rng, name)
    return Option(name, make_words(rng, name, value), value)


def make_value(rng: random.Random, name: str) -> str:
    if name == "-m":
        return rng.choice(["0", "1", "1", "1", "2", "2", "3", "5", "10", "-1", "9" * 30])
    if name in ("-A", "-B", "-C", "-NUM"):
        return rng.choice(["0", "1", "1", "1", "2", "2", "3", "5", "10", "100", "9" * 18])
    if name == "--binary-files":
        return rng.choice(["text", "binary", "without-match"])
    if name == "--group-separator":
        return rng.choice(["", "--", "=== ", "a", "\xff", "0:-"])
    if name == "--color":
        return rng.choice(["always"] * 8 + ["never", "auto"])
    if name == "--label":
        return rng.choice(["", "stdin", "a:b", "t0"])
    return ""


def make_words(rng: random.Random, name: str, value: str) -> tuple[str, ...]:
    long_names = {
        "-m": "--max-count",
        "-A": "--after-context",
        "-B": "--before-context",
        "-C": "--context",
    }
    if name == "-NUM":
        return (f"-{value}",)
    if name == "--color":
        return (f"{rng.choice(['--color', '--colour'])}={value}",)
    if name in long_names:
        long_name = long_names[name]
        forms = [(name, value), (name + value,), (f"{long_name}={value}",), (long_name, value)]
        return rng.choice(forms[:3] if value.startswith("-") else forms)
    if name in ("--binary-files", "--group-separator", "--label"):
        return rng.choice([(f"{name}={value}",), (name, value)] if value else [(f"{name}=",)])
    return (name,)


def words_of(options: Iterable[Option], bundle: bool) -> list[str]:
    """The words; with `bundle`, neighbouring flags of one letter, and -NUM, are one word."""
    words: list[str] = []
    open_bundle = False
    for option in options:
        if bundle and option.is_letter and open_bundle:
            words[-1] += option.words[0][1:]
        else:
            words += option.words
        open_bundle = option.is_letter
    return words


def make_colors(rng: random.Random) -> str | None:
    """What GREP_COLORS says, which is not always well-formed."""
    if rng.random() < 0.4:
        return None
    names = ["mt", "ms", "mc", "fn", "ln", "bn", "se", "sl", "cx"]
    items = [
        f"{rng.choice(names)}={rng.choice(['', '1', '01;32', '7;38;5;9'])}"
        for _ in range(rng.randint(0, 4))
    ]
    for item, chance in {"rv": 0.3, "ne": 0.3, "xx=3": 0.1, "rv=1": 0.05, "": 0.05}.items():
        if rng.random() < chance:
            items.append(item)
    if rng.random() < 0.1:
        items.append(rng.choice(["ms=red", "=", "ms=1=2", "fn=1;x", "mt", "ne:"]))
    rng.shuffle(items)
    return ":".join(items)

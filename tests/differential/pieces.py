"""What random regexes and texts are made of: one small alphabet, and what people write."""

from __future__ import annotations

import random

LETTERS = "aabbcAB0_ \t-"
ODD = "\x00\x0b\x0c\r\x80\x85\xa0\xc3\xe9\xff"


def quoted(character: str) -> str:
    return "\\" + character if character in r"\^$.|?*+()[]{}#" else character


def character_class(rng: random.Random) -> str:
    posix = "alpha digit alnum upper lower space blank punct print graph cntrl xdigit word".split()
    items = [
        "a-c", "A-B", "a", "b", "0-9", "_", " ", r"\t", r"\n", r"\r",
        r"\x00", r"\xff", r"\x80-\xff", "^", r"\.", "$", r"\]", r"\-", "-", r"\b", r"\Qa.b\E",
        r"\s", r"\S", r"\w", r"\W", r"\d", r"\D", r"\h", r"\V", r"\p{Lu}", r"\P{L}", "\xe9", r"\cI",
        f"[:{rng.choice(posix)}:]", f"[:^{rng.choice(posix)}:]",
    ]  # fmt: skip
    chosen = [rng.choice(items) for _ in range(rng.choices([1, 2, 3, 4], weights=[4, 4, 2, 1])[0])]
    # "-" goes last, as between two items it would make a range; "^" means itself but at the start.
    chosen = list(dict.fromkeys(chosen))
    chosen.sort(key=lambda item: {"-": 2, "^": 1}.get(item, 0))
    if chosen[0] == "^":
        chosen[0] = r"\^"
    elif rng.random() < 0.05:
        chosen.insert(0, "]")
    return "[" + ("^" if rng.random() < 0.3 else "") + "".join(chosen) + "]"


# Regexes as people write them.
IDIOMS = (
    r"^(?=.*a)(?=.*b).*$",
    r"^(?!.*a).+$",
    r"(?<![ab])a+(?!b)",
    r"\b(\w+)\s+\g{-1}\b",
    r"(?<q>['\"_-])[^_-]*\k<q>",
    r"^\s*+$",
    r"(?<=\s)\S+$",
    r"a[^a]*+b",
    r"\w+@\w+|0x?\d{1,3}",
    r"(?i)\ba(?-i)b*",
    r"(?<!\S)[ab]+(?!\S)",
    r"^(?:[^\t]*\t){1,2}\K[^\t]*",
    r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|\b)){4}",
)
IDIOMS_ALONE = (
    r"(\w)(\w)?\2?\1",
    r"^(?:(.)(?=.*(\1(?(2)\2))$))*+.?\2?$",
    r"\((?:[^()]++|(?R))*\)|a(?R)?b",
    r"^(\s*)(?:a|b).*\1$",
    r"_[^_]*_(*SKIP)(*F)|[ab]",
    r"(?|(a)|(b))\1",
    r"a(*COMMIT)b|c",
)

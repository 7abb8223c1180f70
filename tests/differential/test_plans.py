"""One scan, every plan: how records are found does not show in the bytes.

BIGSCAN_TEST_PLAN forces the way of scanning where the patterns allow it, and is ignored elsewhere.
"""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import pytest
import support
from support import Result

PLANS = ("", "direct", "filtered", "grams", "confirm", "whole", "records")
GEOMETRIES = (["-p", "1"], ["-p", "3", "--chunk-size", "100"])
OPTIONS = (["-n"], ["-o", "-b"], ["-c", "-v"], ["--color=always"], ["-w", "-n"])

# Name: the arguments that say what is looked for. Of several regexes, grep gets a union.
SETS: dict[str, list[str]] = {
    "literal": ["needle"],
    "literal, short": ["q"],
    "literal and the rest": ["needle.*"],
    "literals": ["needle", "alice", " 404 "],
    "literals, many": [f"{n:08d} [ab]" for n in range(60)],
    "fixed strings": ["-F", "needle", " 500 ", "0000001", "\\"],
    "fixed strings, one in another": ["-F", "need", "needle", "eedl"],
    "caseless literal": ["-i", "NEEDLE"],
    "caseless literals": ["-i", "NEEDLE", "Alice", "gET"],
    "caseless by itself": ["(?i)nEEdle|BOB"],
    "direct": ["[a-d]+ GET"],
    "direct, dense": ["[0-9]"],
    "direct, alternatives": ["(?:bob|eve) GET /[0-9a-f]*7 "],
    "filtered": [r"GET /\w+ 500 x*$"],
    "filtered, several": [r"alice\s\S+ /a", r"bob [^/]*/b", r"404\s*x{3,}"],
    "consumes the delimiter": [r"needle\s", r"[^a-z]GET"],
    "confirm: look-ahead": [r"^(?!.*GET)"],
    "confirm: look-behind": [r"(?<=needle )GET"],
    "confirm: back-reference": [r"(\d)\1\1 "],
    "confirm: atomic and possessive": [r"(?>n++)e++dle"],
    "confirm: keep and verbs": [r"alice(*SKIP)(*F)|[a-e]+\K GET"],
    "mixed": ["needle", r"(\d)\1{3}", "[x]{20}$", "^$"],
    "mixed, caseless": ["-i", "NEEDLE", r"(?<=E)VE", r"B(?-i)ob"],
    "anchored": ["^00000[0-3]"],
    "anchored at the end": ["xx$", "^$"],
    "anchored within": [r"(?:^|\s)needle(?:\s|$)", r"\A\d+7\b", r"x\z"],
    "word edges": [r"\bn", r"\Be\b"],
    "empty among others": ["", "needle"],
    "everything": [".*"],
    "nothing": ["(*F)"],
}


def text() -> bytes:
    records = support.sample_log(300).splitlines(keepends=True)
    rng = random.Random(6)
    odd = [
        b"\n", b"\r\n", b"needle\r\n", b"\xffneedle\xfe\n", b"NEEDLE Needle\n", b" needle\n",
        b"n" * 3000 + b"eedle\n", b"needle" * 300 + b"\n", b"x\n", b"q\n", b"\\\n",
        b"needleneedle\n",
    ]  # fmt: skip
    for record in odd * 2:
        records.insert(rng.randrange(len(records) + 1), record)
    return b"".join(records) + b"alice needle"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans")
    (path / "log").write_bytes(text())
    return path


def arguments(patterns: list[str]) -> tuple[list[str], list[bytes]]:
    """What begins with a dash, and the patterns."""
    options = [word for word in patterns if word.startswith("-")]
    return options, [word.encode() for word in patterns if not word.startswith("-")]


def expected(directory: Path, options: list[str], patterns: list[bytes]) -> Result:
    fixed = "-F" in options
    words = patterns if fixed or len(patterns) == 1 else [support.union(patterns)]
    return support.oracle(
        *(option for option in options if option != "-F"),
        *(part for word in words for part in ("-e", word)),
        "log",
        fixed=fixed,
        cwd=directory,
    )


@pytest.mark.parametrize("patterns", SETS.values(), ids=SETS.keys())
def test_the_plan_does_not_show(directory: Path, patterns: list[str]) -> None:
    options, regexes = arguments(patterns)
    words = [part for regex in regexes for part in ("-e", regex)]
    for more in OPTIONS:
        wanted = expected(directory, [*options, *more], regexes)
        assert wanted.status < 2, wanted.err
        for plan, geometry in itertools.product(PLANS, GEOMETRIES):
            got = support.bigscan(
                *geometry, "-a", *options, *more, *words, "log",
                env={"BIGSCAN_TEST_PLAN": plan}, cwd=directory,
            )  # fmt: skip
            what = f"BIGSCAN_TEST_PLAN={plan} {' '.join([*geometry, *more])}"
            assert not support.difference(got.out, wanted.out), what
            assert (got.status, got.err) == (wanted.status, wanted.err), what

"""The random cases cover what they are meant to cover."""

from __future__ import annotations

from collections import Counter

from cases import make_case
from options import CHANCES

CASES = [make_case("coverage", number) for number in range(1500)]

CONSTRUCTS = """
    look-ahead|negative look-ahead|look-behind|negative look-behind|reference|named reference
    named group|atomic|possessive|keep|conditional on a group|conditional on look-around
    branch reset|call|recursion|DEFINE|start of search|verb|leading verb|leading options
    options of a group|options in the middle|extended|property|callout|quotation|comment|idiom
    word edge|\\R|\\X|\\N|\\C|\\h
"""


def test_a_case_is_always_the_same() -> None:
    assert [make_case("coverage", number) for number in range(1500)] == CASES


def test_every_option_is_tried() -> None:
    used = Counter(name for case in CASES for name in {option.name for option in case.options})
    wanted = {*CHANCES, "-r", "-R", "--include", "--exclude", "--exclude-dir", "--exclude-from"}
    assert {name for name in wanted if used[name] < 5} == set()


def test_every_pair_of_common_options_is_tried() -> None:
    pairs = {
        frozenset((a.name, b.name)) for case in CASES for a in case.options for b in case.options
    }
    common = [name for name, chance in CHANCES.items() if chance >= 0.1]
    missing = [(a, b) for a in common for b in common if a < b and frozenset((a, b)) not in pairs]
    assert missing == []


def test_every_construct_is_tried() -> None:
    used = Counter(c for case in CASES for regex in case.patterns for c in regex.constructs)
    wanted = {name.strip() for line in CONSTRUCTS.split("\n") for name in line.split("|")} - {""}
    assert {name for name in wanted if used[name] < 5} == set()


def test_every_way_of_giving_patterns_is_tried() -> None:
    ways = Counter(giving.how for case in CASES for giving in case.givings)
    assert {"-e", "-f", "operand"} == set(ways)
    assert any(len(case.givings) > 1 for case in CASES)
    assert any(not case.patterns for case in CASES)
    assert any(not pattern.text for case in CASES for pattern in case.patterns)


def test_every_way_of_input_is_tried() -> None:
    assert any(case.piped and case.stdin for case in CASES)
    assert any(not case.piped and case.stdin for case in CASES)
    assert any(case.troubled for case in CASES)
    assert any("-" in case.operands for case in CASES)
    assert sum(case.recursive for case in CASES) > 50

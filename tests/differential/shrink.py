"""Makes a failing case smaller."""

from __future__ import annotations

from dataclasses import replace
from typing import Callable, Iterator, Sequence

import quirks
from cases import Case, Giving
from regexes import Regex




def shrink(case: Case, fails: Callable[[Case], bool], attempts: int = 300) -> Case:
    """A smaller case that still fails, found by leaving out parts of it, whole ones first."""

    def still_fails(candidate: Case) -> bool:
        nonlocal attempts
        attempts -= 1
        # What would meet a quirk shows nothing.
        return attempts >= 0 and quirks.avoided(candidate) == candidate and fails(candidate)

    smaller = True
    while smaller:
        smaller = False
        for candidate in simpler(case):
            if still_fails(candidate):
                case, smaller = candidate, True
                break
    return with_less_text(case, still_fails)


def simpler(case: Case) -> Iterator[Case]:
    """The case without one of its parts."""
    plain = {"bundle": False, "operands_first": False, "pcre": False, "colors": None, "plan": ""}
    for name, value in plain.items():
        if getattr(case, name) != value:
            yield replace(case, **{name: value})
    if case.geometry:
        yield replace(case, geometry=())
    for options in without_one(case.options):
        candidate = replace(case, options=options)
        if candidate.recursive == case.recursive:
            yield candidate
    for operands in without_one(case.operands):
        if operands or case.recursive or case.stdin is not None:
            yield replace(case, operands=operands)
    for givings in without_one(case.givings):
        if givings:
            yield replace(case, givings=givings)
    for n, giving in enumerate(case.givings):
        for patterns in without_one(giving.patterns):
            if patterns:
                yield with_giving(case, n, replace(giving, patterns=patterns))
    for pattern in (b"", b"a", b"."):
        if len(case.patterns) > 1 or any(len(p.render()) > len(pattern) for p in case.patterns):
            yield case.with_patterns(pattern)
    named = set(case.operands)
    for entries in without_one(case.entries):
        gone = next(entry for entry in case.entries if entry not in entries)
        parent = gone.kind == "dir" and any(e.path.startswith(gone.path + "/") for e in entries)
        if gone.path not in named and not parent:
            yield replace(case, entries=entries)


def without_one(items: Sequence) -> Iterator[tuple]:  # type: ignore[type-arg]
    for n in range(len(items)):
        yield (*items[:n], *items[n + 1 :])


def with_giving(case: Case, n: int, giving: Giving) -> Case:
    return replace(case, givings=(*case.givings[:n], giving, *case.givings[n + 1 :]))


def with_less_text(case: Case, still_fails: Callable[[Case], bool]) -> Case:
    """Shortens texts and patterns."""
    for n, entry in enumerate(case.entries):
        if entry.kind == "file":

            def with_data(data: bytes, case: Case = case, n: int = n) -> Case:
                entry = replace(case.entries[n], data=data)
                return replace(case, entries=(*case.entries[:n], entry, *case.entries[n + 1 :]))

            data = shortened(entry.data, lambda text: still_fails(with_data(text)))
            case = with_data(data)
    if case.stdin is not None:
        stdin = shortened(case.stdin, lambda text: still_fails(replace(case, stdin=text)))
        case = replace(case, stdin=stdin)
    if len(case.patterns) == 1 and len(case.givings) == 1:
        giving = case.givings[0]

        def with_pattern(text: bytes) -> Case:
            pattern = Regex(text.decode("latin-1"))
            return replace(case, givings=(replace(giving, patterns=(pattern,)),))

        pattern = giving.patterns[0].render()
        case = with_pattern(shortened(pattern, lambda text: still_fails(with_pattern(text))))
    return case


def shortened(text: bytes, still_fails: Callable[[bytes], bool]) -> bytes:
    size = max(1, len(text) // 2)
    while text:
        start = 0
        while start < len(text):
            shorter = text[:start] + text[start + size :]
            if still_fails(shorter):
                text = shorter
            else:
                start += size
        if size == 1:
            break
        size //= 2
    return text

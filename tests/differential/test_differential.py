"""The command against grep on random cases.

    DIFF_CASES=100000 python3 -m pytest -n 2 tests/differential/test_differential.py    a long run
    DIFF_SEED=77 DIFF_ONLY=1234 python3 -m pytest ...                      one case of a run again
    DIFF_WITH="-A -B -C" python3 -m pytest ...          of a run, those with one of these options

A case is two or three process starts, about 12 ms of one CPU.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
import support
from cases import make_case
from compare import DIFFERENT, REFUSED, SKIPPED, judge

CASES = int(os.environ.get("DIFF_CASES", "400" if support.SANITIZED else "3000"))
SEED = os.environ.get("DIFF_SEED") or str(random.SystemRandom().randrange(10**9))
ONLY = os.environ.get("DIFF_ONLY")
WITH = os.environ.get("DIFF_WITH", "").split()

BATCHES = 1 if ONLY else 16  # So that pytest-xdist has something to share out.
SHOWN = 3  # Differences of a batch; then it ends.
MOST_NOT_COMPARED = 0.03


@pytest.mark.parametrize("batch", range(BATCHES))
def test_same_as_grep(batch: int) -> None:
    numbers = [int(ONLY)] if ONLY else range(batch, CASES, BATCHES)
    print(f"DIFF_SEED={SEED} DIFF_CASES={CASES}")
    outcomes: Counter[str] = Counter()
    differences = []
    for number in numbers:
        case = make_case(SEED, number)
        if WITH and not case.has(*WITH):
            continue
        verdict = judge(case)
        outcomes[verdict.outcome] += 1
        if verdict.outcome == DIFFERENT:
            differences.append(f"--- DIFF_SEED={SEED} DIFF_ONLY={number}\n{verdict.report}\n")
        if len(differences) == SHOWN:
            break
    print(dict(outcomes))
    assert not differences, "\n".join(["not what grep prints", *differences])
    not_compared = outcomes[SKIPPED] + outcomes[REFUSED]
    assert ONLY or not_compared <= 1 + MOST_NOT_COMPARED * outcomes.total(), "too few compared"

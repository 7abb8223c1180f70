"""The command against grep on random cases.

    DIFF_CASES=100000 python3 -m pytest tests/differential    a long run
    DIFF_SEED=77 DIFF_ONLY=1234 python3 -m pytest ...         one case of a run again
"""

from __future__ import annotations

import multiprocessing
import os
import random
from collections import Counter
from functools import partial

from cases import make_case
from compare import DIFFERENT, REFUSED, SKIPPED, Verdict, judge

CASES = int(os.environ.get("DIFF_CASES", "1500"))
SEED = os.environ.get("DIFF_SEED") or str(random.SystemRandom().randrange(10**9))
ONLY = os.environ.get("DIFF_ONLY")

SHOWN = 10  # Differences that are printed.
MOST_SKIPPED = 0.20
MOST_REFUSED = 0.05


# Set when there are differences enough. (Ending the pool's processes would leave their children.)
enough = multiprocessing.Event()


def judge_number(seed: str, number: int) -> tuple[int, Verdict] | None:
    return None if enough.is_set() else (number, judge(make_case(seed, number)))


def judge_all(numbers: range) -> list[tuple[int, Verdict]]:
    """Every verdict, by as many processes as there are CPUs. Ends early when much is wrong."""
    verdicts, different = [], 0
    with multiprocessing.Pool(os.cpu_count()) as pool:
        judged = pool.imap_unordered(partial(judge_number, SEED), numbers, chunksize=4)
        for numbered in filter(None, judged):
            verdicts.append(numbered)
            different += numbered[1].outcome == DIFFERENT
            if different >= SHOWN:
                enough.set()
    return verdicts


def test_same_as_grep() -> None:
    numbers = range(int(ONLY), int(ONLY) + 1) if ONLY else range(CASES)
    print(f"DIFF_SEED={SEED} DIFF_CASES={CASES}")
    verdicts = judge_all(numbers)
    outcomes = Counter(verdict.outcome for _, verdict in verdicts)
    print(dict(outcomes))
    differences = [
        f"--- DIFF_SEED={SEED} DIFF_ONLY={number}\n{verdict.report}\n"
        for number, verdict in sorted(verdicts, key=lambda numbered: numbered[0])
        if verdict.outcome == DIFFERENT
    ]
    assert not differences, "\n".join(["not the same bytes and status as grep", *differences])
    if not ONLY:
        assert outcomes[SKIPPED] <= MOST_SKIPPED * len(
            verdicts
        ), "grep itself refuses too many patterns"
        assert outcomes[REFUSED] <= MOST_REFUSED * len(
            verdicts
        ), "too many patterns are not supported"

"""What was found: medians, ratios, goals, on what machine; the tables that are printed."""

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from measure import Compare
from rows import BEST_PEER, MEAN_LIMIT, MEAN_SECTIONS, P2, Goal, Row
from tools import Tool


def machine() -> dict[str, object]:
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in cpuinfo
                  if line.startswith("model name")), platform.machine())
    return {"cpu": model, "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "load_average": os.getloadavg(), "root": os.geteuid() == 0, "python":
            platform.python_version(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}


def version(tool: Tool) -> str:
    if tool.name.startswith(("talk", "touch")) or tool.argv[0].endswith("/sh"):
        return ""
    done = subprocess.run([tool.argv[0], "--version"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return next(iter(done.stdout.decode(errors="replace").splitlines()), "")


def pairwise_ratio(left: list[dict], right: list[dict]) -> float | None:
    """The median of the ratios of what ran in the same turn."""
    ratios = [a["wall"] / b["wall"] for a, b in zip(left, right)]
    return statistics.median(ratios) if ratios else None


def fastest_runs(runs: dict[str, list[dict]], names: Sequence[str]) -> list[dict]:
    """For each turn the run of that one of the tools which was the fastest in it.

    Only as many turns as the tool has run that is the fastest on the whole: the others' times say
    little in a turn without it.
    """
    peers = [runs[name] for name in names if runs.get(name)]
    if not peers:
        return []
    fastest = min(peers, key=lambda each: statistics.median(one["wall"] for one in each))
    return [min((each[turn] for each in peers if turn < len(each)), key=lambda one: one["wall"])
            for turn in range(len(fastest))]


def judged(goal: Goal, runs: dict[str, list[dict]]) -> dict:
    ratio = pairwise_ratio(runs.get(goal.tool, []), fastest_runs(runs, goal.peers))
    return {"goal": str(goal), "ratio": ratio,
            "measured": None if ratio is None else f"{ratio:.3f}",
            "met": None if ratio is None else goal.met(ratio)}


def summary(row: Row, size: int, runs: dict[str, list[dict]], answers: dict[str, str]) -> dict:
    """The row's entry in the report."""
    # Of the whole input: who may stop at the first match has no such speed.
    whole = size >= 1 << 20 and row.compare != Compare.STATUS
    tools = {}
    for name, each in runs.items():
        medians = {key: statistics.median(one[key] for one in each)
                   for key in ("wall", "user", "sys")}
        tools[name] = medians | {
            "gb_per_s": size / medians["wall"] / 1e9 if whole else None,
            "answer": answers.get(name), "compared": name not in row.not_compared, "runs": each,
            "bigscan_over_this": pairwise_ratio(runs[P2], each) if P2 in runs else None}
    return {"title": row.title, "section": row.section, "pattern": row.pattern, "bytes": size,
            "tools": tools, "goals": [judged(goal, runs) for goal in row.goals],
            "bigscan_over_best_peer": pairwise_ratio(runs.get(P2, []),
                                                     fastest_runs(runs, BEST_PEER))}


def mean_entry(rows: list[dict]) -> dict | None:
    """The geometric mean over the rows whose patterns are counted, None if there are none."""
    ratios = [row["bigscan_over_best_peer"] for row in rows
              if row["section"] in MEAN_SECTIONS and row.get("bigscan_over_best_peer")]
    if not ratios:
        return None
    mean = statistics.geometric_mean(ratios)
    goal = Goal(P2, BEST_PEER, MEAN_LIMIT)
    return {"title": f"geometric mean of {len(ratios)} rows: {', '.join(MEAN_SECTIONS)}",
            "section": "mean", "goals": [{"goal": str(goal), "ratio": mean,
                                          "measured": f"{mean:.3f}", "met": goal.met(mean)}]}


def verdict(met: bool | None) -> str:
    return "not measured" if met is None else "met" if met else "NOT MET"


def print_table(entry: dict) -> None:
    quick = min((tool["wall"] for tool in entry["tools"].values()), default=0) < 0.05
    unit, scale = ("ms", 1e3) if quick else ("s", 1)
    print(f"  {'tool':14} {'wall ' + unit:>8} {'user':>8} {'sys':>8} {'GB/s':>7} {'runs':>4}"
          f"  {P2} / this")
    for name, tool in entry["tools"].items():
        ratio = tool["bigscan_over_this"]
        speed = "" if tool["gb_per_s"] is None else f"{tool['gb_per_s']:.2f}"
        print(f"  {name:14} {tool['wall'] * scale:8.3f} {tool['user'] * scale:8.3f} "
              f"{tool['sys'] * scale:8.3f} {speed:>7} {len(tool['runs']):4}"
              + (f"  {ratio:.3f}" if ratio is not None and name != P2 else "")
              + ("" if tool["compared"] else "  (answer not compared)"))
    shares = [one["cached_share_before"] for tool in entry["tools"].values()
              for one in tool["runs"] if "cached_share_before" in one]
    if shares and max(shares) > 0.01:
        print(f"  NOT COLD: up to {max(shares):.0%} of the file was in the page cache")
    for goal in entry["goals"]:
        print(f"  goal {describe(goal)}")
    sys.stdout.flush()


def describe(goal: dict) -> str:
    measured = "" if goal["measured"] is None else f"{goal['measured']}, "
    return f"{goal['goal']}: {measured}{verdict(goal['met'])}"


def print_end(rows: list[dict]) -> None:
    """The mean, the goals that are not met, and the rows that failed."""
    goals = [(row["title"], goal) for row in rows for goal in row.get("goals", ())]
    for row in rows:
        if row["section"] == "mean":
            print(f"\n{row['title']}\n  goal {describe(row['goals'][0])}")
    known = [goal for _, goal in goals if goal["met"] is not None]
    print(f"\n{sum(goal['met'] for goal in known)} of {len(known)} goals met")
    for title, goal in goals:
        if goal["met"] is False:
            print(f"  {title}\n    {describe(goal)}")
    failed = [row for row in rows if "failed" in row]
    if failed:
        print(f"{len(failed)} FAILED")
    for row in failed:
        print(f"  {row['title']}\n    {row['failed'].splitlines()[0]}")

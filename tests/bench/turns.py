"""Measures a row: compares the answers, then runs the tools in turn."""

import dataclasses

from measure import Compare, RunFailed
from page_cache import cached_share, chill
from report import print_table, summary
from rows import BEST_PEER, Row
from setup import Question, Setup
from tools import Tool

SLOW_SECONDS = 5.0
SLOW_RUNS = 2


class Disagreement(Exception):
    """The tools do not say the same, so that their times can not be compared."""


def measure_row(setup: Setup, row: Row) -> dict:
    """The row's entry in the report. Raises RunFailed if bigscan fails, and Disagreement."""
    question = setup.prepare(row)
    print(f"  {question.input.bytes / 1e6:,.3f} MB", flush=True)
    plan, answers = check_answers(setup, row, question)
    runs: dict[str, list[dict]] = {name: [] for name in plan}
    for turn in range(max(plan.values(), default=0)):
        for name, wanted in plan.items():
            if turn < wanted:
                runs[name].append(run_once(setup, row, question.commands[name]))
    entry = summary(row, question.input.bytes, runs, answers)
    print_table(entry)
    return entry | {"commands": question.commands}


def check_answers(setup: Setup, row: Row,
                  question: Question) -> tuple[dict[str, int], dict[str, str]]:
    """Run each tool once. Returns how often to measure each, and what each said."""
    plan, answers = {}, {}
    for tool in question.tools:
        compare = Compare.STATUS if tool.reference else row.compare
        try:
            said, result = setup.runner.answer(question.commands[tool.name], compare)
        except RunFailed as failure:
            if tool.bigscan:
                raise
            print(f"  {tool.name} left out: {failure}")
            continue
        if not tool.reference:
            answers[tool.name] = said
        plan[tool.name] = turns(row, tool, row.runs or setup.runs, result.wall)
    compared = {said for name, said in answers.items() if name not in row.not_compared}
    if len(compared) > 1:
        raise Disagreement("".join(
            f"\n    {name:14} {said}{' (not compared)' if name in row.not_compared else ''}"
            for name, said in answers.items()))
    return plan, answers


def turns(row: Row, tool: Tool, wanted: int, wall: float) -> int:
    """How often to run a tool that took `wall` seconds."""
    named = any(tool.name in goal.peers for goal in row.goals if goal.peers != BEST_PEER)
    slow = tool.may_be_slow and not named and wall > SLOW_SECONDS
    return min(wanted, tool.max_runs or wanted, SLOW_RUNS if slow else wanted)


def run_once(setup: Setup, row: Row, argv: list[str]) -> dict:
    if not row.cold:
        return dataclasses.asdict(setup.runner.run(argv))
    path = setup.inputs.get(row.source).paths[0]
    small = setup.inputs.get("small").paths[0]
    chill(path)
    # The program and its libraries are not what is to be read from the disk.
    setup.runner.run([str(small) if word == str(path) else word for word in argv])
    share = cached_share(path)
    return dataclasses.asdict(setup.runner.run(argv)) | {"cached_share_before": share}

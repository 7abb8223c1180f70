"""Runs the fuzz targets: each for a time, its corpus kept, or (--short) its seeds and a number of runs.

Ends with "N passed, M failed", and status 1 if any has found something. What it has found is kept.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# Of a short run: so that all take about a minute together. The inputs of these take longer than others.
SHORT_RUNS = 10_000
SHORT_RUNS_OF = {
    "compressed": 1_000,
    "config": 1_500,
    "decoder": 2_000,
    "plan": 5_000,
    "records": 5_000,
    "snapshot": 5_000,
    "state": 2_000,
}
# The longest input in bytes: what comes of more is found with fewer, and later.
MOST_BYTES = 1000
MOST_BYTES_OF: dict[str, int] = {}
UNIT_SECONDS = 120  # that an input may take: a hang is a finding
JOBS = 2  # at a time, of a long run


@dataclass
class Outcome:
    name: str
    status: int
    log: Path
    edges: str = "?"
    features: str = "?"
    corpus: str = "?"
    runs: str = "?"


def run(name: str, build: Path, seconds: int | None) -> Outcome:
    """`seconds`: of a long run."""
    corpus = build / ("short" if seconds is None else "corpus") / name
    if seconds is None:
        shutil.rmtree(corpus, ignore_errors=True)
    findings = build / "findings"
    for directory in (corpus, findings):
        directory.mkdir(parents=True, exist_ok=True)
    command = [
        build / f"{name}_fuzz",
        f"-max_len={MOST_BYTES_OF.get(name, MOST_BYTES)}",
        f"-timeout={UNIT_SECONDS}",
        f"-artifact_prefix={findings}/{name}-",
        "-malloc_limit_mb=4096",  # zstd may ask for a window of 2 GiB, of which little is touched
        "-close_fd_mask=3",  # what the code under test prints
        "-print_final_stats=1",
    ]
    if seconds is None:
        command += ["-seed=1", f"-runs={SHORT_RUNS_OF.get(name, SHORT_RUNS)}"]
    else:
        command += [f"-max_total_time={seconds}", "-use_value_profile=1"]
    dictionary = HERE / "dictionaries" / name
    if dictionary.exists():
        command.append(f"-dict={dictionary}")
    log = build / f"{name}.log"
    with log.open("wb") as out:
        status = subprocess.run(
            [*command, corpus, HERE / "seeds" / name],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"},
        ).returncode  # fmt: skip
    outcome = Outcome(name, status, log)
    text = log.read_text(errors="replace")
    for found in re.finditer(r"^#\d+\s.* cov: (\d+) ft: (\d+) corp: (\S+)", text, re.MULTILINE):
        outcome.edges, outcome.features, outcome.corpus = found.groups()
    executed = re.search(r"number_of_executed_units: (\d+)", text)
    outcome.runs = executed[1] if executed else "?"
    return outcome


def report(outcome: Outcome) -> None:
    verdict = "ok" if outcome.status == 0 else f"FAILED, status {outcome.status}"
    print(f"{outcome.name:12} {outcome.runs:>10} runs {outcome.edges:>6} edges "
          f"{outcome.features:>6} features  corpus {outcome.corpus:12} {verdict}", flush=True)  # fmt: skip
    if outcome.status == 0:
        return
    lines = outcome.log.read_text(errors="replace").splitlines()
    # The stacks and the input; not the progress before.
    print("\n".join(line for line in lines if not re.match(r"#\d+\s+(NEW|REDUCE|pulse)", line)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True, help="where the targets are built")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--seconds", type=int, help="for each target")
    length.add_argument("--short", action="store_true")
    parser.add_argument("--jobs", type=int, default=JOBS, help="how many targets at a time")
    parser.add_argument("targets", nargs="+")
    arguments = parser.parse_args()
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        started = [pool.submit(run, name, arguments.build, arguments.seconds)
                   for name in arguments.targets]  # fmt: skip
        for future in started:
            outcomes.append(future.result())
            report(outcomes[-1])
    failed = sum(outcome.status != 0 for outcome in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

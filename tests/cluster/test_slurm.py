"""bigscan-cluster on a throw-away Slurm: the bytes of the local run, whatever happens to shards, nodes and controller."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Iterator

import pytest
import support
from mini_slurm import NEEDED, MiniSlurm
from support import Result

CLUSTER = Path(os.environ.get("BIGSCAN_CLUSTER", Path(support.BIGSCAN).with_name("bigscan-cluster")))
SHARDS = 16
COMMANDS = {
    "grep": ["-n", "needle"],
    "count": ["-c", "needle"],
    "group-by": ["--by", "1", "--agg", "count,sum(2)", r"(\w+) GET \S+ (\d+)"],
    "top-k": ["--by", "1", "--top", "2", "--format", "tsv", r" (\d+) x"],
}
GREP = COMMANDS["grep"]

# A bigscan that does what a file says, by shard, or by "merged-" and the group that it merges, before it is itself.
WRAPPER = """#!/bin/sh
previous=
merges=
for word in "$@"; do
  name=
  if [ "$word" = --merge ]; then merges=yes; fi
  if [ "$previous" = --shard ]; then name=${{word%%/*}}; fi
  if [ "$merges" ] && [ "$previous" = --partial ]; then name=merged-${{word##*/}}; fi
  if [ "$name" ] && [ -e '{hooks}'/"$name" ]; then . '{hooks}'/"$name"; fi
  previous=$word
done
exec '{bigscan}' "$@"
"""


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MiniSlurm]:
    missing = [program for program in NEEDED if shutil.which(program) is None]
    assert not missing, f"make deps-cluster installs {missing}"
    try:
        cluster = MiniSlurm(tmp_path_factory.mktemp("slurm"))
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"Slurm does not start on this host: {error}")
    yield cluster
    cluster.stop()


class Cluster:
    """Eight logs, a work directory, and the programs that are to run there."""

    def __init__(self, slurm: MiniSlurm, directory: Path) -> None:
        self.slurm = slurm
        self.started: subprocess.Popen[bytes] | None = None
        self.directory = directory
        self.work = directory / "the work"
        self.hooks = directory / "hooks"
        self.hooks.mkdir()
        self.bin = directory / "bin"
        self.bin.mkdir()
        shutil.copy2(CLUSTER, self.bin)
        wrapper = self.bin / "bigscan"
        wrapper.write_text(WRAPPER.format(hooks=self.hooks, bigscan=support.BIGSCAN))
        wrapper.chmod(0o755)
        self.files = [f"log {number}" for number in range(8)]
        for number, name in enumerate(self.files):
            (directory / name).write_bytes(support.sample_log(300 * (number + 1), seed=number))

    def hook(self, task: int | str, script: str) -> None:
        (self.hooks / str(task)).write_text(script + "\n")

    def words(self, command: list[str], *options: str) -> list[str]:
        return [str(self.bin / "bigscan-cluster"), "--work", self.work.name,
                "--shards", str(SHARDS), *options, "--", *command, *self.files]  # fmt: skip

    def run(self, command: list[str], *options: str) -> Result:
        return support.run(
            self.words(command, *options), env=self.slurm.environment, cwd=self.directory
        )

    def start(self, command: list[str], *options: str) -> subprocess.Popen[bytes]:
        self.started = subprocess.Popen(
            self.words(command, *options), cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=support.environment(**self.slurm.environment),
        )  # fmt: skip
        return self.started

    def local(self, command: list[str]) -> Result:
        return support.bigscan("-p", "2", *command, *self.files, cwd=self.directory)

    def status(self, task: int | str) -> list[str]:
        """State, job, failures, exit status, host and message of a task; nothing before it has begun."""
        path = self.work / "status" / str(task)
        return path.read_text().split("\n", 5) if path.exists() else []

    def wait_for(self, task: int | str, state: str) -> list[str]:
        support.wait_until(lambda: self.status(task)[:1] == [state], f"task {task}: {state}")
        return self.status(task)

    def wait_for_all_but(self, shard: int) -> None:
        done = lambda: sum(self.status(i)[:1] == ["done"] for i in range(1, SHARDS + 1))
        support.wait_until(lambda: done() == SHARDS - 1, "all other shards are done")
        assert self.status(shard)[0] == "running"

    def release(self) -> None:
        (self.hooks / "go").touch()

    def wait_for_jobs(self) -> None:
        support.wait_until(lambda: not self.slurm.jobs(), "no job is left")


@pytest.fixture
def cluster(slurm: MiniSlurm, tmp_path: Path) -> Iterator[Cluster]:
    slurm.wait_for_nodes()
    made = Cluster(slurm, tmp_path)
    yield made
    if made.started is not None and made.started.poll() is None:
        made.started.kill()
        made.started.communicate()
    made.release()
    slurm.ask("scancel", "--user", str(os.getuid()))
    made.wait_for_jobs()


# For hooks: what holds a shard up until Cluster.release.
WAIT = f'until [ -e "$(dirname "$0")/../hooks/go" ]; do sleep 0.05; done'


def same(got: Result, wanted: Result) -> None:
    assert not support.difference(got.out, wanted.out)
    assert got.status == wanted.status


def result_of(process: subprocess.Popen[bytes]) -> Result:
    out, err = process.communicate(timeout=support.HANG_SECONDS)
    return Result(process.returncode, out, err)


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_the_bytes_of_the_local_run(cluster: Cluster, command: list[str]) -> None:
    wanted = cluster.local(command)
    assert wanted.status == 0
    result = cluster.run(command, "--wait")
    same(result, wanted)
    assert b"submitted 16 of 16 shards" in result.err
    assert b"16 of 16 shards done" in result.err
    assert (cluster.work / "result").read_bytes() == wanted.out


def test_nothing_selected(cluster: Cluster) -> None:
    same(cluster.run(["nowhere"], "--wait"), Result(1, b"", b""))
    assert {cluster.status(shard)[0] for shard in range(1, SHARDS + 1)} == {"done"}
    same(cluster.run(["nowhere"], "--wait"), Result(1, b"", b""))


def test_without_waiting(cluster: Cluster) -> None:
    result = cluster.run(GREP)
    assert result.status == 0 and result.err == b""
    # Two arrays, as there are no 16 indices.
    words = result.out.decode().replace(",", "").split()
    assert words[:6] == ["submitted", "16", "of", "16", "shards", "as"] and len(words) == 12
    assert words[8:11] == ["the", "merge", "as"]
    cluster.wait_for_jobs()
    assert (cluster.work / "result").read_bytes() == cluster.local(GREP).out
    assert cluster.run(GREP).out == b"done: %s/result\n" % bytes(cluster.work)


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_a_shard_that_fails_once(cluster: Cluster, command: list[str]) -> None:
    cluster.hook(5, f"mkdir '{cluster.hooks}/once' 2>/dev/null && exit 3")
    same(cluster.run(command, "--wait"), cluster.local(command))
    assert cluster.status(5)[2] == "1"


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_a_shard_that_fails_for_good(cluster: Cluster, command: list[str]) -> None:
    cluster.hook(12, "echo 'bigscan: no luck' >&2; exit 2")
    failed = cluster.run(command, "--wait")
    assert (failed.status, failed.out) == (2, b"")
    assert b"shard 12 of 16 is missing" in failed.err
    assert b"shard 12: bigscan: no luck" in failed.err
    assert cluster.status(12)[2:4] == ["0", "2"]
    assert not (cluster.work / "result").exists()
    # The same command again, for that shard alone.
    (cluster.hooks / "12").unlink()
    result = cluster.run(command, "--wait")
    same(result, cluster.local(command))
    assert b"submitted 1 of 16 shards" in result.err


def test_a_shard_that_fails_too_often(cluster: Cluster) -> None:
    cluster.hook(2, "exit 9")
    failed = cluster.run(GREP, "--wait", "--retries", "1")
    assert failed.status == 2
    assert b"shard 2: bigscan: exit status 9 (tried 2 times)" in failed.err


def test_a_node_that_is_lost(cluster: Cluster) -> None:
    cluster.hook(4, f"mkdir '{cluster.hooks}/once' 2>/dev/null && {WAIT}")
    process = cluster.start(GREP, "--wait")
    host = cluster.wait_for(4, "running")[4]
    cluster.wait_for_all_but(4)
    cluster.slurm.lose_node(host)
    try:
        same(result_of(process), cluster.local(GREP))
        assert cluster.status(4)[4] != host
    finally:
        cluster.slurm.start_node(host)
        cluster.slurm.wait_for_nodes()


def test_a_controller_that_is_restarted(cluster: Cluster) -> None:
    cluster.hook(3, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for(3, "running")
    cluster.slurm.stop_controller()
    cluster.slurm.start_controller()
    cluster.release()
    same(result_of(process), cluster.local(GREP))


def test_a_controller_that_crashes(cluster: Cluster) -> None:
    """And is started again: what it had saved of its state goes on."""
    cluster.hook(3, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for_all_but(3)
    cluster.slurm.wait_for_saved_state()
    cluster.slurm.kill_controller()
    cluster.release()
    cluster.wait_for(3, "done")
    cluster.slurm.start_controller()
    same(result_of(process), cluster.local(GREP))


# --- A tree of merges ---

TREE = ["--wait", "--merge-width", "4"]


@pytest.mark.parametrize("command", list(COMMANDS.values()), ids=list(COMMANDS))
def test_a_tree_of_merges(cluster: Cluster, command: list[str]) -> None:
    result = cluster.run(command, *TREE)
    same(result, cluster.local(command))
    assert b"4 merges of shards as " in result.err
    assert b"16 of 16 shards done; 4 of 4 merges done" in result.err
    # The shards are no longer needed.
    shutil.rmtree(cluster.work / "parts")
    (cluster.work / "result").unlink()
    again = cluster.run(command, *TREE)
    same(again, result)
    assert b"submitted the merge as " in again.err


def test_more_merges_than_an_array_has_indices(cluster: Cluster) -> None:
    same(cluster.run(GREP, "--wait", "--merge-width", "1"), cluster.local(GREP))
    assert len(list((cluster.work / "merged").iterdir())) == SHARDS


def test_a_merge_of_shards_that_fails_once(cluster: Cluster) -> None:
    cluster.hook("merged-2", f"mkdir '{cluster.hooks}/once' 2>/dev/null && exit 3")
    same(cluster.run(GREP, *TREE), cluster.local(GREP))
    assert cluster.status("merged-2")[0:3:2] == ["done", "1"]
    assert (cluster.work / "merged" / "2").exists()


def test_a_merge_of_shards_whose_node_is_lost(cluster: Cluster) -> None:
    cluster.hook("merged-3", f"mkdir '{cluster.hooks}/once' 2>/dev/null && {WAIT}")
    process = cluster.start(GREP, *TREE)
    host = cluster.wait_for("merged-3", "running")[4]
    # A node that is lost while Slurm still starts jobs on others is another matter: it may wait for that for minutes.
    for other in (1, 2, 4):
        cluster.wait_for(f"merged-{other}", "done")
    cluster.slurm.lose_node(host)
    try:
        same(result_of(process), cluster.local(GREP))
        assert cluster.status("merged-3")[0] == "done" and cluster.status("merged-3")[4] != host
    finally:
        cluster.slurm.start_node(host)
        cluster.slurm.wait_for_nodes()


def test_a_merge_of_shards_that_is_missing_is_made_up_for(cluster: Cluster) -> None:
    cluster.hook("merged-2", "echo 'bigscan: no luck' >&2; exit 2")
    same(cluster.run(GREP, *TREE), cluster.local(GREP))
    assert cluster.status("merged-2")[5] == "bigscan: no luck"
    assert not (cluster.work / "merged" / "2").exists()


def test_a_shard_that_is_missing_in_a_tree(cluster: Cluster) -> None:
    cluster.hook(7, "echo 'bigscan: no luck' >&2; exit 2")
    failed = cluster.run(GREP, *TREE)
    assert (failed.status, failed.out) == (2, b"")
    assert b"shard 7 of 16 is missing" in failed.err and b"shard 7: bigscan: no luck" in failed.err
    assert cluster.status("merged-2")[0] == "failed"
    # The same command again: for that shard and its merge alone.
    (cluster.hooks / "7").unlink()
    for merged in (1, 3, 4):
        cluster.hook(f"merged-{merged}", "exit 2")
    result = cluster.run(GREP, *TREE)
    same(result, cluster.local(GREP))
    assert b"submitted 1 of 16 shards" in result.err and b", 1 merges of shards as " in result.err


def test_merges_count_by_what_is_in_them(cluster: Cluster) -> None:
    wanted = cluster.run(GREP, *TREE)
    merged = cluster.work / "merged"
    shutil.copy(merged / "3", merged / "4")
    (merged / "1").write_bytes((merged / "1").read_bytes()[:-1])
    (cluster.work / "result").unlink()
    result = cluster.run(GREP, *TREE)
    same(result, wanted)
    assert b"submitted 2 merges of shards as " in result.err


def test_strict_tells_of_the_whole_result(cluster: Cluster) -> None:
    with (cluster.directory / cluster.files[2]).open("ab") as log:
        log.write(b"none of them\n")
    command = ["--fields", "combined", "--strict", "--by", "status"]
    wanted = cluster.local(command)
    assert wanted.status == 2 and wanted.err
    for _ in range(2):  # the second time, nothing is to be done
        result = cluster.run(command, "--wait")
        same(result, wanted)
        assert result.err.endswith(wanted.err)


def test_two_runs_in_one_directory(cluster: Cluster) -> None:
    cluster.hook(1, WAIT)
    assert cluster.run(GREP).status == 0
    second = cluster.run(GREP)
    assert second.status == 2 and b"the work: a run is under way there: jobs " in second.err
    cluster.release()
    cluster.wait_for_jobs()
    other = cluster.run(["-c", "needle"])
    assert other.status == 2 and b"the work: belongs to another run, in '" in other.err
    assert (cluster.work / "result").read_bytes() == cluster.local(GREP).out


def test_an_interrupt_cancels(cluster: Cluster) -> None:
    cluster.hook(7, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for(7, "running")
    process.send_signal(signal.SIGINT)
    result = result_of(process)
    assert result.status == -signal.SIGINT and result.out == b""
    assert b"the jobs are cancelled" in result.err
    cluster.wait_for_jobs()
    cluster.release()
    same(cluster.run(GREP, "--wait"), cluster.local(GREP))


def test_a_merge_that_is_cancelled(cluster: Cluster) -> None:
    cluster.hook(7, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for(7, "running")
    cluster.slurm.ask("scancel", "--user", str(os.getuid()))
    result = result_of(process)
    assert (result.status, result.out) == (2, b"")
    assert b"ended without a result" in result.err


def test_logs_that_grow_meanwhile(cluster: Cluster) -> None:
    wanted = cluster.local(GREP)
    cluster.hook(1, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for(1, "running")
    for name in cluster.files:
        with (cluster.directory / name).open("ab") as log:
            log.write(b"needle needle\n" * 1000)
    cluster.release()
    same(result_of(process), wanted)


def test_a_log_that_is_replaced_meanwhile(cluster: Cluster) -> None:
    cluster.hook(16, WAIT)
    process = cluster.start(GREP, "--wait")
    cluster.wait_for(16, "running")
    (cluster.directory / cluster.files[7]).write_bytes(b"needle\n")
    cluster.release()
    result = result_of(process)
    assert (result.status, result.out) == (2, b"")
    assert b"shard 16: bigscan: log 7: has shrunk since the inputs were listed" in result.err


def test_snapshots_count_by_what_is_in_them(cluster: Cluster) -> None:
    wanted = cluster.run(GREP, "--wait")
    parts = cluster.work / "parts"
    shutil.copy(parts / "3", parts / "4")
    (parts / "9").write_bytes((parts / "9").read_bytes()[:-1])
    (parts / "11").write_bytes(b"")
    (cluster.work / "result").unlink()
    result = cluster.run(GREP, "--wait")
    same(result, wanted)
    assert b"submitted 3 of 16 shards" in result.err


def test_only_the_merge_again(cluster: Cluster) -> None:
    wanted = cluster.run(GREP, "--wait")
    (cluster.work / "result").unlink()
    result = cluster.run(GREP, "--wait")
    same(result, wanted)
    assert b"submitted the merge as " in result.err


def test_options_for_sbatch_and_for_the_scans(cluster: Cluster) -> None:
    cluster.hook(1, f'echo "$@" >\'{cluster.hooks}/words\'')
    options = ["--sbatch=--nodelist=n2", "--sbatch=--comment=hello"]
    same(cluster.run(["--chunk-size", "4K", *GREP], "--wait", *options), cluster.local(GREP))
    assert {cluster.status(task)[4] for task in (1, 5, SHARDS, "merge")} == {"n2"}
    words = (cluster.hooks / "words").read_text().split()
    assert "--processes=1" in words and "--chunk-size=4K" in words


@pytest.mark.parametrize(
    "command, message",
    [
        (["("], b"pattern"),
        (["--merge", "x"], b"--write-manifest and --merge"),
        (["-m", "1", "x"], b"--max-count and --shard"),
        (["--help", "x"], b"ask for no scan"),
        (["--no-such-option", "x"], b"no-such-option"),
        (["x", "nowhere"], b"nowhere: No such file"),
    ],
    ids=str,
)
def test_what_can_not_be_done_is_not_submitted(
    cluster: Cluster, command: list[str], message: bytes
) -> None:
    result = cluster.run(command)
    assert result.status == 2 and result.out == b""
    assert message in result.err
    assert cluster.slurm.jobs() == []
    # And does not take the directory.
    assert cluster.run(GREP).status == 0


def test_options_that_sbatch_refuses(cluster: Cluster) -> None:
    result = cluster.run(GREP, "--wait", "--sbatch=--partition=nowhere")
    assert result.status == 2 and result.out == b""
    assert b"sbatch: exit status 1: sbatch: error:" in result.err
    same(cluster.run(GREP, "--wait"), cluster.local(GREP))


@pytest.mark.parametrize(
    "words, message",
    [
        (["--shards", "2", "--", "x"], b"--work is missing"),
        (["--work", "w", "--", "x"], b"--shards is missing"),
        (["--work", "w", "--shards", "0", "--", "x"], b"not from 1 to 100000"),
        (["--work", "w", "--shards", "2"], b"nothing to do"),
        (["--work", "w", "--shards", "2", "--merge-width", "0", "--", "x"], b"1 or more"),
        (["--work", "w", "--shards", "2", "x"], b"positional"),
    ],
    ids=str,
)
def test_wrong_use(tmp_path: Path, words: list[str], message: bytes) -> None:
    result = support.run([str(CLUSTER), *words], cwd=tmp_path)
    assert result.status == 2 and message in result.err
    assert not (tmp_path / "w").exists()

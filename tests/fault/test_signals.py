"""Signals to the coordinator: everyone goes, promptly, and the output ends where a record ends."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
import support
from proctree import PIPE, Scan, assert_all_gone, signal_name

MEGABYTE = 1 << 20
WIDTH = 100  # A record's bytes: no divisor of any pipe's size, so a full pipe ends within a record.

TERMINATORS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log"
    path.write_bytes(support.fixed_log(32 * MEGABYTE // WIDTH, WIDTH))
    return path


@pytest.mark.parametrize("killer", TERMINATORS, ids=signal_name)
@pytest.mark.parametrize(
    "options", [["-p", "2"], ["-n"], ["--io", "on"], ["-p4", "--chunk-size=4K"]], ids=" ".join
)
def test_ended_while_stdout_is_not_read(
    log: Path, options: list[str], killer: signal.Signals
) -> None:
    with Scan(*options, ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        everyone = running.everyone()
        os.kill(running.pid, killer)
        result = running.finish()
        assert_all_gone(everyone)
    assert result.status == -killer
    assert result.out.endswith(b"\n")
    assert len(result.out) < log.stat().st_size / 2
    if "-n" not in options:
        assert log.read_bytes().startswith(result.out) and len(result.out) % WIDTH == 0


@pytest.mark.parametrize("killer", TERMINATORS, ids=signal_name)
def test_ended_while_stdin_is_awaited(killer: signal.Signals) -> None:
    with Scan("-p", "2", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit 1\nmiss\nhit in part")
        assert running.read(6) == b"hit 1\n"
        everyone = running.everyone()
        os.kill(running.pid, killer)
        running.process.wait(timeout=support.HANG_SECONDS)  # Our end of its stdin stays open.
        assert_all_gone(everyone)
        result = running.finish()
    assert (result.status, result.out) == (-killer, b"")


def test_a_second_signal_does_no_harm(log: Path) -> None:
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        os.kill(running.pid, signal.SIGINT)
        os.kill(running.pid, signal.SIGTERM)
        assert running.finish().status in (-signal.SIGINT, -signal.SIGTERM)


def test_interrupted_at_the_keyboard(log: Path) -> None:
    # The terminal's driver sends the signal to the whole foreground group.
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        os.killpg(running.pid, signal.SIGINT)
        result = running.finish()
    assert (result.status, result.err) == (-signal.SIGINT, b"")
    assert result.out.endswith(b"\n") and log.read_bytes().startswith(result.out)


def test_an_ignored_signal_stays_ignored(log: Path) -> None:
    # As under nohup, or in the background of a shell without job control.
    script = 'trap "" INT; "$0" -p 2 . log & sleep 0.2; kill -INT $!; wait $!'
    result = support.run(["bash", "-c", script, support.BIGSCAN], cwd=log.parent)
    assert result.status == 0
    assert not support.difference(result.out, log.read_bytes())


def test_stopped_and_continued(log: Path) -> None:
    with Scan("-p", "2", ".", "log", cwd=log.parent) as running:
        out = running.read(MEGABYTE)
        os.killpg(running.pid, signal.SIGSTOP)
        os.killpg(running.pid, signal.SIGCONT)
        result = running.finish()
    assert result.status == 0
    assert not support.difference(out + result.out, log.read_bytes())


# SIGKILL leaves the coordinator no time to say goodbye.


@pytest.mark.parametrize("options", [["-p", "2"], ["-p", "4", "--io", "on"]], ids=" ".join)
def test_nobody_outlives_a_coordinator_killed_while_stdout_is_not_read(
    log: Path, options: list[str]
) -> None:
    with Scan(*options, ".", "log", cwd=log.parent) as running:
        running.wait_until_blocked()
        kill_coordinator(running)


def test_nobody_outlives_a_coordinator_killed_while_stdin_is_awaited() -> None:
    with Scan("-p", "3", "hit", stdin=PIPE) as running:
        assert running.process.stdin
        os.write(running.process.stdin.fileno(), b"hit\n")
        running.read(4)
        kill_coordinator(running)


def test_nobody_outlives_a_coordinator_killed_at_work(log: Path) -> None:
    with subprocess.Popen(["yes", "a line of input to be busy with"], stdout=PIPE) as endless:
        assert endless.stdout
        with Scan("-p", "3", "-c", r"(\w+ ){3}x", stdin=endless.stdout.fileno()) as running:
            support.wait_until(
                lambda: len(running.children()) > 3, "workers and a feeder are there"
            )
            kill_coordinator(running)
        endless.kill()


def kill_coordinator(running: Scan) -> None:
    children = running.children()
    assert children
    os.kill(running.pid, signal.SIGKILL)
    running.process.wait(timeout=support.HANG_SECONDS)
    assert_all_gone(children)
    support.assert_nothing_left(running.pid, running.shm)


@pytest.mark.parametrize("option", ["-n", "-H", "-h"])
def test_a_slow_reader_gets_whole_records_without_a_gap(tmp_path: Path, option: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"".join(b"%d a record that is selected\n" % i for i in range(200_000)))
    prefix = {"-n": b"%d:%d a", "-H": b"log:%d a", "-h": b"%d a"}[option]
    with Scan("-p", "2", option, "selected", "log", cwd=tmp_path) as running:
        running.wait_until_blocked()
        head = running.read(300_000)
        running.process.send_signal(signal.SIGINT)
        out = head + running.finish().out
    assert out.endswith(b"\n")
    numbers = [i for i, _ in enumerate(out.splitlines())]
    for i, record in zip(numbers, out.splitlines()):
        wanted = prefix % ((i + 1, i) if option == "-n" else i)
        assert record.startswith(wanted), (i, record)

"""Several streams: their writers need not wait for one another, the records come in order."""

from __future__ import annotations

import pytest
import support
from conftest import Box

SCRIPTS = {
    # Whoever reads the second one last would wait for the first one for ever.
    "fifos": "mkfifo a b; (cat > b <<< 'b 1'; echo a 1 > a) & bigscan %s 1 a b",
    "substitutions": "mkfifo gate; bigscan %s 1 <(cat gate; echo a 1) <(echo b 1; echo > gate)",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_writers_that_wait_for_each_other(plain: Box, script: str) -> None:
    got = plain.shell(script % "-p2 -h")
    assert (got.status, got.out, got.err) == (0, b"a 1\nb 1\n", b"")


@pytest.mark.parametrize("geometry", ["-p1", "-p2", "-p3 --chunk-size 1", "-p2 --chunk-size 5000"])
@pytest.mark.parametrize("count", [2, 5, 12])
def test_records_come_in_the_order_of_the_streams(plain: Box, count: int, geometry: str) -> None:
    text = support.fixed_log(20_000)
    plain.file("log", text)
    streams = " ".join(f"<(sed s/^0/{chr(97 + at)}/ log)" for at in range(count))
    got = plain.shell(f"bigscan {geometry} -h 7$ {streams}")
    wanted = plain.shell(f"LC_ALL=C grep -h 7$ {streams}")
    assert (got.status, got.err) == (0, b"")
    assert not support.difference(got.out, wanted.out)


@pytest.mark.parametrize("die", ["feed:0:9:1", "feed:1:11:1"])
def test_a_feeder_that_dies_costs_one_stream(plain: Box, die: str) -> None:
    plain.file("log", support.fixed_log(20_000))
    got = plain.shell(f"BIGSCAN_TEST_DIE={die} bigscan -p2 -ch --chunk-size 5000 '' <(cat log) log <(cat log)")
    first, second, third = got.out.split()
    assert got.status == 2
    assert int(first) < 20_000 and second == b"20000" and int(third) < 20_000
    assert got.err.count(b"feeder ended by signal") == 2


def test_an_early_answer_reads_no_other_stream(plain: Box) -> None:
    got = plain.shell("(bigscan -q b <(echo b) -; cat) <<< rest")
    assert got.out == b"rest\n"


def test_files_and_streams_in_turn(plain: Box) -> None:
    plain.file("log", b"log 1\n")
    got = plain.shell("bigscan -h 1 <(echo a 1) log <(echo b 1) <(echo c 1) none log <(echo d 1)")
    assert (got.status, got.out) == (2, b"a 1\nlog 1\nb 1\nc 1\nlog 1\nd 1\n")
    assert got.err == b"bigscan: none: No such file or directory\n"


def test_the_same_stream_twice_is_read_once(plain: Box) -> None:
    got = plain.shell("seq 100000 | bigscan -c '' - -")
    assert got.out == b"(standard input):100000\n(standard input):0\n"

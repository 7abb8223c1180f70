"""SIGTERM after the scan, while groups come back from the disk: the run ends, and prints nothing of them."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
import support
import test_injection as injection
from conftest import Box

KEYS = 20_000
BY = ["-p", "1", "--max-memory", "1M", "--fields", "space", "--by", "1", "--format", "tsv"]


@pytest.mark.skipif(support.SANITIZED, reason="the sanitizers want to be the first library")
@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_a_signal_ends_the_last_merge(box: Box, tmp_path: Path, share: float) -> None:
    assert injection.LIBRARY.exists(), f"no {injection.LIBRARY}: run `make test`"
    box.file("log", b"".join(b"%032d\n" % (n * 7919) for n in range(KEYS)))
    counts = tmp_path / "counts"
    calls = list(injection.CALLS).index("pread")

    def run(**more: str) -> tuple[support.Result, int]:
        counts.write_bytes(bytes(injection.COUNTS.size))
        environment = {"LD_PRELOAD": str(injection.LIBRARY), "INJECT_FILE": str(counts), **more}
        result = support.run([support.BIGSCAN, *BY, "log"], cwd=box.directory, env=environment)
        return result, injection.COUNTS.unpack(counts.read_bytes())[calls]

    whole, reads = run()
    assert (whole.status, whole.out.count(b"\n"), whole.err) == (0, KEYS + 1, b"")
    # At least one for each partition, before one for each run in which they are put in order.
    assert reads > 256
    at = int(share * 256)
    stopped, done = run(INJECT_CALL="pread", INJECT_ROLE="0", INJECT_AT=str(at), INJECT_SIGNAL=str(int(signal.SIGTERM)))
    assert (stopped.status, stopped.out, stopped.err) == (-signal.SIGTERM, b"", b"")
    assert at <= done <= at + 64, "one partition is still read, from all the parts in which it was written"

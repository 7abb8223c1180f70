"""Fixtures of the command-line tests, and the header that says what is under test."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Sequence

import page_cache
import pytest
import support
from support import Argument, Result

# The same transcript has to hold however the input is cut up and read.
GEOMETRIES: dict[str, list[str]] = {
    "mapped": [],
    "byte-chunks": ["-p", "3", "--chunk-size", "1"],
    "fed": ["-p", "2", "--io", "on", "--chunk-size", "7"],
}


@dataclass(frozen=True)
class Box:
    """A scratch directory, and the command run in it."""

    directory: Path
    options: Sequence[str] = ()

    def file(self, name: Argument, data: bytes = b"") -> Path:
        """Writes a file into the directory."""
        path = self.directory / os.fsdecode(name)
        path.write_bytes(data)
        return path

    def run(self, *arguments: Argument, stdin: bytes | int | None = None) -> Result:
        """Runs the command; `stdin` as in support.run."""
        return support.bigscan(*self.options, *arguments, stdin=stdin, cwd=self.directory)

    def expect(
        self,
        *arguments: Argument,
        stdin: bytes | int | None = None,
        out: bytes = b"",
        err: bytes | re.Pattern[bytes] = b"",
        status: int | None = None,
    ) -> None:
        """Runs the command and compares; `status` is 0 with output and 1 without, unless given."""
        result = self.run(*arguments, stdin=stdin)
        assert not support.difference(result.out, out)
        assert err.search(result.err) if isinstance(err, re.Pattern) else result.err == err
        assert result.status == (status if status is not None else 0 if out else 1)

    def shell(self, script: str) -> Result:
        """Runs a bash script in which `bigscan` is the command under test."""
        define = 'bigscan() { command "$BIGSCAN" $OPTIONS "$@"; }\n'
        variables = {"BIGSCAN": support.BIGSCAN, "OPTIONS": " ".join(self.options)}
        return support.run(["bash", "-c", define + script], env=variables, cwd=self.directory)


@pytest.fixture(params=list(GEOMETRIES.values()), ids=list(GEOMETRIES))
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    """A Box whose command runs in each geometry in turn."""
    yield Box(tmp_path, request.param)


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Box]:
    """A Box that adds no options: for large inputs, and for tests with geometries of their own."""
    yield Box(tmp_path)


def pytest_report_header() -> str:
    return f"bigscan: {support.BIGSCAN}"


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.items and not os.access(support.BIGSCAN, os.X_OK):
        pytest.exit(f"no program at {support.BIGSCAN}: run `make` first, or set BIGSCAN", 2)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Box]:
    """A Box in a directory whose files can be dropped from the page cache."""
    for parent in (tmp_path, Path("/var/tmp"), support.REPOSITORY / "build"):
        if not os.access(parent, os.W_OK):
            continue
        with tempfile.TemporaryDirectory(dir=parent) as name:
            if page_cache.can_drop(Path(name)):
                yield Box(Path(name), ["-p", "2"])
                return
    pytest.skip("no directory whose files can be dropped from the page cache")

"""Names and numbers in place of records: -l -L -c --total -q, and --null."""

from __future__ import annotations

import pytest
import support
from conftest import Box


@pytest.mark.parametrize(
    "options",
    [
        ["-l"], ["-L"], ["-c"], ["-q"], ["-lc"], ["-lq"], ["-lv"], ["-Lv"], ["-l", "--null"],
        ["-L", "--null"], ["-c", "--null"], ["-ch"], ["-lh"], ["-Lm0"], ["-lm0"], ["-cm0"], ["-cm1"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_as_grep(box: Box, options: list[str]) -> None:
    box.file("some", b"a\nb\na\n")
    box.file("none", b"b\n")
    box.file("empty")
    arguments = [*options, "a", "some", "none", "empty"]
    wanted = support.oracle(*arguments, cwd=box.directory)
    box.expect(*arguments, out=wanted.out, status=wanted.status)


def test_total_is_one_number(box: Box) -> None:
    box.file("one", b"a\nb\na\n")
    box.file("two", b"a\n")
    box.expect("--total", "a", "one", "two", out=b"3\n")
    box.expect("--total", "z", "one", "two", out=b"0\n", status=1)

"""What is said on stderr plays with no terminal, wherever its words come from."""

from __future__ import annotations

import re

import pytest
from conftest import Box

ODD = "\x1b[31mX\x07"

ARGUMENTS = [
    [f"--no{ODD}"], [f"--color={ODD}"], [f"--enc{ODD}"], [f"--encoding={ODD}"], [f"--io={ODD}"],
    [f"--chunk-size={ODD}"], [f"-p{ODD}"], ["--by=x", f"--fields={ODD}"],
    [f"--shard={ODD}"], [f"--user={ODD}"], [f"-d{ODD}"], [f"--by={ODD}"], [f"-f{ODD}"],
    [f"--exclude-from={ODD}"], ["--merge", ODD], ["-e", f"({ODD}"],
    ["--fields=csv", f"--by={ODD}"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda words: ascii(" ".join(words)))
def test_messages_escape_control_characters(plain: Box, arguments: list[str]) -> None:
    plain.file("log", b"a\n")
    command = arguments if "--merge" in arguments else [*arguments, "a", "log"]
    result = plain.run(*command)
    assert result.status == 2
    assert result.err.startswith(b"bigscan: ")
    assert b"\x1b" not in result.err and b"\x07" not in result.err
    assert b"\\x1b[31mX" in result.err


def test_a_time_is_quoted_as_well(plain: Box) -> None:
    plain.expect(
        f"--since={ODD}", "a", "log",
        err=re.compile(rb"^bigscan: --since: invalid time '\\033\[31mX\\007'"), status=2,
    )  # fmt: skip


@pytest.mark.parametrize("name", [ODD, f"{ODD}/{ODD}"])
def test_so_do_messages_about_files(plain: Box, name: str) -> None:
    plain.expect(
        "a", name,
        err=b"bigscan: %s: No such file or directory\n"
        % name.replace(ODD, "\\x1b[31mX\\x07").encode(),
        status=2,
    )  # fmt: skip


def test_so_do_records_that_are_quoted(plain: Box) -> None:
    plain.file("log", b"%s\n" % ODD.encode())
    error = plain.run("--fields=combined", "--by=status", "", "log").err
    assert error == (
        b"bigscan: 1 record does not fit the format combined: \"\\x1b[31mX\\x07\"\n"
    )

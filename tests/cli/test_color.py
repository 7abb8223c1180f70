"""Colors: the very bytes of grep."""

from __future__ import annotations

import pytest
import support
from conftest import Box

LOG = b"xaay\nb\n\naa\r\nc"


@pytest.mark.parametrize("colors", ["", "mt=7", "sl=1:cx=2", "rv:sl=1:cx=2", "ne", "ms=:sl=1", "fn=:se="])
@pytest.mark.parametrize(
    "options", [[], ["-n"], ["-nbH"], ["-v"], ["-o"], ["-C1"], ["-vC1"], ["-ovC1"], ["-cH"], ["-l"]],
    ids=" ".join,
)  # fmt: skip
def test_as_grep(plain: Box, colors: str, options: list[str]) -> None:
    plain.file("log", LOG)
    arguments = ["-a", "--color=always", *options, "a+", "log"]
    env = {"GREP_COLORS": colors}
    wanted = support.run(["grep", "-P", *arguments], env=env, cwd=plain.directory)
    for geometry in ([], ["-p3", "--chunk-size", "1"], ["--io", "on", "--chunk-size", "7"]):
        got = support.bigscan(*geometry, *arguments, env=env, cwd=plain.directory)
        assert got == wanted


def test_never(box: Box) -> None:
    box.file("log", LOG)
    box.expect("--color=never", "b", "log", out=b"b\n")
    box.expect("--color=auto", "b", "log", out=b"b\n")


@pytest.mark.parametrize("colors", ["sl=1:cx=2", "rv:sl=1:cx=2"])
@pytest.mark.parametrize("options", [["-v"], ["-nv"], ["-vm1", "-A1"]], ids=" ".join)
def test_without_a_pattern(plain: Box, colors: str, options: list[str]) -> None:
    plain.file("log", LOG)
    arguments = ["-a", "--color=always", *options, "-f", "/dev/null", "log"]
    env = {"GREP_COLORS": colors}
    wanted = support.run(["grep", "-P", *arguments], env=env, cwd=plain.directory)
    assert support.bigscan(*arguments, env=env, cwd=plain.directory) == wanted

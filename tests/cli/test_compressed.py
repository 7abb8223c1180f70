"""Compressed input: each format, however it comes, whatever is wrong with it."""

from __future__ import annotations

import bz2
import functools
import gzip
import lzma
import random
import re
import subprocess
from collections.abc import Callable

import pytest
import support
from conftest import Box

TEXT = b"".join(b"record %d of %d\n" % (i, i * 7919 % 1000) for i in range(20_000))
GREP = subprocess.run(["grep", "-n", "1 of 7"], input=TEXT, capture_output=True).stdout


def by_program(*argv: str) -> Callable[[bytes], bytes]:
    return lambda data: subprocess.run(argv, input=data, capture_output=True, check=True).stdout


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "bgzf": by_program("bgzip", "-c"),
    "zstd": by_program("zstd", "-q", "-c", "--check"),
    "xz": lzma.compress,
    "bzip2": bz2.compress,
    "lz4": by_program("lz4", "-q", "-c", "--content-size"),
}
# What each format calls itself in messages.
NAMES = {name: name for name in COMPRESS} | {"bgzf": "gzip"}


@pytest.fixture(params=list(COMPRESS))
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_file_is_told_by_its_content(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](TEXT))
    box.expect("-n", "1 of 7", "log", out=GREP)


def test_several_files_are_read_in_order(box: Box, kind: str) -> None:
    for name in ("a", "b", "c"):
        box.file(name, COMPRESS[kind](TEXT))
    box.file("d", TEXT)
    lines = GREP.splitlines(keepends=True)
    out = b"".join(name + b":" + line for name in (b"a", b"b", b"c", b"d") for line in lines)
    box.expect("-n", "1 of 7", "a", "b", "c", "d", out=out)


def test_it_comes_by_the_standard_input(box: Box, kind: str) -> None:
    box.expect("-n", "1 of 7", stdin=COMPRESS[kind](TEXT), out=GREP)


def test_members_make_one_text(box: Box, kind: str) -> None:
    compress = COMPRESS[kind]
    cut = TEXT.index(b"ord 5000")
    box.file("log", compress(TEXT[:cut]) + compress(b"") + compress(TEXT[cut:]))
    box.expect("-n", "1 of 7", "log", out=GREP)


def test_no_decompress_takes_the_bytes(box: Box, kind: str) -> None:
    data = COMPRESS[kind](TEXT)
    box.file("log", data)
    box.expect("--no-decompress", "-c", "-a", "(?s)^", "log",
               out=b"%d\n" % (data.count(b"\n") + (not data.endswith(b"\n"))))
    box.expect("--no-decompress", "1 of 7", "log", status=1)


def test_offsets_are_those_of_the_text(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](TEXT))
    out = subprocess.run(["grep", "-bo", "of 77$"], input=TEXT, capture_output=True).stdout
    box.expect("-bo", "of 77$", "log", out=out)


def test_context_and_counts(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](TEXT))
    out = subprocess.run(["grep", "-C2", "of 99$"], input=TEXT, capture_output=True).stdout
    box.expect("-C2", "of 99$", "log", out=out)
    box.expect("-cv", "of 99$", "log", out=b"%d\n" % (20_000 - TEXT.count(b"of 99\n")))


@pytest.mark.parametrize("options", [["-q"], ["-m1"], ["-l"], ["-m3", "-A1"]], ids=" ".join)
def test_what_is_decided_early(box: Box, kind: str, options: list[str]) -> None:
    box.file("log", COMPRESS[kind](TEXT))
    text = subprocess.run(["grep", "--label=log", *options, "of 9"], input=TEXT,
                          capture_output=True).stdout
    box.expect(*options, "of 9", "log", out=text, status=0)


def test_the_encoding_is_that_of_the_text(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind]("\ufeffeins\nzwölf\n".encode("utf-16le")))
    box.expect("zw", "log", out="zwölf\n".encode())


def test_an_empty_text(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](b""))
    box.expect("", "log", status=1)
    box.expect("-c", "", "log", out=b"0\n", status=1)


def test_a_text_without_a_last_newline(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](b"a\nlast"))
    box.expect("last", "log", out=b"last\n")


def test_binary_text(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](TEXT + b"\0binary of 9\n"))
    expected = box.run("--no-decompress", "of 99$", "log")  # the raw bytes are binary as well
    assert expected.status in (0, 1)
    box.file("plain", TEXT + b"\0binary of 9\n")
    plain = box.run("-c", "of 9", "plain")
    box.expect("-c", "of 9", "log", out=plain.out)


def test_a_long_record(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](b"short\n" + b"x" * 3_000_000 + b"end\nlast\n"))
    box.expect("-c", "xend$", "log", out=b"1\n")
    box.expect("-o", "end$|last|short", "log", out=b"short\nend\nlast\n")


def test_what_is_cut_off_is_named_and_the_rest_searched(box: Box, kind: str) -> None:
    data = COMPRESS[kind](TEXT)
    box.file("log", data[: len(data) * 2 // 3])
    box.file("other", b"1 of 7\n")
    result = box.run("-h", "1 of 7", "log", "other")
    assert result.status == 2
    assert result.out.endswith(b"1 of 7\n")
    whole = subprocess.run(["grep", "1 of 7"], input=TEXT, capture_output=True).stdout
    found = result.out[: -len(b"1 of 7\n")]
    # A record that is cut is a record: its end may be missing.
    assert whole.startswith(found.rpartition(b"\n")[0].rpartition(b"\n")[0])
    name = NAMES[kind].encode()
    assert re.fullmatch(rb"bigscan: log: damaged " + name + rb" data at byte \d+ "
                        rb"\(decoded \d+\): unexpected end\n", result.err)


def test_damage_is_named_and_what_is_before_it_searched(box: Box, kind: str) -> None:
    good = COMPRESS[kind](b"1 of 7, before\n")
    bad = bytearray(COMPRESS[kind](TEXT))
    bad[len(bad) // 2] ^= 0x55
    bad[len(bad) // 2 + 1] ^= 0x55
    box.file("log", good + bytes(bad))
    # What a damaged block comes to before its checksum tells may be anything, NULs included.
    result = box.run("-a", "of 7, before", "log")
    assert result.out == b"1 of 7, before\n"
    assert result.status == 2
    assert b"bigscan: log: damaged " + NAMES[kind].encode() + b" data at byte " in result.err


def test_what_follows_that_is_not_compressed_is_named(box: Box, kind: str) -> None:
    box.file("log", COMPRESS[kind](b"one\n") + b"two is not compressed\n")
    result = box.run("o", "log")
    assert (result.out, result.status) == (b"one\n", 2)
    assert result.err.endswith(b"(decoded 4): what follows is not compressed\n")


def test_each_truncation_gives_a_beginning_and_a_message(plain: Box, kind: str) -> None:
    text = TEXT[:2000]
    data = COMPRESS[kind](text)
    for size in range(8, len(data), 7):
        plain.file("log", data[:size])
        result = plain.run("--io", "off", "", "log")
        assert result.status == 2 and b"damaged" in result.err, size
        out = result.out if text.startswith(result.out) else result.out[:-1]
        assert text.startswith(out), size


def test_a_bomb_is_scanned_in_bounded_memory(plain: Box) -> None:
    # 2 GiB of records in 2 MB; --io off decodes them in the worker. Sanitizers take seconds for each
    # member, and without a limit of address space 40 MB show as much as 2 GiB.
    members = 6 if support.SANITIZED else 292
    plain.file("log", gzip.compress(b"record\n" * (1 << 20), 9) * members)
    # Sanitizers reserve address space of their own.
    limit = "" if support.SANITIZED else "ulimit -v 3000000; "
    script = limit + "bigscan -p1 %s -c record log"
    for options in ("--io off", "--io on"):
        assert plain.shell(script % options).out == b"%d\n" % (members << 20)


# --- Files of many members, which are decoded in segments ---


def members(text: bytes, size: int, kind: str) -> bytes:
    """Text that is compressed in members of `size` bytes, whose bounds are anywhere."""
    compress = COMPRESS[kind]
    return b"".join(compress(text[at : at + size]) for at in range(0, len(text), size))


def pzstd(text: bytes, size: int) -> bytes:
    """The same with a skippable frame before each frame, as pzstd writes them."""
    frames = (COMPRESS["zstd"](text[at : at + size]) for at in range(0, len(text), size))
    return b"".join(b"\x50\x2a\x4d\x18\x04\x00\x00\x00" + len(frame).to_bytes(4, "little") + frame
                    for frame in frames)


MANY: dict[str, Callable[[bytes], bytes]] = {
    "bgzf": by_program("bgzip", "-c"),
    "gzip": lambda text: members(text, 20_011, "gzip"),
    "zstd": lambda text: members(text, 50_021, "zstd"),
    "pzstd": lambda text: pzstd(text, 50_021),
    "bzip2": lambda text: bz2.compress(text, 1),
    "bzip2 streams": lambda text: members(text, 130_003, "bzip2"),
    "xz": by_program("xz", "-c", "-0", "--block-size=50021"),
    "xz streams": lambda text: members(text, 130_003, "xz"),
}


@functools.cache
def compressed(kind: str, text: bytes) -> bytes:
    return MANY[kind](text)


@pytest.fixture(params=list(MANY))
def many(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    return functools.partial(compressed, request.param)


# Some records are longer than a member, and many bounds fall into a record.
VARIED = b"".join(
    b"%d " % i + b"x" * (i * i % 97 if i % 701 else 60_000) + b" of %d\n" % (i % 1000)
    for i in range(1, 9_000)
)
SEGMENTS = [["-p", "1"], ["-p", "3"], ["-p", "4", "--chunk-size", "4096"], ["--io", "off", "--chunk-size", "9000"],
            ["--io", "on"]]


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
@pytest.mark.parametrize("arguments", [["-n", "of 7"], ["-c", ""], ["-cv", "of 7"], ["-C1", "of 70$"],
                                       ["-o", "of 99."], ["-b", "of 777"], ["-x", "77 x* of 77"]],
                         ids=" ".join)
def test_segments_are_one_text(plain: Box, many: Callable[[bytes], bytes], options: list[str],
                               arguments: list[str]) -> None:
    plain.file("text", VARIED)
    plain.file("log", many(VARIED))
    expected = plain.run(*arguments, "text")
    assert expected.out
    plain.expect(*options, *arguments, "log", out=expected.out)


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
def test_offsets_of_json_in_segments(plain: Box, many: Callable[[bytes], bytes],
                                     options: list[str]) -> None:
    plain.file("text", VARIED)
    plain.file("log", many(VARIED))
    place = re.compile(rb'"line_number":\d+,"absolute_offset":\d+,"submatches":.*')
    wanted = place.findall(plain.run("--json", "-C1", "of 77", "text").out)
    assert len(wanted) > 100
    assert place.findall(plain.run(*options, "--json", "-C1", "of 77", "log").out) == wanted


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
@pytest.mark.parametrize("at", [0, 1000, 300_000, 402_000])
def test_binary_from_somewhere_on(plain: Box, many: Callable[[bytes], bytes], options: list[str],
                                  at: int) -> None:
    """Which records are shown before a NUL depends on where the text's buffers begin."""
    text = VARIED[:at] + b"\0" + VARIED[at:] + b"\0" + VARIED
    plain.file("log", text)
    expected = plain.run("-n", "of [78]", "log")
    assert b"binary file matches" in expected.err
    plain.file("log", many(text))
    plain.expect(*options, "-n", "of [78]", "log", out=expected.out, err=expected.err, status=0)
    plain.file("log", text)
    count = plain.run("-c", "of [78]", "log").out
    plain.file("log", many(text))
    plain.expect(*options, "-c", "of [78]", "log", out=count)


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
def test_what_only_looks_like_a_member(plain: Box, options: list[str]) -> None:
    """Stored blocks hold what begins members: they are found, and are none."""
    inner = gzip.compress(b"7 of nothing\n" * 5, mtime=0)
    text = b"".join(b"%d of %d\n" % (i, i % 100) + inner.replace(b"\n", b"") + b"\n" for i in range(6000))
    cuts = range(0, len(text), 70_001)
    data = b"".join(gzip.compress(text[cut : cut + 70_001], 0, mtime=0) for cut in cuts)
    plain.file("text", text)
    plain.file("log", data)
    for arguments in (["-ac", "of 7$"], ["-an", "of 77$"], ["-c", "of 7$"]):
        expected = plain.run(*arguments, "text")
        plain.expect(*options, *arguments, "log", out=expected.out)


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
def test_segments_behind_a_damage_are_not_scanned(plain: Box, many: Callable[[bytes], bytes],
                                                  options: list[str]) -> None:
    data = bytearray(many(VARIED))
    middle = len(data) // 2
    for at in range(middle, middle + 40):
        data[at] ^= 0xA5
    plain.file("log", bytes(data))
    result = plain.run(*options, "-a", "of [78]", "log")
    whole = plain.run("--io", "on", "-a", "of [78]", "log")
    assert (result.status, result.out) == (2, whole.out)
    # Of a block of bzip2, how much comes out before the damage shows depends on the size that the
    # stream's header gives.
    place = re.compile(rb"(bzip2 data at byte) \d+ \(decoded \d+\)")
    assert place.sub(rb"\1", result.err) == place.sub(rb"\1", whole.err)
    assert result.err.count(b"\n") == 1


def test_segments_of_a_file_that_is_cut_short(plain: Box, many: Callable[[bytes], bytes]) -> None:
    data = many(VARIED)
    for at in random.Random(len(data)).sample(range(9, len(data)), 8):
        plain.file("log", data[:at])
        whole = plain.run("--io", "on", "-n", "of 7", "log")
        for options in SEGMENTS:
            result = plain.run(*options, "-n", "of 7", "log")
            assert (result.status, result.out) == (whole.status, whole.out), (options, at)
            assert result.err.count(b"\n") == whole.err.count(b"\n"), (options, at)


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
def test_members_of_utf16(plain: Box, options: list[str]) -> None:
    text = "".join(f"Straße {i}\n" for i in range(60_000))
    plain.file("log", members("\ufeff".encode("utf-16le") + text.encode("utf-16le"), 30_001, "gzip"))
    lines = [line for line in text.splitlines(keepends=True) if "777" in line]
    plain.expect(*options, "777", "log", out="".join(lines).encode())


@pytest.mark.parametrize("options", SEGMENTS, ids=" ".join)
@pytest.mark.parametrize("zeros", [1, 7, 8, 512, 40_000])
def test_zeros_behind_members_and_between_them(plain: Box, many: Callable[[bytes], bytes],
                                               options: list[str], zeros: int) -> None:
    plain.file("text", VARIED * 2)
    expected = plain.run("-n", "of 7", "text").out
    padding = bytes(zeros)
    plain.file("log", many(VARIED) + padding + many(VARIED) + padding)
    plain.expect(*options, "-n", "of 7", "log", out=expected)


@pytest.mark.parametrize("kind", ["zstd", "lz4", "gzip"])
def test_what_is_before_a_wrong_checksum_is_searched(plain: Box, kind: str) -> None:
    data = bytearray(COMPRESS[kind](TEXT * 5))
    data[-8 if kind == "gzip" else -4] ^= 0x55
    plain.file("log", bytes(data))
    for options in (["-p1"], ["-p2"], ["--io", "on"], ["--io", "off", "-p3"]):
        result = plain.run(*options, "-c", "", "log")
        assert (result.status, result.out) == (2, b"100000\n"), options
        assert b"damaged" in result.err


@pytest.mark.parametrize("stage", ["map", "send"])
def test_a_worker_dies_in_a_segment(plain: Box, many: Callable[[bytes], bytes], stage: str) -> None:
    plain.file("text", VARIED)
    plain.file("log", many(VARIED))
    expected = plain.run("-n", "of 7", "text").out
    for number in range(0, 12, 3):
        result = plain.shell(f"BIGSCAN_TEST_DIE={stage}:{number}:9:1 "
                             "bigscan -p3 --chunk-size 9000 -n 'of 7' log 2>&1")
        assert result.out == expected

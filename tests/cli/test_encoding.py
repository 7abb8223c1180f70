"""--encoding: input that is not UTF-8 is decoded first. The oracle is iconv, then grep."""

from __future__ import annotations

import pytest
import support
from conftest import Box

TEXT = "one caf\u00e9\ntwo na\u00efve \u20ac\nthree \U0001f600 smile\nfour\n"
BOM16 = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
REPLACEMENT = "\ufffd".encode()


@pytest.mark.parametrize("codec", BOM16)
def test_a_byte_order_mark_is_recognised(box: Box, codec: str) -> None:
    box.file("log", BOM16[codec] + TEXT.encode(codec))
    box.expect("-n", "o", "log", out="1:one caf\u00e9\n2:two na\u00efve \u20ac\n4:four\n".encode())
    box.expect("-c", "^one", "log", out=b"1\n")
    box.expect("-F", "\U0001f600", "log", out="three \U0001f600 smile\n".encode())


@pytest.mark.parametrize("codec", BOM16)
def test_a_byte_order_mark_on_a_pipe(box: Box, codec: str) -> None:
    data = BOM16[codec] + TEXT.encode(codec)
    box.expect("-n", "four", stdin=data, out=b"4:four\n")


def test_a_byte_order_mark_that_comes_in_pieces(box: Box) -> None:
    script = r"(printf '\xff'; sleep .1; printf '\xfea\0'; sleep .1; printf '\n\0') | bigscan -n a"
    assert box.shell(script).out == b"1:a\n"


def test_plain_text_that_comes_in_pieces_is_not_waited_for(plain: Box) -> None:
    script = r"""timeout 2 "$BIGSCAN" -m1 a < <(printf 'a\n'; exec sleep 3)"""
    assert plain.shell(script) == support.Result(0, b"a\n", b"")


def test_half_a_byte_order_mark(box: Box) -> None:
    box.expect("-c", "", stdin=b"\xff", out=b"1\n")
    box.file("log", b"\xff")
    box.expect("-c", "", "log", out=b"1\n")


@pytest.mark.parametrize("bom", BOM16.values())
def test_nothing_but_a_byte_order_mark(box: Box, bom: bytes) -> None:
    box.file("log", bom)
    box.expect("-c", "", "log", out=b"0\n", status=1)


def test_the_mark_of_utf_8_stays_as_in_grep(box: Box) -> None:
    box.file("log", b"\xef\xbb\xbfone\n")
    box.expect("one", "log", out=b"\xef\xbb\xbfone\n")
    box.expect("^one", "log")


def test_none_takes_the_bytes(box: Box) -> None:
    box.file("log", b"\xff\xfea\0\n\0")
    box.expect("-c", "--encoding=none", "-a", r"^\xff\xfea\x00$", "log", out=b"1\n")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("utf-16", "utf-16-le"), ("UTF-16LE", "utf-16-le"), ("utf-16be", "utf-16-be"),
        ("latin1", "latin-1"), ("iso-8859-1", "latin-1"), ("windows-1252", "cp1252"),
        ("koi8-r", "koi8-r"), ("euc-jp", "euc-jp"), ("shift_jis", "shift-jis"), ("gbk", "gbk"),
        ("utf-32le", "utf-32-le"), ("iso-2022-jp", "iso2022-jp"),
    ],
)  # fmt: skip
def test_labels(box: Box, label: str, codec: str) -> None:
    text = "".join(
        line
        for line in [
            "plain\n", "caf\u00e9\n", "\u20ac uro\n", "\u043f\u0440\u0438\n", "\u65e5\u672c\n",
            "end",
        ]  # fmt: skip
        if can_encode(line, codec)
    )
    box.file("log", text.encode(codec))
    decoded = support.run(["iconv", "-f", label, "-t", "utf-8"], stdin=text.encode(codec)).out
    assert decoded == text.encode()
    wanted = support.run(["grep", "-n", ""], stdin=decoded).out
    box.expect("-n", "--encoding", label, "", "log", out=wanted)
    box.expect("-n", "--encoding", label, "", stdin=text.encode(codec), out=wanted)


def can_encode(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize("label", ["nonsense", "", "utf-8//TRANSLIT", "a,b"])
def test_an_unknown_label_is_named(plain: Box, label: str) -> None:
    result = plain.run("--encoding", label, "a")
    assert (result.status, result.out) == (2, b"")
    assert b"unknown encoding '%s'" % label.encode() in result.err


@pytest.mark.parametrize("label", ["latin1", "utf-16be"])
def test_a_byte_order_mark_outdoes_the_label(box: Box, label: str) -> None:
    box.file("log", b"\xff\xfea\0\n\0")
    box.expect("--encoding", label, "^a$", "log", out=b"a\n")


# What is not text in the encoding.


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"\xff\xfea\0\n", b"a" + REPLACEMENT + b"\n"),  # Half a unit at the end.
        (b"\xff\xfea\0\x00\xd8\n\0", b"a" + REPLACEMENT + b"\n"),  # A high surrogate alone,
        (b"\xff\xfea\0\x00\xdc\n\0", b"a" + REPLACEMENT + b"\n"),  # a low one,
        (b"\xff\xfea\0\x00\xd8", b"a" + REPLACEMENT + b"\n"),  # and one at the end.
    ],
)
def test_what_is_wrong_in_utf_16(box: Box, data: bytes, wanted: bytes) -> None:
    box.file("log", data)
    box.expect("a", "log", out=wanted)


def test_what_is_wrong_in_another_encoding(box: Box) -> None:
    box.expect(
        "--encoding=euc-jp", "a", stdin=b"a\xff\nb\na\xa4", out=b"a" + REPLACEMENT + b"\na"
        + REPLACEMENT + b"\n",
    )  # fmt: skip


def test_random_bytes_come_to_an_end(plain: Box) -> None:
    data = bytes(range(256)) * 2000
    for label in ["utf-16", "utf-16be", "shift_jis", "iso-2022-jp", "utf-7", "utf-32", "gb18030"]:
        result = plain.run("-c", "--encoding", label, "", stdin=data)
        assert result.status in (0, 1) and result.err == b""


# A stream that is decoded is a stream like any other.


def large_utf16() -> bytes:
    return b"\xff\xfe" + support.sample_log(20_000).decode().encode("utf-16-le")


@pytest.mark.parametrize("die", ["feed:0:9:1", "feed:1:9:1", "map:1:11:1", "send:2:9:1"])
def test_a_death_does_not_show(plain: Box, die: str) -> None:
    plain.file("log", large_utf16())
    result = support.bigscan(
        "-p", "2", "-n", "needle", "log", cwd=plain.directory, env={"BIGSCAN_TEST_DIE": die}
    )
    wanted = support.run(["grep", "-n", "needle"], stdin=support.sample_log(20_000))
    assert (result.status, result.err) == (0, b"")
    assert not support.difference(result.out, wanted.out)


def test_encoded_files_among_others(box: Box) -> None:
    for number in range(12):
        text = f"a{number}\n"
        box.file(
            f"f{number:02}", text.encode() if number % 3 else b"\xfe\xff" + text.encode("utf-16-be")
        )
    wanted = b"".join(b"f%02d:a%d\n" % (number, number) for number in range(12))
    box.expect("-r", "a", out=wanted)


def test_standard_input_from_a_file_at_an_offset(box: Box) -> None:
    path = box.file("log", b"xx\xff\xfea\0\n\0")
    with open(path, "rb") as stdin:
        stdin.seek(2)
        box.expect("^a", stdin=stdin.fileno(), out=b"a\n")

"""JSON Lines (--json), as ripgrep prints them."""

from __future__ import annotations

import re

from conftest import Box

TIME = re.compile(rb'\{[^{}]*"human"[^{}]*\}')


def messages(out: bytes) -> list[bytes]:
    """The lines, without the times."""
    return TIME.sub(b"TIME", out).splitlines()


def test_messages(box: Box) -> None:
    box.file("log", b"foo bar\nbaz\nfoofoo\n\xff foo")
    result = box.run("--json", "foo", "log")
    assert messages(result.out) == [
        b'{"type":"begin","data":{"path":{"text":"log"}}}',
        b'{"type":"match","data":{"path":{"text":"log"},"lines":{"text":"foo bar\\n"},'
        b'"line_number":1,"absolute_offset":0,'
        b'"submatches":[{"match":{"text":"foo"},"start":0,"end":3}]}}',
        b'{"type":"match","data":{"path":{"text":"log"},"lines":{"text":"foofoo\\n"},'
        b'"line_number":3,"absolute_offset":12,'
        b'"submatches":[{"match":{"text":"foo"},"start":0,"end":3},'
        b'{"match":{"text":"foo"},"start":3,"end":6}]}}',
        b'{"type":"match","data":{"path":{"text":"log"},"lines":{"bytes":"/yBmb28="},'
        b'"line_number":4,"absolute_offset":19,'
        b'"submatches":[{"match":{"text":"foo"},"start":2,"end":5}]}}',
        b'{"type":"end","data":{"path":{"text":"log"},"binary_offset":null,"stats":'
        b'{"elapsed":TIME,"searches":1,"searches_with_match":1,"bytes_searched":24,'
        b'"bytes_printed":605,"matched_lines":3,"matches":4}}}',
        b'{"data":{"elapsed_total":TIME,"stats":{"bytes_printed":605,"bytes_searched":24,'
        b'"elapsed":TIME,"matched_lines":3,"matches":4,"searches":1,"searches_with_match":1}},'
        b'"type":"summary"}',
    ]
    assert result.status == 0


def kinds(out: bytes) -> list[bytes]:
    return re.findall(rb'"type":"(\w+)"', out)


def test_context_is_marked(box: Box) -> None:
    box.file("log", b"1\n2\na\n4\n")
    result = box.run("--json", "-C1", "a", "log")
    assert kinds(result.out) == [b"begin", b"context", b"match", b"context", b"end", b"summary"]


def test_nothing_of_a_file_without_a_match(box: Box) -> None:
    box.file("log", b"b\n")
    result = box.run("--json", "a", "log")
    assert kinds(result.out) == [b"summary"]
    assert result.status == 1


def test_the_standard_input_has_ripgreps_name(box: Box) -> None:
    out = box.run("--json", "a", stdin=b"a\n").out
    assert messages(out)[0] == b'{"type":"begin","data":{"path":{"text":"<stdin>"}}}'


def test_bytes_searched_end_with_the_last_record_that_counts(box: Box) -> None:
    box.file("log", b"a 1\nb\na 2\nb\na 3\n" + b"c\n" * 1000)
    for options, searched in (("-m2", 10), ("-m1", 4), ("-m2 -A1", 12), ("-m4", 2016), ("-m0", 0)):
        result = box.run("--json", *options.split(), "a", "log")
        assert set(re.findall(rb'"bytes_searched":(\d+)', result.out)) == {b"%d" % searched}, options


def test_quiet_leaves_the_summary(box: Box) -> None:
    box.file("log", b"foo\nbar\nfoofoo\n")
    result = box.run("--json", "-q", "foo", "log", "none")
    assert messages(result.out) == [
        b'{"data":{"elapsed_total":TIME,"stats":{"bytes_printed":0,"bytes_searched":15,'
        b'"elapsed":TIME,"matched_lines":2,"matches":3,"searches":1,"searches_with_match":1}},'
        b'"type":"summary"}'
    ]
    assert result.status == 0
    assert kinds(box.run("--json", "-q", "z", "log").out) == [b"summary"]
    assert box.run("--json", "-q", "z", "log").status == 1


def test_what_is_hidden_as_binary_is_not_among_the_lines(box: Box) -> None:
    """However much of it had been searched when the NUL was found. Of a large file, what stands before is printed."""
    lines = [b"foo %d\n" % number for number in range(20_000)]
    outputs = set()
    for nul in (100, 15_000):
        box.file("log", b"".join([*lines[:nul], b"foo \0\n", *lines[nul:]]))
        for size in ("64", "1000", "30000", "1M"):
            result = box.run("--json", "--chunk-size", size, "foo", "log")
            assert result.status == 0
            printed = kinds(result.out).count(b"match")
            assert (printed > 0) == (nul > 10_000)
            last = messages(result.out)[-1]
            assert b'"matched_lines":%d,"matches":%d,"searches":1,"searches_with_match":1}' % (printed, printed) in last
            outputs.add((nul, b"\n".join(messages(result.out))))
    assert len(outputs) == 2

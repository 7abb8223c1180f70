"""--config: options from a file, and several named jobs that one scan serves."""

from __future__ import annotations

import random
import subprocess

import pytest
from conftest import Box
from support import Argument

LINES = [
    b'10.0.0.%d - %s [27/Nov/2026:%02d:%02d:%02d +0000] "GET /%d HTTP/1.1" %d %d "-" "x"\n'
    % (n % 7, [b"ann", b"bob", b"eve"][n % 3], n // 60 % 24, n % 60, n * 7 % 60, n % 5, [200, 404, 500][n * n % 3], n)
    for n in range(600)
]  # fmt: skip
LOG = b"".join(LINES)

# Each as the options of a command, and as lines of a section.
JOBS: dict[str, list[str]] = {
    "records": ["regexp=ann"],
    "context": ["regexp=bob.* 404 ", "after-context=1", "line-number"],
    "inverted": ["fixed-strings", "regexp=eve", "invert-match", "byte-offset"],
    "matches": ["regexp=\\d+ \\d+ \"-\"", "only-matching"],
    "few": ["regexp=404", "max-count=3"],
    "names": ["regexp=ann", "files-with-matches"],
    "count": ["regexp=ANN", "ignore-case", "count"],
    "total": ["regexp=ann", "total"],
    "tally": ["regexp=ann", "regexp=404", "tally"],
    "errors": ["fields=combined", "regexp=\" (?:404|500) ", "every=1h", "by=status", "format=tsv"],
    "users": ["fields=combined", "by=user", "agg=count,sum(bytes),p90(bytes)", "sort=sum(bytes)", "top=2"],
    "range": ["since=2026-11-27T03:00", "until=2026-11-27T05:00", "regexp="],
    "groups-of-range": ["fields=combined", "since=2026-11-27T04:00", "by=ip", "format=json"],
    "json": ["regexp=bob", "json"],
}  # fmt: skip


def section(name: str, output: str | None = None) -> str:
    lines = [f"[job {name}]", *JOBS[name]]
    return "\n".join([*lines, *([f"output = {output}"] if output else []), ""])


def without_times(text: bytes) -> bytes:
    return b"\n".join(line for line in text.splitlines() if b"elapsed" not in line)


@pytest.mark.parametrize(
    "options",
    [["-p1"], ["-p3", "--chunk-size=7"], ["-p2", "--io=on", "--chunk-size=100"]],
    ids=["whole", "tiny-chunks", "feeder"],
)
def test_each_job_is_as_a_scan_of_its_own(plain: Box, options: list[Argument]) -> None:
    plain.file("a.log", b"".join(LINES[:300]))
    plain.file("b.log", b"".join(LINES[300:]))
    plain.file("c.log", b"")
    files = ["a.log", "b.log", "c.log"]
    plain.file("c.conf", "\n".join(section(name, f"{name}.out") for name in JOBS).encode())
    result = plain.run(*options, "--config", "c.conf", *files)
    assert (result.status, result.out, result.err) == (0, b"", b"")
    for name, job in JOBS.items():
        alone = plain.run("-p1", *(f"--{option}" for option in job), *files)
        assert alone.status == 0, alone.err
        got = (plain.directory / f"{name}.out").read_bytes()
        assert without_times(got) == without_times(alone.out), name


def test_random_sets_of_jobs_and_ranges_of_time(plain: Box) -> None:
    rng = random.Random(5)
    plain.file("a.log", LOG)
    for _ in range(12):
        names = rng.sample(sorted(JOBS), rng.randint(1, 5))
        plain.file("c.conf", "\n".join(section(name, f"{name}.out") for name in names).encode())
        result = plain.run(f"-p{rng.randint(1, 3)}", f"--chunk-size={rng.choice([3, 50, 4096])}",
                         "--config", "c.conf", "a.log")  # fmt: skip
        assert result.status == 0 and result.err == b""
        for name in names:
            alone = plain.run(*(f"--{option}" for option in JOBS[name]), "a.log")
            got = (plain.directory / f"{name}.out").read_bytes()
            assert without_times(got) == without_times(alone.out), (names, name)


def test_streams_and_compressed_files_serve_all_jobs(box: Box) -> None:
    subprocess.run(["gzip", "-k", box.file("a.log", LOG)], check=True)
    names = [name for name in JOBS if name not in ("json", "names")]
    box.file("c.conf", "\n".join(section(name, f"{name}.out") for name in names).encode())
    alone = {name: box.run(*(f"--{option}" for option in JOBS[name]), "a.log").out for name in names}
    for arguments, stdin in [(["-"], LOG), (["a.log.gz"], None)]:
        result = box.run("-p2", "--config", "c.conf", *arguments, stdin=stdin)
        assert (result.status, result.err) == (0, b"")
        for name in names:
            assert (box.directory / f"{name}.out").read_bytes() == alone[name], name


def test_jobs_without_an_output_stand_below_one_another(box: Box) -> None:
    box.file("a.log", LOG)
    box.file("c.conf", "\n".join(map(section, ["total", "users", "tally"])).encode())
    result = box.run("--config", "c.conf", "a.log")
    expected = [
        b"[%s]\n" % name.encode() + box.run(*(f"--{o}" for o in JOBS[name]), "a.log").out
        for name in ["total", "users", "tally"]
    ]
    assert (result.status, result.out) == (0, b"\n".join(expected))


def test_jobs_that_read_the_same_records_share_what_they_find(plain: Box) -> None:
    odd = b"no record of the format\n"
    plain.file("a.log", odd + b"".join(LINES[:200]) + odd + b"".join(LINES[200:]))
    jobs = {
        "a": ["by=status"],
        "b": ["by=user,ip", "agg=sum(bytes),distinct(path)"],
        "c": ["every=1h", "agg=count,max(bytes)"],
        "d": ["by=path", "since=2026-11-27T04:00", "agg=mean(bytes)"],
        "e": ["by=status,x", "regexp=GET /(?<x>[0-2])"],
        "f": ["by=x,method", "regexp=GET /(?<x>[0-2])", "agg=sum(x),p50(bytes)"],
        "g": ["by=pattern,y", "regexp=(?<y>ann)", "regexp=(?<y>404|500)"],
        "h": ["by=y,user", "regexp=(?<y>ann)", "regexp=(?<y>404|500)"],
    }
    sections = [
        "\n".join([f"[job {name}]", *lines, f"output={name}.out", ""]) for name, lines in jobs.items()
    ]
    plain.file("c.conf", ("fields = combined\n" + "".join(sections)).encode())
    for options in (["-p1"], ["-p3", "--chunk-size=1"], ["-p2", "--chunk-size=999", "--io=on"]):
        result = plain.run(*options, "--config", "c.conf", "a.log")
        assert result.status == 0
        for name, lines in jobs.items():
            alone = plain.run("--fields=combined", *(f"--{line}" for line in lines), "a.log")
            assert (plain.directory / f"{name}.out").read_bytes() == alone.out, name
            assert all(line in result.err for line in alone.err.splitlines())


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", b'{"user":"ann","n":1}\n{"user":"b\\"ob","n":22}\n{"user":"ann"}\n'),
        ("csv", b'user,n\n"a""n",1\n"bo""b",22\n"a""n",3\n'),
        ("logfmt", b'user="a\\"n" n=1\nuser="b\\"ob" n=22\nuser="a\\"n"\n'),
    ],
)
def test_shared_values_that_are_unescaped(plain: Box, form: str, text: bytes) -> None:
    plain.file("a.log", text + text[text.index(b"\n") + 1 :] * 50)
    plain.file("c.conf", f"fields={form}\n[job x]\nby=user\n[job y]\nby=user\nagg=sum(n)\n".encode())
    alone = [plain.run(f"--fields={form}", "--by=user", "a.log").out,
             plain.run(f"--fields={form}", "--by=user", "--agg=sum(n)", "a.log").out]  # fmt: skip
    for options in (["-p1"], ["-p2", "--chunk-size=5"]):
        result = plain.run(*options, "--config", "c.conf", "a.log")
        assert result.out == b"[x]\n" + alone[0] + b"\n[y]\n" + alone[1]


def test_one_job_may_print_while_it_scans(box: Box) -> None:
    box.file("a.log", LOG)
    box.file("c.conf", (section("records") + section("users", "users.out")).encode())
    result = box.run("--config", "c.conf", "a.log")
    assert result.out == box.run("ann", "a.log").out
    assert (box.directory / "users.out").read_bytes()


def test_options_alone_and_what_outdoes_what(box: Box) -> None:
    box.file("a.log", b"one\ntwo\nONE\n")
    box.file("b.log", b"one two\n")
    box.file("c.conf", b"# a comment\n; another\n\n  regexp = one \ncount = no\nline-number\nignore-case=true\n"
             b"input=a.log\n")  # fmt: skip
    assert box.run("--config", "c.conf").out == b"1:one\n3:ONE\n"
    assert box.run("--config=c.conf", "b.log").out == b"1:one two\n"
    assert box.run("--config=c.conf", "-e", "two").out == b"2:two\n"
    assert box.run("--config=c.conf", "--no-ignore-case").out == b"1:one\n"
    assert box.run("--config=c.conf", "-c").out == b"2\n"
    box.file("c.conf", b"input=a.log\nline-number\n")
    assert box.run("--config", "c.conf", "two").out == b"2:two\n"
    box.file("c.conf", b'regexp = " two"\n')
    assert box.run("--config", "c.conf", "b.log").out == b"one two\n"
    box.file("c.conf", b"regexp = two#\n")
    assert box.run("--config", "c.conf", "b.log").status == 1
    assert box.run("--config", "-", "b.log", stdin=b"regexp=two").out == b"one two\n"


def test_what_stands_before_the_jobs_goes_for_all(box: Box) -> None:
    box.file("a.log", LOG)
    box.file("c.conf", b"fields = combined\nregexp = ann\ntop = 1\ninput = a.log\n"
             b"[job a]\nby = user\n[job b]\nby = status\nregexp = bob\n[job c]\ntotal\n")  # fmt: skip
    result = box.run("--config", "c.conf")
    assert result.out.splitlines()[2].split() == [b"ann", b"200"]
    assert result.out.splitlines()[6].split()[0] in (b"200", b"404", b"500")
    assert result.out.splitlines()[9] == b"200"
    only_eve = box.run("--config", "c.conf", "-e", "eve")
    assert only_eve.out.splitlines()[2].split() == [b"eve", b"200"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("regexp=a\ncuont\n", "c.conf:2: unknown option 'cuont'"),
        ("cou\n", "c.conf:1: unknown option 'cou'"),
        ("\n\nby=1\nregexp=a\n", "c.conf:3: no pattern has a group 1"),
        ("regexp=a\nchunk-size = 0\n", "c.conf:2: invalid chunk size '0'"),
        ("regexp=a\ncount = 3\n", "c.conf:2: 'count' takes no argument, but true or false"),
        ("[job a]\nregexp=a\nprocesses=2\n", "c.conf:3: 'processes' goes for all jobs"),
        ("[job a]\nregexp=a\ninput=x\n", "c.conf:3: 'input' goes for all jobs"),
        ("[jobs]\n", "c.conf:1: '[jobs]': a section is [job NAME]"),
        ("[job ]\n", "c.conf:1: '[job ]': a section is [job NAME]"),
        ("[joba]\n", "c.conf:1: '[joba]': a section is [job NAME]"),
        ("[job a]\nregexp=a\n[job a]\nregexp=b\n", "c.conf:3: job a is named twice"),
        ("\n[job a]\ncount\n", "c.conf:2: job a: no pattern given"),
        ("[job a]\nregexp=a\n[job b]\nregexp=b\n", "c.conf:3: job b and job a both print"),
        ("[job a]\nregexp=a\noutput=o\n[job b]\nregexp=b\noutput=o\n", "c.conf:4: job b has the output of"),
        ("[job a]\nregexp=a\noutput=o\n[job b]\nregexp=b\noutput=./o\n", "c.conf:4: job b has the output of"),
        ("[job a]\nregexp=a\nwith-filename\n", "c.conf:3: 'with-filename' goes for all jobs"),
        ("config=d.conf\n", "c.conf:1: 'config' can not stand in a configuration file"),
        ("fields=combined\n[job a]\nby=stauts\n", "c.conf:3: 'stauts' is no field of combined"),
        ("regexp=a\n=b\n", "c.conf:2: '' can not stand"),
        ("regexp=a\nregexp=b(\nregexp=c(\n", "c.conf:2: invalid pattern 'b('"),
        ("[job a]\nregexp=a\noutput=o\n[job b]\nregexp=[\n", "c.conf:5: invalid pattern '['"),
        ("file=words\n", "c.conf:1: words:2: invalid pattern '('"),
        ("regexp=a\nregexp=b\nregexp=in\ncolor=bad\n", "c.conf:4: invalid color mode 'bad'"),
        ("\ufeffregexp=a\ncuont\n", "c.conf:2: unknown option 'cuont'"),
        ("regexp\n", "c.conf:1: the required argument for option '--regexp' is missing\n"),
        ("[job a]\nregexp=a\nregexp=(\ncount\n", "c.conf:3: invalid pattern '(': missing closing parenthesis"),
        ("regexp=ok\n[job a]\nregexp=a\ntotal\n[job b]\ntotal\nunicode\nregexp=\\xzz[\n", "c.conf:8: invalid pattern"),
        ("word-regexp\nregexp=)\n", "c.conf:2: invalid pattern ')': unmatched closing parenthesis at index 0"),
        ("[job a]\nregexp=a\noutput=nowhere/a\n", "c.conf:3: nowhere/a: No such file or directory\n"),
        ("\nuser=nosuchuser\nregexp=a\n", "c.conf:2: --user: "),
        ("\nstate=s\n[job a]\nregexp=a\ntotal\n[job b]\nregexp=a\ntotal\n", "c.conf:2: --state goes with one job"),
        ("# \0\nregexp=a\0b\n", "c.conf:2: a NUL, which no option can hold\n"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(plain: Box, text: str, message: str) -> None:
    plain.file("a.log", LOG)
    plain.file("words", b"a\n(\n")
    plain.file("c.conf", text.encode())
    result = plain.run("--config", "c.conf", "a.log")
    assert (result.status, result.out) == (2, b"")
    assert result.err.startswith(b"bigscan: " + message.encode()), result.err
    # One line: what --help tells is no matter of a file.
    assert result.err.count(b"\n") == 1


def test_a_mistake_on_the_command_line_is_none_of_the_file(plain: Box) -> None:
    plain.file("a.log", LOG)
    plain.file("c.conf", b"regexp=a\n[job a]\ncount\n")
    for mistake, message in (("--regexp=(", b"invalid pattern '('"), ("--top=3", b"--top goes with --by")):
        result = plain.run("--config", "c.conf", mistake, "a.log")
        assert (result.status, result.out) == (2, b"")
        assert result.err.startswith(b"bigscan: " + message), result.err


def test_an_optional_value_may_be_left_out_as_on_the_command_line(plain: Box) -> None:
    plain.file("a.log", LOG)
    plain.file("c.conf", b"regexp=ann\ncolor\nprogress\npin\nprocesses=1\n")
    result = plain.run("--config", "c.conf", "--total", "a.log")
    assert (result.status, result.out, result.err) == (0, b"200\n", b"")


def test_a_mistake_among_many_patterns_is_found(plain: Box) -> None:
    plain.file("c.conf", b"regexp=a\n" * 1000 + b"color=bad\n" + b"regexp=b\n" * 1000)
    result = plain.run("--config", "c.conf", "a.log")
    assert result.status == 2
    assert result.err.startswith(b"bigscan: c.conf:1001: invalid color mode 'bad'")


def test_what_is_too_large_for_a_configuration_is_told(plain: Box) -> None:
    result = plain.run("--config", "/dev/zero", "a.log")
    assert (result.status, result.err) == (2, b"bigscan: /dev/zero: File too large\n")


def test_a_missing_file_is_told(plain: Box) -> None:
    result = plain.run("--config", "nowhere.conf", "a.log")
    assert (result.status, result.err) == (2, b"bigscan: nowhere.conf: No such file or directory\n")


def test_the_status_is_of_all_jobs(box: Box) -> None:
    box.file("a.log", LOG)
    box.file("c.conf", b"[job a]\nregexp=nowhere\noutput=a.out\n[job b]\nregexp=ann\noutput=b.out\n")
    assert box.run("--config", "c.conf", "a.log").status == 0
    box.file("c.conf", b"[job a]\nregexp=nowhere\noutput=a.out\n[job b]\nregexp=no\noutput=b.out\n")
    assert box.run("--config", "c.conf", "a.log").status == 1
    result = box.run("--config", "c.conf", "a.log", "missing")
    assert (result.status, result.err) == (2, b"bigscan: missing: No such file or directory\n")


def test_statistics_name_the_plan_of_each_job(box: Box) -> None:
    box.file("a.log", LOG)
    box.file("c.conf", b"[job a]\nregexp=ann\ntotal\n[job b]\nregexp=(a)\\1\ntotal\n")
    result = box.run("--config", "c.conf", "--stats", "a.log")
    assert b"plan        a: " in result.err and b", b: " in result.err

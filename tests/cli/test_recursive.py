"""-r, -R, and which files are read: grep's rules, in the order of names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import support
from conftest import Box
from support import Result


@pytest.fixture
def tree(box: Box) -> Box:
    """A tree with something of everything in it. Each file holds one record, which says where."""
    for name in [
        "d/f1.log", "d/f2.txt", "d/sub/f1.log", "d/sub/deep/g", "d/sub-2/x", "d/.hid/h",
        "e/x/y", "foo/f", "top.log", ".dot",
    ]:  # fmt: skip
        (box.directory / name).parent.mkdir(parents=True, exist_ok=True)
        box.file(name, b"a in %s\n" % name.encode())
    box.file("d/empty")
    box.file("d/other", b"b\n")
    for name, target in {
        "d/linkdir": "../e", "d/linkfile": "../top.log", "d/dangle": "nowhere", "e/up": "..",
        "dl": "d",
    }.items():  # fmt: skip
        (box.directory / name).symlink_to(target)
    return box


def oracle(box: Box, *arguments: str) -> Result:
    """What grep says, sorted, under our name: it takes the files as the file system has them."""
    result = support.run(["grep", "-a", *arguments], cwd=box.directory)
    return sorted_lines(
        Result(result.status, result.out, result.err.replace(b"grep: ", b"bigscan: "))
    )


def sorted_lines(result: Result) -> Result:
    out, err = (b"".join(sorted(part.splitlines(True))) for part in (result.out, result.err))
    return Result(result.status, out, err)


# Words of the command line behind the pattern, and options before it.
CASES = [
    "-d skip a d top.log", "-d recurse a d", "-d read a d", "-r -d read a d", "-d skip -r a d",
    "-R -d recurse a d", "-D skip a top.log d/linkfile", "-D read -r a d", "--directories=skip a d",
    "-drecurse a", "-d skip a", "-E a top.log", "-y A top.log", "-Fy A top.log", "-Ed skip a d e",
    "-r a d", "-r a", "-r a .", "-r a d/", "-r a d//", "-r a ./d", "-rh a d", "-rH a top.log",
    "-r a top.log", "-r a top.log d", "-rc a d", "-rn a d e", "-r a dl", "-r a dl/", "a d",
    "a d top.log", "-s a d", "-rs a d gone", "-r a d gone", "-rm1 a d e", "-rq a d", "-rq zz d",
    "-rl a d", "-rL a d", "-Rl a e d", "-rb a d", "-c a top.log top.log", "-r a d d", "-rc a d/empty", "-rc a d/empty d/f1.log",
    # Names.
    "-r --include=*.log a", "-r --include=*.log a d", "-r --exclude=*.log a d",
    "-r --exclude=f1.log a d top.log", "-r --exclude=f* --include=f1* a d",
    "-r --include=f* --exclude=f1* a d", "-r --include=f1* --exclude=*.log a d",
    "-r --include=.* a", "-r --exclude=sub a d", "-r --exclude=[f]1.log a d",
    r"-r --exclude=\f1.log a d", "-r --exclude=d/f1.log a d",
    "--exclude=top* a top.log d/f1.log", "--exclude=f1.log a d/f1.log top.log",
    "--exclude=d/f1.log a d/f1.log d/sub/f1.log", "--include=*.txt a d/f1.log d/f2.txt",
    "--exclude=d/* a d/f1.log", "--exclude=/f1.log a d/f1.log d//f1.log",
    "--exclude=*1.log a d//f1.log", "-r --exclude=* a -", "-r --exclude-from=globs a d",
    # Directories.
    "-r --exclude-dir=sub a d", "-r --exclude-dir=d a d", "-r --exclude-dir=d a d/",
    "-r --exclude-dir=d/ a d", "-r --exclude-dir=. a", "-r --exclude-dir=. a .",
    "-r --exclude-dir=* a", "-r --exclude-dir=* a d", "-r --exclude-dir=d/sub a d",
    "-r --exclude-dir=s* a d", "-r --exclude-dir=.* a", "--exclude-dir=d a d",
    "--exclude-dir=d a d top.log",
    # Links.
    "-r a d/linkdir", "-r a d/linkfile", "-r a d/linkfile d/f1.log", "-r a d/dangle",
    "-R a d", "-R a .", "-R a", "-Rs a d", "-R --exclude-dir=linkdir a d",
    "-R --exclude=dangle --exclude-dir=up a d", "-R a d/linkfile", "-R a dl",
    "-R --exclude-dir=e a d e",
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_as_grep_has_it(tree: Box, case: str) -> None:
    tree.file("globs", b"*.log\n\n  \nf2.txt  \n")
    words = case.split()
    assert sorted_lines(tree.run(*words)) == oracle(tree, *words)


def test_files_come_by_name_bytewise(plain: Box) -> None:
    for name in ["b", "a/z", "a.x", "a/B", "a0", "Z", b"\xff"]:
        path = plain.directory / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x\n")
    names = b"Z|a/B|a/z|a.x|a0|b|\xff"
    # A directory stands where its name does, which is shorter than the names that begin with it.
    plain.expect("-r", "x", out=b"".join(b"%s:x\n" % name for name in names.split(b"|")))


def test_a_fifo_in_a_tree_is_passed_over(tree: Box) -> None:
    os.mkfifo(tree.directory / "d" / "fifo")
    tree.expect("-rh", "foo", ".", out=b"a in foo/f\n")


def test_unreadable_directories_are_named_and_the_rest_is_done(tree: Box) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tree.directory / "d" / "sub").chmod(0)
    tree.expect(
        "-r", "in d/f1", ".", out=b"./d/f1.log:a in d/f1.log\n",
        err=b"bigscan: ./d/sub: Permission denied\n", status=2,
    )  # fmt: skip


def test_a_tree_deeper_than_a_path_may_be_long(plain: Box) -> None:
    depth, name = 60, "n" * 100
    at = os.open(plain.directory, os.O_RDONLY)
    for level in range(depth):
        for file in ("after~", "0before"):
            fd = os.open(file, os.O_WRONLY | os.O_CREAT, dir_fd=at)
            os.write(fd, b"%d %s\n" % (level, file.encode()))
            os.close(fd)
        os.mkdir(name, dir_fd=at)
        at, above = os.open(name, os.O_RDONLY, dir_fd=at), at
        os.close(above)
    os.close(at)
    before = b"".join(b"%d 0before\n" % level for level in range(depth))
    # "after~" < "nnn": files first, then what is below.
    wanted = b"".join(b"%d 0before\n%d after~\n" % (level, level) for level in range(depth))
    plain.expect("-rh", ".", out=wanted)
    plain.expect("-rh", "0before", out=before)
    support.run(["rm", "-rf", name], cwd=plain.directory)


def test_files_after_a_deep_directory_are_read(plain: Box) -> None:
    path = plain.directory
    wanted = []
    for level in range(20):
        (path / "z").write_bytes(b"%d\n" % level)
        wanted.insert(0, b"%d\n" % level)
        path = path / "sub"
        path.mkdir()
    plain.expect("-rh", ".", out=b"".join(wanted))


# The output among the inputs.


def test_the_output_is_no_input(box: Box) -> None:
    box.file("log", b"a\n")
    for options in ["", "-c", "-m1", "-q"]:
        box.file("out", b"a in out\n")
        result = box.shell(f"bigscan {options} -h a log out >>out; cat out")
        box.file("out", b"a in out\n")
        wanted = support.run(
            ["bash", "-c", f"grep {options} -h a log out >>out; cat out"], cwd=box.directory
        )
        assert result.out == wanted.out
        assert result.err == wanted.err.replace(b"grep: ", b"bigscan: ")


def test_the_output_in_a_tree(box: Box) -> None:
    box.file("log", b"a\n")
    result = box.shell("bigscan -r a . >out; echo $?; cat out")
    assert result.out == b"2\n./log:a\n"
    assert result.err == b"bigscan: ./out: input file is also the output\n"


def test_the_output_as_standard_input(box: Box) -> None:
    box.file("log", b"a\n")
    result = box.shell("bigscan a <log >>log; cat log")
    assert result.out == b"a\n"
    assert result.err == b"bigscan: (standard input): input file is also the output\n"


def test_a_label_for_the_standard_input(box: Box) -> None:
    box.expect("-H", "--label=here", "a", stdin=b"a\n", out=b"here:a\n")


def test_standard_input_twice_from_a_file(box: Box) -> None:
    path: Path = box.file("log", b"a\n")
    with open(path, "rb") as stdin:
        box.expect(
            "-c", "a", "-", "-", stdin=stdin.fileno(),
            out=b"(standard input):1\n(standard input):0\n",
        )  # fmt: skip


def test_devices_that_are_skipped_or_read(plain: Box) -> None:
    plain.shell("mkdir d; mkfifo d/p; echo a 1 > d/f")
    plain.expect("-D", "skip", "a", "d/p", "d/f", out=b"d/f:a 1\n")
    plain.expect("-r", "a", "d", out=b"d/f:a 1\n")
    got = plain.shell("(echo a 2 > d/p) & bigscan -D read -r a d")
    assert got.out == b"d/f:a 1\nd/p:a 2\n"
    assert plain.shell("echo a 3 | bigscan -D skip -h a - d/p").out == b"a 3\n"
    plain.expect("-RD", "skip", "a", "d", out=b"d/f:a 1\n")


@pytest.mark.parametrize("option", ["-d", "-D"])
def test_unknown_actions_are_refused(plain: Box, option: str) -> None:
    result = plain.run(option, "bogus", "a", "log")
    assert result.status == 2 and b"method 'bogus'" in result.err

"""GNU parallel, as bigscan-cluster(7) has it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import support

MANUAL = support.REPOSITORY / "man" / "bigscan-cluster.7"
LINE = b'10.0.0.%d - u [27/Nov/2026:00:00:00 +0000] "GET / HTTP/1.1" %d 1 "-" "x"\n'


def script() -> str:
    """The example of the manual."""
    lines = MANUAL.read_text().splitlines()
    section = lines[lines.index(".Sh GNU PARALLEL") :]
    begin = section.index(".Bd -literal -offset indent") + 1
    return "\n".join(section[begin : section.index(".Ed")]).replace("\\e", "\\")


def logs(directory: Path) -> list[str]:
    names = [f"{number}.log" for number in range(8)]
    for number, name in enumerate(names):
        lines = [LINE % (n % 200, [200, 404, 500][n * n % 3]) for n in range(number * 200)]
        (directory / name).write_bytes(b"".join(lines))
    return names


def test_the_example_of_the_manual(tmp_path: Path) -> None:
    assert shutil.which("parallel") is not None, "make deps-cluster installs it"
    names = logs(tmp_path)
    wanted = support.bigscan("--fields", "combined", "--by", "status", *names, cwd=tmp_path)
    assert wanted.status == 0
    (tmp_path / "home").mkdir()
    path = f"{Path(support.BIGSCAN).parent}:/usr/bin:/bin"
    environment = {"PATH": path, "HOME": str(tmp_path / "home")}
    command = ["bash", "-e", "-c", script()]
    result = support.run(command, env=environment, cwd=tmp_path)
    assert not support.difference(result.out, wanted.out)
    assert result.status == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == sorted(
        ["manifest", *(f"part{shard}" for shard in range(1, 17))]
    )


def test_a_shard_that_fails_is_tried_again(tmp_path: Path) -> None:
    names = logs(tmp_path)
    wanted = support.bigscan("-c", "404", *names, cwd=tmp_path)
    support.bigscan("--write-manifest", "all", "-c", "404", *names, cwd=tmp_path)
    task = (
        f"if [ {{}} = 3 ] && mkdir once; then exit 137; fi; "
        f"{support.BIGSCAN} --manifest all --shard {{}}/4 --partial part{{}}"
    )
    subprocess.run(
        ["parallel", "--retries", "2", task, ":::", "1", "2", "3", "4"],
        cwd=tmp_path, env=support.environment(HOME=str(tmp_path)), check=True, capture_output=True,
    )  # fmt: skip
    assert (tmp_path / "once").exists()
    parts = [f"part{shard}" for shard in range(1, 5)]
    assert support.bigscan("--merge", *parts, cwd=tmp_path) == wanted

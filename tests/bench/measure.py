"""One run of a program: its time, where its output goes, and what it answers."""

import dataclasses
import enum
import hashlib
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

BUFFER_BYTES = 1 << 20


@dataclasses.dataclass(frozen=True)
class Run:
    wall: float
    user: float
    sys: float
    max_rss_kib: int  # of the largest process, mapped file included
    status: int  # exit status, negative: a signal
    stderr: str


class RunFailed(Exception):
    """A tool neither selected something nor nothing: it failed."""


class Compare(enum.Enum):
    """What of a tool's answer must be the same with all."""

    COUNT = "the count that is printed"
    BYTES = "the digest of what is printed"
    SORTED = "the digest of the lines that are printed, in whatever order"
    LINES = "the number of lines that are printed"
    STATUS = "the exit status"


def read_all(fd: int) -> Iterator[memoryview]:
    buffer = bytearray(BUFFER_BYTES)
    view = memoryview(buffer)
    while length := os.readv(fd, [buffer]):
        yield view[:length]


def drain_by_splice(fd: int) -> None:
    """Throw away what comes by a pipe without copying it: the fastest reader there is."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        while os.splice(fd, null, BUFFER_BYTES):
            pass
    finally:
        os.close(null)


def drain_by_read(fd: int) -> None:
    for _ in read_all(fd):
        pass


DRAINS = {"splice": drain_by_splice, "read": drain_by_read}


class Runner:
    """Runs programs, in an environment that no setting of the user's changes."""

    def __init__(self, drain: Callable[[int], object], cache_home: Path) -> None:
        """`cache_home`: an empty folder, for what a program keeps from one run to the next."""
        self.drain = drain
        self.cache_home = cache_home
        kept = {name: value for name, value in os.environ.items()
                if name not in ("RIPGREP_CONFIG_PATH", "GREP_COLORS", "GREP_OPTIONS")}
        self.environment = kept | {"LC_ALL": "C", "XDG_CACHE_HOME": str(cache_home)}

    def run(self, argv: list[str], drain: Callable[[int], object] | None = None,
            watch: Callable[[int], object] | None = None) -> Run:
        """Run a command whose stdout goes to `drain`; `watch` gets its process id first.

        Raises RunFailed if its exit status is neither 0 nor 1.
        """
        reader, writer = os.pipe()
        with tempfile.TemporaryFile() as errors, open(os.devnull, "rb") as nothing:
            redirections = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
                            (os.POSIX_SPAWN_DUP2, writer, 1),
                            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2)]
            try:
                begin = time.perf_counter()
                # Python ignores SIGPIPE; a shell's children do not.
                process = os.posix_spawn(argv[0], argv, self.environment,
                                         file_actions=redirections, setsigdef=[signal.SIGPIPE])
                os.close(writer)
                if watch:
                    watch(process)
                (drain or self.drain)(reader)
                _, status, usage = os.wait4(process, 0)
                wall = time.perf_counter() - begin
            finally:
                os.close(reader)
            errors.seek(0)
            message = errors.read(2000).decode(errors="replace").strip()
        result = Run(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss,
                     os.waitstatus_to_exitcode(status), message)
        if result.status not in (0, 1):
            raise RunFailed(f"{' '.join(argv)}: status {result.status} {result.stderr}")
        return result

    def answer(self, argv: list[str], compare: Compare) -> tuple[str, Run]:
        """Run once to learn what a tool says."""
        reader = READERS[compare]()
        result = self.run(argv, reader.take)
        # ugrep says so when it does not know the compression, and then finds nothing.
        if result.status == 1 and result.stderr:
            raise RunFailed(f"{' '.join(argv)}: selected nothing, and says {result.stderr}")
        return reader.answer(result), result


class Reader:
    """Reads what a tool prints, and keeps as little of it as the answer needs."""

    def take(self, fd: int) -> None:
        for part in read_all(fd):
            self.add(part)

    def add(self, part: memoryview) -> None:
        """One more part of the output; it is overwritten afterwards."""

    def answer(self, result: Run) -> str:
        return f"status {result.status}"


class CountReader(Reader):
    def __init__(self) -> None:
        self.text = bytearray()

    def add(self, part: memoryview) -> None:
        self.text.extend(part)

    def answer(self, result: Run) -> str:
        # ripgrep prints nothing at all for a count of zero.
        return self.text.decode().strip() or "0"


class SortedReader(CountReader):
    def answer(self, result: Run) -> str:
        return hashlib.sha256(b"".join(sorted(self.text.splitlines(True)))).hexdigest()


class BytesReader(Reader):
    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def add(self, part: memoryview) -> None:
        self.digest.update(part)

    def answer(self, result: Run) -> str:
        return self.digest.hexdigest()


class LinesReader(Reader):
    def __init__(self) -> None:
        self.lines = 0

    def add(self, part: memoryview) -> None:
        self.lines += part.tobytes().count(b"\n")

    def answer(self, result: Run) -> str:
        return f"{self.lines} lines"


READERS: dict[Compare, type[Reader]] = {
    Compare.COUNT: CountReader, Compare.BYTES: BytesReader, Compare.SORTED: SortedReader,
    Compare.LINES: LinesReader, Compare.STATUS: Reader}

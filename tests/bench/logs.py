"""The logs that are searched, made by loggen and kept."""

import argparse
import subprocess
from pathlib import Path

SEED = 1


def size_in_bytes(size: str) -> int:
    units = "KMGT"
    if size[-1:] in units and size[:-1].isdigit():
        return int(size[:-1]) << 10 * (units.index(size[-1]) + 1)
    if size.isdigit():
        return int(size)
    raise argparse.ArgumentTypeError(f"bad size {size!r}")


class Logs:
    """Makes logs in a folder, and finds those that are there."""

    def __init__(self, loggen: Path, folder: Path) -> None:
        self.loggen = loggen
        self.folder = folder

    def log(self, kind: str, size: str) -> Path:
        """The log of this kind and size, made if it is not there or no longer what loggen makes."""
        path = self.folder / f"{kind}-{size}-seed{SEED}.log"
        loggen = [str(self.loggen), "--kind", kind, "--seed", str(SEED)]
        # A shorter log is a prefix of a longer one.
        sample = min(size, "64K", key=size_in_bytes)
        prefix = subprocess.run([*loggen, "--size", sample], check=True,
                                stdout=subprocess.PIPE).stdout
        if path.exists():
            with open(path, "rb") as file:
                if file.read(len(prefix)) == prefix:
                    return path
        unfinished = path.with_suffix(".unfinished")
        try:
            subprocess.run([*loggen, "--size", size, "--output", unfinished], check=True)
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)
        return path

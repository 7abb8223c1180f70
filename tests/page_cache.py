"""What of a file is in the page cache, and how to change it."""

from __future__ import annotations

import ctypes
import mmap
import os
from pathlib import Path

MEGABYTE = 1 << 20
PAGE = mmap.PAGESIZE
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p


def cached_pages(path: Path) -> set[int]:
    """The pages of a file that are in the page cache."""
    size = path.stat().st_size
    flags = (ctypes.c_ubyte * ((size + PAGE - 1) // PAGE))()
    with open(path, "rb") as file:
        address = ctypes.c_void_p(
            LIBC.mmap(
                None, ctypes.c_size_t(size), mmap.PROT_READ, mmap.MAP_SHARED,
                file.fileno(), ctypes.c_long(0),
            )
        )  # fmt: skip
        assert LIBC.mincore(address, ctypes.c_size_t(size), flags) == 0
        LIBC.munmap(address, ctypes.c_size_t(size))
    return {page for page, flag in enumerate(flags) if flag & 1}


def drop(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def warm(path: Path, begin: int, end: int) -> None:
    """Reads a part in, and nothing around it."""
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
    os.pread(descriptor, end - begin, begin)
    os.close(descriptor)


def can_drop(directory: Path) -> bool:
    """Not on a tmpfs, where the cache is all there is."""
    try:
        probe = directory / "probe"
        probe.write_bytes(b"x" * MEGABYTE)
        drop(probe)
        return not cached_pages(probe)
    except OSError:
        return False

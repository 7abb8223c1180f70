"""The page cache: what of a file is in it, and how to put it there or throw it out."""

import ctypes
import mmap
import os
import sys
from pathlib import Path

from measure import drain_by_read


def warm(path: Path) -> None:
    with open(path, "rb", buffering=0) as file:
        drain_by_read(file.fileno())


def chill(path: Path) -> None:
    """Drop a file from the page cache; as root, empty the whole cache."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if os.geteuid() == 0:
        try:
            Path("/proc/sys/vm/drop_caches").write_text("3\n")
        except OSError as error:
            print(f"bench: cannot drop caches: {error}", file=sys.stderr)


def cached_share(path: Path) -> float:
    """How much of a file is in the page cache, from 0 to 1."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                          ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    libc.mincore.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    size = path.stat().st_size
    pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
    resident = ctypes.create_string_buffer(pages)
    with open(path, "rb") as file:
        address = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
    try:
        if libc.mincore(address, size, resident) != 0:
            raise OSError(ctypes.get_errno(), "mincore")
    finally:
        libc.munmap(address, size)
    return resident.raw.count(b"\x01") / pages

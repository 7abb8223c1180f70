#!/usr/bin/env python3
"""Count the records of a file that contain a fixed string: N processes, each one contiguous 1/N.

The multi-process program of the talk "Optimizing Performance with Parallelism and Concurrency"
(PyCon 2012), rewritten for Python 3. One thing is put right: a record belongs to the chunk that
it starts in, so that none is lost or counted twice at a boundary (the talk's splitter skipped a
byte there).

Usage: talk_chunks.py N PATTERN FILE
"""

import multiprocessing
import os
import sys


def split(size: int, parts: int) -> list[tuple[int, int]]:
    """Half-open byte ranges that cover [0, size) in order."""
    bounds = [size * i // parts for i in range(parts + 1)]
    return list(zip(bounds, bounds[1:]))


def count_records(pattern: bytes, path: str, begin: int, end: int) -> int:
    """Count the matching ones of the records that start in [begin, end)."""
    count = 0
    with open(path, "rb") as file:
        position = begin
        if begin > 0:
            # From the byte before: if that is a newline, a record starts at begin and is ours.
            file.seek(begin - 1)
            position += len(file.readline()) - 1
        if position >= end:
            return 0
        for record in file:
            if pattern in record:
                count += 1
            position += len(record)
            if position >= end:
                break
    return count


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or not arguments[0].isdigit() or int(arguments[0]) < 1:
        print("Usage: talk_chunks.py N PATTERN FILE", file=sys.stderr)
        return 2
    parts, pattern, path = int(arguments[0]), os.fsencode(arguments[1]), arguments[2]
    try:
        chunks = split(os.path.getsize(path), parts)
        with multiprocessing.Pool(parts) as pool:
            work = [(pattern, path, begin, end) for begin, end in chunks]
            print(sum(pool.starmap(count_records, work, chunksize=1)))
    except OSError as error:
        print(f"talk_chunks.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Count the records of a file that contain a fixed string: one process, `in` on each line.

The simplest program of the talk "Optimizing Performance with Parallelism and Concurrency"
(PyCon 2012), and one of its two fastest, rewritten for Python 3.

Usage: talk_brute.py PATTERN FILE
"""

import os
import sys


def count_records(pattern: bytes, path: str) -> int:
    count = 0
    with open(path, "rb") as file:
        for record in file:
            if pattern in record:
                count += 1
    return count


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("Usage: talk_brute.py PATTERN FILE", file=sys.stderr)
        return 2
    pattern, path = arguments
    try:
        print(count_records(os.fsencode(pattern), path))
    except OSError as error:
        print(f"talk_brute.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

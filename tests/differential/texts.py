"""Random texts, of the alphabet that regexes are made of too."""

from __future__ import annotations

import random

from pieces import LETTERS, ODD

WORDS = LETTERS.encode("latin-1")
ODD_BYTES = ODD.encode("latin-1")


def make_text(rng: random.Random, delimiter: bytes) -> bytes:
    """Between nothing and a hundred records; now and then one that is longer than most chunks.

    Always less than the 96 KiB that grep reads at once: see quirks.py, "buffers".
    """
    kind = rng.random()
    if kind < 0.04:
        return rng.choice([b"", b"", delimiter, b"a", b"\0", delimiter * 3])
    alphabet = make_alphabet(rng, delimiter)
    records = [make_record(rng, alphabet) for _ in range(rng.choice([1, 2, 3, 5, 10, 30, 100]))]
    if rng.random() < 0.08:
        records.insert(rng.randrange(len(records) + 1), make_long_record(rng, alphabet))
    if rng.random() < 0.1:  # Context is about runs of records that match, and of those that do not.
        records = [record for record in records for _ in range(rng.randint(1, 4))]
    end = b"" if rng.random() < 0.3 else b"\r" + delimiter if rng.random() < 0.1 else delimiter
    return delimiter.join(records) + end


def make_alphabet(rng: random.Random, delimiter: bytes) -> bytes:
    """Most texts are free of NULs, which make a file binary, and many of everything odd."""
    kind = rng.random()
    if kind < 0.55:
        alphabet = WORDS
    elif kind < 0.8:
        alphabet = WORDS * 2 + ODD_BYTES[1:]
    else:
        alphabet = WORDS * 2 + ODD_BYTES
    if delimiter == b"\0":
        return alphabet.replace(b"\0", b"") + b"\n\n"
    return alphabet


def make_record(rng: random.Random, alphabet: bytes) -> bytes:
    length = rng.choice([0, 0, 1, 2, 3, 5, 8, 13, 40])
    return bytes(rng.choices(alphabet, k=length))


def make_long_record(rng: random.Random, alphabet: bytes) -> bytes:
    """Mostly a repetition, so that the report of a failure stays short."""
    unit = bytes(rng.choices(alphabet, k=rng.randint(1, 30)))
    return (
        make_record(rng, alphabet) + unit * rng.choice([10, 100, 1000]) + make_record(rng, alphabet)
    )


def make_string(rng: random.Random) -> bytes:
    """A pattern for -F."""
    alphabet = WORDS + ODD_BYTES[1:] + b".*^$[\\"
    return bytes(rng.choices(alphabet, k=rng.choice([0, 1, 1, 2, 2, 3, 4])))

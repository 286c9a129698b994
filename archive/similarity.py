"""How alike two texts are: signatures of their character runs, small, deterministic, and compared without the texts.

One-permutation MinHash: every run of five characters of the folded text gets a number, the runs fall into bins by it,
and each bin keeps its smallest. The share of equal bins estimates which part of the runs two texts have in common.
Bands of bins are what alike texts are looked up by.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from archive.chinese import squash

RUN, BINS, ROWS = 5, 128, 4
SHORTEST = 200          # characters; what is shorter is alike by chance
LONGEST = 300_000       # characters looked at
_EMPTY = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_BASE = np.uint64(0x9E37_79B9_7F4A_7C15)
_MIX = (np.uint64(0xBF58_476D_1CE4_E5B9), np.uint64(0x94D0_49BB_1331_11EB))
Signature = NDArray[np.uint32]


def signature_of(pages: Sequence[str]) -> bytes:
    """The signature of a text; empty where it is too short to be compared."""
    text = squash("".join(pages)[:LONGEST])
    if len(text) < SHORTEST:
        return b""
    numbers = _runs(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64))
    bins = (numbers % np.uint64(BINS)).astype(np.intp)
    smallest = np.full(BINS, _EMPTY, dtype=np.uint64)
    np.minimum.at(smallest, bins, numbers // np.uint64(BINS))
    return _filled(smallest).astype("<u4").tobytes()


def similarity(one: bytes, other: bytes) -> float:
    """0 to 1: the part of their runs two texts have in common, give or take a few hundredths."""
    if not one or not other:
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def similarities(one: bytes, others: Sequence[bytes]) -> list[float]:
    """As `similarity`, of one and each of many that are signatures."""
    if not others:
        return []
    table = np.frombuffer(b"".join(others), "<u4").reshape(-1, BINS)
    return [float(share) for share in np.mean(table == np.frombuffer(one, "<u4"), axis=1)]


def bands_of(signature: bytes) -> list[int]:
    """What alike texts very probably share at least one of: rows of bins, as numbers."""
    if not signature:
        return []
    rows = np.frombuffer(signature, "<u4").astype(np.uint64).reshape(-1, ROWS)
    hashed = np.arange(len(rows), dtype=np.uint64)
    for column in range(ROWS):
        hashed = _mixed(hashed * _BASE + rows[:, column])
    return [int(number >> np.uint64(1)) for number in hashed]  # MongoDB's integers are signed


def _runs(chars: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number for every run of five characters, the same for the same run."""
    count = len(chars) - RUN + 1
    numbers = np.zeros(count, dtype=np.uint64)
    for place in range(RUN):
        numbers = numbers * _BASE + chars[place:place + count]
    return _mixed(numbers)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    numbers = (numbers ^ (numbers >> np.uint64(30))) * _MIX[0]
    numbers = (numbers ^ (numbers >> np.uint64(27))) * _MIX[1]
    return numbers ^ (numbers >> np.uint64(31))


def _filled(smallest: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Empty bins take from the next filled one, changed by how far it is: equal texts fill them equally."""
    values = (smallest & np.uint64(0xFFFF_FFFF)).astype(np.uint32)
    filled = np.flatnonzero(smallest != _EMPTY)
    for empty in np.flatnonzero(smallest == _EMPTY):
        source = filled[np.searchsorted(filled, empty) % len(filled)]
        distance = (int(source) - int(empty)) % BINS
        values[empty] = np.uint32((int(values[source]) + distance * 0x9E37_79B1) & 0xFFFF_FFFF)
    return values

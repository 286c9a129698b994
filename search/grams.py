"""Characters as the unit of search: what an engine with a white-space tokenizer needs to answer substring questions.

A text is indexed as its adjacent character pairs, in order. A phrase of n characters is in the text exactly when its
pairs follow each other; single characters have a field of their own. Knows no engine.
"""

import re
from collections.abc import Sequence

import numpy as np

from archive.chinese import squash

# Three characters, so no pair of a query can ever equal it, and no phrase reaches from one value into the next.
SEPARATOR = "|||"
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


def searchable(text: str) -> str:
    """The text as it is compared: squashed, and without lone surrogates, which no engine can store."""
    return _LONE_SURROGATE.sub(REPLACEMENT, squash(text))


def pairs(squashed: str) -> str:
    """`甲乙丙` → `甲乙 乙丙`; empty for fewer than two characters."""
    codes = np.frombuffer(squashed.encode("utf-32-le", "surrogatepass"), "<u4")
    spaced = np.full((max(len(codes) - 1, 0), 3), ord(" "), "<u4")
    spaced[:, 0], spaced[:, 1] = codes[:-1], codes[1:]
    return str(spaced.tobytes(), "utf-32-le", "surrogatepass")[:-1]


def joined_pairs(squashed: Sequence[str]) -> str:
    """The pairs of several values in one field, such that no phrase matches across two of them."""
    return f" {SEPARATOR} ".join(map(pairs, squashed))


def singles(squashed: str) -> str:
    """Every different character once: order and number do not matter for words of one character."""
    codes = np.unique(np.frombuffer(squashed.encode("utf-32-le", "surrogatepass"), "<u4"))
    spaced = np.full((len(codes), 2), ord(" "), "<u4")
    spaced[:, 0] = codes
    return str(spaced.tobytes(), "utf-32-le", "surrogatepass")[:-1]


def phrase_pairs(squashed: str) -> list[tuple[int, str]]:
    """The fewest pairs, with their offsets, that pin down every character of a phrase of two or more.

    Every second pair is enough, as each of its characters keeps its place: half the postings to read.
    """
    last = len(squashed) - 2
    offsets = [*range(0, last, 2), last]
    return [(offset, squashed[offset : offset + 2]) for offset in offsets]

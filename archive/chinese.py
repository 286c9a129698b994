"""One way to compare Chinese text, for recognition, search and rules alike.

`fold` maps every character to one character, so positions in the folded text are positions in the original:
full-width to half-width, traditional to simplified, upper to lower case. `squash` also drops white space, because
PDF lines and table cells cut Chinese words where no space belongs.
"""

import sys
import unicodedata
from functools import cache, lru_cache

import numpy as np
import opencc
from numpy.typing import NDArray

LONG = 200  # characters; from here on looking all of them up at once is quicker, ten times for a page
LINES = 4096  # kept: a line of a text is asked for by everybody who looks into the text, one after the other
_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))


def fold(text: str) -> str:
    """The same text in comparable form; `len(fold(t)) == len(t)` always holds."""
    if len(text) < LONG:
        return _folded_line(text)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    return str(_folded_codes()[codes].tobytes(), "utf-32-le", "surrogatepass")


def squash(text: str) -> str:
    """Folded text without any white space: what a phrase is matched against."""
    return "".join(fold(text).split())


@lru_cache(LINES)
def _folded_line(text: str) -> str:
    return text.translate(_table())


@cache
def _folded_codes() -> NDArray[np.uint32]:
    """What each character becomes, by its number."""
    codes = np.arange(sys.maxunicode + 1, dtype="<u4")
    for code, char in _table().items():
        codes[code] = ord(char)
    return codes


@cache
def _table() -> dict[int, str]:
    """Built on first use from Unicode's NFKC and OpenCC's t2s dictionary, one character at a time."""
    table: dict[int, str] = {}
    for code in range(0x10000):
        char = chr(code)
        folded = unicodedata.normalize("NFKC", char)
        folded = (folded if len(folded) == 1 else char).lower()
        if len(folded) == 1 and folded != char:
            table[code] = folded
    han = [chr(code) for block in _HAN for code in block]
    simplified = opencc.OpenCC("t2s").convert("\n".join(table.get(ord(c), c) for c in han)).split("\n")
    for char, simple in zip(han, simplified, strict=True):
        if len(simple) == 1 and simple != char:
            table[ord(char)] = simple
    # A radical (⼾, as PDFs often have it) becomes a character that is itself folded.
    return {code: table.get(ord(char), char) for code, char in table.items()}

"""The picture of an electronic seal, found in its ASN.1 (GM/T 0031-2014, GB/T 38540-2020): type, data, width, height.

Both standards hold it as a sequence of a name of a picture format, its bytes and two numbers; nothing else in a seal
looks like that. What a signature is worth is not judged here: only what it shows is drawn.
"""

from collections.abc import Iterator
from dataclasses import dataclass

MAX_DEPTH = 24
_SEQUENCE, _INTEGER, _OCTETS, _NAMES = 0x30, 0x02, 0x04, (0x16, 0x0C, 0x13)
_KINDS = ("ofd", "png", "jpg", "jpeg", "bmp", "gif")


@dataclass(frozen=True, slots=True)
class SealPicture:
    """`kind` in lower case; a seal drawn as OFD is a document of its own."""

    kind: str
    data: bytes


def picture_in(data: bytes) -> SealPicture | None:
    """The first picture of a seal or of a signature that carries one."""
    return _search(data, 0, len(data), 0)


def _search(data: bytes, start: int, end: int, depth: int) -> SealPicture | None:
    if depth > MAX_DEPTH:
        return None
    items = list(_items(data, start, end))
    if len(items) >= 4 and items[0][0] in _NAMES and items[1][0] == _OCTETS and items[2][0] == items[3][0] == _INTEGER:
        kind = data[items[0][1]:items[0][2]].decode("latin-1").strip().lower()
        if kind in _KINDS:
            return SealPicture(kind, data[items[1][1]:items[1][2]])
    for tag, first, last in items:
        # Whole seals stand in octet strings too, in signatures of the first standard.
        inner = tag & 0x20 or (tag == _OCTETS and data[first:first + 1] == b"\x30")
        if inner and (found := _search(data, first, last, depth + 1)):
            return found
    return None


def _items(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Tag, first and last place of every element in a stretch of DER; ends where it is none."""
    at = start
    while at + 2 <= end:
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4 or at + size > end:
                return
            length = int.from_bytes(data[at:at + size], "big")
            at += size
        if at + length > end:
            return
        yield tag, at, at + length
        at += length

"""As much of a TrueType or OpenType font as drawing by glyph needs: tables, one face of a collection, cmap, widths.

Standards: ISO/IEC 14496-22. Fonts come out of hostile files: every offset is checked by slicing, every count by its table.
"""

import struct
from bisect import bisect_right
from functools import cached_property

MAX_RANGES = 70_000
_SFNT = (b"\x00\x01\x00\x00", b"OTTO", b"true")
_PREFERRED = ((3, 10), (0, 6), (0, 4), (0, 3), (3, 1), (0, 1), (0, 0), (3, 0), (1, 0))


class NotAFont(ValueError):
    pass


class Sfnt:
    """One face. Raises NotAFont for bytes that are none."""

    def __init__(self, data: bytes, face: int = 0) -> None:
        try:
            at = struct.unpack_from(">I", data, 12 + 4 * face)[0] if data[:4] == b"ttcf" else 0
            self.kind = data[at:at + 4]
            count, = struct.unpack_from(">H", data, at + 4)
            entries = [struct.unpack_from(">4sIII", data, at + 12 + 16 * number) for number in range(count)]
        except struct.error as error:
            raise NotAFont from error
        if self.kind not in _SFNT:
            raise NotAFont
        self._data, self._whole = data, data[:4] != b"ttcf"
        self._entries = entries
        self.tables = {tag: (offset, length) for tag, _, offset, length in entries}

    def table(self, tag: bytes) -> bytes:
        offset, length = self.tables.get(tag, (0, 0))
        return self._data[offset:offset + length]

    @property
    def is_cff(self) -> bool:
        return b"CFF " in self.tables

    def alone(self) -> bytes:
        """The face as a file of its own: a PDF embeds no collection."""
        if self._whole:
            return self._data
        head, body, at = [], [], 12 + 16 * len(self._entries)
        for tag, checksum, _, length in self._entries:
            data = self.table(tag)
            head.append(struct.pack(">4sIII", tag, checksum, at, length))
            body.append(data + b"\0" * (-len(data) % 4))
            at += len(body[-1])
        power = max(len(self._entries).bit_length() - 1, 0)
        start = struct.pack(">4sHHHH", self.kind, len(self._entries), 16 << power, power, 16 * len(self._entries) - (16 << power))
        return b"".join((start, *head, *body))

    def glyph(self, char: str) -> int:
        """The glyph of a character, 0 where the font has none."""
        code = ord(char)
        starts, ranges = self._cmap
        at = bisect_right(starts, code) - 1
        if at < 0 or code > ranges[at][0]:
            return 0
        _, glyph, step = ranges[at]
        return int(glyph[code - starts[at]] if isinstance(glyph, tuple) else (glyph + (code - starts[at]) * step) & 0xFFFF)

    def width(self, glyph: int) -> float:
        """The advance of a glyph in ems, 0 where the font does not say."""
        units, metrics = self._widths
        return metrics[min(glyph, len(metrics) - 1)] / units if metrics else 0.0

    @cached_property
    def has_letters(self) -> bool:
        return bool(self._cmap[0])

    @cached_property
    def _widths(self) -> tuple[int, tuple[int, ...]]:
        try:
            units, = struct.unpack_from(">H", self.table(b"head"), 18)
            count, = struct.unpack_from(">H", self.table(b"hhea"), 34)
            table = self.table(b"hmtx")
            values = struct.unpack_from(f">{2 * min(count, len(table) // 4)}H", table)
        except struct.error:
            return 1000, ()
        return units or 1000, values[::2]

    @cached_property
    def _cmap(self) -> tuple[list[int], list[tuple[int, int | tuple[int, ...], int]]]:
        """First codes of ranges, and of each its last code, its first glyph (or all of them), and the step."""
        table = self.table(b"cmap")
        try:
            count, = struct.unpack_from(">H", table, 2)
            found = {struct.unpack_from(">HH", table, 4 + 8 * n): struct.unpack_from(">I", table, 8 + 8 * n)[0]
                     for n in range(count)}
            at = next((found[key] for key in _PREFERRED if key in found), None)
            ranges = _ranges(table[at:]) if at is not None else []
        except struct.error:
            ranges = []
        ranges.sort(key=lambda one: one[0])
        return [one[0] for one in ranges], [one[1:] for one in ranges]


Range = tuple[int, int, int | tuple[int, ...], int]


def _ranges(table: bytes) -> list[Range]:
    form, = struct.unpack_from(">H", table)
    if form == 12:
        count, = struct.unpack_from(">I", table, 12)
        values = struct.unpack_from(f">{3 * min(count, MAX_RANGES)}I", table, 16)
        return [(values[n], values[n + 1], values[n + 2], 1) for n in range(0, len(values), 3)]
    if form == 4:
        return _segments(table)
    if form == 6:
        first, count = struct.unpack_from(">HH", table, 6)
        return [(first, first + count - 1, struct.unpack_from(f">{count}H", table, 10), 1)] if count else []
    if form == 0:
        return [(0, 255, tuple(table[6:262]), 1)] if len(table) >= 262 else []
    return []


def _segments(table: bytes) -> list[Range]:
    count = struct.unpack_from(">H", table, 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 4 * count)
    at = 16 + 6 * count
    offsets = struct.unpack_from(f">{count}H", table, at)
    ranges: list[Range] = []
    for number, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        if start > end or start == 0xFFFF:
            continue
        if not offset:
            ranges.append((start, end, start + delta, 1))
            continue
        place = at + 2 * number + offset
        size = min(end - start + 1, max((len(table) - place) // 2, 0))
        glyphs = struct.unpack_from(f">{size}H", table, place)
        ranges.append((start, start + size - 1, tuple((glyph + delta) & 0xFFFF if glyph else 0 for glyph in glyphs), 1))
    return ranges


def face_named(data: bytes, ending: str) -> int:
    """The number of the face of a collection that has this in its names, else 0."""
    if data[:4] != b"ttcf":
        return 0
    count, = struct.unpack_from(">I", data, 8)
    wanted = ending.encode("utf-16-be")
    return next((number for number in range(min(count, 64)) if wanted in Sfnt(data, number).table(b"name")), 0)

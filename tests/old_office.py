"""Small files of the formats before 2007, written to their published descriptions (MS-DOC, MS-XLS, MS-PPT, MS-OXMSG)."""

import struct
from collections.abc import Sequence
from pathlib import Path

from tests import compound


def doc(path: Path, text: str, *, header: str = "", narrow: str = "", locked: bool = False) -> Path:
    """A Word 97 document: a piece of single bytes, then one of UTF-16, then the headers."""
    wide = (text + header).encode("utf-16-le")
    start = 0x400
    word = bytearray(start + len(narrow) + len(wide) + 4096)
    struct.pack_into("<HH", word, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", word, 0x0A, 0x0200 | (0x0100 if locked else 0))
    struct.pack_into("<iii", word, 0x4C, len(narrow) + len(text), 0, len(header))
    word[start:start + len(narrow)] = narrow.encode("cp1252")
    word[start + len(narrow):start + len(narrow) + len(wide)] = wide
    pieces = [(len(narrow), (start * 2) | 0x40000000), (len(text + header), start + len(narrow))]
    pieces = [piece for piece in pieces if piece[0]]
    ends = [sum(length for length, _ in pieces[:n]) for n in range(len(pieces) + 1)]
    listing = struct.pack(f"<{len(ends)}I", *ends) + b"".join(struct.pack("<HIH", 0, at, 0) for _, at in pieces)
    clx = b"\x01" + struct.pack("<H", 3) + b"abc" + b"\x02" + struct.pack("<I", len(listing)) + listing
    struct.pack_into("<II", word, 0x1A2, 16, len(clx))
    return compound.write(path, {"WordDocument": bytes(word), "1Table": b"\0" * 16 + clx})


def word6(path: Path, text: str) -> Path:
    raw = text.encode("gbk")
    word = bytearray(0x400) + raw
    struct.pack_into("<HH", word, 0, 0xA5DC, 0x65)
    struct.pack_into("<II", word, 0x18, 0x400, len(word))
    return compound.write(path, {"WordDocument": bytes(word)})


def xls(path: Path, sheets: dict[str, Sequence[Sequence[str | float]]]) -> Path:
    """An Excel 97 workbook of labels and numbers."""
    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def cell(row: int, column: int, value: str | float) -> bytes:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        return record(0x0203, place + struct.pack("<d", value))

    end = record(0x000A, b"")
    bodies = [record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + b"".join(
        cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row)) + end for rows in sheets.values()]
    names = [name.encode("utf-16-le") for name in sheets]
    head = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)) + record(0x0042, struct.pack("<H", 1200))
    at = len(head) + sum(4 + 8 + len(name) for name in names) + len(end)
    listed = b""
    for name, body in zip(names, bodies, strict=True):
        listed += record(0x0085, struct.pack("<IHBB", at, 0, len(name) // 2, 1) + name)
        at += len(body)
    return compound.write(path, {"Workbook": (head + listed + end + b"".join(bodies)).ljust(4096, b"\0")})


def _atom(kind: int, data: bytes, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4, kind, len(data)) + data


def _group(kind: int, *records: bytes, instance: int = 0) -> bytes:
    data = b"".join(records)
    return struct.pack("<HHI", instance << 4 | 0xF, kind, len(data)) + data


def _words(text: str, kind: int) -> bytes:
    return _atom(0x0F9F, struct.pack("<I", kind)) + _atom(0x0FA0, text.encode("utf-16-le"))


def ppt(path: Path, slides: Sequence[tuple[str, str]], *, note: str = "", stale: str = "", locked: bool = False) -> Path:
    """A PowerPoint 97 show: titles are in the outline, texts on the slides; a note on the last, a slide of an older save."""
    show = bytearray(_group(0x03EE, _group(0x040C, _words(stale, 1)))) if stale else bytearray()
    places: list[int] = []

    def put(record: bytes) -> None:
        places.append(len(show))
        show.extend(record)

    listed = notes = b""
    for n, (title, text) in enumerate(slides, 1):
        linked = 0x100 if note and n == len(slides) else 0
        listed += _atom(0x03F3, struct.pack("<IIiII", n + 1, 0, 1, 0xFF + n, 0)) + _words(title, 0)
        atom = _atom(0x03EF, bytes(16) + struct.pack("<I", linked) + bytes(4))
        slide = _group(0x03EE, atom, _group(0x040C, _group(0xF00D, _atom(0x0F9F, struct.pack("<I", 0)),
                                                           _atom(0x0F9E, struct.pack("<I", 0))), _group(0xF00D, _words(text, 1))))
        put(slide)
    if note:
        notes = _group(0x0FF0, _atom(0x03F3, struct.pack("<IIiII", len(slides) + 2, 0, 0, 0x100, 0)), instance=2)
        put(_group(0x03F0, _group(0x040C, _group(0xF00D, _words(note, 2)))))
    document = len(show)
    show += _group(0x03E8, _group(0x0FF0, listed, instance=0), notes)
    directory = len(show)
    show += _atom(0x1772, struct.pack("<I", (len(places) + 1) << 20 | 1) + struct.pack(f"<{len(places) + 1}I", document, *places))
    edit = len(show)
    show += _atom(0x0FF5, struct.pack("<IIIIIII", 0, 0x03000000, 0, directory, 1, len(places) + 2, 0))
    user = _atom(0x0FF6, struct.pack("<IIIHHBBH", 20, 0xF3D1C4DF if locked else 0xE391C05F, edit, 0, 0x03F4, 3, 0, 0))
    return compound.write(path, {"PowerPoint Document": bytes(show).ljust(4096, b"\0"), "Current User": user})


def msg(path: Path, subject: str, body: str, *, sender: str = "", to: tuple[str, str] = ("", ""), attached: str = "") -> Path:
    """An Outlook message with one recipient and one attachment."""
    streams = {"__nameid_version1.0/__substg1.0_00020102": b"\0" * 16}
    streams |= _properties("", 32, {0x001A: "IPM.Note", 0x0037: subject, 0x1000: body, 0x0C1A: sender, 0x0C1F: "zhang@example.com"})
    if to[0]:
        streams |= _properties("__recip_version1.0_#00000000/", 8, {0x3001: to[0], 0x3003: to[1], 0x39FE: to[1]})
    if attached:
        streams |= _properties("__attach_version1.0_#00000000/", 8, {0x3707: attached})
        streams["__attach_version1.0_#00000000/__substg1.0_37010102"] = b"data"
    return compound.write(path, streams)


def _properties(storage: str, header: int, texts: dict[int, str]) -> dict[str, bytes]:
    """Texts in streams of their own, and the list that says so (MS-OXMSG 2.4)."""
    listed, streams = bytes(header), {}
    for tag, text in texts.items():
        data = text.encode("utf-16-le")
        streams[f"{storage}__substg1.0_{tag:04X}001F"] = data
        listed += struct.pack("<HHIII", 0x1F, tag, 6, len(data) + 2, 0)
    return {f"{storage}__properties_version1.0": listed, **streams}

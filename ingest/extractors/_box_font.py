"""A font in which every character is the same plain box, made here, byte by byte (OpenType: ISO/IEC 14496-22).

Chinese PDF files often name a font (STSong-Light) and do not carry it. pdfium then measures the glyphs of whatever font the
machine has: with large ones reading takes ten times longer, with none a line of one character is lost. With this one
the text is the same on every machine. It is for reading only; pages are drawn with real fonts.
"""

import struct

UNITS_PER_EM = 1000
# An ideograph's usual place on the em: x from 40 to 960, y from 80 below the base line to 840 above it.
LEFT, BELOW, RIGHT, ABOVE = 40, -80, 960, 840
ADVANCE, ASCENT, DESCENT = 1000, 880, -120
NAME = "Dangan Boxes"
_CODE_PAGES = 1 | 1 << 17 | 1 << 18 | 1 << 19 | 1 << 20   # Latin 1, Japanese, Simplified Chinese, Korean, Traditional Chinese
_LAST_CHARACTER = 0x10FFFF
_GLYPHS = 2    # what is missing, and the box


def box_font() -> bytes:
    """The font as a TrueType file."""
    box = _box()
    tables = {
        b"OS/2": _os2(), b"cmap": _cmap(), b"glyf": box * _GLYPHS, b"head": _head(), b"hhea": _hhea(),
        b"hmtx": struct.pack(">Hh", ADVANCE, LEFT) * _GLYPHS, b"loca": struct.pack(">3I", 0, len(box), 2 * len(box)),
        b"maxp": struct.pack(">I14H", 0x10000, _GLYPHS, 4, 1, 0, 0, 2, *[0] * 8), b"name": _name(),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, -100, 50, 0, 0, 0, 0, 0)}
    head = struct.pack(">I4H", 0x10000, len(tables), 128, 3, len(tables) * 16 - 128)
    at, directory, body = len(head) + 16 * len(tables), b"", b""
    for tag, data in tables.items():
        directory += struct.pack(">4sIII", tag, 0, at + len(body), len(data))   # checksums: nobody who draws looks at them
        body += data + bytes(-len(data) % 4)
    return head + directory + body


def _box() -> bytes:
    """One closed contour of four points, clockwise."""
    across, up = (LEFT, 0, RIGHT - LEFT, 0), (BELOW, ABOVE - BELOW, 0, BELOW - ABOVE)
    return struct.pack(">h4hHH4B4h4h", 1, LEFT, BELOW, RIGHT, ABOVE, 3, 0, 1, 1, 1, 1, *across, *up)


def _cmap() -> bytes:
    """Format 13: one glyph for a whole range of characters."""
    groups = struct.pack(">IIII", 1, 0x20, _LAST_CHARACTER, 1)
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + struct.pack(">HHII", 13, 0, 12 + len(groups), 0) + groups


def _head() -> bytes:
    return struct.pack(">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, UNITS_PER_EM, 0, 0,
                       LEFT, BELOW, RIGHT, ABOVE, 0, 8, 2, 1, 0)


def _hhea() -> bytes:
    return struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, ASCENT, DESCENT, 0, ADVANCE, LEFT, LEFT, RIGHT, 1, 0, *[0] * 6, _GLYPHS)


def _os2() -> bytes:
    """Version 1; its code pages are how pdfium learns that this font serves Chinese."""
    return struct.pack(">HhHHH11h10sIIII4sHHHhhhHHII", 1, ADVANCE, 400, 5, 0, *[0] * 11, bytes(10), 0, 0, 0, 0, b"DNGN",
                       0x40, 0x20, 0xFFFF, ASCENT, DESCENT, 0, ASCENT, -DESCENT, _CODE_PAGES, 0)


def _name() -> bytes:
    """Family, style and full name, for Macintosh (which pdfium reads) and for Windows."""
    values = {1: NAME, 2: "Regular", 4: NAME, 6: NAME.replace(" ", "")}
    records, text = b"", b""
    for platform, language, code in ((1, 0, "ascii"), (3, 0x409, "utf-16-be")):
        for key, value in values.items():
            data = value.encode(code)
            records += struct.pack(">6H", platform, platform // 3, language, key, len(data), len(text))
            text += data
    return struct.pack(">HHH", 0, 2 * len(values), 6 + len(records)) + records + text

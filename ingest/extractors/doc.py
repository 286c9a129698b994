"""Text of Word 97–2003 documents and Kingsoft's .wps, which is the same format (MS-DOC).

The text lies in pieces, listed in a table in another stream; each is in UTF-16 or in single bytes. Libraries that guess
instead of following that table give Chinese text as nonsense.
"""

import re
import struct
from collections.abc import Iterator

from ingest.extractors._decoding import decode
from ingest.extractors._ole import compound, damaged, stream, summary
from ingest.extractors._ole import engine as engine
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect

MEDIA_TYPES = frozenset({"application/msword"})

_WORD8 = 0xC1            # the first release with Unicode text
_ENCRYPTED, _TABLE_ONE = 0x0100, 0x0200
# The text's parts in the order in which they are stored, by their lengths from 0x4C of the header on (MS-DOC 2.5.4).
_PARTS = ("main", "notes", "headers", "macros", "comments", "endnotes", "boxes", "header_boxes")
_SHOWN = ("main", "boxes", "notes", "endnotes", "comments", "headers", "header_boxes")
_FIELD = re.compile("\x13[^\x13\x14\x15]*(?:\x14([^\x13\x14\x15]*))?\x15")
_MARKS = str.maketrans({"\x01": "", "\x02": "", "\x03": "", "\x04": "", "\x05": "", "\x08": "", "\x13": "", "\x14": "",
                        "\x15": "", "\x1e": "-", "\x1f": "", "\xa0": " "})
_DEEPEST_FIELD = 20
_ROW = re.compile("\x07(?:\x07|\r?$)")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the document is damaged or protected."""
    with compound(source) as opened:
        word = stream(opened, "WordDocument")
        if len(word) < 0x200:
            raise damaged()
        release, flags = struct.unpack_from("<2xH6xH", word)
        if flags & _ENCRYPTED:
            raise UnreadableFile("文件设有打开密码，无法读取文字。请去除密码后上传新版本。")
        if release < _WORD8:
            text = _word6(word)
        else:
            table = stream(opened, "1Table" if flags & _TABLE_ONE else "0Table")
            text = _arranged(word, "".join(_pieces(word, table, source.room * 2)))
        described = summary(opened)
    pages = collect([text], 1, source)
    return Extraction(pages.texts, 1, engine(), (), (), pages.truncated, complete=pages.complete, properties=described)


def _word6(word: bytes) -> str:
    """Word 6 and 95: one run of bytes in the code page of the machine it was written on."""
    start, end = struct.unpack_from("<II", word, 0x18)
    return _shown(decode(word[start:end]).text)


def _pieces(word: bytes, table: bytes, room: int) -> Iterator[str]:
    """The text of each piece in the order of the document (MS-DOC 2.4.1)."""
    at, size = struct.unpack_from("<II", word, 0x1A2)
    listing = _piece_table(table[at:at + size])
    count = (len(listing) - 4) // 12
    for n in range(count):
        first, after = struct.unpack_from("<II", listing, 4 * n)
        place, = struct.unpack_from("<2xI", listing, 4 * (count + 1) + 8 * n)
        length = min(after - first, room)
        if length <= 0:
            continue
        if place & 0x40000000:
            start = (place & 0x3FFFFFFF) // 2
            yield word[start:start + length].decode("cp1252", "replace")
        else:
            yield word[place:place + 2 * length].decode("utf-16-le", "replace")
        room -= length


def _piece_table(clx: bytes) -> bytes:
    """The list of pieces, behind formatting that is passed over (MS-DOC 2.9.38)."""
    at = 0
    while at + 5 <= len(clx):
        if clx[at] == 2:
            size, = struct.unpack_from("<I", clx, at + 1)
            return clx[at + 5:at + 5 + size]
        if clx[at] != 1:
            break
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    raise damaged()


def _arranged(word: bytes, text: str) -> str:
    """The body first, then what stands beside it; headers last, each line once."""
    parts: dict[str, str] = {}
    at = 0
    for n, name in enumerate(_PARTS):
        length, = struct.unpack_from("<i", word, 0x4C + 4 * n)
        parts[name], at = _shown(text[at:at + max(length, 0)]), at + max(length, 0)
    for name in ("headers", "header_boxes"):
        parts[name] = "\n".join(dict.fromkeys(line for line in parts[name].split("\n") if line.strip()))
    return "\n".join(found for name in _SHOWN if (found := parts[name].strip("\n")))


def _shown(text: str) -> str:
    """As a reader sees it: results of fields without their codes, cells parted by tabs, rows and paragraphs by lines."""
    for _ in range(_DEEPEST_FIELD):    # fields in fields: the innermost first
        text, replaced = _FIELD.subn(lambda field: field[1] or "", text)
        if not replaced:
            break
    return _ROW.sub("\n", text).translate(_MARKS).replace("\x07", "\t").replace("\r", "\n")

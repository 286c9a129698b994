"""Text of RTF as Word, WPS and WordPad write it (RTF 1.9.1): the character sets of its fonts decide what its bytes mean."""

import re
from dataclasses import dataclass, field, replace

from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect

MEDIA_TYPES = frozenset({"application/rtf"})

_VERSION = "1"     # of this reader; raise it when the text it reads changes
_MAX_BYTES = 128 << 20
_TOKEN = re.compile(rb"\\([A-Za-z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([\r\n\0]+)|([^\\{}\r\n\0]+)")
# Groups that hold no text of the document; a group that begins with \* is one unless it is among the kept.
_SKIPPED = frozenset(
    b"colortbl stylesheet pict objdata datafield fldinst listtable listoverridetable rsidtbl generator themedata "
    b"colorschememapping datastore latentstyles xmlnstbl filetbl revtbl sp pgptbl pnseclvl nonshppict background".split())
_KEPT = frozenset({b"shpinst", b"shptxt", b"annotation", b"footnote"})
_INFO = {b"title": "title", b"author": "author", b"subject": "subject", b"keywords": "keywords", b"doccomm": "comments",
         b"operator": "modified_by", b"company": "company"}
_SIGNS = {b"par": "\n", b"sect": "\n", b"page": "\n", b"line": "\n", b"row": "\n", b"nestrow": "\n", b"cell": "\t",
          b"nestcell": "\t", b"tab": "\t", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"bullet": "•",
          b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ", b"qmspace": " "}
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254", 204: "cp1251",
             238: "cp1250"}


@dataclass(slots=True)
class _State:
    """What holds inside a group."""

    skip: bool = False
    info: str = ""
    encoding: str = ""
    fonts: bool = False
    unicode_skip: int = 1
    fresh: bool = True      # nothing but its first word can make the group one to be skipped
    starred: bool = False


@dataclass(slots=True)
class _Reader:
    out: list[str] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    info: dict[str, str] = field(default_factory=dict)
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    default: str = "cp1252"
    to_skip: int = 0

    def flush(self) -> None:
        if self.raw:
            text = _decoded(bytes(self.raw), self.state.encoding or self.default)
            self.raw.clear()
            self._put(text)

    def _put(self, text: str) -> None:
        if self.state.info:
            self.info[self.state.info] = self.info.get(self.state.info, "") + text
        elif not self.state.skip:
            self.out.append(text)

    def literal(self, data: bytes) -> None:
        if self.to_skip:    # what stands in for a character given as Unicode
            self.to_skip, data = max(self.to_skip - len(data), 0), data[self.to_skip:]
        if not self.state.skip or self.state.info:
            self.raw += data

    def brace(self, opening: bool) -> None:
        self.flush()
        self.to_skip = 0
        if opening:
            self.stack.append(self.state)
            self.state = replace(self.state, fresh=True, starred=False)
        elif self.stack:
            self.state = self.stack.pop()

    def word(self, name: bytes, value: int | None) -> None:
        state = self.state
        if state.fresh:
            self._begin(name)
        if name == b"u" and value is not None:
            self.flush()
            self._put(_character(value))
            self.to_skip = state.unicode_skip
        elif name == b"uc":
            state.unicode_skip = max(0, min(value or 0, 16))
        elif name == b"ansicpg":
            self.default = {936: "gb18030", 65001: "utf-8", 10008: "gb18030"}.get(value or 0, f"cp{value}")
        elif name in (b"f", b"af", b"fcharset"):
            self._font(name, value or 0)
        elif name == b"plain":
            self.flush()
            state.encoding = ""
        elif name in _SIGNS:
            self.flush()
            self._put(_SIGNS[name])

    def _begin(self, name: bytes) -> None:
        state = self.state
        state.fresh = False
        state.fonts = state.fonts or name == b"fonttbl"
        if name in _INFO:
            state.info = _INFO[name]
            self.info.pop(state.info, None)    # it comes twice where there is a form in Unicode: the second is that
        elif name in _SKIPPED or name in (b"fonttbl", b"info") or (state.starred and name not in _KEPT):
            state.skip = True

    def _font(self, name: bytes, value: int) -> None:
        """In the font table a number and then its character set; elsewhere the font of what follows."""
        if self.state.fonts:
            if name == b"f":
                self.font = value
            elif name == b"fcharset" and value in _CHARSETS:
                self.fonts[self.font] = _CHARSETS[value]
        elif name == b"f":
            self.flush()
            self.state.encoding = self.fonts.get(value, "")


def engine() -> str:
    return f"dangan-rtf {_VERSION}"


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where there is nothing of a document in the file."""
    with source.path.open("rb") as file:
        data = file.read(_MAX_BYTES)
        cut = bool(file.read(1))
    reader = _read(data)
    text = _joined("".join(reader.out)).replace("\t\n", "\n").lstrip("\n")
    if not reader.info and not text.strip() and len(data) < 16:
        raise UnreadableFile("RTF 文件没有内容，可能在传输中损坏。请重新取得文件后上传新版本。")
    pages = collect([text], 1, source, cut=cut)
    return Extraction(pages.texts, 1, engine(), (), (), pages.truncated, complete=pages.complete,
                      properties=properties(**{name: _joined(text) for name, text in reader.info.items()}))


def _joined(text: str) -> str:
    """Characters beyond the first plane are written as two halves."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _read(data: bytes) -> _Reader:
    reader, at = _Reader(), 0
    while found := _TOKEN.match(data, at):
        at = found.end()
        word, value, code, sign, brace, _, literal = found.groups()
        if word == b"bin":
            at += max(int(value or 0), 0)
        elif word is not None:
            reader.word(word, int(value) if value else None)
        elif brace is not None:
            reader.brace(brace == b"{")
        elif code is not None:
            reader.literal(bytes([int(code, 16)]))
        elif sign is not None:
            _sign(reader, sign)
        elif literal is not None:
            reader.state.fresh = False
            reader.literal(literal)
    reader.flush()
    return reader


def _sign(reader: _Reader, sign: bytes) -> None:
    if sign == b"*":
        reader.state.starred = True
    elif sign in b"\\{}":
        reader.literal(sign)
    elif sign in b"~_":
        reader.literal(b" " if sign == b"~" else b"-")
    elif sign in b"\r\n":
        reader.word(b"par", None)


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("gb18030", "replace")


def _character(value: int) -> str:
    """One unit of UTF-16, given as a signed number; halves of a pair are joined by `_joined`."""
    return chr(value & 0xFFFF)

"""From bytes to characters: the encodings met in Chinese offices, told apart by the bytes themselves."""

import codecs
import re
from typing import NamedTuple

from ingest.extractors._garbled import is_garbled

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w-]+)""")
# GB 18030 holds both older sets; pages that declare one of those use its characters all the same.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030"}


class Decoded(NamedTuple):
    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, *, cut: bool = False) -> Decoded:
    """Characters of a text file; `cut` says that `data` may end amid a character. Never fails: what fits no encoding
    is replaced, with a warning."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark):], encoding, cut)
    tries = [*_declared(data), "utf-8", "gb18030"]
    for encoding in tries:
        text = _strict(data, encoding, cut)
        if text is not None and not (encoding == "gb18030" and is_garbled(text) and _strict(data, "big5", cut)):
            return Decoded(text, encoding)
    big5 = _strict(data, "big5", cut)
    return Decoded(big5, "big5") if big5 is not None and not is_garbled(big5) else _lenient(data, "gb18030", cut)


def _declared(data: bytes) -> list[str]:
    """The encoding a page or XML file names for itself, where it is one we know."""
    match = _DECLARED.search(data[:2048])
    if not match:
        return []
    name = (match[1] or match[2]).decode("ascii", "ignore").lower()
    try:
        codec = codecs.lookup(_WIDER.get(name, name))
    except LookupError:
        return []
    return [codec.name] if not codec.name.startswith("utf-16") and codec._is_text_encoding else []


def _strict(data: bytes, encoding: str, cut: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=not cut)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(data: bytes, encoding: str, cut: bool) -> Decoded:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(data, final=not cut)
    lost = text.count("\ufffd")
    return Decoded(text, encoding, (f"有 {lost} 处字节不合 {encoding} 编码，已用“�”代替。",) if lost else ())

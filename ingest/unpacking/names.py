"""Names inside bundles: which encoding they were written in, and what of them may be kept as a path.

Nothing is ever written under such a name, so a path that points outside does no harm; it is kept without the part that
does. Before UTF-8 was usual, Windows wrote names in the country's own encoding and said nothing about it.
"""

import re
from collections.abc import Iterable, Sequence

UTF8, GBK, CP437 = "utf-8", "gb18030", "cp437"
LONGEST_PATH = 900
UNNAMED = "未命名"
_DRIVE = re.compile(r"^[A-Za-z]:")
# Controls, and marks that change the direction of what is shown: "exe.fdp" must not read as "pdf.exe".
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx"})
# What a name in GB 2312 is made of: common characters, rarely anything else.
_COMMON = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef·—“”‘’…①-⑳Ⅰ-Ⅻ]")
_MOSTLY = 0.7


def encoding_of(names: Iterable[bytes]) -> str:
    """The one encoding in which all these names make sense; they come from one bundle, so from one machine."""
    raw = [name for name in names if not name.isascii()]
    if all(_decodes(name, UTF8) for name in raw):
        return UTF8
    if all(_decodes(name, GBK) for name in raw) and _reads_chinese(raw):
        return GBK
    return CP437


def decoded(name: bytes, encoding: str) -> str:
    return name.decode(encoding, "replace")


def _decodes(name: bytes, encoding: str) -> bool:
    try:
        name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _reads_chinese(names: Sequence[bytes]) -> bool:
    """Whether nearly all characters beyond ASCII are ones a Chinese name has, most of them in GB 2312's own range.

    Accented letters of code page 437 pair with what follows them into rare characters of GBK's extensions.
    """
    text = "".join(c for name in names for c in name.decode(GBK) if not c.isascii())
    plain = sum(_in_gb2312(c) for c in text)
    return bool(text) and len(_COMMON.findall(text)) >= _MOSTLY * len(text) and plain >= _MOSTLY * len(text)


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def safe_path(name: str) -> tuple[str, bool]:
    """The path without anything that leads outside the bundle, and whether there was such a thing."""
    path = _INVISIBLE.sub("", name.replace("\\", "/"))
    bare = _DRIVE.sub("", path)
    parts = [part.strip() for part in bare.split("/")]
    outside = bare != path or path.startswith("/") or ".." in parts
    kept = [part for part in parts if part not in ("", ".", "..")] or [UNNAMED]
    return _shortened("/".join(kept)), outside


def _shortened(path: str) -> str:
    """A path of bearable length that still ends as it did."""
    if len(path) <= LONGEST_PATH:
        return path
    return path[:LONGEST_PATH // 2] + "…" + path[-(LONGEST_PATH // 2 - 1):]


def is_junk(path: str) -> bool:
    """What systems leave in folders without anybody asking: no records."""
    parts = path.lower().split("/")
    return not _JUNK.isdisjoint(parts) or parts[-1].startswith(("._", "~$"))

"""The fonts of an OFD document: those it carries, and for the others the nearest Chinese font of this machine.

In the PDF every font is addressed by glyph number and every glyph is put in its place by itself, so neither encodings
nor widths of the PDF matter.
"""

import mmap
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from ingest.drawing.ofd.sfnt import NotAFont, Sfnt, face_named
from ingest.drawing.ofd.writer import PdfWriter

FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
MAX_FILES = 20_000
# File names, the best first, by what kind of letter a font name speaks of.
_SONG = ("NotoSerifCJK-Regular", "NotoSerifCJKsc-Regular", "NotoSerifSC-Regular", "SourceHanSerifSC-Regular",
         "SourceHanSerif-Regular", "simsun", "uming")
_HEI = ("NotoSansCJK-Regular", "NotoSansCJKsc-Regular", "NotoSansSC-Regular", "SourceHanSansSC-Regular",
        "SourceHanSans-Regular", "msyh", "simhei", "wqy-microhei", "wqy-zenhei", "DroidSansFallbackFull", "DroidSansFallback")
_KAI = ("simkai", "ukai", "gkai00mp")
_FANG = ("simfang",)
_MONO = ("DejaVuSansMono", "LiberationMono-Regular")
_KINDS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("楷", "kai"), _KAI + _SONG + _HEI), (("仿宋", "fangsong", "fangs"), _FANG + _SONG + _HEI),
    (("黑", "hei", "yahei", "gothic", "sans", "arial", "helvetica"), _HEI + _SONG), (("courier", "mono"), _MONO + _SONG + _HEI))
PACKAGE = "fonts-noto-cjk"


class Face:
    """A font in use on a page: its letters, and which PDF object it became."""

    def __init__(self, font: Sfnt, *, own: bool) -> None:
        self.font, self.own = font, own
        self.name = ""

    def write(self, pdf: PdfWriter) -> int:
        """The font as an object of the PDF."""
        cff = self.font.is_cff
        program = pdf.stream("/Subtype/OpenType" if cff else f"/Length1 {len(self.font.alone())}", self.font.alone())
        descriptor = pdf.add(f"<</Type/FontDescriptor/FontName/{self.name}/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0"
                             f"/Ascent 880/Descent -120/CapHeight 700/StemV 80/FontFile{3 if cff else 2} {program} 0 R>>")
        cid = pdf.add(f"<</Type/Font/Subtype/CIDFontType{0 if cff else 2}/BaseFont/{self.name}/DW 1000"
                      f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {descriptor} 0 R"
                      f"{'' if cff else '/CIDToGIDMap/Identity'}>>")
        return pdf.add(f"<</Type/Font/Subtype/Type0/BaseFont/{self.name}/Encoding/Identity-H/DescendantFonts[{cid} 0 R]>>")


def embedded(data: bytes) -> Face | None:
    """The font a document carries; None where it cannot be used."""
    try:
        return Face(Sfnt(data), own=True)
    except NotAFont:
        return None


def installed(name: str) -> Iterator[Face]:
    """Fonts of this machine for a font of this name, the nearest first; empty where no Chinese font is installed."""
    files, lower = _files(), name.lower()
    wanted = next((stems for words, stems in _KINDS if any(word in lower for word in words)), _SONG + _HEI + _KAI)
    for stem in wanted:
        if (path := files.get(stem.lower())) and (font := _opened(path)):
            yield Face(font, own=False)


def has_chinese() -> bool:
    """Whether this machine has a font that Chinese text can be drawn with."""
    return any(stem.lower() in _files() for stem in _SONG + _HEI + _KAI)


@lru_cache(maxsize=1)
def _files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in FOLDERS:
        for count, path in enumerate(Path(folder).rglob("*.[to]t[fc]")):
            if count == MAX_FILES:
                break
            found.setdefault(path.stem.lower(), path)
    return found


@lru_cache(maxsize=8)
def _opened(path: Path) -> Sfnt | None:
    """Mapped, not read: a Chinese font has twenty megabytes, of which a page needs a few thousand bytes."""
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return Sfnt(data, face_named(data, "SC"))  # type: ignore[arg-type]  # read like bytes
    except (OSError, ValueError):
        return None

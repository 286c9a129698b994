"""Pictures: no text of their own, but pages, size and resolution, which say whether characters can be recognised on them.

Only headers are read; no picture is unpacked here.
"""

from typing import Any

from archive.remarks import Remark, Severity
from ingest.extractors._properties import properties
from ingest.extractors.base import Extraction, Source, UnreadableFile, library

MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/tiff", "image/bmp", "image/webp", "image/gif"})

_MOST_PAGES = 10_000
_TITLE, _MAKER, _MODEL, _SOFTWARE, _TIME, _AUTHOR = 270, 271, 272, 305, 306, 315   # TIFF 6.0, also in EXIF


def engine() -> str:
    return library("pillow")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the picture's header is damaged."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None    # a limit for unpacking; here it would refuse to tell the size
    try:
        with Image.open(source.path) as picture:
            count, cut = _pages(picture)
            described = _properties(picture)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, OverflowError, EOFError) as error:
        raise UnreadableFile("图像文件损坏或不完整，无法打开。请重新扫描或取得文件后上传新版本。") from error
    remarks = (Remark("image.too-many-pages", Severity.WARNING,
                      f"图像超过 {_MOST_PAGES} 页，只登记了前 {_MOST_PAGES} 页。请拆分后上传。"),)
    return Extraction(("",) * count, count, engine(), properties=described,
                      image_pages=tuple(range(1, count + 1)), remarks=remarks if cut else ())


def _pages(picture: Any) -> tuple[int, bool]:
    """How many pages a picture has; only TIFF has any. They form a chain, which a hostile file can make endless."""
    if picture.format != "TIFF":
        return 1, False
    count = 1
    for count in range(1, _MOST_PAGES + 1):
        try:
            picture.seek(count)
        except EOFError:
            picture.seek(0)
            return count, False
    picture.seek(0)
    return count, True


def _properties(picture: Any) -> dict[str, str]:
    tags = dict(picture.getexif()) | dict(getattr(picture, "tag_v2", {}) or {})
    camera = " ".join(str(tags[tag]).strip(" \0") for tag in (_MAKER, _MODEL) if tags.get(tag))
    width, height = picture.size
    return properties(title=tags.get(_TITLE), author=tags.get(_AUTHOR), creator=tags.get(_SOFTWARE), device=camera,
                      created=_day_first(str(tags.get(_TIME) or "")), width=width, height=height, dpi=_dpi(picture),
                      colour=picture.mode)


def _dpi(picture: Any) -> str:
    """Dots per inch, "300" or "300 × 150"; empty where the picture does not say."""
    try:
        across, down = (round(float(value)) for value in picture.info.get("dpi") or (0, 0))
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return ""
    if across <= 1 or down <= 1:
        return ""
    return str(across) if across == down else f"{across} × {down}"


def _day_first(text: str) -> str:
    """2024:03:01 10:00:00, as EXIF writes it, in the usual form."""
    day, _, clock = text.strip(" \0").partition(" ")
    return f"{day.replace(':', '-')}{'T' + clock if clock else ''}" if day else ""

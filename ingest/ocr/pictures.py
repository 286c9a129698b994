"""Pages as pictures: a page of a PDF or OFD drawn, a frame of an image file decoded. Runs inside a worker only.

Owns how large a picture may become. A size that a file declares is looked at before anything of that size is made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.extractors.base import Source, UnreadableFile
from ingest.media_types import OFD
from ingest.ocr.port import IMAGES

LONGEST_SIDE = 3508   # pixels: A4 at 300 dots an inch
PDF_DPI = 300
MOST_PIXELS = 150_000_000
MOST_STRIPS = 2000
_PASSWORD_NEEDED = 4

Picture = NDArray[np.uint8]
"""Height × width × blue, green, red."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's picture. `dpi` is the resolution of the scan behind it, 0 where unknown;
    `pixels` its size as it was scanned, 0 where it was not.
    """

    picture: Picture
    dpi: int
    pixels: tuple[int, int]


class Pages(Protocol):
    count: int

    def page(self, index: int, longest: int = LONGEST_SIDE) -> Page:
        """Raises UnreadableFile where this page is damaged or too large."""
        ...


@contextmanager
def opened(source: Source) -> Iterator[Pages]:
    """The pages of a file. Raises UnreadableFile where it cannot be opened or is no file of pages."""
    if source.media_type == "application/pdf":
        with _opened_pdf(source) as pages:
            yield pages
    elif source.media_type == OFD:
        from ingest.drawing.ofd.pages import Opened

        with Opened(source.path) as document:
            yield _OfdPages(document)
    elif source.media_type in IMAGES:
        with _opened_image(source) as frames:
            yield frames
    else:
        raise UnreadableFile("此格式没有可供光学识别的页面。")


class _PdfPages:
    def __init__(self, document: Any) -> None:
        self._document, self.count = document, len(document)

    def page(self, index: int, longest: int = LONGEST_SIDE) -> Page:
        import pypdfium2

        try:
            page = self._document[index]
            scale = min(PDF_DPI / 72, longest / max(*page.get_size(), 1.0))
            bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=False)
            dpi = _scan_dpi(page)
            width, height = (round(side * dpi / 72) for side in page.get_size())
            return Page(_three_channels(bitmap.to_numpy()), dpi, (width, height))
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile("这一页损坏，无法绘制。") from error


class _OfdPages:
    """Each page becomes a PDF of one page, as for the page viewer, so that a line stands where people see it."""

    def __init__(self, document: Any) -> None:
        self._document, self.count = document, document.count

    def page(self, index: int, longest: int = LONGEST_SIDE) -> Page:
        import pypdfium2

        try:
            with pypdfium2.PdfDocument(self._document.pdf(index, LONGEST_SIDE)) as drawn:
                return _PdfPages(drawn).page(0, longest)
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile("这一页损坏，无法绘制。") from error


class _Frames:
    def __init__(self, image: Any) -> None:
        self._image, self.count = image, int(getattr(image, "n_frames", 1))

    def page(self, index: int, longest: int = LONGEST_SIDE) -> Page:
        try:
            self._image.seek(index)
            return _frame(self._image, longest)
        except (OSError, EOFError, SyntaxError, ValueError) as error:
            raise UnreadableFile("图像的这一页损坏，无法解码。") from error


@contextmanager
def _opened_pdf(source: Source) -> Iterator[Pages]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source.path)
    except pypdfium2.PdfiumError as error:
        locked = error.err_code == _PASSWORD_NEEDED
        raise UnreadableFile("文件设有打开密码，无法识别。" if locked else "文件已损坏或不完整，无法识别。") from error
    with document:
        yield _PdfPages(document)


@contextmanager
def _opened_image(source: Source) -> Iterator[Pages]:
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        image = Image.open(source.path)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise UnreadableFile("图像损坏或不完整，无法解码。") from error
    except Image.DecompressionBombError as error:
        raise UnreadableFile(f"图像超过 {MOST_PIXELS:,} 像素的上限，没有解码。") from error
    with image:
        yield _Frames(image)


def _frame(image: Any, longest: int) -> Page:
    from PIL import ImageOps

    if image.width * image.height > MOST_PIXELS:
        raise UnreadableFile(f"图像有 {image.width}×{image.height} 像素，超过 {MOST_PIXELS:,} 的上限，没有解码。")
    dpi, pixels = _declared_dpi(image), (image.width, image.height)
    if image.format == "JPEG":
        image.draft("RGB", (longest, longest))
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        upright = upright.point(lambda value: value / 256).convert("L")
    if "A" in upright.mode or "transparency" in upright.info:
        upright = _on_white(upright)
    upright.thumbnail((longest, longest))
    return Page(np.ascontiguousarray(np.asarray(upright.convert("RGB"))[:, :, ::-1]), dpi, pixels)


def _on_white(image: Any) -> Any:
    from PIL import Image

    clear = image.convert("RGBA")
    white = Image.new("RGBA", clear.size, "white")
    return Image.alpha_composite(white, clear)


def _declared_dpi(image: Any) -> int:
    """What the file says of itself; the values that cameras and screens write by habit say nothing."""
    try:
        across, down = (float(value) for value in image.info.get("dpi", (0, 0)))
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    dpi = round(min(across, down))
    return dpi if 100 <= dpi <= 2400 else 0


def _scan_dpi(page: Any) -> int:
    """The resolution of the pictures that cover the page, which some scanners cut into strips; 0 where they do not."""
    import pypdfium2
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    area = dots = 0.0
    for number, item in enumerate(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        if number == MOST_STRIPS:
            break
        try:
            left, bottom, right, top = item.get_bounds()
            across, down = item.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        area += max(right - left, 0.0) * max(top - bottom, 0.0)
        dots += across * down
    width, height = page.get_size()
    return round(72 * (dots / area) ** 0.5) if area > 0.5 * width * height else 0


def _three_channels(pixels: Any) -> Picture:
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.shape[2] == 1:
        pixels = np.repeat(pixels, 3, axis=2)
    return np.ascontiguousarray(pixels[:, :, :3])

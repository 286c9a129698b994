"""PDF through pdfium: pictures, and the place of every character of the text layer. Other formats end here as PDF too."""

import ctypes
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ingest.drawing.base import require_page, scale_for
from ingest.extractors.base import UnreadableFile, clean
from ingest.letters import Box, Letters, box_of

if TYPE_CHECKING:
    from PIL.Image import Image

MEDIA_TYPES = frozenset({"application/pdf"})
MAX_LETTERS = 200_000        # of one page
_PASSWORD_NEEDED = 4
_DEVICE = 1_000_000          # a fine enough grid to read the page's transformation from
_TALL = 2.5                  # heights of the ink: a font that claims more than this lies about its height


def engine() -> str:
    import pypdfium2

    return f"pypdfium2 {pypdfium2.version.PYPDFIUM_INFO}"


class Opened:
    """An opened PDF; close it, or use `with`. Raises UnreadableFile for one that is damaged or asks for a password."""

    def __init__(self, source: Path | bytes) -> None:
        import pypdfium2

        self._lib = pypdfium2.raw
        try:
            self._document: Any = pypdfium2.PdfDocument(source)
        except pypdfium2.PdfiumError as error:
            locked = error.err_code == _PASSWORD_NEEDED
            raise UnreadableFile("文件设有打开密码。" if locked else "文件已损坏或不完整。") from error
        self.count: int = len(self._document)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._document.close()

    def picture(self, index: int, side: int) -> "Image":
        page = self._page(index)
        width, height = page.get_size()
        require_page(width, height)
        picture: Image = page.render(scale=scale_for(width, height, side), may_draw_forms=False).to_pil()
        return picture

    def letters(self, index: int) -> Letters:
        page = self._page(index)
        require_page(*page.get_size())
        text = page.get_textpage()
        onto = _onto_picture(self._lib, page)
        placed = [(char, self._place(text, at, onto)) for at in range(min(self._lib.FPDFText_CountChars(text), MAX_LETTERS))
                  if (char := clean(_char(self._lib.FPDFText_GetUnicode(text, at))))]
        return Letters("".join(char for char, _ in placed), tuple(box for _, box in placed))

    def texts(self, room: int) -> tuple[str, ...]:
        """The text of every page, as long as there is room."""
        found: list[str] = []
        for index in range(self.count):
            text = clean(self._page(index).get_textpage().get_text_range()) if room > 0 else ""
            found.append(text[:max(room, 0)])
            room -= len(text)
        return tuple(found)

    def _page(self, index: int) -> Any:
        import pypdfium2

        try:
            return self._document[index]
        except pypdfium2.PdfiumError as error:
            raise UnreadableFile(f"第 {index + 1} 页已损坏。") from error

    def _place(self, text: Any, at: int, onto: "Affine") -> Box | None:
        """As high as its line, so that the marks of a line are one bar; as high as its ink where the font lies."""
        line, ink = self._lib.FS_RECTF(), [ctypes.c_double() for _ in range(4)]
        if not self._lib.FPDFText_GetLooseCharBox(text, at, ctypes.byref(line)):
            return None
        left, bottom, right, top = line.left, line.bottom, line.right, line.top
        if self._lib.FPDFText_GetCharBox(text, at, *map(ctypes.byref, ink)):
            ink_left, ink_right, ink_bottom, ink_top = (value.value for value in ink)
            if top <= bottom or right <= left or top - bottom > _TALL * max(ink_top - ink_bottom, right - left):
                left, bottom, right, top = ink_left, ink_bottom, ink_right, ink_top
        return _box(onto, (left, bottom, right, top))


Affine = tuple[float, float, float, float, float, float]


def _onto_picture(lib: Any, page: Any) -> Affine:
    """From points of the page to fractions of its picture, whatever its rotation and crop box are."""
    def at(x: float, y: float) -> tuple[float, float]:
        across, down = ctypes.c_int(), ctypes.c_int()
        lib.FPDF_PageToDevice(page, 0, 0, _DEVICE, _DEVICE, 0, x, y, ctypes.byref(across), ctypes.byref(down))
        return across.value / _DEVICE, down.value / _DEVICE

    far = max(*page.get_size(), 1.0)
    (e, f), (ax, bx), (cx, dx) = at(0, 0), at(far, 0), at(0, far)
    return (ax - e) / far, (bx - f) / far, (cx - e) / far, (dx - f) / far, e, f


def _box(onto: Affine, corners: tuple[float, float, float, float]) -> Box | None:
    a, b, c, d, e, f = onto
    left, bottom, right, top = corners
    xs, ys = [a * x + c * y + e for x, y in ((left, bottom), (right, top))], [
        b * x + d * y + f for x, y in ((left, bottom), (right, top))]
    if max(xs) <= min(xs) or max(ys) <= min(ys):
        return None
    return box_of((min(xs), min(ys), max(xs), max(ys)))


def _char(code: int) -> str:
    """One character for one place in the page's text; halves of a pair cannot be told."""
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""

"""Photographs and scans through Pillow: one picture a page, upright as the camera says, on white."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest.drawing.base import require_pixels
from ingest.extractors.base import UnreadableFile
from ingest.letters import Letters

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/tiff": "TIFF", "image/bmp": "BMP", "image/webp": "WEBP",
           "image/gif": "GIF", "image/jp2": "JPEG2000"}
MEDIA_TYPES = frozenset(FORMATS)
MAX_PAGES = 10_000
_ORIENTATION = 0x0112
_DEEP = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")   # more than eight bits a pixel


def engine() -> str:
    import PIL

    return f"Pillow {PIL.__version__}"


class Opened:
    """An opened image; close it, or use `with`. Raises UnreadableFile for what is damaged or too large."""

    def __init__(self, source: Path) -> None:
        from PIL import Image

        Image.MAX_IMAGE_PIXELS = None    # the limit is `require_pixels`, which names itself
        try:
            self._image = Image.open(source, formats=tuple(FORMATS.values()))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise UnreadableFile("图像已损坏或不完整。") from error
        require_pixels(*self._image.size)
        self.count = min(self._frames(), MAX_PAGES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._image.close()

    def picture(self, index: int, side: int) -> "Image":
        try:
            if index:
                self._image.seek(index)
            require_pixels(*self._image.size)
            orientation = self._image.getexif().get(_ORIENTATION, 1)
            return _on_white(_upright(self._reduced(side), orientation))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise UnreadableFile("图像已损坏或不完整。") from error

    def letters(self, index: int) -> Letters:
        """An image has none of its own; what recognition found is kept elsewhere."""
        return Letters("", ())

    def texts(self, room: int) -> tuple[str, ...]:
        return ("",) * self.count

    def _frames(self) -> int:
        """Only a TIFF has pages; the frames of a moving picture are none."""
        if self._image.format != "TIFF":
            return 1
        try:
            return int(getattr(self._image, "n_frames", 1))
        except (OSError, SyntaxError, ValueError, EOFError):
            return 1

    def _reduced(self, side: int) -> "Image":
        """Within `side` both ways, never enlarged; a JPEG is read at a fraction of its size straight away."""
        from PIL import Image

        image = self._image
        image.draft("L" if image.mode == "L" else "RGB", (side, side))
        image.load()
        flat = _eight_bits(image)
        if flat.mode in ("1", "P"):
            flat = flat.convert("L" if flat.mode == "1" else "RGBA")
        flat.thumbnail((side, side), Image.Resampling.BOX if max(flat.size) > 8 * side else Image.Resampling.LANCZOS)
        return flat


def _upright(image: "Image", orientation: int) -> "Image":
    """As the camera was held: eight ways, by the number EXIF gives them."""
    from PIL.Image import Transpose

    ways = {2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180, 4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE,
            6: Transpose.ROTATE_270, 7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_90}
    return image.transpose(ways[orientation]) if orientation in ways else image


def _eight_bits(image: "Image") -> "Image":
    """Sixteen bits are brought down by their range; Pillow itself would cut them."""
    if image.mode not in _DEEP:
        return image
    import numpy

    values = numpy.asarray(image, dtype=numpy.float32)
    low, high = float(values.min()), float(values.max())
    if high <= 255 and low >= 0:
        return image.convert("L")
    from PIL import Image

    scaled = (values - low) * (255.0 / max(high - low, 1e-6))
    return Image.fromarray(scaled.astype(numpy.uint8), "L")


def _on_white(image: "Image") -> "Image":
    """RGB or grey, without transparency: paper is white."""
    from PIL import Image

    if image.mode in ("L", "RGB"):
        return image
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")

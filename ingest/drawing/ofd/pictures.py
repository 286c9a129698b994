"""Images in an OFD page as images of a PDF. JBIG2, which Chinese invoices use for codes, goes to pdfium as it is."""

import io
import struct

from ingest.drawing.base import require_pixels
from ingest.drawing.ofd.writer import PdfWriter
from ingest.extractors.base import UnreadableFile

MAX_SIDE = 2400
_JBIG2 = b"\x97JB2\r\n\x1a\n"
_PAGE_INFORMATION = 48


def add_picture(pdf: PdfWriter, data: bytes, longest: int = MAX_SIDE) -> int:
    """The number of the image object; 0 where the bytes are no picture: the page is drawn without it."""
    if data.startswith(_JBIG2):
        return _jbig2(pdf, data)
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            require_pixels(*image.size)
            image.draft("RGB", (longest, longest))
            image.load()
            image.thumbnail((longest, longest))
            clear = "A" in image.getbands() or "transparency" in image.info
            return _raster(pdf, image.convert("RGBA" if clear else "RGB"))
    except (OSError, SyntaxError, ValueError, EOFError, UnreadableFile):
        return 0


def _raster(pdf: PdfWriter, image: "object") -> int:
    from PIL.Image import Image

    assert isinstance(image, Image)
    size = f"/Type/XObject/Subtype/Image/Width {image.width}/Height {image.height}/BitsPerComponent 8"
    mask = ""
    if image.mode == "RGBA":
        mask = f"/SMask {pdf.stream(f'{size}/ColorSpace/DeviceGray', image.getchannel('A').tobytes())} 0 R"
    return pdf.stream(f"{size}/ColorSpace/DeviceRGB{mask}", image.convert("RGB").tobytes())


def _jbig2(pdf: PdfWriter, data: bytes) -> int:
    """The head of the file is dropped: a PDF wants the segments alone (ISO 32000-1, 7.4.7)."""
    unknown = len(data) > 8 and data[8] & 2
    segments = data[9 if unknown else 13:]
    # The page says its size in the data of its first segment, which stands behind eleven bytes of head.
    if len(segments) < 19 or segments[4] & 0x3F != _PAGE_INFORMATION:
        return 0
    width, height = struct.unpack_from(">II", segments, 11)
    try:
        require_pixels(width, height)
    except UnreadableFile:
        return 0
    return pdf.stream(f"/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 1/ColorSpace/DeviceGray"
                      "/Filter/JBIG2Decode", segments)

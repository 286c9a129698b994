"""Scans made here: pages of known text as pictures, in a PDF or a TIFF of many pages."""

import io
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.unit.ingest.drawing.ofd_samples import ofd
from tests.unit.ingest.drawing.ofd_samples import text as written

A4 = (595.28, 841.89)


def picture(text: str, dpi: int = 200, *, blank: bool = False) -> Image.Image:
    image = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
    if not blank:
        pen, font = ImageDraw.Draw(image), ImageFont.load_default(dpi // 6)
        for row in range(6):
            pen.text((dpi, dpi + row * dpi // 2), f"{text} line {row + 1} of the page", fill=0, font=font)
    return image


def scan_pdf(count: int, *, dpi: int = 200, native: Mapping[int, str] = {}, blank: Collection[int] = (),
             text: str = "scan") -> bytes:
    """Pages that are pictures, except those in `native`, which have a text layer and no picture."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for number in range(1, count + 1):
        if number in native:
            canvas.drawString(72, 700, native[number])
        else:
            image = picture(f"{text} {number}", dpi, blank=number in blank)
            canvas.drawImage(ImageReader(image), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def scan_tiff(count: int, dpi: int = 200) -> bytes:
    target = io.BytesIO()
    frames = [picture(f"frame {number}", dpi).convert("1") for number in range(1, count + 1)]
    frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(dpi, dpi))
    return target.getvalue()


def scan_ofd(count: int, *, dpi: int = 200, native: Mapping[int, str] = {}, stamp: str = "") -> bytes:
    """As `scan_pdf`; a `stamp` is text set over each picture, as programs that number pages do."""
    pages, members, media = [], {}, ""
    for number in range(1, count + 1):
        if number in native:
            pages.append(written(native[number], 10, 50))
            continue
        target = io.BytesIO()
        picture(f"scan {number}", dpi).save(target, "JPEG", quality=90)
        members[f"Doc_0/Res/p{number}.jpg"] = target.getvalue()
        media += f'<ofd:MultiMedia ID="{50 + number}" Type="Image"><ofd:MediaFile>p{number}.jpg</ofd:MediaFile></ofd:MultiMedia>'
        pages.append(f'<ofd:ImageObject ID="{70 + number}" Boundary="0 0 210 297" CTM="210 0 0 297 0 0" ResourceID="{50 + number}"/>'
                     + (written(stamp, 100, 290, 4) if stamp else ""))
    with tempfile.TemporaryDirectory() as folder:
        path = ofd(Path(folder) / "a.ofd", *pages, res=f"<ofd:MultiMedias>{media}</ofd:MultiMedias>", members=members)
        return path.read_bytes()

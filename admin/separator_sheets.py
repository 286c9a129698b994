"""Separator sheets to print: one a page, a code for the scanner and words for people. What the code says is ingest's."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from archive import taxonomy
from archive.models import Project
from ingest.separating.code import Mark, matrix_of

FONT = "STSong-Light"
SIDE = 90 * mm          # of the code: read even where the sheet lies crooked and the scanner is set to few dots
_WIDEST = 170 * mm
HINT = ("把本页放在每件文件的前面，与文件一起送入扫描仪，存成一个 PDF 或多页 TIFF，放进扫描件文件夹。",
        "系统在本页处拆分；本页和它的空白背面不归入任何一件。可以反复使用，请勿折叠、涂改方码。")


def sheets_of(projects: Sequence[Project], types: Sequence[str] = ()) -> bytes:
    """A PDF with a sheet for each project and each of the document types; without types, one that leaves the type open.

    Raises UnknownDocumentType.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    canvas.setTitle("分隔页")
    for project in projects:
        for key in types or ("",):
            _sheet(canvas, project, taxonomy.load().get(key).name if key else "", Mark(project.code, key))
            canvas.showPage()
    canvas.save()
    return target.getvalue()


def _sheet(canvas: Canvas, project: Project, type_name: str, mark: Mark) -> None:
    width, height = A4
    _line(canvas, "分 隔 页", 28, height - 38 * mm)
    _code(canvas, mark, (width - SIDE) / 2, height - 55 * mm - SIDE)
    _line(canvas, project.code, 26, height - 165 * mm)
    _line(canvas, project.name, 18, height - 178 * mm)
    _line(canvas, project.unit, 14, height - 188 * mm)
    _line(canvas, f"文件类型：{type_name or '自动识别'}", 18, height - 206 * mm)
    for number, hint in enumerate(HINT):
        _line(canvas, hint, 10, 40 * mm - number * 6 * mm)


def _code(canvas: Canvas, mark: Mark, left: float, bottom: float) -> None:
    rows = matrix_of(mark)
    step = SIDE / len(rows)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:    # a hair wider than its place: no light lines between neighbours
                canvas.rect(left + across * step, bottom + SIDE - (down + 1) * step, step * 1.02, step * 1.02, stroke=0, fill=1)


def _line(canvas: Canvas, text: str, size: float, height: float) -> None:
    """In the middle, smaller where it would not fit."""
    wide = pdfmetrics.stringWidth(text, FONT, size)
    size = min(size, size * _WIDEST / wide) if wide else size
    canvas.setFont(FONT, size)
    canvas.drawCentredString(A4[0] / 2, height, text)

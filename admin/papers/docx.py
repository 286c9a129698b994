"""A paper as a Word document, to be corrected and sent by a person: real tables, a mark in the header, fonts offices use."""

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from admin.papers.model import Cell, Paper, Table, shown
from admin.sample.writers.packages import without_timestamps

BODY, HEADING = "仿宋", "黑体"
MARGIN = 22


def docx_of(paper: Paper) -> bytes:
    document = Document()
    _prepare(document, paper)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, paper.title, HEADING, 18)
    for name, value in paper.head:
        _plain(document, f"{name}：{value}")
    for block in paper.blocks:
        if isinstance(block, Table):
            _table(document, block, 297 if paper.wide else 210)
        else:
            _plain(document, block).paragraph_format.first_line_indent = Pt(0 if block.endswith("：") else 24)
    for line in paper.end:
        _plain(document, line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if paper.note:
        _run(document.add_paragraph(), paper.note, BODY, 9)
    buffer = BytesIO()
    document.save(buffer)
    return without_timestamps(buffer.getvalue(), paper.day)


def _prepare(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    short, long = Mm(210), Mm(297)
    section.page_width, section.page_height = (long, short) if paper.wide else (short, long)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.wide else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = Mm(MARGIN)
    style = document.styles["Normal"]
    style.font.name, style.font.size, style.font.color.rgb = BODY, Pt(12), RGBColor(0, 0, 0)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY)
    document.core_properties.title, document.core_properties.author = paper.title, "档案系统"
    if paper.mark:
        header = section.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(header, paper.mark, HEADING, 12)


def _table(document: Any, table: Table, page: int) -> None:
    """Written row by row: asking python-docx for a cell by its place costs as much as the whole table."""
    if table.title:
        _run(document.add_paragraph(), table.title, HEADING, 13)
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Table Grid")
    grid.autofit = False
    share = (page - 2 * MARGIN) / sum(table.widths)
    for number, (line, row) in enumerate(zip(grid.rows, (table.columns, *table.rows), strict=True)):
        if number == 0:
            repeat = OxmlElement("w:tblHeader")
            repeat.set(qn("w:val"), "true")
            line._tr.get_or_add_trPr().append(repeat)
        for cell, value, width in zip(line.cells, row, table.widths, strict=True):
            cell.width = Mm(width * share)
            _run(cell.paragraphs[0], _text(value), HEADING if number == 0 else BODY, 10)
    document.add_paragraph()


def _plain(document: Any, text: str) -> Any:
    paragraph = document.add_paragraph()
    _run(paragraph, text, BODY, 12)
    return paragraph


def _run(paragraph: Any, text: str, font: str, size: int) -> None:
    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size = font, Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _text(value: Cell) -> str:
    return shown(value)


def _clean(text: str) -> str:
    """XML takes no control characters; titles of files may hold any."""
    return "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff"))

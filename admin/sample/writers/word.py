"""Word documents with real headings and tables, in the fonts Chinese offices use."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from admin.sample.paper import Block, Paper, Table, chinese_day, is_heading
from admin.sample.writers.packages import without_timestamps

_BODY, _HEADING = "仿宋", "黑体"


def write_docx(paper: Paper) -> bytes:
    document = Document(BytesIO(_template()))
    document.core_properties.title, document.core_properties.author = paper.title, paper.issuer
    title = document.add_heading(paper.title, 0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if paper.doc_no:
        document.add_paragraph(paper.doc_no).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for label, value in paper.facts:
        document.add_paragraph(f"{label}：{value}")
    for block in paper.blocks:
        _add(document, block)
    for line in (paper.issuer, chinese_day(paper.day)):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    buffer = BytesIO()
    document.save(buffer)
    return without_timestamps(buffer.getvalue(), paper.day)


def _add(document: Any, block: Block) -> None:
    if isinstance(block, Table):
        _table(document, block)
    elif is_heading(block):
        document.add_heading(block, 1)
    else:
        document.add_paragraph(block).paragraph_format.first_line_indent = Pt(24)


def _table(document: Any, table: Table) -> None:
    """Written row by row: asking python-docx for a cell by its place costs as much as the whole table."""
    rows = [row for row in (table.titles, *table.rows) if row]
    grid = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid" if table.titles else None)
    for line, row in zip(grid.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.paragraphs[0].text = text
    document.add_paragraph()


@cache
def _template() -> bytes:
    """The library's own template with Chinese fonts in its styles, made once."""
    document = Document()
    document.core_properties.created = document.core_properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    for name, font, size in (("Normal", _BODY, 12), ("Title", _HEADING, 20), ("Heading 1", _HEADING, 14)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), RGBColor(0, 0, 0)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()

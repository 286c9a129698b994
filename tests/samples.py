"""Small files of every kind, made when a test asks for them. No bytes of anybody else's document live in this tree."""

import io
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.comments import Comment
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

FONT = "STSong-Light"
# Two ideographs of a text layer whose font maps codes to the wrong characters, repeated to a page's length.
WRONG_CHARACTERS = ("犐犆犛犔犌犕犜犛犲犮狌狉犻狋狔犲狀犵犻狀犲犲狉狊犪犾狏犲狉狔犻犮狅狀" * 4)


def pdf(path: Path, pages: Sequence[Sequence[str]], *, title: str = "", password: str = "", numbers: bool = True,
        upwards: bool = False) -> Path:
    """Lines of text, page by page, with the page number at the foot; `upwards` draws each page from its last line."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    lock = StandardEncryption(password, canPrint=1) if password else None
    canvas = Canvas(str(path), pagesize=A4, invariant=1, encrypt=lock)
    for number, lines in enumerate(pages, 1):
        if title and number == 1:
            canvas.setFont(FONT, 22)
            canvas.drawCentredString(297, 780, title)
        places = [(740 - 20 * n, line) for n, line in enumerate(lines)]
        for y, line in reversed(places) if upwards else places:
            canvas.setFont(FONT, 12)
            canvas.drawString(72, y, line)
        if numbers:
            canvas.setFont(FONT, 9)
            canvas.drawCentredString(297, 40, f"第{number}页")
        canvas.showPage()
    canvas.save()
    return path


def scanned_pdf(path: Path, pages: int = 2) -> Path:
    """Pages with a drawing and no text."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for _ in range(pages):
        canvas.rect(100, 100, 300, 500, fill=1)
        canvas.showPage()
    canvas.save()
    return path


TEXT_BOX = f"""<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><mc:AlternateContent>
 <mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent><w:p><w:r><w:t>@</w:t></w:r></w:p></w:txbxContent>
 </wps:txbx></w:drawing></mc:Choice>
 <mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>@</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>
 </mc:AlternateContent></w:r>"""


def word(path: Path, *, title: str = "", paragraphs: Sequence[str] = (), rows: Sequence[Sequence[str]] = (),
         nested: str = "", header: str = "", footer: str = "", text_box: str = "", inserted: str = "",
         deleted: str = "", closing: str = "") -> Path:
    """A Word file: title, paragraphs, a table (with a table in its last cell), what else is asked for, a closing line."""
    document = docx.Document()
    if title:
        document.add_heading(title, 0)
    for text in paragraphs:
        document.add_paragraph(text)
    if text_box:
        document.add_paragraph("文本框前")._p.append(parse_xml(TEXT_BOX.replace("@", text_box)))
    if inserted or deleted:
        _changes(document, inserted, deleted)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
        if nested:
            table.rows[-1].cells[-1].add_table(1, 1).rows[0].cells[0].text = nested
    if closing:
        document.add_paragraph(closing)
    document.sections[0].header.paragraphs[0].text = header
    document.sections[0].footer.paragraphs[0].text = footer
    document.save(str(path))
    return path


def _changes(document: "docx.document.Document", inserted: str, deleted: str) -> None:
    paragraph = document.add_paragraph("修订：")._p
    for mark, tag, text in (("ins", "t", inserted), ("del", "delText", deleted)):
        paragraph.append(parse_xml(f'<w:{mark} {nsdecls("w")} w:id="1" w:author="甲">'
                                   f"<w:r><w:{tag}>{text}</w:{tag}></w:r></w:{mark}>"))


def workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]], comment: str = "") -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if comment:
        book.worksheets[0]["A1"].comment = Comment(comment, "甲")
    book.save(path)
    return path


def slides(path: Path, pages: Sequence[tuple[str, str]], *, notes: str = "", cells: Sequence[str] = ()) -> Path:
    """Slides of a title and a text each; notes and a table of one row on the last."""
    show = pptx.Presentation()
    for title, text in pages:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    if cells:
        table = slide.shapes.add_table(1, len(cells), Inches(1), Inches(1), Inches(5), Inches(1)).table
        for n, text in enumerate(cells):
            table.cell(0, n).text = text
    show.save(str(path))
    return path


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return path


def ofd(path: Path) -> Path:
    return archive(path, {"OFD.xml": b"<ofd:OFD xmlns:ofd='http://www.ofdspec.org/2016'/>", "Doc_0/Document.xml": b"<x/>"})


def member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as container:
        return container.read(name)


def with_member(path: Path, name: str, data: bytes) -> Path:
    """Put another member into a zip, in place of one of the same name."""
    with zipfile.ZipFile(path) as container:
        members = {n: container.read(n) for n in container.namelist()}
    return archive(path, {**members, name: data})


def bomb(path: Path, megabytes: int) -> Path:
    """A Word file whose text unpacks to so many megabytes of nothing."""
    word(path, title="炸弹")
    return with_member(path, "word/document.xml", b"<x>" + b" " * (megabytes << 20) + b"</x>")


def ole2(path: Path, *streams: str) -> Path:
    """A compound file with these names in its directory and nothing in them."""
    sector = 512
    names = ("Root Entry", *streams)
    header = bytearray(sector)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<III", header, 44, 1, 1, 0)      # one FAT sector, the directory starts in sector 1
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    entries = io.BytesIO()
    for n, name in enumerate(names):
        encoded = (name + "\0").encode("utf-16-le")
        entry = bytearray(128)
        entry[:len(encoded)] = encoded
        struct.pack_into("<HB", entry, 64, len(encoded), 5 if n == 0 else 2)
        entries.write(entry)
    directory = entries.getvalue().ljust(-(-len(entries.getvalue()) // sector) * sector, b"\0")
    count = len(directory) // sector
    chain = [0xFFFFFFFD, *range(2, count + 1), 0xFFFFFFFE]
    fat = struct.pack(f"<{sector // 4}I", *chain, *[0xFFFFFFFF] * (sector // 4 - len(chain)))
    path.write_bytes(bytes(header) + fat + directory)
    return path

"""Text of PDF files with pdfium, in the order in which the page is read."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.extractors._garbled import garbled_pages, mostly_garbled
from ingest.extractors._pdf_layout import drawn_upwards, headings_of, lines_of, text_downwards
from ingest.extractors._pdf_structure import structure
from ingest.extractors._pdfium import pdfium
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

MEDIA_TYPES = frozenset({"application/pdf"})

# pdfium puts these for a hyphen at a line's end and swallows the line end; in our texts it belongs to a number or a
# standard (GB/T 22239-2019) as often as to a cut word, so the hyphen stays.
_LINE_HYPHEN = re.compile("[\ufffe\x02]")
_PASSWORD_NEEDED = 4
_FEW, _LARGE = 40, 0.4   # characters on a page, share of the page that a picture covers


def engine() -> str:
    return library("pypdfium2")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the file is damaged or asks for a password."""
    with _open(source) as document:
        count = len(document)
        if not count:
            raise UnreadableFile("PDF 里没有任何页面，文件可能在传输中损坏，请重新导出后上传。")
        headings: list[str] = []
        broken: list[int] = []
        pictures: list[int] = []
        pages = collect(_pages(document, headings, broken, pictures), count, source)
        described, remarks = ({}, []) if source.is_head and not pages.complete else structure(source, document)
    damage = list(_damage(source))
    texts, warnings = pages.texts, [*damage, *_warnings(broken)]
    bad = garbled_pages(texts)
    garbled = mostly_garbled(texts, bad)
    if bad and not garbled:
        warnings.append(f"第{_numbers(bad)}页的文字层是乱码，这些页未作为文字收录。")
        texts = tuple("" if n in bad else text for n, text in enumerate(texts))
    unread = range(len(pages.texts)) if garbled else {*pictures, *bad} - {*broken}
    return Extraction(texts, count, engine(), () if garbled else tuple(headings),
                      tuple(warnings), pages.truncated, garbled, pages.complete, damaged=bool(damage), properties=described,
                      image_pages=tuple(n + 1 for n in sorted(unread)), remarks=tuple(remarks))


def _open(source: Source) -> Any:
    pypdfium2 = pdfium()
    try:
        return pypdfium2.PdfDocument(source.path)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD_NEEDED:
            raise UnreadableFile("PDF 设有打开密码，无法读取文字。请去除密码后上传新版本。") from error
        raise UnreadableFile("PDF 结构损坏或不完整，无法打开。请从来源重新取得文件后上传新版本。") from error


def _pages(document: Any, headings: list[str], broken: list[int], pictures: list[int]) -> Iterator[str]:
    """The text of each page; the title found on the first goes to `headings`, pages that do not load to `broken`, those
    without text of their own to `pictures`."""
    pypdfium2 = pdfium()
    for number in range(len(document)):
        try:
            page = document[number]
            textpage = page.get_textpage()
        except pypdfium2.PdfiumError:
            broken.append(number)
            yield ""
            continue
        lines = lines_of(textpage)
        if number == 0:
            headings.extend(headings_of(textpage, lines))
        text = text_downwards(textpage, lines) if drawn_upwards(lines) else textpage.get_text_range()
        if _is_picture(page, text):
            pictures.append(number)
        textpage.close()
        page.close()
        yield _LINE_HYPHEN.sub("-\n", text)


def _is_picture(page: Any, text: str) -> bool:
    """Whether what is to be read on the page stands in a picture: it has no text, or little beside a large picture.

    Scanners and stampers put page numbers and headers as text on pages that are otherwise pictures.
    """
    import pypdfium2.raw as pdfium

    words = len("".join(text.split()))
    if not words or words >= _FEW:
        return not words
    width, height = page.get_size()
    for picture in page.get_objects((pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) >= _LARGE * width * height:
            return True
    return False


def _damage(source: Source) -> Iterator[str]:
    """A PDF begins with its mark (ISO 32000 7.5.2); what stands before it was put there by an accident."""
    with source.path.open("rb") as stream:
        if not stream.read(5).startswith(b"%PDF-"):
            yield "文件已损坏（PDF 标志前有多余字节），无法按标准读取；已尽力取出其中的文字，请核对原件并重新取得文件。"


def _warnings(broken: list[int]) -> Iterator[str]:
    if broken:
        yield f"第{_numbers(broken)}页损坏，没有读出文字。"


def _numbers(positions: list[int] | frozenset[int]) -> str:
    shown = [str(n + 1) for n in sorted(positions)]
    return "、".join(shown[:10]) + ("等" if len(shown) > 10 else "")

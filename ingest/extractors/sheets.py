"""Text of workbooks other than XLSX: Excel 97–2003 and Kingsoft's .et, OpenDocument sheets, binary workbooks. A sheet is
a page, written as `xlsx` writes it."""

from collections.abc import Iterator
from typing import Any

from ingest.extractors._ole import compound, summary
from ingest.extractors._ooxml import Package
from ingest.extractors._ooxml_properties import properties_of
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library
from ingest.extractors.odf import described_in
from ingest.extractors.xlsx import sheet_text

_XLS, _ODS = "application/vnd.ms-excel", "application/vnd.oasis.opendocument.spreadsheet"
_XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
MEDIA_TYPES = frozenset({_XLS, _ODS, f"{_ODS}-template", _XLSB})


def engine() -> str:
    return library("python-calamine")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the workbook is damaged, protected or a bomb."""
    import python_calamine

    described = _described(source)
    try:
        with source.path.open("rb") as file:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
            names = [name for name in book.sheet_names if name]
            if not names:
                raise UnreadableFile("工作簿里没有任何工作表，文件可能不完整。请用办公软件打开并另存后重新上传。")
            headings: list[str] = []
            warnings: list[str] = []
            pages = collect(_pages(book, names, headings, warnings), len(names), source)
    except python_calamine.PasswordError as error:
        raise UnreadableFile("文件设有打开密码，无法读取文字。请去除密码后上传新版本。") from error
    except python_calamine.CalamineError as error:
        raise UnreadableFile("工作簿结构损坏，无法读取表格。请用办公软件打开并另存后重新上传。") from error
    return Extraction(pages.texts, len(names), engine(), tuple(headings)[:60], tuple(warnings),
                      pages.truncated, complete=pages.complete, properties=described)


def _described(source: Source) -> dict[str, str]:
    """Properties; on the way packages are held to the limits that keep bombs out."""
    if source.media_type == _XLS:
        with compound(source) as opened:
            return summary(opened)
    with Package(source) as package:
        return properties_of(package) if source.media_type == _XLSB else described_in(package)


def _pages(book: Any, names: list[str], headings: list[str], warnings: list[str]) -> Iterator[str]:
    import python_calamine

    for name in names:
        try:
            cells = list(book.get_sheet_by_name(name).to_python())
        except (python_calamine.CalamineError, ValueError) as error:
            warnings.append(f"工作表“{name}”没有读出单元格（{type(error).__name__}）。")
            cells = []
        yield sheet_text(name, cells, headings)

"""Text of workbooks: a sheet is a page, a row a line, cells parted by tabs and written as people write them.

Also what stands on a sheet beside its cells (comments, text boxes). Formulas give the value stored with them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from ingest.extractors._ooxml import Package
from ingest.extractors._ooxml_properties import properties_of
from ingest.extractors._ooxml_text import text_of
from ingest.extractors.base import Extraction, Source, UnreadableFile, collect, library

MEDIA_TYPES = frozenset({
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template",
    "application/vnd.ms-excel.sheet.macroenabled.12",
})

_BESIDE = frozenset({"drawing", "comments", "threadedComment"})
_UNCOMPUTED = re.compile(rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f [^>]*/>)\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_DEFAULT_NAME = re.compile(r"(?i)sheet\d*|工作表\d*")


def engine() -> str:
    return library("python-calamine")


def extract(source: Source) -> Extraction:
    """Raises UnreadableFile where the package is damaged, protected or a bomb."""
    import python_calamine

    with Package(source) as package, source.path.open("rb") as file:
        parts = _parts(package)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
        except python_calamine.CalamineError as error:
            raise UnreadableFile("工作簿结构损坏，无法读取表格。请用办公软件打开并另存后重新上传。") from error
        names = [name for name in book.sheet_names if name]
        headings: list[str] = []
        pages = collect(_pages(book, names, package, parts, headings), len(names), source)
        warnings = tuple(package.warnings)
        described = properties_of(package)
    return Extraction(pages.texts, len(names), engine(), tuple(headings), warnings,
                      pages.truncated, complete=pages.complete, properties=described)


def _parts(package: Package) -> dict[str, str]:
    """Sheet names to the parts that hold the sheets."""
    main = package.main()
    relations = package.related_by_id(main)
    return {entry.get("name", ""): relations[key].target for entry in package.parse(main).iterfind("{*}sheets/{*}sheet")
            for name, key in entry.attrib.items() if name.startswith("{") and key in relations}


def _pages(book: Any, names: list[str], package: Package, parts: dict[str, str],
           headings: list[str]) -> Iterator[str]:
    for name in names:
        beside: list[str] = []
        if part := parts.get(name):
            _note_uncomputed(package, name, part)
            beside = [text for r in package.related(part) if r.kind in _BESIDE
                      if (text := text_of(package.parse(r.target)).strip())]
        yield sheet_text(name, _cells(book, name, package), headings, beside)


def sheet_text(name: str, cells: Iterable[list[object]], headings: list[str], beside: Iterable[str] = ()) -> str:
    """A sheet as people read it: its name, its rows, what stands beside them.

    A sheet that begins with a title of its own is called by that; its name then stands at the end.
    """
    rows = [row for row in map(_row, cells) if row]
    label = [] if _DEFAULT_NAME.fullmatch(name) else [name]
    titled = bool(rows) and "\t" not in rows[0]
    headings.extend([rows[0][:200], *label] if titled else label)
    rows += beside
    return "\n".join(([*rows, *label] if titled else [*label, *rows]) if rows else [])


def _cells(book: Any, name: str, package: Package) -> list[list[object]]:
    import python_calamine

    try:
        return list(book.get_sheet_by_name(name).to_python())
    except (python_calamine.CalamineError, ValueError) as error:
        package.warnings.append(f"工作表“{name}”没有读出单元格（{type(error).__name__}）。")
        return []


def _note_uncomputed(package: Package, name: str, part: str) -> None:
    """Workbooks written by programs may carry formulas that no office program has computed yet."""
    data = package.read(part)
    if b"<f" in data or b":f" in data:
        missing = len(_UNCOMPUTED.findall(data))
        if missing:
            package.warnings.append(f"工作表“{name}”有 {missing} 个公式没有保存计算结果，其值未收录。"
                                    "请用办公软件打开、保存后上传新版本。")


def _row(values: list[object]) -> str:
    return "\t".join(map(shown, values)).rstrip("\t").lstrip("\t")


def shown(value: object) -> str:
    """A cell as people write it: whole numbers without a fraction, days as 2024-03-01, yes and no in Chinese."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)

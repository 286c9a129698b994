"""The manifest's form as one table: its columns by their Chinese and English names, and what each may hold."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from archive import taxonomy
from ingest.ledger import columns as kinds
from ingest.ledger.cells import Wrong
from ingest.ledger.cells import parse as parse_cell
from ingest.ledger.columns import Column, comparable

_DIGEST = re.compile(r"(?:(sha256|sm3):)?([0-9a-f]{64})")
_DRIVE = re.compile(r"[A-Za-z]:")

COLUMNS: tuple[Column, ...] = (
    Column("path", "文件路径", required=True),
    Column("project", "项目编号", kinds.CODE, required=True),
    Column("type", "文件类型"),
    Column("title", "题名"),
    Column("doc_date", "成文日期", kinds.DAY),
    Column("sha256", "SHA-256"),
    Column("sm3", "SM3"),
)
# What we add to the rows that were not taken, so that the file can be corrected and imported as it is.
LINE, COLUMN, REASON = "原清单位置", "有误栏目", "未收入原因"
OURS = (LINE, COLUMN, REASON)
_BY_TITLE = {comparable(name).lower(): column for column in COLUMNS for name in (column.field, column.title)}
_OURS = {comparable(name) for name in OURS}


@dataclass(frozen=True, slots=True)
class CellError:
    """One thing to correct: the column's title ("" for the row as a whole) and what to do, in Chinese."""

    column: str
    message: str


def column_of(title: str) -> Column | None:
    return _BY_TITLE.get(comparable(title).lower())


def is_ours(title: str) -> bool:
    return comparable(title) in _OURS


def header_problems(titles: list[str]) -> list[CellError]:
    """Columns that are missing, unknown or there twice."""
    found = [column_of(title) for title in titles]
    problems = [CellError(column.title, f"缺少必填栏目“{column.title}”（或 {column.field}），请补上这一列。")
                for column in COLUMNS if column.required and column not in found]
    for place, (title, column) in enumerate(zip(titles, found, strict=True), 1):
        if column is None and not is_ours(title):
            problems.append(unknown(title, place))
        elif column is not None and column in found[:place - 1]:
            problems.append(CellError(column.title, f"栏目“{column.title}”出现了两次（第 {place} 列重复），请删除其中一列。"))
    return problems


def unknown(title: str, place: int = 0) -> CellError:
    """A column nobody knows, with the known name most like it."""
    shown = "".join(title.split())[:40]
    if not shown:
        return CellError(f"第 {place} 列", "此列没有栏目名，请补上栏目名或删除此列。")
    return CellError(shown, f"没有名为“{shown}”的栏目，您要填的是“{_nearest(shown)}”吗？请改正栏目名或删除此列。")


def parse(record: Mapping[str, object]) -> tuple[dict[str, Any], list[CellError]]:
    """The values of one row by field, and what is wrong with it."""
    values: dict[str, Any] = {}
    errors: list[CellError] = []
    for column in COLUMNS:
        try:
            value = parse_cell(record.get(column.field), column)
            values[column.field] = _SPECIAL[column.field](value) if value and column.field in _SPECIAL else value
        except Wrong as wrong:
            errors.append(CellError(column.title, str(wrong)))
    return values, errors


def _nearest(title: str) -> str:
    wanted = comparable(title).lower()
    best = max(_BY_TITLE, key=lambda known: difflib.SequenceMatcher(None, wanted, known).ratio())
    return _BY_TITLE[best].title


def _path(value: Any) -> str:
    """Always downwards from the manifest: a list that somebody sent must not name other files of this machine."""
    path = str(value).replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or not parts:
        raise Wrong(f"“{path[:100]}”不是清单所在文件夹之下的相对路径。请改为相对路径，不含“..”、盘符和开头的“/”。")
    return "/".join(parts)


def _type(value: Any) -> str:
    types = taxonomy.load()
    names = {kind.name: kind.key for kind in types.types}
    if value in types:
        return str(value)
    if value in names:
        return names[value]
    near = difflib.get_close_matches(str(value), [*names, *types.index], 1, cutoff=0.3)
    hint = f"是否想写“{near[0]}”？" if near else "可用的类型见 docs/reference/document-types.md。"
    raise Wrong(f"没有文件类型“{str(value)[:60]}”，{hint}不填则自动识别。")


def _digest(algorithm: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        match = _DIGEST.fullmatch(str(value).strip().lower())
        if not match or match[1] not in (None, algorithm):
            raise Wrong(f"不是 {algorithm.upper()} 摘要，应为 64 个十六进制字符。")
        return f"{algorithm}:{match[2]}"
    return read


_SPECIAL: dict[str, Callable[[Any], Any]] = {
    "path": _path, "type": _type, "sha256": _digest("sha256"), "sm3": _digest("sm3")}

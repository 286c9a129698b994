"""From a manifest file to raw records, one at a time however long it is. Knows formats, not what the columns mean.

A record's `place` is where a person finds it: the line of a CSV or of JSON Lines, the item of a JSON list.
"""

import codecs
import csv
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from archive.errors import ArchiveError
from ingest.manifest.columns import CellError, column_of, header_problems, is_ours, unknown

MOST_JSON = 64 << 20  # a list has to be read whole; lines need not
LONGEST_LINE = 1 << 20
_MARKED = re.compile(r"'+[=+\-@\t\r]")


class ManifestUnreadable(ArchiveError):
    """The file as a whole is no manifest: nothing was imported. Facts: filename, reason."""

    code = "ingest.manifest-unreadable"
    text = "清单“{filename}”不能导入：{reason}"


@dataclass(slots=True)
class Record:
    """One row as it stands: values by field, and by title as they were written. `number` counts from 1."""

    number: int
    place: str
    fields: dict[str, Any] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ManifestFile:
    path: Path
    digest: str
    encoding: str

    def records(self) -> Iterator[Record]:
        """Raises ManifestUnreadable where the header, or the file from some place on, cannot be understood."""
        readers = {".csv": self._csv, ".json": self._json, ".jsonl": self._lines, ".ndjson": self._lines}
        return readers[self.path.suffix.lower()]()

    def _csv(self) -> Iterator[Record]:
        with self.path.open(encoding=self.encoding, newline="") as stream:
            reader = csv.reader(stream, delimiter=_delimiter(stream))
            titles = next(self._rows(reader), [])
            if problems := header_problems(titles):
                raise self._unreadable("；".join(f"首行 {each.column}：{each.message}" for each in problems))
            names = [column.field if (column := column_of(title)) else "" for title in titles]
            escaped = any(map(is_ours, titles))
            number, line = 0, reader.line_num + 1
            for cells in self._rows(reader):
                if any(cell.strip() for cell in cells):
                    number += 1
                    yield _csv_record(number, f"第 {line} 行", names, cells, escaped=escaped)
                line = reader.line_num + 1

    def _rows(self, reader: Any) -> Iterator[list[str]]:
        try:
            yield from reader
        except csv.Error as error:
            reason = f"第 {reader.line_num} 行不是有效的 CSV（{error}），请检查引号和分隔符后重新导出。"
            raise self._unreadable(reason) from error

    def _lines(self) -> Iterator[Record]:
        with self.path.open(encoding=self.encoding) as stream:
            number = 0
            for line in itertools.count(1):
                text = stream.readline(LONGEST_LINE)
                if not text:
                    return
                if len(text) == LONGEST_LINE:
                    raise self._unreadable(f"第 {line} 行超过 {LONGEST_LINE >> 20} MiB，不像清单的一行。")
                if text.strip():
                    number += 1
                    yield _json_record(number, f"第 {line} 行", _loaded(text))

    def _json(self) -> Iterator[Record]:
        if self.path.stat().st_size > MOST_JSON:
            raise self._unreadable(f"JSON 超过 {MOST_JSON >> 20} MiB，不能一次读入。请改用 JSONL（每行一个对象）或 CSV。")
        items = _loaded(self.path.read_text(encoding=self.encoding))
        if not isinstance(items, list):
            raise self._unreadable("应为 JSON 列表，每项一个对象，例如 [{\"path\": \"a.pdf\", \"project\": \"XM-2024-001\"}]。")
        for number, item in enumerate(items, 1):
            yield _json_record(number, f"第 {number} 项", item)

    def _unreadable(self, reason: str) -> ManifestUnreadable:
        return ManifestUnreadable(filename=self.path.name, reason=reason)


def open_manifest(path: Path) -> ManifestFile:
    """Reads the bytes once, for digest and encoding. Raises ManifestUnreadable."""
    if path.suffix.lower() not in (".csv", ".json", ".jsonl", ".ndjson"):
        raise ManifestUnreadable(filename=path.name, reason="不支持此格式，请使用 .csv、.json 或 .jsonl（每行一个 JSON 对象）。")
    digest, utf8, start = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), b""
    encoding = "utf-8-sig"
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                start = start or chunk[:2]
                digest.update(chunk)
                encoding = encoding if _fits(utf8, chunk) else "gb18030"
        encoding = encoding if _fits(utf8, b"", final=True) else "gb18030"
    except OSError as error:
        raise ManifestUnreadable(filename=path.name, reason=f"打不开文件（{error.strerror}），请核对路径和权限。") from error
    if not start:
        raise ManifestUnreadable(filename=path.name, reason="文件是空的，请核对是否选错了文件。")
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encoding = "utf-16"
    manifest = ManifestFile(path, digest.hexdigest(), encoding)
    if encoding == "gb18030":
        _check_encoding(manifest)
    return manifest


def escape(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; `_plain` undoes it."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") or _MARKED.match(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if _MARKED.match(cell) else cell


def _fits(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _check_encoding(manifest: ManifestFile) -> None:
    try:
        with manifest.path.open(encoding=manifest.encoding) as stream:
            while stream.read(1 << 20):
                pass
    except UnicodeDecodeError:
        reason = "文字编码既不是 UTF-8 也不是 GB18030，请用 UTF-8 编码另存后再导入。"
        raise ManifestUnreadable(filename=manifest.path.name, reason=reason) from None


def _delimiter(stream: IO[str]) -> str:
    first = stream.readline(LONGEST_LINE)
    stream.seek(0)
    return "\t" if "\t" in first and "," not in first else ","


def _csv_record(number: int, place: str, names: list[str], cells: list[str], *, escaped: bool) -> Record:
    record = Record(number, place)
    if len(cells) > len(names):
        record.errors.append(CellError("", f"此行有 {len(cells)} 格，而首行只有 {len(names)} 栏。请检查多余的逗号或引号。"))
    for name, cell in zip(names, cells, strict=False):
        if name:
            record.fields[name] = _plain(cell) if escaped else cell
    return record


def _json_record(number: int, place: str, item: Any) -> Record:
    record = Record(number, place)
    if not isinstance(item, dict):
        record.errors.append(CellError("", "不是有效的 JSON 对象，应形如 {\"path\": \"a.pdf\", \"project\": \"XM-2024-001\"}。"))
        return record
    for title, value in item.items():
        if (column := column_of(title)) is not None:
            record.fields[column.field] = value
        elif not is_ours(title):
            record.errors.append(unknown(title))
    return record


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None

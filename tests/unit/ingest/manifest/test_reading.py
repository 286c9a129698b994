"""A manifest is read row by row; every wrong cell is named with its place, every unknown column with the nearest known."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.describe import Given
from ingest.manifest import ManifestUnreadable, Row, Wrongs, count_rows, open_manifest, rows_of, write_rejects

DIGEST = "a" * 64


def written(folder: Path, content: str | bytes, name: str = "清单.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(path: Path, after: int = 0) -> list[Row]:
    return list(rows_of(open_manifest(path), after))


@pytest.mark.parametrize(("header", "cells"), [
    ("文件路径,项目编号,文件类型,题名,成文日期,SHA-256,SM3", f"甲\\乙.pdf,XM-1,会议纪要,第一次例会,2024年3月1日,{DIGEST},SM3:{DIGEST.upper()}"),
    ("sm3,PATH, project ,type,title,doc_date,sha256", f"{DIGEST},./甲/乙.pdf,XM-1,meeting_minutes,第一次例会,20240301,sha256:{DIGEST}")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_columns_go_by_either_name_in_any_order_and_encoding(tmp_path: Path, header: str, cells: str, encoding: str) -> None:
    path = written(tmp_path, f"{header}\r\n{cells}\r\n".encode(encoding))
    assert rows(path) == [Row(1, "第 2 行", "甲/乙.pdf", "XM-1", Given("meeting_minutes", "第一次例会", date(2024, 3, 1)),
                              f"sha256:{DIGEST}", f"sm3:{DIGEST}")]


@pytest.mark.parametrize(("name", "dump"), [
    ("清单.json", lambda items: json.dumps(items, ensure_ascii=False)),
    ("清单.jsonl", lambda items: "\n".join(json.dumps(item, ensure_ascii=False) for item in items))])
def test_json_says_the_same(tmp_path: Path, name: str, dump: Any) -> None:
    items = [{"path": "a.pdf", "项目编号": "XM-1", "doc_date": "2024-03-01"}, {"path": "b.pdf", "project": "XM-1", "titel": "x"},
             ["not", "an", "object"], {"path": 7, "project": None}]
    found = rows(written(tmp_path, dump(items), name))
    assert (found[0].path, found[0].project, found[0].given.doc_date) == ("a.pdf", "XM-1", date(2024, 3, 1))
    assert [row.number for row in found] == [1, 2, 3, 4]
    assert "您要填的是“题名”吗" in found[1].errors[0].message
    assert "不是有效的 JSON 对象" in found[2].errors[0].message
    assert [(e.column, e.message) for e in found[3].errors] == [("项目编号", "此栏必填，不能为空。")]


@pytest.mark.parametrize(("cells", "column", "says"), [
    (",XM-1,,,,", "文件路径", "必填"), ("a.pdf,,,,,", "项目编号", "必填"),
    ("../a.pdf,XM-1,,,,", "文件路径", "相对路径"), ("/etc/passwd,XM-1,,,,", "文件路径", "相对路径"),
    ("C:\\a.pdf,XM-1,,,,", "文件路径", "盘符"), ("x/..\\..\\a.pdf,XM-1,,,,", "文件路径", "相对路径"),
    ("a.pdf,XM 1,,,,", "项目编号", "空格"), ("a.pdf,XM-1,会义纪要,,,", "文件类型", "是否想写“会议纪要”"),
    ("a.pdf,XM-1,,,2024-02-30,", "成文日期", "2 月只有 29 天"), ("a.pdf,XM-1,,,,abc", "SHA-256", "64 个十六进制字符"),
    (f"a.pdf,XM-1,,,,sm3:{DIGEST}", "SHA-256", "64 个十六进制字符"), ("a.pdf,XM-1,,,,,多了", "", "7 格")])
def test_a_wrong_cell_is_named_by_line_and_column(tmp_path: Path, cells: str, column: str, says: str) -> None:
    header = "文件路径,项目编号,文件类型,题名,成文日期,sha256"
    found = rows(written(tmp_path, f"{header}\ngood.pdf,XM-1,,\"两\n行\",,\n\n{cells}\n"))
    assert [(row.place, bool(row.errors)) for row in found] == [("第 2 行", False), ("第 5 行", True)]
    error, = found[1].errors
    assert error.column == column
    assert says in error.message


@pytest.mark.parametrize(("content", "says"), [
    ("文件路经,项目编号\na,b\n", "您要填的是“文件路径”吗"), ("文件路径\na\n", "缺少必填栏目“项目编号”"),
    ("path,project,文件路径\na,b,c\n", "出现了两次"), ("path,project,\na,b,c\n", "没有栏目名"),
    ("path,project\n\"a,b\n" + "x" * 200_000, "不是有效的 CSV"), (b"", "空的"), (b"path,project\n\xff\xff\xff,\x81", "编码")])
def test_what_is_no_manifest_is_refused_as_a_whole(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(ManifestUnreadable, match=says):
        rows(written(tmp_path, content))


def test_a_json_text_that_is_no_list_and_other_formats_are_refused(tmp_path: Path) -> None:
    for content in ('{"path": "a"}', "[" * 100_000, "{"):
        with pytest.raises(ManifestUnreadable, match="JSON 列表"):
            rows(written(tmp_path, content, "a.json"))
    with pytest.raises(ManifestUnreadable, match="不支持此格式"):
        open_manifest(written(tmp_path, "x", "a.xls"))


def test_reading_goes_on_behind_any_row_and_counts_all(tmp_path: Path) -> None:
    path = written(tmp_path, "path,project\n" + "".join(f"{n}.pdf,XM-1\n" for n in range(1, 1001)))
    assert count_rows(open_manifest(path)) == 1000
    assert [row.path for row in rows(path, after=998)] == ["999.pdf", "1000.pdf"]


def test_rejected_rows_come_back_as_a_manifest_without_formulas(tmp_path: Path) -> None:
    names = ["=cmd|'/c calc'!A0.txt", "'=x.txt", "+1.txt", "@a.txt", "-b.txt", "plain.txt"]
    lines = "".join(f'"{name}",XM-1,x\n' for name in names)
    manifest = open_manifest(written(tmp_path, f"path,project,title\n{lines}"))
    wrongs = [Wrongs(number, "文件路径", "没有文件") for number in range(1, 6)]
    target = tmp_path / "again.csv"
    assert write_rejects(manifest, wrongs, target) == 5
    with target.open(encoding="utf-8-sig", newline="") as stream:
        table = list(csv.reader(stream))
    assert not [cell for line in table for cell in line if cell[:1] in "=+-@" and cell]
    assert table[1][-3:] == ["第 2 行", "文件路径", "没有文件"]
    again = rows(target)
    assert [row.path for row in again] == names[:5]
    assert [row.given.title for row in again] == ["x"] * 5
    assert not any(row.errors for row in again)

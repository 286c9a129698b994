"""The ledger as a file: rows found under their columns, in workbooks and in CSV, and what is no ledger refused."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger import ContractRow, Ledger, LedgerUnreadable, ProjectRow, read_ledger, write_ledger
from ingest.ledger.columns import CONTRACT, PROJECT, Sheet
from tests.unit.ingest.ledgers import CONTRACT_MINIMAL, MINIMAL, a_book, one_error, read_cells, read_text


def test_a_minimal_row_is_read_with_its_line_and_the_columns_it_had(tmp_path: Path) -> None:
    ledger = read_cells(tmp_path)
    assert ledger.errors == ()
    (row,) = ledger.projects
    assert (row.code, row.name, row.unit, row.mode, row.kind) == (
        "XM-1",
        "智慧水利平台",
        "省水利厅",
        "self_build",
        "new",
    )
    assert row.row == 2
    assert row.given == {"code", "name", "unit", "mode"}


def test_the_form_has_the_columns_of_the_contract_in_order() -> None:
    titles = [column.title for column in PROJECT.columns]
    assert titles[:4] == ["项目编号", "项目名称", "项目单位", "建设方式"]
    assert titles[-4:] == ["联系人", "联系邮箱", "主管", "主管邮箱"]
    assert len(titles) == 30
    assert len(CONTRACT.columns) == 10


@pytest.mark.parametrize(("form", "row"), [(PROJECT, ProjectRow), (CONTRACT, ContractRow)])
def test_every_column_has_a_field_of_its_row(form: Sheet, row: type[ProjectRow] | type[ContractRow]) -> None:
    names = [field.name for field in fields(row)]
    assert [column.field for column in form.columns] == [name for name in names if name not in {"row", "given"}]


def test_columns_may_stand_in_any_order_and_titles_may_be_untidy(tmp_path: Path) -> None:
    titles = ["总投资（万元）", " 项目\n单位", "項目名稱", "项目编号*", "建设　方式"]
    ledger = read_ledger(a_book(tmp_path / "a.xlsx", 项目=[titles, [12.5, "省水利厅", "平台", "XM-1", "购买服务"]]))
    assert ledger.errors == ()
    assert ledger.projects[0] == ProjectRow(
        "XM-1", "平台", "省水利厅", "service_purchase", total_investment_fen=12_500_000
    )


def test_a_caption_and_empty_rows_are_skipped_and_lines_still_counted(tmp_path: Path) -> None:
    rows: list[list[object]] = [["2024 年度项目台账"], [], list(MINIMAL), [None, " "], list(MINIMAL.values()), []]
    ledger = read_ledger(a_book(tmp_path / "a.xlsx", 项目=rows))
    assert ledger.errors == ()
    assert [row.row for row in ledger.projects] == [5]


def test_an_unknown_column_suggests_the_nearest(tmp_path: Path) -> None:
    error = one_error(read_cells(tmp_path, 项目總投資="1"))
    assert (error.row, error.column) == (1, "项目總投資")
    assert "总投资(万元)" in error.message


def test_a_missing_required_column_is_named_once(tmp_path: Path) -> None:
    rows = [["项目编号", "项目名称", "项目单位"], ["A", "甲", "厅"], ["B", "乙", "厅"]]
    error = one_error(read_ledger(a_book(tmp_path / "a.xlsx", 项目=rows)))
    assert (error.row, error.column) == (1, "建设方式")


def test_a_column_that_stands_twice_is_named(tmp_path: Path) -> None:
    rows = [[*MINIMAL, " 项目名称"], [*MINIMAL.values(), "另一个"]]
    assert "第 2 列和第 5 列" in one_error(read_ledger(a_book(tmp_path / "a.xlsx", 项目=rows))).message


def test_content_without_a_title_is_named_but_an_empty_column_is_not(tmp_path: Path) -> None:
    rows = [[*MINIMAL, None, ""], [*MINIMAL.values(), None, "备注"]]
    assert one_error(read_ledger(a_book(tmp_path / "a.xlsx", 项目=rows))).column == "第 6 列"


def test_a_repeated_key_names_both_rows_even_beside_other_errors(tmp_path: Path) -> None:
    rows = [
        list(MINIMAL),
        ["XM-1", "甲", "厅", "自行建设"],
        ["XM-2", "乙", "厅", "自行建设"],
        ["XM-1", "", "厅", "自行建设"],
    ]
    ledger = read_ledger(a_book(tmp_path / "a.xlsx", 项目=rows))
    assert [(e.row, e.column) for e in ledger.errors] == [(4, "项目名称"), (4, "项目编号")]
    assert "第 2 行和第 4 行" in ledger.errors[1].message


def test_a_sheet_under_another_name_is_not_left_out_in_silence(tmp_path: Path) -> None:
    rows = [list(CONTRACT_MINIMAL), list(CONTRACT_MINIMAL.values())]
    project = [list(MINIMAL), list(MINIMAL.values())]
    ledger = read_ledger(a_book(tmp_path / "a.xlsx", 项目=project, 合同表=rows, 填表说明=[["必填栏目标有星号"]]))
    assert one_error(ledger).sheet == "合同表"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_csv_is_told_apart_by_its_columns_in_any_usual_encoding(tmp_path: Path, encoding: str, newline: str) -> None:
    text = newline.join(["合同编号,项目编号,合同类型,金额(万元),签订日期", 'HT-1,XM-1,监理,"1,234.5",2024/3/1', ",,,,"])
    ledger = read_text(tmp_path, text, encoding)
    assert ledger.errors == ()
    expected = ContractRow("HT-1", "XM-1", "supervision", signed_on=date(2024, 3, 1), amount_fen=1_234_500_000)
    assert ledger.contracts == (expected,)
    assert ledger.projects == ()


def test_a_csv_names_the_sheet_it_stands_for_and_the_line(tmp_path: Path) -> None:
    text = "项目编号,项目名称,项目单位,建设方式\n\nA,甲,厅,自建\n"
    error = one_error(read_text(tmp_path, text))
    assert (error.sheet, error.row, error.column) == ("项目", 3, "建设方式")


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.xlsx", b"", "空的"),
        ("a.csv", b"", "空的"),
        ("a.csv", b"\n\n  \n", "没有任何内容"),
        ("a.csv", b"\xff\xfe\x00\x01", "编码"),
        ("a.csv", "姓名,电话\n甲,1\n".encode(), "栏目名"),
        ("a.xlsx", b"hello", "已损坏"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 400, "已损坏"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "密码"),
        ("a.xls", b"x", ".xls"),
        ("台账", b"x", "无扩展名"),
    ],
)
def test_what_is_no_ledger_is_refused_in_one_sentence(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(LedgerUnreadable, match=why):
        read_ledger(path)


def test_a_missing_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreadable, match="打不开"):
        read_ledger(tmp_path / "没有.xlsx")


def test_a_workbook_without_the_sheets_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreadable, match="通讯录"):
        read_ledger(a_book(tmp_path / "a.xlsx", 通讯录=[["姓名"], ["甲"]]))


def test_a_cell_far_out_is_refused_before_it_costs_memory(tmp_path: Path) -> None:
    path = a_book(tmp_path / "a.xlsx", 项目=[list(MINIMAL), list(MINIMAL.values())])
    book = openpyxl.load_workbook(path)
    book["项目"]["XFD1048576"] = "1"
    book.save(path)
    with pytest.raises(LedgerUnreadable, match="1048576"):
        read_ledger(path)


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(1, 4000), flip=st.integers(0, 255))
def test_a_damaged_workbook_never_ends_in_a_traceback(
    cut: int, flip: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damaged") / "a.xlsx"
    write_ledger(path, [ProjectRow("A", "甲", "厅", "self_build")], [])
    data = bytearray(path.read_bytes())
    data[cut % len(data)] ^= flip or 1
    path.write_bytes(bytes(data[: max(len(data) - cut // 40, 10)]))
    try:
        ledger = read_ledger(path)
    except LedgerUnreadable:
        return
    assert isinstance(ledger, Ledger)

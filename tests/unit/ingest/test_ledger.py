"""The ledger: every form a cell may take, every wrong cell named, and reading back what was written."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger import CellError, ContractRow, Ledger, LedgerUnreadable, ProjectRow, read_ledger, write_ledger
from ingest.ledger.columns import CONTRACT, CONTRACT_TYPES, KINDS, MODES, PROJECT, Sheet

MINIMAL = {"项目编号": "XM-1", "项目名称": "智慧水利平台", "项目单位": "省水利厅", "建设方式": "自行建设"}
CONTRACT_MINIMAL = {"合同编号": "HT-1", "项目编号": "XM-1", "合同类型": "建设"}


def a_book(path: Path, /, **sheets: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def read_cells(tmp_path: Path, sheet: str = "项目", /, **cells: object) -> Ledger:
    """A workbook of one row: the minimal one with these cells on top."""
    row = {**(MINIMAL if sheet == "项目" else CONTRACT_MINIMAL), **cells}
    rows: list[list[object]] = [list(row), list(row.values())]
    return read_ledger(a_book(tmp_path / "台账.xlsx", **{sheet: rows}))


def read_text(tmp_path: Path, text: str, encoding: str = "utf-8") -> Ledger:
    path = tmp_path / "台账.csv"
    path.write_bytes(text.encode(encoding))
    return read_ledger(path)


def one_error(ledger: Ledger) -> CellError:
    assert len(ledger.errors) == 1, ledger.errors
    return ledger.errors[0]


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


@pytest.mark.parametrize(
    "cell",
    [
        date(2024, 3, 1),
        datetime(2024, 3, 1, 9, 30),
        "2024-03-01",
        "2024-3-1",
        "2024/3/1",
        "2024.3.1",
        "2024年3月1日",
        "2024 年 03 月 01 日",
        "２０２４－０３－０１",
        "20240301",
        20240301,
        "2024-03-01 00:00:00",
        " 2024-03-01\n",
    ],
)
def test_days_are_read_in_every_usual_form(tmp_path: Path, cell: object) -> None:
    ledger = read_cells(tmp_path, 批复日期=cell)
    assert ledger.errors == ()
    assert ledger.projects[0].approved_on == date(2024, 3, 1)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2023-02-29", "2023 年 2 月只有 28 天"),
        ("2024年13月1日", "没有 13 月"),
        (20240431, "2024 年 4 月只有 30 天"),
        ("2024-03-00", "不是存在的日期"),
        ("2024-03/01", "不是能识别的日期"),
        ("去年三月", "不是能识别的日期"),
        ("2204-03-01", "年份不合理"),
        (45352, "内部序号"),
        (time(8, 30), "应为日期"),
        (True, "应为日期"),
        ("24-3-1", "不是能识别的日期"),
    ],
)
def test_impossible_days_are_named_with_the_reason(tmp_path: Path, cell: object, why: str) -> None:
    error = one_error(read_cells(tmp_path, 批复日期=cell))
    assert (error.sheet, error.row, error.column) == ("项目", 2, "批复日期")
    assert why in error.message


@pytest.mark.parametrize(
    ("cell", "fen"),
    [
        (1234.56, 1_234_560_000),
        (0.1 + 0.2, 300_000),
        (1999.999999, 1_999_999_999),
        (0.000001, 1),
        (0, 0),
        (2000, 2_000_000_000),
        ("1,234.5", 1_234_500_000),
        ("12，345，678.9", 12_345_678_900_000),
        ("１２３４．５", 1_234_500_000),
        (" 88.5万元 ", 88_500_000),
        (8.0e8, 800_000_000_000_000),
    ],
)
def test_money_becomes_fen_exactly(tmp_path: Path, cell: object, fen: int) -> None:
    ledger = read_cells(tmp_path, **{"总投资(万元)": cell})
    assert ledger.errors == ()
    assert ledger.projects[0].total_investment_fen == fen


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("0.1234567", "超过 6 位"),
        (1.0000001, "超过 6 位"),
        (-5, "不能为负数"),
        ("-5", "不能为负数"),
        ("1,23.4", "不是有效的金额"),
        ("1e3", "不是有效的金额"),
        ("约 300", "不是有效的金额"),
        ("500元", "不是有效的金额"),
        (12_345_678_901, "过大"),
        (date(2024, 3, 1), "应为金额"),
        (True, "应为金额"),
    ],
)
def test_bad_money_is_named(tmp_path: Path, cell: object, why: str) -> None:
    error = one_error(read_cells(tmp_path, **{"总投资(万元)": cell}))
    assert error.column == "总投资(万元)"
    assert why in error.message


def test_yes_no_takes_words_and_checkboxes(tmp_path: Path) -> None:
    ledger = read_cells(tmp_path, 是否涉密="是", 是否跨部门=True)
    assert (ledger.projects[0].classified, ledger.projects[0].cross_department) == (True, True)
    assert "是、否" in one_error(read_cells(tmp_path, 是否涉密="涉密")).message


def test_a_wrong_choice_lists_the_allowed_ones(tmp_path: Path) -> None:
    error = one_error(read_cells(tmp_path, 建设方式="自建"))
    assert (error.row, error.column) == (2, "建设方式")
    assert "自行建设、购买服务" in error.message


@pytest.mark.parametrize(("shown", "key"), [*KINDS.items(), ("升级 改造", "upgrade"), ("升級改造", "upgrade")])
def test_kinds_become_keys(tmp_path: Path, shown: str, key: str) -> None:
    assert read_cells(tmp_path, 项目类别=shown).projects[0].kind == key


@pytest.mark.parametrize(("shown", "key"), CONTRACT_TYPES.items())
def test_contract_types_become_keys(tmp_path: Path, shown: str, key: str) -> None:
    assert read_cells(tmp_path, "合同", 合同类型=shown).contracts[0].type == key


@pytest.mark.parametrize("cell", ["zhang", "a@b", "a b@example.com", "a@example.com;b@example.com", "@example.com"])
def test_an_address_that_is_none_is_named(tmp_path: Path, cell: str) -> None:
    assert "邮箱" in one_error(read_cells(tmp_path, 联系邮箱=cell)).message


def test_full_width_addresses_are_taken(tmp_path: Path) -> None:
    assert read_cells(tmp_path, 联系邮箱="zhang＠example．com").projects[0].contact_email == "zhang@example.com"


def test_codes_typed_as_numbers_stay_whole(tmp_path: Path) -> None:
    assert read_cells(tmp_path, 项目编号=20240017).projects[0].code == "20240017"
    assert "已经丢失" in one_error(read_cells(tmp_path, 项目编号=510000202400170001)).message


@pytest.mark.parametrize("cell", ["A/1", "A 1", "A?1", "A#1", "项目\\1"])
def test_codes_that_would_break_an_address_are_named(tmp_path: Path, cell: str) -> None:
    assert one_error(read_cells(tmp_path, 项目编号=cell)).column == "项目编号"


def test_an_end_before_its_start_names_the_end(tmp_path: Path) -> None:
    error = one_error(read_cells(tmp_path, "合同", 开始日期="2024-03-01", 结束日期="2024-02-29"))
    assert (error.sheet, error.row, error.column) == ("合同", 2, "结束日期")
    assert "2024-03-01" in error.message
    assert read_cells(tmp_path, "合同", 开始日期="2024-03-01", 结束日期="2024-03-01").errors == ()


def test_an_acceptance_before_the_end_of_the_trial_is_left_to_the_rules(tmp_path: Path) -> None:
    ledger = read_cells(tmp_path, 试运行开始日期="2024-01-01", 试运行结束日期="2024-04-01", 验收日期="2024-02-01")
    assert ledger.errors == ()


def test_a_row_cannot_follow_itself(tmp_path: Path) -> None:
    assert one_error(read_cells(tmp_path, 前序项目编号="XM-1")).column == "前序项目编号"


def test_every_bad_cell_of_every_row_is_reported(tmp_path: Path) -> None:
    titles: list[object] = [*MINIMAL, "批复日期", "总投资(万元)"]
    rows: list[list[object]] = [
        titles,
        ["", "甲", "厅", "自建", "昨天", -1],
        ["XM-2", "", "厅", "自行建设", "2024-02-30", 1],
    ]
    ledger = read_ledger(
        a_book(tmp_path / "a.xlsx", 项目=rows, 合同=[list(CONTRACT_MINIMAL), ["HT-1", "XM-1", "采购"]])
    )
    assert [(e.sheet, e.row, e.column) for e in ledger.errors] == [
        ("项目", 2, "项目编号"),
        ("项目", 2, "建设方式"),
        ("项目", 2, "总投资(万元)"),
        ("项目", 2, "批复日期"),
        ("项目", 3, "项目名称"),
        ("项目", 3, "批复日期"),
        ("合同", 2, "合同类型"),
    ]
    assert ledger.projects == ()


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


def test_a_formula_error_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    path = a_book(tmp_path / "a.xlsx", 项目=[[*MINIMAL, "批复日期"], [*MINIMAL.values(), "#N/A"]])
    error = one_error(read_ledger(path))
    assert (error.row, error.column) == (2, "批复日期")
    assert "#N/A" in error.message


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


words = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\ufffe\uffff"), max_size=30)
codes = st.from_regex(r"[A-Za-z0-9〔〕\-_.号]{1,40}", fullmatch=True)
days = st.none() | st.dates(date(1990, 1, 1), date(2099, 12, 31))
fen = st.none() | st.integers(0, 10**15 - 1)
emails = st.sampled_from(["", "zhang.san@example.com", "a+b@mail.example.com"])


@st.composite
def project_rows(draw: st.DrawFn) -> ProjectRow:
    start, completion = sorted([draw(days) or date(2020, 1, 1), draw(days) or date(2021, 1, 1)])
    trial, trial_end = sorted([draw(days) or date(2022, 1, 1), draw(days) or date(2022, 5, 1)])
    row = ProjectRow(
        code=draw(codes),
        name=draw(words.filter(bool)),
        unit=draw(words.filter(bool)),
        mode=draw(st.sampled_from(list(MODES.values()))),
        kind=draw(st.sampled_from(list(KINDS.values()))),
        classified=draw(st.booleans()),
        cross_department=draw(st.booleans()),
        mlps_level=draw(words),
        approval_no=draw(words),
        total_investment_fen=draw(fen),
        approved_on=draw(days),
        construction_start=start,
        actual_completion=completion,
        trial_start=trial,
        trial_end_actual=draw(st.sampled_from([None, trial_end])),
        acceptance_result=draw(words),
        contact_email=draw(emails),
    )
    return replace(row, predecessor=f"{row.code}-0" if draw(st.booleans()) else "")


@st.composite
def contract_rows(draw: st.DrawFn) -> ContractRow:
    start, end = sorted([draw(days) or date(2020, 1, 1), draw(days) or date(2021, 1, 1)])
    return ContractRow(
        number=draw(codes),
        project=draw(codes),
        type=draw(st.sampled_from(list(CONTRACT_TYPES.values()))),
        signed_on=draw(days),
        start_on=start,
        end_on=end,
        amount_fen=draw(fen),
        supplier=draw(words),
        method=draw(words),
    )


@settings(deadline=None, max_examples=60)
@given(
    projects=st.lists(project_rows(), max_size=4, unique_by=lambda row: row.code),
    contracts=st.lists(contract_rows(), max_size=4, unique_by=lambda row: row.number),
)
def test_what_is_written_is_read_back(
    projects: list[ProjectRow], contracts: list[ContractRow], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / "台账.xlsx"
    write_ledger(path, projects, contracts)
    ledger = read_ledger(path)
    assert ledger == Ledger(tuple(projects), tuple(contracts), ())
    assert [row.row for row in ledger.projects] == list(range(2, len(projects) + 2))
    assert all(row.given == {column.field for column in PROJECT.columns} for row in ledger.projects)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [ProjectRow("A", "甲", "厅", "self_build", total_investment_fen=1_234_560_000)]
    write_ledger(tmp_path / "a.xlsx", rows, [])
    write_ledger(tmp_path / "b.xlsx", rows, [])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())) as package:
        assert {info.date_time[0] for info in package.infolist()} == {2000}


def test_a_name_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    write_ledger(tmp_path / "a.xlsx", [ProjectRow("A", "=HYPERLINK(1)", "+厅", "self_build")], [])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["项目"]["B2"].data_type == "s"
    assert read_ledger(tmp_path / "a.xlsx").projects[0].name == "=HYPERLINK(1)"


def test_a_written_ledger_also_travels_as_csv(tmp_path: Path) -> None:
    row = ProjectRow("A", '名称,带"引号"', "厅", "self_build", approved_on=date(2024, 2, 29))
    write_ledger(tmp_path / "a.xlsx", [row], [])
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["项目"]
    buffer = io.StringIO()
    for line in page.iter_rows(values_only=True):
        csv.writer(buffer).writerow(["" if cell is None else cell for cell in line])
    assert read_text(tmp_path, buffer.getvalue(), "gb18030").projects == (row,)

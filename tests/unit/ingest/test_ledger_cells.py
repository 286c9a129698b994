"""Cells of a ledger: every form one may take, and every wrong one named with its row and its column."""

from datetime import date, datetime, time
from pathlib import Path

import pytest

from ingest.ledger import read_ledger
from ingest.ledger.columns import CONTRACT_TYPES, KINDS
from tests.unit.ingest.ledgers import CONTRACT_MINIMAL, MINIMAL, a_book, one_error, read_cells


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


def test_a_formula_error_is_not_taken_for_an_empty_cell(tmp_path: Path) -> None:
    path = a_book(tmp_path / "a.xlsx", 项目=[[*MINIMAL, "批复日期"], [*MINIMAL.values(), "#N/A"]])
    error = one_error(read_ledger(path))
    assert (error.row, error.column) == (2, "批复日期")
    assert "#N/A" in error.message

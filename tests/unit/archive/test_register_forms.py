"""The definitions of the registers hold together, and a value has one form."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from archive import taxonomy
from archive.errors import Invalid, NotFound
from archive.registers import REGISTERS, register_of
from archive.registers.columns import UNIT, Column, Kind, Register
from archive.registers.values import called, canonical, checked, key_of, shown, typed

ALL = pytest.mark.parametrize("register", REGISTERS.values(), ids=lambda register: register.key)
# Every register the issue names, by what it is to hold.
NAMED = {"annual_demand", "annual_list", "system", "resource", "opinion", "approval", "procurement", "adjustment", "payment",
         "settlement", "om_budget", "performance", "rectification", "audit_request", "platform"}


def test_every_register_asked_for_is_there() -> None:
    assert REGISTERS.keys() >= NAMED
    titles = [register.title for register in REGISTERS.values()]
    assert len(titles) == len(set(titles))


@ALL
def test_a_definition_names_only_its_own_columns(register: Register) -> None:
    names = register.names
    assert len(names) == len(set(names)), "two columns of one name"
    titles = [column.title for column in register.columns]
    assert len(titles) == len(set(titles)), "two columns of one title"
    asked = [*register.unique, *(name for span in register.spans for name in span), *filter(None, [register.since])]
    asked += [name for need in register.needs for name in (need.column, *need.columns)]
    assert set(asked) <= set(names)
    for name in (*register.unique[:1], *(n for span in register.spans for n in span)):
        assert register.column(name).kind in (Kind.DATE, Kind.TEXT, Kind.INTEGER, Kind.CHOICE)
    assert all(register.column(name).kind is Kind.DATE for span in register.spans for name in span)
    assert not register.since or register.column(register.since).kind is Kind.DATE


@ALL
def test_what_is_needed_can_be_said(register: Register) -> None:
    for column in register.columns:
        assert bool(column.choices) == (column.kind is Kind.CHOICE)
        assert column.least <= column.most
    for need in register.needs:
        column = register.column(need.column)
        known = {"yes", "no"} if column.kind is Kind.FLAG else column.choices.keys()
        assert need.values == ("*",) or set(need.values) <= known


@ALL
def test_its_papers_are_of_the_taxonomy_and_its_articles_of_the_measures(register: Register) -> None:
    for key in register.documents:
        taxonomy.load().get(key)
    assert register.articles
    assert all(1 <= int(article) <= 54 for article in register.articles)


def test_systems_of_a_unit_come_before_what_names_them() -> None:
    order = list(REGISTERS)
    for register in REGISTERS.values():
        if any(column.kind is Kind.SYSTEM for column in register.columns):
            assert order.index("system") < order.index(register.key)
    assert register_of("system").scope == UNIT


def test_an_unknown_register_is_not_found() -> None:
    with pytest.raises(NotFound):
        register_of("nothing")


DAY, FEN = Column("d", "日期", Kind.DATE), Column("f", "金额", Kind.FEN)
COUNT = Column("n", "数量", Kind.INTEGER, least=2, most=9)
SHARE = Column("p", "权重", Kind.PERCENT, most=100)
PICK, FLAG, TEXT = Column("c", "方式", Kind.CHOICE, choices={"a": "甲", "b": "乙"}), Column("b", "是否", Kind.FLAG), Column("t", "说明")


@pytest.mark.parametrize(("column", "given", "kept", "read", "written"), [
    (DAY, date(2024, 2, 29), "2024-02-29", date(2024, 2, 29), "2024-02-29"),
    (DAY, "2024-02-29", "2024-02-29", date(2024, 2, 29), "2024-02-29"),
    (DAY, " ", None, None, ""),
    (FEN, 1, 1, 1, "0.000001"),
    (FEN, 2_000_000_000, 2_000_000_000, 2_000_000_000, "2,000"),
    (FEN, 10**15, 10**15, 10**15, "1,000,000,000"),
    (FEN, 0, 0, 0, "0"),
    (COUNT, 2, 2, 2, "2"),
    (COUNT, "9", 9, 9, "9"),
    (SHARE, "30%", "30", Decimal(30), "30"),
    (SHARE, 12.5, "12.5", Decimal("12.5"), "12.5"),
    (SHARE, 100, "100", Decimal(100), "100"),
    (SHARE, Decimal("0.00"), "0", Decimal(0), "0"),
    (PICK, "b", "b", "b", "乙"),
    (PICK, None, None, "", ""),
    (FLAG, True, True, True, "是"),
    (FLAG, False, False, False, "否"),
    (FLAG, None, None, None, ""),
    (TEXT, " 甲\n 乙 ", "甲 乙", "甲 乙", "甲 乙"),
    (TEXT, "", None, "", ""),
])
def test_a_value_has_one_form(column: Column, given: Any, kept: Any, read: Any, written: str) -> None:
    assert canonical(column, given) == kept
    assert canonical(column, kept) == kept, "a kept value is kept as it is"
    assert typed(column, kept) == read
    assert shown(column, kept) == written


@pytest.mark.parametrize(("column", "given"), [
    (DAY, "2023-02-29"), (DAY, "1989-12-31"), (DAY, "2100-01-01"), (DAY, "昨天"), (FEN, -1), (FEN, 10**15 + 1), (FEN, "1.5"),
    (FEN, True), (FEN, 1.5), (COUNT, 1), (COUNT, 10), (COUNT, "x"), (SHARE, "100.01"), (SHARE, "-1"), (SHARE, "12.345"),
    (SHARE, "NaN"), (SHARE, "三成"), (SHARE, True), (PICK, "甲"), (PICK, 1), (FLAG, "是"), (FLAG, 1), (TEXT, 5), (TEXT, "a\x07"),
    (TEXT, "长" * 501), (Column("t", "编号", required=True), "长" * 101)])
def test_what_a_column_cannot_hold_is_refused_by_its_title(column: Column, given: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        canonical(column, given)
    assert refusal.value.facts["field"] == column.title


PAYMENT = {"number": "PZ-1", "paid_on": date(2024, 5, 1), "amount_fen": 100, "purpose": "build"}


@pytest.mark.parametrize(("key", "values", "field", "words"), [
    ("payment", {k: v for k, v in PAYMENT.items() if k != "paid_on"}, "支付日期", "必须填写"),
    ("payment", PAYMENT | {"colour": "red"}, "colour", "没有这一栏"),
    ("system", {"number": "S", "name": "系统", "status": "merged", "changed_on": "2024-01-01"}, "替代它的系统", "已整合"),
    ("resource", {"number": "R", "name": "库", "sharing": "conditional", "connected": True}, "接入日期", "“是”"),
    ("procurement", {"number": "C", "purpose": "build", "object": "goods", "method": "open_tender", "document_on": "2024-03-02",
                     "bid_deadline": "2024-03-01"}, "投标截止日期", "早于采购文件发出日期"),
    ("settlement", {"number": "J", "kind": "final_accounts", "returned_fen": 1}, "退回日期", "0.000001"),
])
def test_a_row_that_cannot_be_is_refused(key: str, values: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        checked(register_of(key), values)
    assert refusal.value.facts["field"] == field


def test_needs_that_do_not_arise_ask_for_nothing() -> None:
    checked(register_of("resource"), {"number": "R", "name": "库", "sharing": "conditional", "connected": False})
    checked(register_of("system"), {"number": "S", "name": "系统", "status": "in_use"})
    assert checked(register_of("profile"), {}) == {}


def test_rows_are_told_apart_by_their_unique_columns_together() -> None:
    register = register_of("procurement")
    first, second = ({"number": "CG-1", "package": package} for package in ("1", "2"))
    assert key_of(register, first) != key_of(register, second)
    assert key_of(register, {"number": "CG-1"}) == key_of(register, {"number": "CG-1", "package": ""})
    assert called(register, second) == "CG-1 2"
    assert called(register_of("performance"), {"year": 2024, "kind": "monitor"}) == "2024 绩效监控"
    assert key_of(register_of("profile"), {"hosting": "other"}) == ""
    assert called(register_of("profile"), {}) == "项目特征"

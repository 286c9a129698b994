"""The registers in a ledger: exported and imported again they are the same; what is wrong is named by sheet, row and column."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from admin.ledger_export import export_ledger
from admin.ledger_import import ImportReport, import_file
from admin.system import System
from archive.access import Actor
from archive.errors import NotPermitted
from archive.models import Contract, OutboxEvent, Project, RegisterChange, RegisterEntry
from archive.operations.documents import catalogue_document
from archive.operations.projects import import_ledger
from archive.operations.registers import RegisterLedgerRow, add_entry, withdraw_entry
from archive.permissions import Permission, Role
from archive.registers import REGISTERS
from archive.registers.columns import UNIT as UNIT_SCOPE
from archive.registers.columns import Column, Kind, Register
from archive.registers.reading import find_entry
from ingest.ledger import Ledger, read_ledger, write_ledger
from ingest.ledger.sheets import REGISTER_SHEETS
from tests.builders import SYSTEM, UNIT, UNIT_B, a_description, a_project
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused, refused_without

CODE, CONTRACT, NUMBER = "XM-A", "HT-A", "XT-1"
PLAIN: dict[Kind, Any] = {
    Kind.TEXT: "甲、乙“丙”=1", Kind.DATE: "2024-05-01", Kind.FEN: 123_456_789, Kind.PERCENT: "12.5", Kind.FLAG: False, Kind.PROJECT: CODE,
    Kind.CONTRACT: CONTRACT, Kind.SYSTEM: NUMBER}


def full_row(register: Register) -> dict[str, Any]:
    """Every column said."""
    def value(column: Column) -> Any:
        if column.kind is Kind.CHOICE:
            return list(column.choices)[-1]
        return max(column.least, 3) if column.kind is Kind.INTEGER else PLAIN[column.kind]

    row = {column.name: value(column) for column in register.columns}
    return row | ({"number": NUMBER} if register.key == "system" else {})


def fill(system: System, code: str = CODE, unit: str = UNIT) -> None:
    """A full row in every register, with a paper."""
    a_project(system, code, unit=unit)
    Contract(number=CONTRACT, project=code, type="om").save()
    paper = catalogue_document(SYSTEM, system.clock, code, a_description(), "库房").id
    for key, register in REGISTERS.items():
        add_entry(SYSTEM, system.clock, key, unit if register.scope == UNIT_SCOPE else code, full_row(register), [paper])


def stored() -> list[Any]:
    return sorted((entry.register, entry.owner, dict(entry.values), list(entry.evidence)) for entry in RegisterEntry.objects(withdrawn=False))


def book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    made = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


PROJECT = (["项目编号", "项目名称", "项目单位", "建设方式"], [CODE, "平台", UNIT, "自行建设"])
HEAD = ["项目编号", "支付凭证号", "支付日期", "支付金额(万元)", "用途", "国库集中支付"]
ROW: list[object] = [CODE, "PZ-1", "2024年5月1日", 12.5, "建设", "是"]


def test_what_is_exported_is_imported_again_and_changes_nothing(system: System, tmp_path: Path) -> None:
    fill(system)
    path = tmp_path / "台账.xlsx"
    export_ledger(SYSTEM, path)
    assert read_ledger(path).errors == ()
    events = OutboxEvent.objects.count()
    same = import_file(system, SYSTEM, path)
    assert same.errors == []
    assert same.registers == {key: {"created": 0, "updated": 0, "unchanged": 1} for key in REGISTERS}
    assert (RegisterChange.objects.count(), OutboxEvent.objects.count()) == (len(REGISTERS), events)
    before = stored()
    RegisterEntry.objects.delete()
    anew = import_file(system, SYSTEM, path)
    assert anew.registers == {key: {"created": 1, "updated": 0, "unchanged": 0} for key in REGISTERS}
    assert stored() == before
    second = tmp_path / "again.xlsx"
    export_ledger(SYSTEM, second)
    assert second.read_bytes() == path.read_bytes()


def test_the_template_has_every_register_and_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    write_ledger(path, (), (), blank=True)
    assert read_ledger(path) == Ledger()
    assert openpyxl.load_workbook(path).sheetnames == ["项目", "合同", *(register.title for register in REGISTERS.values())]
    for key, sheet in REGISTER_SHEETS.items():
        assert [c.field for c in sheet.columns] == ["owner", *REGISTERS[key].names, "evidence"]
        assert len(sheet.by_title()) == len(sheet.columns), f"two titles of {key} compare equal"


def test_a_register_may_come_with_the_project_it_belongs_to(system: System, tmp_path: Path) -> None:
    sheets = {"项目": PROJECT, "系统目录": (["项目单位", "系统目录编号", "系统名称", "状态", "项目编号"], [UNIT, "XT-1", "系统", "在用", CODE]),
              "资金支付": (HEAD, ROW)}
    report = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", **sheets))
    assert report == ImportReport({"created": 1, "updated": 0, "unchanged": 0}, {"created": 0, "updated": 0, "unchanged": 0}, [], {
        key: {"created": 1, "updated": 0, "unchanged": 0} for key in ("system", "payment")})
    assert RegisterEntry.objects.get(register="payment").values == {
        "number": "PZ-1", "paid_on": "2024-05-01", "amount_fen": 12_500_000, "purpose": "build", "treasury": True}


def test_a_column_the_file_has_not_is_left_alone_and_an_empty_one_is_emptied(system: System, tmp_path: Path) -> None:
    fill(system)
    entry = RegisterEntry.objects.get(register="payment")
    entry_key, number = entry.id, entry.values["number"]
    report = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 资金支付=(
        ["项目编号", "支付凭证号", "支付日期", "支付金额(万元)", "用途", "收款人"], [CODE, number, "2024-05-01", 123.456789, "其他", ""])))
    assert report.registers == {"payment": {"created": 0, "updated": 1, "unchanged": 0}}
    now = find_entry(SYSTEM, entry_key)[0]
    assert ("payee" in now.values, now.values["treasury"], len(now.evidence), now.revision) == (False, False, 1, 2)
    emptied = import_file(system, SYSTEM, book(tmp_path / "b.xlsx", 资金支付=(
        ["项目编号", "支付凭证号", "支付日期", "支付金额(万元)", "用途", "佐证文件"], [CODE, number, "2024-05-01", 123.456789, "其他", ""])))
    assert emptied.registers["payment"]["updated"] == 1
    assert find_entry(SYSTEM, entry_key)[0].evidence == []


@pytest.mark.parametrize(("column", "cell", "words"), [
    ("支付日期", "2024-02-30", "不是存在的日期"), ("支付日期", "", "必填"), ("支付金额(万元)", "一百", "不是有效的金额"), ("用途", "吃饭", "只能填：建设、运维、其他"),
    ("国库集中支付", "对", "是、否"), ("项目编号", "XM-9", "没有项目编号为“XM-9”"), ("合同编号", "HT-9", "没有“HT-9”"), ("佐证文件", "d1、d2", "案卷中没有"),
    ("没有的栏", "x", "没有名为“没有的栏”")])
def test_a_wrong_cell_is_named_and_nothing_is_kept(system: System, tmp_path: Path, column: str, cell: object, words: str) -> None:
    a_project(system, CODE)
    head = HEAD if column in HEAD else [*HEAD, column]
    row = [cell if title == column else value for title, value in zip(head, [*ROW, cell], strict=False)]
    before = snapshot()
    report = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 资金支付=(head, row)))
    (error,) = report.errors
    assert (error.sheet, error.column) == ("资金支付", column)
    assert error.row == (1 if column == "没有的栏" else 2)
    assert words in error.message
    assert snapshot() == before


@pytest.mark.parametrize(("cell", "kept"), [("30%", "30"), ("30", "30"), (30, "30"), (12.5, "12.5"), ("１２．５％", "12.5")])
def test_percentages_are_read_as_people_write_them(system: System, tmp_path: Path, cell: object, kept: str) -> None:
    a_project(system, CODE)
    sheet = (["项目编号", "采购编号", "采购用途", "采购标的", "采购方式", "价格权重（%）"], [CODE, "CG-1", "建设", "服务", "公开招标", cell])
    assert import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 采购=sheet)).errors == []
    assert RegisterEntry.objects.get().values["price_weight"] == kept


@pytest.mark.parametrize("cell", [0.3, 1, 101, "三成", -5])
def test_a_percentage_that_may_mean_two_things_is_asked_for(system: System, tmp_path: Path, cell: object) -> None:
    a_project(system, CODE)
    sheet = (["项目编号", "采购编号", "采购用途", "采购标的", "采购方式", "价格权重（%）"], [CODE, "CG-1", "建设", "服务", "公开招标", cell])
    (error,) = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 采购=sheet)).errors
    assert (error.row, error.column) == (2, "价格权重（%）")
    assert RegisterEntry.objects.count() == 0


def test_a_row_twice_in_one_file_is_named(system: System, tmp_path: Path) -> None:
    a_project(system, CODE)
    (error,) = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 资金支付=(HEAD, ROW, ROW))).errors
    assert (error.row, error.column) == (3, "项目编号、支付凭证号")


def test_what_a_row_needs_beside_is_asked_for(system: System, tmp_path: Path) -> None:
    sheets = {"项目": PROJECT, "系统目录": (["项目单位", "系统目录编号", "系统名称", "状态"], [UNIT, "XT-1", "系统", "已整合"])}
    (error,) = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", **sheets)).errors
    assert (error.sheet, error.row, error.column) == ("系统目录", 2, "状态或名称变更日期")
    assert Project.objects.count() == 0


def test_a_dry_run_keeps_nothing(system: System, tmp_path: Path) -> None:
    a_project(system, CODE)
    before = snapshot()
    report = import_file(system, SYSTEM, book(tmp_path / "a.xlsx", 资金支付=(HEAD, ROW)), dry_run=True)
    assert report.registers["payment"]["created"] == 1
    assert snapshot() == before


def test_only_who_may_imports_and_only_what_is_hers(system: System, people: dict[str, Actor], tmp_path: Path) -> None:
    a_project(system, CODE)
    path = book(tmp_path / "a.xlsx", 资金支付=(HEAD, ROW))
    refused_without(Permission.PROJECT_CREATE, people, lambda actor: import_file(system, actor, path))
    before = snapshot()
    report = import_file(system, Actor("b1", "乙单位档案员", Role.ARCHIVIST, UNIT_B), path)
    assert [(error.sheet, error.column) for error in report.errors] == [("资金支付", "项目编号")]
    units = book(tmp_path / "b.xlsx", 系统目录=(["项目单位", "系统目录编号", "系统名称", "状态"], [UNIT, "XT-1", "系统", "在用"]))
    assert import_file(system, Actor("b1", "乙单位档案员", Role.ARCHIVIST, UNIT_B), units).errors[0].column == "项目单位"
    assert snapshot() == before


def test_everybody_exports_what_they_see(system: System, people: dict[str, Actor], tmp_path: Path) -> None:
    fill(system)
    a_project(system, "XM-B", unit=UNIT_B)
    withdrawn = add_entry(SYSTEM, system.clock, "incident", "XM-B", {"number": "1", "kind": "other", "happened_on": "2024-05-01"})
    kept = add_entry(SYSTEM, system.clock, "incident", "XM-B", {"number": "2", "kind": "other", "happened_on": "2024-05-01"})
    withdraw_entry(SYSTEM, system.clock, withdrawn.id, 1, "重复")
    path = tmp_path / "b.xlsx"
    export_ledger(people["unit_b"], path)
    seen = read_ledger(path)
    assert [project.code for project in seen.projects] == ["XM-B"]
    assert [(row.register, row.owner, row.values["number"]) for row in seen.registers] == [("incident", "XM-B", kept.values["number"])]
    assert seen.contracts == ()
    refused(NotPermitted, lambda: export_ledger(people["sysadmin"], tmp_path / "c.xlsx"))


def test_many_rows_of_a_project_are_one_event_and_the_same_row_twice_is_refused(system: System) -> None:
    a_project(system, CODE)
    OutboxEvent.objects.delete()
    rows = [RegisterLedgerRow("payment", CODE, {"number": str(n), "paid_on": "2024-05-01", "amount_fen": n, "purpose": "om"}, None, n)
            for n in range(1, 30)]
    taken = import_ledger(SYSTEM, system.clock, [], [], rows)
    assert (taken.errors, taken.registers["payment"].created) == ([], 29)
    assert [(event.kind, event.project) for event in OutboxEvent.objects] == [("project.changed", CODE)]
    assert RegisterChange.objects.count() == 29
    again = [replace(rows[0], values={**rows[0].values, "number": "99"}, row=row) for row in (2, 3)]
    before = snapshot()
    (error,) = import_ledger(SYSTEM, system.clock, [], [], again).errors
    assert (error.row, error.column) == (3, "项目编号")
    assert snapshot() == before

"""A ledger file becomes projects and contracts: all of it or none, and the same file again changes nothing."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from admin.ledger_import import ImportReport, import_file
from admin.system import System
from archive.access import Actor
from archive.errors import NotPermitted
from archive.models import AuditEntry, Contract, Project
from archive.permissions import Permission, Role
from archive.queries import find_project
from ingest.ledger import LedgerUnreadable
from tests.builders import SYSTEM, UNIT, UNIT_B
from tests.conftest import snapshot
from tests.unit.archive.refusals import refused_without

HEAD = ["项目编号", "项目名称", "项目单位", "建设方式", "是否涉密", "总投资(万元)", "批复日期", "联系人", "联系邮箱"]
FIRST = ["P-1", "平台", UNIT, "自行建设", "否", 1234.567891, date(2024, 3, 1), "张伟", "zhang@example.com"]
SECOND = ["P-2", "云服务", UNIT_B, "购买服务", "是", "", "2024年3月2日", "", ""]
CONTRACT_HEAD = ["合同编号", "项目编号", "合同类型", "结束日期", "金额(万元)"]
NONE = {"created": 0, "updated": 0, "unchanged": 0}


def workbook(path: Path, projects: Sequence[Sequence[object]] = (HEAD, FIRST, SECOND),
             contracts: Sequence[Sequence[object]] = (CONTRACT_HEAD, ["HT-1", "P-1", "运维", "20261231", 5])) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in (("项目", projects), ("合同", contracts)):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def changed(**counts: int) -> dict[str, int]:
    return NONE | counts


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    return workbook(tmp_path / "台账.xlsx")


def without_trail() -> dict[str, list[object]]:
    return {name: rows for name, rows in snapshot().items() if name not in ("audit", "chain_heads")}


def test_a_file_is_imported_and_again_changes_nothing(system: System, ledger: Path) -> None:
    assert import_file(system, SYSTEM, ledger) == ImportReport(changed(created=2), changed(created=1))
    first, second = Project.objects.order_by("code")
    assert (first.total_investment_fen, first.approved_on, first.mode, first.contact_email) == (
        1_234_567_891, date(2024, 3, 1), "self_build", "zhang@example.com")
    assert (second.classified, second.total_investment_fen, second.approved_on, second.mode) == (
        True, None, date(2024, 3, 2), "service_purchase")
    contract = Contract.objects.get()
    assert (contract.project, contract.type, contract.end_on, contract.amount_fen) == (
        "P-1", "om", date(2026, 12, 31), 5_000_000)
    before = without_trail()
    assert import_file(system, SYSTEM, ledger) == ImportReport(changed(unchanged=2), changed(unchanged=1))
    assert without_trail() == before


def test_columns_that_are_not_there_leave_what_is_stored(system: System, ledger: Path, tmp_path: Path) -> None:
    import_file(system, SYSTEM, ledger)
    thin = workbook(tmp_path / "thin.xlsx", [HEAD[:4], ["P-1", "改名", UNIT, "自行建设"]], [CONTRACT_HEAD])
    assert import_file(system, SYSTEM, thin).projects == changed(updated=1)
    project = find_project(SYSTEM, "P-1")
    assert (project.name, project.contact, project.approved_on) == ("改名", "张伟", date(2024, 3, 1))


def test_a_cell_that_is_empty_empties(system: System, ledger: Path, tmp_path: Path) -> None:
    import_file(system, SYSTEM, ledger)
    emptied = workbook(tmp_path / "b.xlsx", [HEAD, [*FIRST[:6], "", "", ""]], [CONTRACT_HEAD])
    assert import_file(system, SYSTEM, emptied).projects == changed(updated=1)
    project = find_project(SYSTEM, "P-1")
    assert (project.approved_on, project.contact, project.contact_email) == (None, "", "")


@pytest.mark.parametrize(("projects", "contracts", "where"), [
    ([HEAD, FIRST, [*SECOND[:6], "2024-13-01", "", ""]], [CONTRACT_HEAD], ("项目", 3, "批复日期")),
    ([HEAD, FIRST], [CONTRACT_HEAD, ["HT-1", "P-404", "运维", "", ""]], ("合同", 2, "项目编号")),
    ([HEAD, FIRST], [CONTRACT_HEAD, ["HT-1", "P-1", "赠与", "", ""]], ("合同", 2, "合同类型")),
    ([HEAD, ["P/1", *FIRST[1:]]], [CONTRACT_HEAD], ("项目", 2, "项目编号"))])
def test_one_bad_cell_keeps_everything_out_and_is_named(
    system: System, tmp_path: Path, projects: Sequence[Sequence[object]], contracts: Sequence[Sequence[object]],
    where: tuple[str, int, str]
) -> None:
    before = snapshot()
    report = import_file(system, SYSTEM, workbook(tmp_path / "bad.xlsx", projects, contracts))
    assert [(e.sheet, e.row, e.column) for e in report.errors] == [where]
    assert (report.projects, report.contracts) == (NONE, NONE)
    assert snapshot() == before


def test_a_rehearsal_tells_the_counts_and_writes_nothing(system: System, ledger: Path) -> None:
    before = snapshot()
    assert import_file(system, SYSTEM, ledger, dry_run=True) == ImportReport(changed(created=2), changed(created=1))
    assert snapshot() == before
    assert AuditEntry.objects.count() == 0


def test_only_who_keeps_the_register_may(system: System, ledger: Path, people: dict[str, Actor]) -> None:
    allowed = refused_without(Permission.PROJECT_CREATE, people, lambda actor: import_file(system, actor, ledger))
    assert import_file(system, allowed[0], ledger).projects == changed(created=2)


def test_a_unit_s_own_archivist_is_told_which_rows_are_not_hers(system: System, ledger: Path) -> None:
    report = import_file(system, Actor("a", "甲", Role.ARCHIVIST, UNIT), ledger)
    assert [(e.sheet, e.row) for e in report.errors] == [("项目", 3)]
    assert Project.objects.count() == 0


def test_what_is_no_ledger_is_refused(system: System, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"no workbook")
    with pytest.raises(LedgerUnreadable):
        import_file(system, SYSTEM, tmp_path / "x.xlsx")
    with pytest.raises(NotPermitted):
        import_file(system, Actor("a", "甲", Role.AUDITOR), workbook(tmp_path / "y.xlsx"))

"""Twin worlds: the same archive of unit B, once alone and once beside everything unit A keeps.

`furnish` fills an empty archive. What differs by chance between two archives (ids made at random) gets a name, so that
answers of both can be compared. Words in `MARKERS` occur only in what unit A owns.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from admin.system import System
from admin.uploads import records as uploads
from admin.uploads.records import Announced
from archive.access import Actor
from archive.models import Channel, Document, Project, Version, new_id
from archive.models.receipts import Outcome
from archive.operations.descriptions import Description
from archive.operations.documents import catalogue_document
from archive.operations.people import NewPerson, add_person, issue_token
from archive.operations.projects import LedgerRow, assign_dossier, import_ledger, waive_material
from archive.operations.receipts import Entry, add_entry, close_receipt, open_receipt
from archive.operations.registers import add_entry as add_row
from archive.operations.registers import change_entry
from archive.permissions import Role
from retention.alerts import finding_id, refresh
from retention.findings import acknowledge, ask_waiver
from retention.models import FindingRecord
from tests import samples
from tests.builders import SYSTEM, UNIT, UNIT_B, a_project, file_text

ELSEWHERE = "省审计厅"
OVERDUE: dict[str, Any] = {
    "contract_signed_on": date(2024, 4, 1), "construction_start": date(2024, 4, 15), "mlps_level": "三级",
    "planned_completion": date(2024, 10, 31), "actual_completion": date(2024, 10, 20), "trial_start": date(2024, 11, 1),
    "planned_acceptance": date(2026, 3, 20), "total_investment_fen": 325_000_000}
# Everybody who is bound to unit B in some way, and the one who may see a single dossier of it.
PERSONS: dict[str, tuple[Role, str]] = {
    "unit_b": (Role.UNIT, UNIT_B), "archivist_b": (Role.ARCHIVIST, UNIT_B), "auditor_b": (Role.AUDITOR, UNIT_B),
    "supervisor_b": (Role.SUPERVISOR, UNIT_B), "auditor_of_one": (Role.AUDITOR, ELSEWHERE)}
# Words, names and numbers that only unit A has.
MARKERS = (UNIT, "XM-A-", "HT-A-", "榫卯", "冰川", "天工开物", "jiafang", "a.example.com", "甲方专用")
# What an auditor of one dossier must not meet either: the other dossier of unit B.
SECOND_DOSSIER = ("XM-B-002", "雨量站", "蚕桑")
# A project of unit A whose code stands in unit B's own ledger.
NAMED_BY_B = "GL-2018-007"
TEXT_OF_A = "网络安全等级保护测评报告\n榫卯系统测评结论为基本符合，验收前整改。"
SHARED_TEXT = "会议纪要\n会议讨论了平台试运行情况和验收准备工作，水位遥测与数据归集进展正常。"


@dataclass
class World:
    """A furnished archive. `names` gives the identifiers by which requests ask: projects `p_`, documents `d_`,
    findings `f_`, people `u_`; those of a unit that is not there are ids of nothing."""

    system: System
    names: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)


def furnish(system: System, drain: Callable[[], int], folder: Path, *, with_a: bool) -> World:
    """Unit A's things stand before, between and after those of unit B."""
    world = World(system)
    if with_a:
        _person(world, "jiafang", Role.UNIT, UNIT)
        _first_of_a(world, folder)
    for name, (role, unit) in PERSONS.items():
        _person(world, name, role, unit)
    _first_of_b(world, folder)
    if with_a:
        _registered(world, "a", "XM-A-001", UNIT, "榫卯")
    _registered(world, "b", "XM-B-001", UNIT_B, "水文")
    if with_a:
        _second_of_a(world)
    _second_of_b(world)
    _handed_over(world, "unit_b", "XM-B-001", "r_b")  # numbers run through the archive: the first is in both worlds
    if with_a:
        _handed_over(world, "jiafang", "XM-A-001", "r_a")
        world.names["t_a"] = uploads.create(system, world.people["jiafang"], Announced(
            "XM-A-001", "甲方专用材料.txt", 5, batch="甲方专用"), "api").id
    drain()
    refresh(system.judge)
    _handled(world, with_a)
    drain()
    _name_everything(world)
    return world


def _person(world: World, name: str, role: Role, unit: str) -> None:
    domain = "a.example.com" if unit == UNIT else "b.example.com"
    added = add_person(SYSTEM, world.system.clock, NewPerson(name, role, unit, f"{name}@{domain}", name))
    world.people[name], world.names[f"u_{name}"] = added.actor(), added.id
    world.tokens[name] = issue_token(SYSTEM, world.system.clock, name)


def _first_of_a(world: World, folder: Path) -> None:
    system = world.system
    a_project(system, "XM-A-001", name="天工开物协同平台建设项目", unit=UNIT, contact="甲方专用联系人", supervisor="甲方专用主管",
              contact_email="contact@a.example.com", supervisor_email="head@a.example.com", **OVERDUE)
    a_project(system, NAMED_BY_B, name="榫卯一期工程", unit=UNIT, approved_on=date(2016, 5, 6), acceptance_date=date(2018, 5, 6),
              acceptance_result="通过")
    _contract(system, "HT-A-001", "XM-A-001", "天工开物软件有限公司")
    file_text(system, "XM-A-001", "榫卯平台等级保护测评报告.txt", TEXT_OF_A)
    file_text(system, "XM-A-001", "冰川会议纪要.txt", SHARED_TEXT + "\n冰川观测站点由天工开物承建，会议，会议，验收，验收。")
    _bundle(system, "XM-A-001", "榫卯材料.zip", {"冰川/榫卯会议纪要.txt": "会议讨论了榫卯。", "共有.txt": "两个单位都有的会议材料。"})
    # The very bytes unit B has as well: one object, two dossiers.
    file_text(system, "XM-A-001", "甲方专用会议纪要.txt", SHARED_TEXT)
    _pdf(system, "XM-A-001", samples.pdf(folder / "榫卯验收报告.pdf", [["榫卯平台竣工验收报告", "同意通过验收。"]] * 2))


def _first_of_b(world: World, folder: Path) -> None:
    system = world.system
    # The project named as the one before belongs to unit A: nothing of it may come through the rules.
    a_project(system, "XM-B-001", name="水文遥测平台建设项目", unit=UNIT_B, kind="upgrade", predecessor=NAMED_BY_B,
              contact="赵工", contact_email="contact@b.example.com", supervisor="钱处",
              supervisor_email="head@b.example.com", **OVERDUE)
    _contract(system, "HT-B-001", "XM-B-001", "水利信息技术有限公司")
    minutes = file_text(system, "XM-B-001", "水文会议纪要.txt", SHARED_TEXT).document
    # The first notices a word once, the second many times: their order tells what the ranking rests on.
    file_text(system, "XM-B-001", "试运行记录.txt", "试运行记录\n本月平台运行平稳。" + "会议要求继续观察水位遥测。" * 3)
    system.intake.add_version(SYSTEM, minutes.id, "水文会议纪要-修订.txt", [(SHARED_TEXT + "\n修订：增加验收时间。").encode()])
    _bundle(system, "XM-B-001", "水文材料.zip", {"水文/例会纪要.txt": "会议讨论了水位。", "共有.txt": "两个单位都有的会议材料。"})
    _pdf(system, "XM-B-001", samples.pdf(folder / "水文验收报告.pdf", [["水文遥测平台竣工验收报告", "同意通过验收。"]] * 2))


def _registered(world: World, name: str, code: str, unit: str, word: str) -> None:
    """A row of the project and one of the unit, of the same numbers in both, with evidence and a past."""
    clock = world.system.clock
    paper = Document.objects(project=code).order_by("created_at", "id").first().id
    bought = add_row(SYSTEM, clock, "procurement", code, {
        "number": "CG-1", "purpose": "build", "object": "services", "method": "open_tender", "supplier": f"{word}公司"}, [paper])
    owned = add_row(SYSTEM, clock, "system", unit, {"number": "XT-1", "name": f"{word}系统", "status": "building", "project": code}, [paper])
    change_entry(SYSTEM, clock, owned.id, 1, {"status": "in_use"})
    world.names |= {f"g_{name}": bought.id, f"g_{name}_unit": owned.id}


def _second_of_a(world: World) -> None:
    system = world.system
    a_project(system, "XM-A-002", name="冰川监测升级项目", unit=UNIT, mode="service_purchase", kind="upgrade",
              predecessor="XM-B-002", **OVERDUE)
    file_text(system, "XM-A-002", "榫卯普查.txt", "没有类型的榫卯材料，冰川，会议。" * 20)
    catalogue_document(SYSTEM, system.clock, "XM-A-002", Description(
        type="meeting_minutes", type_source="given", title="天工开物目录条目"), "甲方专用库房")
    waive_material(SYSTEM, system.clock, "XM-A-002", "meeting_minutes", "甲方专用理由")


def _second_of_b(world: World) -> None:
    system = world.system
    a_project(system, "XM-B-002", name="雨量站运维项目", unit=UNIT_B, mode="service_purchase", kind="om", **OVERDUE)
    file_text(system, "XM-B-002", "雨量站巡检报告.txt", "雨量站运维服务报告\n蚕桑基地雨量站巡检正常，会议通报验收安排。")
    assign_dossier(SYSTEM, system.clock, "XM-B-001", [world.people["auditor_of_one"].id])


def _bundle(system: System, code: str, name: str, members: dict[str, str]) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as bundle:
        for path, text in members.items():
            bundle.writestr(zipfile.ZipInfo(path), text)    # without the time: the same bytes in both worlds
    system.intake.file(SYSTEM, code, name, [target.getvalue()])


def _pdf(system: System, code: str, path: Path) -> None:
    system.intake.file(SYSTEM, code, path.name, [path.read_bytes()])


def _contract(system: System, number: str, project: str, supplier: str) -> None:
    values = {"project": project, "type": "build", "signed_on": date(2024, 4, 1), "start_on": date(2024, 4, 15),
              "end_on": date(2026, 4, 1), "amount_fen": 300_000_000, "supplier": supplier}
    report = import_ledger(SYSTEM, system.clock, [], [LedgerRow(number, "合同", 2, values)])
    assert not report.errors


def _handed_over(world: World, person: str, code: str, name: str) -> None:
    who, clock = world.people[person], world.system.clock
    receipt = open_receipt(who, clock, code, Channel.BROWSER, batch=f"{code} 批次", people={"received_by": person})
    add_entry(who, clock, receipt.id, Entry(f"{code}.txt", f"{code}.txt", Outcome.FILED, 5, title=f"{code} 材料"))
    world.names[name] = close_receipt(who, clock, receipt.id).id


def _handled(world: World, with_a: bool) -> None:
    """Alerts of both units in all stages of their life."""
    clock = world.system.clock
    for code, note in (("XM-B-001", "已安排"), *((("XM-A-001", "甲方专用说明"),) if with_a else ())):
        taken, waived = FindingRecord.objects(project=code, alert="open").order_by("id")[:2]
        acknowledge(SYSTEM, clock, taken.id, note)
        ask_waiver(SYSTEM, clock, waived.id, note, date(2026, 9, 1))


def _name_everything(world: World) -> None:
    """Unit A's identifiers have a name in both worlds; where it is not there they are ids of nothing."""
    names = world.names
    names |= {"p_a": "XM-A-001", "p_a2": "XM-A-002", "p_named": NAMED_BY_B, "p_b": "XM-B-001", "p_b2": "XM-B-002",
              "p_none": "XM-Z-009"}
    by_filename = {document.filename: document for document in Document.objects}
    for name, filename in DOCUMENTS.items():
        names[f"d_{name}"] = by_filename[filename].id if filename in by_filename else new_id()
    for document in Document.objects(project__startswith="XM-B"):
        names[f"id of {document.project} {document.filename}"] = document.id
    names |= {f"id of {project.code}": project.id for project in Project.objects}
    names |= {f"version {v.number} of {v.sha256}": v.id for v in Version.objects}
    rules = {code: _rule_of(code) for code in ("XM-A-001", "XM-B-001")}
    names["f_b"] = finding_id("XM-B-001", *rules["XM-B-001"])
    names["f_a"] = finding_id("XM-A-001", *rules["XM-A-001"])
    names["unit_a"], names["unit_none"] = UNIT, "没有这个单位"
    for name in ("f_none", "u_none", "t_none", "r_none"):
        names[name] = new_id()
    for name in ("t_a", "r_a", "g_a", "g_a_unit", "g_none"):
        names.setdefault(name, new_id())
    names.setdefault("u_jiafang", new_id())


def _rule_of(code: str) -> tuple[str, str]:
    """Rule and subject of the first alert; an id made from them has the same value in both worlds."""
    record = FindingRecord.objects(project=code, alert="open").order_by("id").first()
    return (record.rule, record.subject) if record else ("R31-3", "")


DOCUMENTS = {"a_zip": "榫卯材料.zip", "a_child": "榫卯会议纪要.txt", "b_zip": "水文材料.zip", "b_child": "例会纪要.txt",
             "a": "榫卯平台等级保护测评报告.txt", "a_pdf": "榫卯验收报告.pdf", "b": "水文会议纪要-修订.txt",
             "b_pdf": "水文验收报告.pdf", "none": "没有这个文件"}

"""A small archive as a provincial office might have it in March 2026: invented units, projects and papers."""

import tempfile
from datetime import date, timedelta
from pathlib import Path

from admin.scheduler import DUTY
from admin.system import System
from admin.worker import Worker
from archive import leases
from archive.access import system_actor
from archive.operations.projects import LedgerRow, create_project, import_ledger
from retention.alerts import refresh
from tests import samples
from tests.builders import UNIT, UNIT_B

ACTOR = system_actor("tests")
WAN = 1_000_000
# name, unit, mode, kind, days from 2026-03-02 to completion, trial days after it, acceptance after it
PROJECTS: tuple[tuple[str, str, str, str, int, int | None, int | None], ...] = (
    ("一体化协同办公平台建设项目", UNIT, "self_build", "new", -420, 10, None),
    ("政务数据共享交换平台升级改造项目", UNIT, "self_build", "upgrade", -210, 12, None),
    ("公共信用信息服务平台购买服务项目", "省营商环境局", "service_purchase", "new", -160, 8, None),
    ("水文遥测站网监测系统建设项目", UNIT_B, "self_build", "new", -60, 15, None),
    ("政务服务热线智能化项目", "省政务服务中心", "self_build", "new", -700, 10, 170),
    ("门户网站集约化平台运维项目", "省政务服务中心", "self_build", "om", -500, None, 200),
    ("应急值守信息系统扩建项目", "省应急保障中心", "self_build", "extend", 90, None, None),
)
PAPERS = ("可行性研究报告", "初步设计方案", "信息资源目录", "政务云需求方案", "密码应用方案", "招标文件", "中标通知书",
          "监理合同", "试运行报告", "第三方测评报告", "项目建设总结", "密码应用安全性评估报告")
LINES = (
    "为落实数字政府建设要求，项目单位会同承建单位、监理单位编制本文件。", "系统部署于省级政务云，经数据共享交换平台与各部门共享数据。",
    "按网络安全等级保护第三级建设，密码应用方案已通过评估。", "功能测试与性能测试结果满足设计指标，结论为合格。")


def build_scene(system: System, worker: Worker) -> None:
    """Projects, contracts and documents, indexed and judged."""
    today = system.clock.today()
    for number, line in enumerate(PROJECTS, 1):
        _project(system, number, line, today)
    _contracts(system, today)
    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(PROJECTS[:5], 1):
            for paper in PAPERS[:len(PAPERS) - 2 * number + 2]:
                _file(system, Path(folder), code(number), f"{line[0]}{paper}", paper)
        _file(system, Path(folder), code(1), "协调会往来材料", "往来材料")
    worker.drain()
    refresh(system.judge)
    leases.take(DUTY, "scene", system.clock, timedelta(days=1))  # as where a scheduler runs


def code(number: int) -> str:
    return f"SC-2024-{number:03}"


def _project(system: System, number: int, line: tuple[str, str, str, str, int, int | None, int | None], today: date) -> None:
    name, unit, mode, kind, done, trial, accepted = line
    completed = today + timedelta(days=done)

    def after(days: int | None) -> date | None:
        return None if days is None or done > 0 else completed + timedelta(days=days)

    create_project(ACTOR, system.clock, code(number), {
        "name": name, "unit": unit, "mode": mode, "kind": kind, "mlps_level": "第三级", "funding_source": "省级财政资金",
        "total_investment_fen": (860 + 317 * number) * WAN, "registered_on": completed - timedelta(days=620),
        "approved_on": completed - timedelta(days=540), "approval_no": f"省发改数字〔2024〕{20 + number}号",
        "contract_signed_on": completed - timedelta(days=430), "construction_start": completed - timedelta(days=410),
        "planned_completion": completed - timedelta(days=15), "actual_completion": completed if done < 0 else None,
        "trial_start": after(trial), "acceptance_date": after(accepted), "operation_start": after(accepted),
        "acceptance_result": "通过" if accepted else "", "planned_acceptance": completed + timedelta(days=180),
        "warranty_end": completed + timedelta(days=900), "contact": "陈明", "contact_email": "chenming@example.com",
        "supervisor": "林晓", "supervisor_email": "linxiao@example.com"})


def _contracts(system: System, today: date) -> None:
    def days(count: int) -> date:
        return today + timedelta(days=count)

    rows = [
        LedgerRow("HT-001", "合同", 2, {
            "project": code(1), "type": "build", "signed_on": days(-850), "start_on": days(-830), "end_on": days(-430),
            "amount_fen": 1_024 * WAN, "supplier": "云岭软件有限公司", "method": "公开招标"}),
        LedgerRow("HT-002", "合同", 3, {
            "project": code(1), "type": "supervision", "signed_on": days(-845), "start_on": days(-830), "end_on": days(-300),
            "amount_fen": 28 * WAN, "supplier": "正衡监理有限公司", "method": "竞争性磋商"}),
        LedgerRow("YW-006", "合同", 4, {
            "project": code(6), "type": "om", "signed_on": days(-345), "start_on": days(-340), "end_on": days(24),
            "amount_fen": 96 * WAN, "supplier": "安澜运维有限公司", "method": "竞争性磋商"})]
    assert not import_ledger(ACTOR, system.clock, [], rows).errors


def _file(system: System, folder: Path, project: str, title: str, paper: str) -> None:
    path = samples.pdf(folder / f"{title}.pdf", [LINES, [f"{paper}（续）", *LINES[1:]], ["附件：相关清单"]], title=title[:22])
    system.intake.file(ACTOR, project, path.name, [path.read_bytes()])

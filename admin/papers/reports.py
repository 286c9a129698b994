"""What the platforms of others must be told of a project, ready to be entered or sent: they offer no open interface.

A form holds what ledger, registers and dossier say; what nobody said stands as 待填 and is not invented.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from admin.papers.model import Cell, Paper, Table
from archive.access import Actor
from archive.models import Contract, Document, Project, RegisterEntry
from archive.queries import contracts_of, find_project
from archive.registers import REGISTERS, register_of
from archive.registers.values import shown

OPEN = "（待填）"
WAN = Decimal(1_000_000)
MODES = {"self_build": "自行建设", "service_purchase": "购买服务"}
ACCEPTANCE = ("acceptance_application", "acceptance_opinion", "unit_acceptance_report", "acceptance_review_opinion", "trial_run_report",
              "third_party_test_report", "mlps_evaluation_report", "crypto_evaluation_report", "third_party_audit_report")
PERFORMANCE = ("performance_monitor_report", "user_opinion", "supervisor_opinion")
ADJUSTMENT = ("self_adjustment_record", "adjustment_filing")


@dataclass(frozen=True, slots=True)
class Told:
    """What a form is made from."""

    project: Project
    contracts: Sequence[Contract]
    rows: Mapping[str, Sequence[RegisterEntry]]
    documents: Sequence[Document]
    today: date

    def papers(self, kinds: Sequence[str]) -> Table:
        rows = [(n, d.title, d.doc_no or OPEN, str(d.doc_date or OPEN))
                for n, d in enumerate((d for kind in kinds for d in self.documents if d.type == kind), 1)]
        return Table(("序号", "附件", "文号", "日期"), rows or [("", "案卷中还没有这些材料", "", "")], (1, 6, 3, 2), "附件")


def told(actor: Actor, code: str, today: date) -> Told:
    """Raises NotFound where the actor may not see the project."""
    project = find_project(actor, code)
    found = list(RegisterEntry.objects(owner=code, scope="project", withdrawn=False).order_by("created_at", "id"))
    rows = {key: [entry for entry in found if entry.register == key] for key in REGISTERS}
    wanted = (*ACCEPTANCE, *PERFORMANCE, *ADJUSTMENT)
    documents = list(Document.objects(dossier=project.id, type__in=wanted).order_by("doc_date", "created_at", "id"))
    return Told(project, contracts_of(actor, code), rows, documents, today)


def acceptance(facts: Told) -> Paper:
    """验收情况报备, 第31条."""
    p = facts.project
    return Paper("项目验收情况报备表", [
        _pairs([*_project(facts), ("建设完成日期", p.actual_completion), ("试运行", _span(p.trial_start, p.trial_end_actual)),
                ("延期批准至", p.extension_until or "无"), ("验收日期", p.acceptance_date), ("验收结论", p.acceptance_result),
                ("投入运行日期", p.operation_start), ("质保期至", p.warranty_end)]),
        _contracts(facts), facts.papers(ACCEPTANCE)], head=_head(facts, "acceptance"),
        end=_end(facts), note=_note(facts), day=facts.today)


def performance(facts: Told) -> Paper:
    """年度绩效监控报告: the data of its cover, 第45条."""
    year = facts.today.year
    paid = [entry.values for entry in facts.rows["payment"]]
    this_year = [row for row in paid if str(row["paid_on"]).startswith(str(year))]
    signed = sum(contract.amount_fen or 0 for contract in facts.contracts)
    total = sum(row["amount_fen"] for row in paid)
    p = facts.project
    return Paper(f"{year} 年度绩效监控报告（封面数据）", [
        _pairs([*_project(facts), ("开工日期", p.construction_start), ("计划完工日期", p.planned_completion),
                ("建设完成日期", p.actual_completion or "在建"), ("试运行", _span(p.trial_start, p.trial_end_actual)),
                ("合同金额（万元）", _wan(signed) if facts.contracts else None), ("累计支付（万元）", _wan(total) if paid else None),
                (f"{year} 年支付（万元）", _wan(sum(row["amount_fen"] for row in this_year)) if paid else None),
                ("支付占合同金额", f"{Decimal(total) * 100 / signed:.2f}%" if signed and paid else None)]),
        _register(facts.rows["payment"], "payment", ("number", "paid_on", "amount_fen", "purpose", "kind", "contract"), "支付明细"),
        facts.papers(PERFORMANCE)], head=_head(facts, "performance"), end=_end(facts), note=_note(facts), day=facts.today)


def adjustment(facts: Told) -> Paper:
    """自行调整报备, 第29条: with the share of the approved total that the rule counts."""
    own = [entry for entry in facts.rows["adjustment"] if entry.values.get("kind") == "self"]
    total, moved = facts.project.total_investment_fen, sum(entry.values["amount_fen"] for entry in own)
    share = f"{Decimal(moved) * 100 / total:.2f}%" if total and own else None
    return Paper("项目自行调整报备表", [
        _pairs([*_project(facts), ("自行调整次数", len(own)), ("累计调整金额（万元）", _wan(moved)), ("占批准总投资", share)]),
        _register(own, "adjustment", ("number", "reason", "content", "amount_fen", "decided_on", "executed_on"), "调整明细"),
        facts.papers(ADJUSTMENT)], head=_head(facts, "adjustment"), end=_end(facts), wide=True, note=_note(facts), day=facts.today)


REPORTS: Mapping[str, tuple[str, Callable[[Told], Paper]]] = {
    "acceptance": ("验收情况报备表", acceptance), "performance": ("年度绩效监控报告封面数据", performance),
    "adjustment": ("自行调整报备表", adjustment)}


def _project(facts: Told) -> list[tuple[str, Any]]:
    p = facts.project
    return [("项目编号", p.code), ("项目名称", p.name), ("项目单位", p.unit), ("建设方式", MODES.get(p.mode, p.mode)),
            ("批复文号", p.approval_no), ("批复日期", p.approved_on),
            ("批准总投资（万元）", _wan(p.total_investment_fen)), ("资金来源", p.funding_source)]


def _head(facts: Told, matter: str) -> list[tuple[str, str]]:
    """The numbers by which the platform knows the project, and what it has answered in this matter."""
    known = [entry.values for entry in facts.rows["platform"]]
    column = register_of("platform").column("platform")
    numbers = [f"{shown(column, row['platform'])} {row['number']}" for row in known if row["matter"] in ("registration", "application")]
    answered = [f"{row['number']}（{row.get('accepted_on') or row.get('submitted_on') or '日期未登记'}）"
                for row in known if row["matter"] == matter]
    return [("平台编号", "；".join(numbers) or OPEN), ("已报送", "；".join(answered) or "尚无登记")]


def _end(facts: Told) -> list[str]:
    day = facts.today
    return [facts.project.unit, f"填报人：{facts.project.contact or OPEN}", f"{day.year}年{day.month}月{day.day}日"]


def _note(facts: Told) -> str:
    return f"按 {facts.today} 的台账、登记簿和案卷生成；“待填”的内容系统中没有登记。报送后请在“平台登记与回执”登记编号并附回执。"


def _pairs(pairs: Sequence[tuple[str, Any]]) -> Table:
    return Table(("项目", "内容"), [(name, OPEN if value in (None, "") else str(value)) for name, value in pairs], (2, 5))


def _contracts(facts: Told) -> Table:
    rows: list[Sequence[Cell]] = [(c.number, str(c.signed_on or OPEN), c.supplier or OPEN, _wan(c.amount_fen)) for c in facts.contracts]
    return Table(("合同编号", "签订日期", "供应商", "金额（万元）"), rows or [("没有登记合同", "", "", "")], (3, 2, 4, 2), "合同")


def _register(entries: Sequence[RegisterEntry], key: str, names: Sequence[str], title: str) -> Table:
    columns = [register_of(key).column(name) for name in names]
    rows = [tuple(shown(c, entry.values.get(c.name)) or OPEN for c in columns) for entry in entries]
    heads = tuple(f"{c.title}（万元）" if c.kind == "fen" else c.title for c in columns)
    widths = tuple(3 if c.name == "content" else 2 for c in columns)
    return Table(heads, rows or [("没有登记", *[""] * (len(columns) - 1))], widths, title)


def _wan(fen: int | None) -> str:
    return "" if fen is None else f"{Decimal(fen) / WAN:,.6f}".rstrip("0").rstrip(".")


def _span(first: date | None, last: date | None) -> str:
    return f"{first or OPEN} 至 {last or OPEN}" if first or last else ""

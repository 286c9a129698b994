"""The events of a project's life that materials are measured by: when each happened, and how we know.

Owns the order of the events and where their days are read. An event whose own day nobody registered happened no later
than the first later event that did: who has signed a contract has been given an approval. Must not know rules.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.facts import Facts, earliest

APPLICATION_TYPES = ("application_package", "project_basic_info", "annual_demand_form")
APPROVAL_TYPES = ("fsr_approval", "design_approval", "plan_approval")
PROCUREMENT_TYPES = ("tender_notice", "award_notice")
BUILDING = ("build", "service")

NAMES = {
    "application": "申报", "approval": "批复", "procurement": "采购", "contract": "签订合同", "build_start": "开工",
    "completion": "建设完成", "trial": "试运行", "acceptance": "申请验收", "operation": "投入运行"}
"""Every event in the order of a project's life."""

_FIELDS = {
    "application": "登记备案日期", "approval": "批复日期", "procurement": "合同签订日期", "contract": "合同签订日期",
    "build_start": "开工日期", "completion": "建设完成日期", "trial": "试运行开始日期", "acceptance": "验收日期",
    "operation": "投入运行日期"}


@dataclass(frozen=True)
class Anchor:
    """An event and its day, None where nothing tells it. `basis` says in Chinese where the day was read; `own` False
    where it is only the day by which the event must have happened. `field`: the ledger field that would tell."""

    event: str
    day: date | None
    basis: str
    own: bool

    @property
    def name(self) -> str:
        return NAMES[self.event]

    @property
    def field(self) -> str:
        return _FIELDS[self.event]

    @cached_property
    def step(self) -> str:
        """How the day was found, for the steps of a finding."""
        if self.day is None:
            return f"{self.name}日期未登记"
        return f"{self.name} {self.day}（{self.basis}）"


def anchor(facts: Facts, event: str) -> Anchor:
    """The event of this project. Raises KeyError for an event that does not exist."""
    return _anchors(facts)[event]


@lru_cache(maxsize=8)  # facts are equal only to themselves: once an evaluation
def _anchors(facts: Facts) -> dict[str, Anchor]:
    own = _own_days(facts)
    found: dict[str, Anchor] = {}
    bound: tuple[date, str] | None = None
    for event in reversed(NAMES):
        day, basis = own[event]
        if day is not None:
            found[event] = Anchor(event, day, basis, own=True)
            if day <= facts.today and (bound is None or day < bound[0]):
                bound = day, NAMES[event]
        elif bound is not None:
            found[event] = Anchor(event, bound[0], f"日期未登记，按不晚于{bound[1]}", own=False)
        else:
            found[event] = Anchor(event, None, "", own=False)
    return found


def _own_days(facts: Facts) -> dict[str, tuple[date | None, str]]:
    project, contract = facts.project, _contract_day(facts)
    acceptance = acceptance_clock(facts)
    procured = earliest(facts.documents_of(*PROCUREMENT_TYPES))
    return {
        "application": _first((earliest(facts.documents_of(*APPLICATION_TYPES)), "申报材料"),
                              (_row_day(facts, "annual_demand", "submitted_on"), "年度需求登记"),
                              (project.registered_on, "台账登记备案日期")),
        "approval": _first((project.approved_on, "台账批复日期"), (earliest(facts.documents_of(*APPROVAL_TYPES)), "批复文件"),
                           (_row_day(facts, "approval", "approved_on", kind=("fsr", "design", "plan")), "批准文件登记")),
        "procurement": _first((procured, "采购公告或中标通知书"),
                              (_row_day(facts, "procurement", "notice_on", purpose=BUILDING), "采购登记"), contract),
        "contract": contract,
        "build_start": (project.construction_start, "台账开工日期"),
        "completion": _first((project.actual_completion, "台账建设完成日期"),
                             (earliest(facts.documents_of("completion_confirmation")), "建设内容完成确认书")),
        "trial": (project.trial_start, "台账试运行开始日期"),
        "acceptance": (acceptance.evidence.applied_on, "验收申请或验收日期"),
        "operation": (project.operation_start, "台账投入运行日期")}


def _contract_day(facts: Facts) -> tuple[date | None, str]:
    signed = min((c.signed_on for c in facts.contracts_of(*BUILDING) if c.signed_on), default=None)
    return _first((facts.project.contract_signed_on, "台账合同签订日期"), (signed, "登记的合同"),
                  (_row_day(facts, "procurement", "contract_signed_on", purpose=BUILDING), "采购登记"))


def _row_day(facts: Facts, register: str, column: str, **where: tuple[str, ...]) -> date | None:
    """The earliest day of this column among the rows whose choices are these."""
    return min((day for row in facts.rows(register) if all(row.choice(name) in values for name, values in where.items())
                if (day := row.date(column)) is not None), default=None)


def _first(*choices: tuple[date | None, str]) -> tuple[date | None, str]:
    return next((choice for choice in choices if choice[0] is not None), (None, ""))

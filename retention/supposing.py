"""What is supposed of a project, and facts with that in them. Pure: nothing here can reach the database.

Owns which facts may be supposed and of which kind they are. What follows from them is `whatif`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, get_type_hints

from archive import taxonomy
from archive.errors import Invalid
from archive.models.projects import CONTRACT_TYPES, KINDS, MODES
from retention.compliance.conclusions import favourable
from retention.compliance.facts import OM, Blocking, ContractFacts, DocumentFacts, Facts, ProjectFacts
from retention.compliance.units import blocking

GOOD = "通过"
TERMS = frozenset({"功能", "性能", "系统整合", "集约化", "信息资源共享", "必要性", "技术性", "经济性", "综合评分法", "建设进度",
                   "资金执行", "试运行", "绩效目标", "安全可靠", "密码应用", "数据安全"})
"""What rules look for in papers: one that is only supposed is supposed to be in order."""
IDENTITY = frozenset({"code", "name", "unit", "predecessor", "waived", "contact", "contact_email", "supervisor",
                      "supervisor_email", "approval_no"})
PROJECT_FACTS = tuple(item.name for item in fields(ProjectFacts) if item.name not in IDENTITY)
CONTRACT_FACTS = tuple(item.name for item in fields(ContractFacts) if item.name not in ("number", "renews"))
_KNOWN: Mapping[str, tuple[str, ...]] = {"mode": MODES, "kind": KINDS, "type": CONTRACT_TYPES}
_HINTS: Mapping[type, Mapping[str, Any]] = {kind: get_type_hints(kind) for kind in (ProjectFacts, ContractFacts)}
MOST = 100
MOST_FEN = 10**15


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is supposed to be there, complete and favourable unless its conclusion says otherwise."""

    type: str
    doc_date: date | None = None
    conclusion: str = GOOD


@dataclass(frozen=True, slots=True)
class Supposed:
    """What is to be otherwise. day: judged as of then. accepted_on: as if acceptance had been held and passed that day.

    project, contracts (by number) and settings: name → value, None empties. absent: types of which nothing is there.
    """

    day: date | None = None
    accepted_on: date | None = None
    project: Mapping[str, object] = field(default_factory=dict)
    contracts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    present: tuple[Paper, ...] = ()
    absent: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.day or self.accepted_on or self.project or self.contracts or self.present or self.absent or self.settings)

    def judged_on(self, today: date) -> date:
        """The day asked for; where none is, today, or the day of an acceptance that lies ahead."""
        return self.day or max(today, self.accepted_on or today)


def suppose(facts: Facts, supposed: Supposed) -> Facts:
    """These facts with what is supposed in them. Raises Invalid for a name there is not and a value that cannot be."""
    wanted = {**({"acceptance_date": supposed.accepted_on, "acceptance_result": GOOD} if supposed.accepted_on else {}),
              **supposed.project}
    if max(map(len, (wanted, supposed.contracts, supposed.present, supposed.absent))) > MOST:
        raise Invalid(field="假设", problem=f"一次至多 {MOST} 项。")
    changed = replace(
        facts, project=replace(facts.project, **_checked(ProjectFacts, PROJECT_FACTS, wanted)),
        contracts=_contracts(facts, supposed.contracts), documents=_documents(facts, supposed))
    return replace(changed, unit_blocking=_blocking(changed))


def _checked(kind: type, names: tuple[str, ...], values: Mapping[str, object]) -> dict[str, Any]:
    for name in values:
        if name not in names:
            raise Invalid(field=name[:60], problem="不能假设这一项；可用的是 " + "、".join(names) + "。")
    return {name: _value(name, _HINTS[kind][name], value) for name, value in values.items()}


def _value(name: str, hint: Any, value: object) -> Any:
    """A value of this field. Text that is empty, and None, empty it."""
    if (value is None or value == "") and name not in _KNOWN:
        return {str: "", bool: False, int: 0}.get(hint)
    if hint == date | None:
        return _day(name, value)
    if hint is bool and isinstance(value, bool):
        return value
    if hint in (int, int | None) and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_FEN:
        return value
    if hint is str and isinstance(value, str) and value in _KNOWN.get(name, (value,)):
        return value
    known = f"，只能是 {'、'.join(_KNOWN[name])} 之一" if name in _KNOWN else ""
    raise Invalid(field=name, problem=f"“{str(value)[:40]}”不是这一项可能的值{known}。")


def _day(name: str, value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value).strip())
    except ValueError:
        raise Invalid(field=name, problem=f"“{str(value)[:30]}”不是日期，请写成 2024-03-01 的样子。") from None


def _contracts(facts: Facts, wanted: Mapping[str, Mapping[str, object]]) -> tuple[ContractFacts, ...]:
    """The contracts, changed ones in place; a number there is not is a contract that is only supposed."""
    changes = {number: _checked(ContractFacts, CONTRACT_FACTS, values) for number, values in wanted.items()}
    known = {contract.number for contract in facts.contracts}
    kept = [replace(contract, **changes.get(contract.number, {})) for contract in facts.contracts]
    return (*kept, *(ContractFacts(number, **values) for number, values in changes.items() if number not in known))


def _documents(facts: Facts, supposed: Supposed) -> tuple[DocumentFacts, ...]:
    for key in (*supposed.absent, *(paper.type for paper in supposed.present)):
        taxonomy.load().get(key)
    kept = [document for document in facts.documents if document.type not in supposed.absent]
    made = [DocumentFacts(
        id=f"supposed-{number}", type=paper.type, doc_date=paper.doc_date or facts.today, conclusion=paper.conclusion, terms=TERMS,
        title=f"{taxonomy.load().get(paper.type).name}（假设）", filed_on=paper.doc_date or facts.today)
        for number, paper in enumerate(supposed.present, 1)]
    return (*kept, *made)


def _blocking(facts: Facts) -> tuple[Blocking, ...]:
    """What keeps the unit from new projects, with this project as it is supposed to be."""
    others = [one for one in facts.unit_blocking if one.code != facts.project.code]
    project = facts.project
    settled = (project.acceptance_date is not None and project.acceptance_date <= facts.today
               and favourable(project.acceptance_result) is not False)
    own = () if project.kind == OM or settled else blocking([facts])
    return tuple(sorted((*others, *own), key=lambda one: (one.since, one.code)))

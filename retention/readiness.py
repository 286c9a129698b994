"""Whether a project could apply for acceptance today (第31条): what is there, what is missing, what was dated wrongly, what a
person must still confirm, and what clears each.

Reads the matrix of materials, the documents and what the rules found about them; judges nothing anew. Pure below
`readiness_of`. Must not know pages or the papers made from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archive.access import Actor
from archive.queries import find_project
from retention.alerts import Judge
from retention.compliance.acceptance import AcceptanceClock, Status, acceptance_clock
from retention.compliance.anchors import NAMES as EVENTS
from retention.compliance.facts import OM, DocumentFacts, Facts
from retention.compliance.materials import Material, cell, matrix
from retention.compliance.unconfirmed import NAMES
from retention.findings import FindingView, live_findings

READY, CONFIRM, WRONG, MISSING, WAIVED = "ready", "confirm", "wrong", "missing", "waived"
STATES: Mapping[str, str] = {
    MISSING: "缺失", WRONG: "日期或内容不符", CONFIRM: "待确认", READY: "已备", WAIVED: "已豁免"}
REQUIRED, RECOMMENDED = "required", "recommended"
CLAUSES = {"SB": "31.2", "PS": "31.3"}
TRIAL = ("completion_confirmation", "trial_run_report")
"""Asked for by the first paragraph: the trial before acceptance."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that is there. `unconfirmed`: what a machine read of it and nobody confirmed, in words."""

    id: str
    title: str
    doc_date: date | None
    issuer: str
    conclusion: str
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One material. level: required or recommended. clause: who asks for it. problems: what is wrong or open, in words;
    clears: what settles it, "" where nothing is open."""

    key: str
    name: str
    level: str
    state: str
    clause: str
    papers: tuple[Paper, ...]
    problems: tuple[str, ...]
    clears: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """status: where acceptance stands, in Chinese. due: its term, None where no date tells it. besides: what other clauses ask
    for before an application and is not there. after: what follows acceptance, as the rules found it (reported, opinion issued)."""

    code: str
    name: str
    unit: str
    today: date
    cell: str
    status: str
    due: date | None
    overdue_days: int
    items: tuple[Item, ...]
    besides: tuple[FindingView, ...]
    after: tuple[FindingView, ...]

    def of(self, *states: str, level: str = "") -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.state in states and level in ("", item.level))

    @property
    def open(self) -> tuple[Item, ...]:
        """Required materials that stand in the way of an application."""
        return self.of(MISSING, WRONG, CONFIRM, level=REQUIRED)

    @property
    def complete(self) -> bool:
        return not self.open


def readiness_of(judge: Judge, actor: Actor, code: str, today: date | None = None,
                 findings: Sequence[FindingView] | None = None) -> Readiness | None:
    """None for projects that are not accepted under Art. 31, or no more. `findings`: those of that day, where the caller has them.
    Raises NotFound."""
    project, day = find_project(actor, code), today or judge.clock.today()
    if project.kind == OM:
        return None
    if findings is None:
        findings = live_findings(judge, actor, code, day)
    facts = judge.facts([project], day)[0]
    return None if acceptance_clock(facts).status is Status.TERMINATED else look_at(facts, findings)


def look_at(facts: Facts, findings: Iterable[FindingView]) -> Readiness:
    """Pure: the same facts and findings, the same answer."""
    clock, found = acceptance_clock(facts), tuple(findings)
    items = tuple(_item(facts, clock, material, found) for material in matrix().values() if material.mark(facts) != "-")
    after = tuple(finding for finding in found if finding.rule in ("R31-4", "R31-6", "R31-8", "R31-9")
                  and finding.outcome != "not_applicable")
    besides = tuple(finding for finding in found if finding.outcome in ("failed", "due")
                    and finding.inputs.get("event") == EVENTS["acceptance"])
    project = facts.project
    return Readiness(project.code, project.name, project.unit, facts.today, cell(facts), clock.status.label, clock.term.due,
                     clock.overdue_days, items, besides, after)


def _item(facts: Facts, clock: AcceptanceClock, material: Material, findings: Sequence[FindingView]) -> Item:
    level = RECOMMENDED if material.mark(facts) == "r" else REQUIRED
    clause = "31.1" if material.key in TRIAL else CLAUSES[cell(facts)[:2]]
    documents = [document for document in facts.documents if document.type == material.key]
    papers = tuple(map(_paper, sorted(documents, key=lambda paper: (paper.doc_date or date.max, paper.id))))
    if material.key in facts.project.waived:
        return Item(material.key, material.name, level, WAIVED, clause, papers, (), "")
    if not documents:
        return Item(material.key, material.name, level, MISSING, clause, (), (f"没有{material.name}",),
                    f"归档{material.name}，或按程序登记豁免。")
    said = [finding for finding in findings if finding.subject == material.key and finding.clause.startswith("31")]
    wrong = (*_misdated(facts, clock, material, documents), *(_told(said, "failed", "due")))
    doubts = (*_unsure(papers), *_told(said, "unknown"))
    state = WRONG if wrong else CONFIRM if doubts else READY
    clears = "".join(dict.fromkeys(finding.clears_when for finding in said if finding.outcome in ("failed", "due", "unknown")))
    return Item(material.key, material.name, level, state, clause, papers, tuple(dict.fromkeys((*wrong, *doubts))),
                clears or _remedy(state))


def _paper(document: DocumentFacts) -> Paper:
    return Paper(document.id, document.title, document.doc_date, document.issuer, document.conclusion,
                 tuple(words for name, words in NAMES.items() if name in document.unconfirmed))


def _misdated(facts: Facts, clock: AcceptanceClock, material: Material, documents: Sequence[DocumentFacts]) -> Iterable[str]:
    """Dates that cannot be right, where no document of the kind has a right one."""
    faults = [_date_fault(facts, clock, material, document.doc_date) for document in documents]
    return tuple(dict.fromkeys(filter(None, faults))) if all(faults) else ()


def _date_fault(facts: Facts, clock: AcceptanceClock, material: Material, day: date | None) -> str:
    if day is None:
        return ""
    if day > facts.today:
        return f"成文日期 {day} 在今天之后"
    if clock.evidence.held_on is not None and day > clock.evidence.held_on:
        return f"成文日期 {day} 晚于验收日期 {clock.evidence.held_on}"
    if material.key == "trial_run_report" and facts.project.trial_start is not None and day < facts.project.trial_start:
        return f"成文日期 {day} 早于试运行开始日期 {facts.project.trial_start}"
    return ""


def _told(findings: Iterable[FindingView], *outcomes: str) -> Iterable[str]:
    return tuple(finding.reason.rstrip("。") for finding in findings if finding.outcome in outcomes)


def _unsure(papers: Sequence[Paper]) -> Iterable[str]:
    """What nobody confirmed, where no paper of the kind is wholly confirmed, and dates nobody knows."""
    if any(not paper.unconfirmed and paper.doc_date for paper in papers):
        return ()
    names = dict.fromkeys(name for paper in papers for name in paper.unconfirmed)
    words = [f"{'、'.join(names)}为自动读取，待人工确认"] if names else []
    return (*words, *(["没有成文日期"] if not any(paper.doc_date for paper in papers) else []))


def _remedy(state: str) -> str:
    return {WRONG: "核对成文日期，登记有误的更正，确有问题的另行归档合格的文件。",
            CONFIRM: "打开文件核对成文日期、结论和责任者，并确认。"}.get(state, "")

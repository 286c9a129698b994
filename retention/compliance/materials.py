"""The materials of acceptance: which a project needs, and whether they are there in time.

Owns the acceptance matrix (acceptance_materials.yaml) and the judgement "present, to come, missing". What a present
material must say is the business of its rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from archive.yaml_text import read_yaml
from retention.compliance.acceptance import AcceptanceClock, Status, acceptance_clock
from retention.compliance.facts import DocumentFacts, Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed, unknown
from retention.compliance.milestones import countdown
from retention.compliance.termination import after_the_end

CELLS = ("SB-NC", "SB-CL", "PS-NC", "PS-CL")
MARKS = frozenset({"M", "D", "r", "-"})
DATA = Path(__file__).with_name("acceptance_materials.yaml")

Flaw = Callable[[Facts, tuple[DocumentFacts, ...]], "Doubt | None"]
"""What is wrong with the documents that are there; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A present material that does not do. `missing` names what must be filled in where nobody can tell yet."""

    reason: str
    clears_when: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """A line of the matrix: key of the taxonomy, Chinese name, the rule that asks for it, a mark for each cell."""

    key: str
    name: str
    rule: str
    marks: tuple[tuple[str, str], ...]

    def mark(self, facts: Facts) -> str:
        return dict(self.marks)[cell(facts)]


@cache
def matrix() -> dict[str, Material]:
    """The acceptance matrix by document type."""
    return read_matrix(DATA.read_text(encoding="utf-8"))


def read_matrix(text: str) -> dict[str, Material]:
    """The matrix a YAML text holds. Raises ValueError where it does not keep to the schema."""
    raw: dict[str, dict[str, str]] = read_yaml(text)
    return {key: _material(key, line) for key, line in raw.items()}


def _material(key: str, line: dict[str, str]) -> Material:
    if set(line) != {"name", "rule", *CELLS} or not MARKS.issuperset(line[name] for name in CELLS):
        raise ValueError(f"{key} needs name, rule and a mark of {sorted(MARKS)} for each of {CELLS}")
    return Material(key, line["name"], line["rule"], tuple((name, line[name]) for name in CELLS))


def cell(facts: Facts) -> str:
    """The column of the matrix a project belongs to."""
    return f"{'SB' if facts.self_built else 'PS'}-{'CL' if facts.project.classified else 'NC'}"


def judge_material(facts: Facts, key: str, *, flaw: Flaw | None = None) -> Verdict:
    """Present and sound: passed. Absent or unsound: due until acceptance is applied for, failed from then on."""
    material, clock = matrix()[key], acceptance_clock(facts)
    mark = material.mark(facts)
    inputs: dict[str, Input] = {"material": key, "cell": cell(facts), "mark": mark, "status": clock.status}
    if mark == "-":
        return not_applicable(f"{_category(facts)}不要求{material.name}。", subject=key, inputs=inputs)
    if key in facts.project.waived:
        return not_applicable(f"{material.name}已按规定登记豁免。", subject=key, inputs=inputs)
    if clock.status is Status.TERMINATED:
        return not_applicable(after_the_end(facts), subject=key, inputs=inputs)
    found = facts.documents_of(key)
    doubt = flaw(facts, found) if found and flaw else None
    inputs |= {"documents": tuple(document.id for document in found)}
    if found and doubt is None:
        return passed(f"{material.name}已归档（{len(found)} 份）。", subject=key, inputs=inputs)
    if doubt is not None and doubt.missing:
        return unknown(doubt.missing, reason=doubt.reason, subject=key, inputs=inputs)
    doubt = doubt or Doubt(f"缺{material.name}", f"{material.name}归档")
    return _not_there(facts, clock, material, doubt, _severity(facts, mark), inputs)


def _not_there(facts: Facts, clock: AcceptanceClock, material: Material, doubt: Doubt, severity: Severity | None,
               inputs: dict[str, Input]) -> Verdict:
    term = clock.term
    advice = "（建议材料）" if severity is Severity.M and material.mark(facts) == "r" else ""
    clears = f"{doubt.clears_when}，或按程序登记豁免。"
    if clock.at_application:
        since = clock.evidence.applied_on if clock.evidence.applied else term.due
        return failed(f"{doubt.reason}{advice}：项目{clock.status.label}，申请验收时即应齐备。", clears_when=clears,
                      severity=severity, subject=material.key, due_on=since, inputs=inputs, steps=term.steps,
                      provisional=term.provisional and since == term.due)
    if term.due is None:
        return unknown(term.missing, subject=material.key, inputs=inputs,
                       reason=f"{doubt.reason}{advice}，且无法计算何时应齐备：未登记{'、'.join(term.missing)}。")
    near = clock.status is Status.ACCEPTANCE_OPEN
    return due(f"{doubt.reason}{advice}：项目{clock.status.label}，申请验收时应齐备，最迟 {term.due}（验收到期日）。",
               clears_when=clears, due_on=term.due, severity=Severity.M if near else Severity.I, subject=material.key,
               inputs=inputs, steps=term.steps, provisional=term.provisional,
               milestones=countdown(facts.settings.other_notice_days, None))


def _severity(facts: Facts, mark: str) -> Severity | None:
    """None leaves the severity of the rule."""
    if mark == "D":
        return Severity(facts.settings.purchase_required_severity)
    return Severity.M if mark == "r" else None


def _category(facts: Facts) -> str:
    return f"{'涉密' if facts.project.classified else '非涉密'}{'自行建设' if facts.self_built else '购买服务'}项目"

"""The commonest rule of the register: this paper must exist before that event, and say this. Judged from a `Paper`.

Owns the judgement only; which rules are of this kind is data (paper_rules.yaml, read by `paper_rules`). A paper that is
not there is missing only where its stage has been filed at all and the event is some days past: before that nobody can
tell a paper that was never written from one that was not brought in yet.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from archive.chinese import squash
from retention.compliance.anchors import Anchor, anchor
from retention.compliance.facts import DocumentFacts, Facts, existed_by, read_in
from retention.compliance.findings import Input, Verdict, changed, due, failed, not_applicable, passed, unknown
from retention.compliance.scope import Scope, everything
from retention.compliance.stages import filed, group_of
from retention.compliance.termination import after_the_end, ended_on

READ_BY_MACHINE = "（依据自动识别的文字，待确认。）"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper a rule asks for. types: any of these will do, the first names it. name: in Chinese. event: the anchor it
    must exist by. dated: its date may not be later than the event. issuer: a word of who must have issued it. joint:
    other types that do where their issuer or title names `issuer`. mentions: words its text must hold. applies: says
    why this paper is not asked for."""

    types: tuple[str, ...]
    name: str
    event: str
    dated: bool = True
    issuer: tuple[str, ...] = ()
    joint: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    applies: Scope = everything


def judge_paper(facts: Facts, paper: Paper) -> Verdict:
    """Passed, missing, too late, unsound, to come, or not to be told."""
    subject, event = paper.types[0], anchor(facts, paper.event)
    if outside := paper.applies(facts):
        return not_applicable(outside, subject=subject)
    if not facts.project.waived.isdisjoint(paper.types):
        return not_applicable(f"{paper.name}已按规定登记豁免。", subject=subject)
    found = _found(facts, paper)
    inputs: dict[str, Input] = {"material": subject, "event": event.name, "event_day": event.day,
                                "documents": tuple(document.id for document in found)}
    return _present(facts, paper, event, found, inputs) if found else _absent(facts, paper, event, inputs)


def _found(facts: Facts, paper: Paper) -> tuple[DocumentFacts, ...]:
    own = facts.documents_of(*paper.types)
    if own or not paper.joint:
        return own
    return tuple(document for document in facts.documents_of(*paper.joint)
                 if any(word in squash(document.issuer + document.title) for word in paper.issuer))


def _present(facts: Facts, paper: Paper, event: Anchor, found: tuple[DocumentFacts, ...],
             inputs: dict[str, Input]) -> Verdict:
    subject, steps = paper.types[0], (event.step, *(f"{d.title or paper.name}：{d.doc_date or '未注明日期'}" for d in found))
    issued = _issued(paper, found)
    if not issued:
        others = "、".join(document.issuer for document in found)
        return failed(f"{paper.name}的出具单位为{others}，应为{'或'.join(paper.issuer)}。", subject=subject, inputs=inputs,
                      steps=steps, clears_when=f"归档由{'或'.join(paper.issuer)}出具的{paper.name}，或更正登记有误的责任者。")
    if paper.dated and event.day is not None and event.day <= facts.today:
        in_time = existed_by(issued, event.day)
        if in_time is None:
            return unknown((f"{paper.name}的成文日期",), subject=subject, inputs=inputs, steps=steps)
        if not in_time:
            return failed(f"{paper.name}（{issued[0].exists_by}）晚于{event.name}（{event.day}）：应在{event.name}前形成。",
                          subject=subject, inputs=inputs, steps=steps,
                          clears_when="更正登记有误的日期；日期无误的，由审计人员核实后登记豁免。")
    return _content(paper, issued, inputs, steps)


def _issued(paper: Paper, found: tuple[DocumentFacts, ...]) -> tuple[DocumentFacts, ...]:
    """Those by the right body; without a recognised issuer the type has already said whose it is."""
    if not paper.issuer:
        return found
    return tuple(document for document in found if not document.issuer
                 or any(word in squash(document.issuer + document.title) for word in paper.issuer))


def _content(paper: Paper, found: tuple[DocumentFacts, ...], inputs: dict[str, Input], steps: tuple[str, ...]) -> Verdict:
    subject = paper.types[0]
    if not paper.mentions:
        return passed(f"{paper.name}已归档（{len(found)} 份）。", subject=subject, inputs=inputs, steps=steps)
    said = read_in(found)
    absent = tuple(word for word in paper.mentions if word not in said)
    inputs |= {"unconfirmed": ("文字内容",)}
    if not absent:
        return passed(f"{paper.name}已归档，识别到{'、'.join(paper.mentions)}。{READ_BY_MACHINE}", subject=subject,
                      inputs=inputs, steps=steps)
    if len(absent) == len(paper.mentions):
        return unknown((f"{paper.name}的文字内容（{'、'.join(paper.mentions)}）",), subject=subject, inputs=inputs, steps=steps,
                       reason=f"{paper.name}已归档，但没有识别出应有的内容，无法判断是否齐全。")
    return failed(f"{paper.name}中没有识别到{'、'.join(absent)}。{READ_BY_MACHINE}", subject=subject, inputs=inputs, steps=steps,
                  clears_when=f"归档含有{'、'.join(absent)}的{paper.name}；内容无误的，由审计人员核实后登记豁免。")


def _absent(facts: Facts, paper: Paper, event: Anchor, inputs: dict[str, Input]) -> Verdict:
    subject, clears = paper.types[0], f"{paper.name}归档，或按规定登记豁免。"
    end = ended_on(facts)
    if end is not None and (event.day is None or event.day > end):
        return not_applicable(after_the_end(facts), subject=subject, inputs=inputs)
    if event.day is None:
        return due(f"{event.name}前应有{paper.name}。", clears_when=clears, due_on=None, subject=subject, inputs=inputs)
    if facts.today <= event.day:
        return due(f"{event.name}（{event.day}）前应有{paper.name}。", clears_when=clears, due_on=event.day, subject=subject,
                   inputs=inputs, steps=(event.step,))
    last = event.day + timedelta(days=facts.settings.filing_days)
    steps = (event.step, f"材料形成后归档期限 {facts.settings.filing_days} 天：最迟 {last} 归档")
    if facts.today <= last:
        return due(f"已于 {event.day} {event.name}，{paper.name}应已形成，最迟 {last} 归档。", clears_when=clears, due_on=last,
                   subject=subject, inputs=inputs, steps=steps)
    return _overdue(facts, paper, event, last, inputs, steps)


def _overdue(facts: Facts, paper: Paper, event: Anchor, last: date, inputs: dict[str, Input],
             steps: tuple[str, ...]) -> Verdict:
    subject, group = paper.types[0], group_of(paper.types[0])
    if group and not filed(facts, group):
        return unknown((paper.name,), subject=subject, inputs=inputs, steps=steps,
                       reason=f"{group}阶段还没有任何材料归档，无法判断是缺{paper.name}，还是尚未移交。",
                       clears_when=f"{paper.name}归档，或按规定登记豁免。")
    verdict = failed(f"缺{paper.name}：应在{event.name}（{event.day}）前形成。", subject=subject, inputs=inputs, due_on=last,
                     steps=steps, clears_when=f"{paper.name}归档，或按规定登记豁免。")
    return changed(verdict, quiet=True)  # what a stage lacks is told together, by R26-4


def judged(facts: Facts, paper: Paper) -> Verdict:
    """`judge_paper`, once an evaluation: R26-4 asks again what the rules of a stage have asked."""
    known = facts.of_papers
    if (found := known.get(id(paper))) is None:
        found = known[id(paper)] = paper, judge_paper(facts, paper)  # with the paper, so that no other gets its id
    return found[1]


def missing(facts: Facts, paper: Paper) -> bool:
    """Whether the paper should be there and is not, and its stage is to tell of it."""
    return judged(facts, paper).quiet

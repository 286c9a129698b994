"""第26条第2款: the dossier itself is kept. What a stage lacks is one matter for those who keep it, not one for each paper."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from retention.compliance.anchors import anchor
from retention.compliance.facts import OM, Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed
from retention.compliance.milestones import countdown
from retention.compliance.paper_rules import PaperRule, paper_rules
from retention.compliance.papers import missing
from retention.compliance.rule import rule
from retention.compliance.stages import filed, group_of

CLOSES_WITH = {"申报审批": "approval", "采购合同": "contract", "建设管理": "completion", "试运行验收": "acceptance"}
"""The event that ends a group of stages; money, performance and O&M have rules with days of their own."""
_BUILT = ("建设管理", "试运行验收")
_NAMED = 6


@rule("R26-4", title="各阶段材料按时归档", clause="26.2", also=("arch.13", "invest.29"), severity=Severity.H,
      targets=("ARCH", "HEAD", "PM"),
      evidence=("approved_on", "contract_signed_on", "actual_completion", "acceptance_date"),
      arithmetic="申报审批、采购合同、建设管理、试运行验收各阶段结束（批复、签订合同、建设完成、申请验收）后满 90 天仍没有任何"
                 "材料归档的，"
                 "以及各条规则要求的材料缺失的（程度为中以上），按阶段合并提醒一次，程度取其中最高的。")
def stages_filed(facts: Facts) -> Iterator[Verdict]:
    """One finding for each stage that has ended: nothing there yet, or what the other rules miss in it."""
    lacking = _lacking(facts)
    groups = {group: anchor(facts, event).day for group, event in CLOSES_WITH.items()
              if not (facts.project.kind == OM and group in _BUILT)}
    ended = {group: day for group, day in groups.items() if day is not None and day <= facts.today}
    for group in dict.fromkeys((*ended, *lacking)):
        yield _stage(facts, group, ended.get(group), lacking.get(group, {}))
    if not ended and not lacking:
        yield not_applicable("还没有结束的阶段，尚无须归档的材料。")


def _lacking(facts: Facts) -> dict[str, dict[str, Severity]]:
    """By group the names of what is missing, each with the gravest severity of the rules that ask for it."""
    found: dict[str, dict[str, Severity]] = {}
    for made in _grave():
        if made.rule.applies(facts):
            continue
        for paper in made.papers:
            if missing(facts, paper):
                names = found.setdefault(group_of(paper.types[0]), {})
                names[paper.name] = max(names.get(paper.name, Severity.I), made.rule.severity, key=lambda one: one.rank)
    return found


@cache
def _grave() -> tuple[PaperRule, ...]:
    return tuple(made for made in paper_rules() if made.rule.severity.rank >= Severity.M.rank)


def _stage(facts: Facts, group: str, ended: date | None, lacking: dict[str, Severity]) -> Verdict:
    count = filed(facts, group)
    inputs: dict[str, Input] = {"stage": group, "ended_on": ended, "filed": count, "lacking": tuple(lacking)}
    steps = (f"{group}：{f'{ended} 结束' if ended else '未结束'}，已归档 {count} 份",)
    if lacking:
        names = sorted(lacking, key=lambda name: -lacking[name].rank)
        named = "；".join(names[:_NAMED]) + (f"等 {len(lacking)} 份" if len(lacking) > _NAMED else "")
        return failed(f"{group}阶段缺 {len(lacking)} 份应有的材料：{named}。", subject=group, inputs=inputs, steps=steps,
                      severity=lacking[names[0]], clears_when="补齐所列材料并归档，或按规定登记豁免；逐份要求见各条规则。")
    if count or ended is None:
        return passed(f"{group}阶段应有的材料已归档。", subject=group, inputs=inputs, steps=steps)
    last, notices = ended + timedelta(days=facts.settings.stage_filing_days), countdown(facts.settings.other_notice_days, None)
    if facts.today <= last:
        return due(f"{group}阶段已于 {ended} 结束，材料最迟应于 {last} 归档。", clears_when=f"归档{group}阶段的材料。", due_on=last,
                   subject=group, severity=Severity.M, inputs=inputs, steps=steps, milestones=notices)
    return failed(f"{group}阶段已于 {ended} 结束，超过 {facts.settings.stage_filing_days} 天还没有任何材料归档。", subject=group,
                  clears_when=f"归档{group}阶段的材料。", due_on=last, inputs=inputs, steps=steps, milestones=notices)

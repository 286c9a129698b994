"""第26条第2款: the dossier itself is kept. One finding for the stages that nobody has brought in at all."""

from datetime import timedelta

from retention.compliance.anchors import anchor
from retention.compliance.facts import OM, Facts
from retention.compliance.findings import Input, Severity, Verdict, due, failed, not_applicable, passed
from retention.compliance.milestones import countdown
from retention.compliance.rule import rule
from retention.compliance.stages import GROUPS, filed

CLOSES_WITH = {"申报审批": "approval", "采购合同": "contract", "建设管理": "completion", "试运行验收": "acceptance"}
"""The event that ends a group of stages; money, performance and O&M have rules with days of their own."""


@rule("R26-4", title="各阶段材料按时归档", clause="26.2", severity=Severity.H, targets=("ARCH", "HEAD"),
      evidence=("approved_on", "contract_signed_on", "actual_completion", "acceptance_date"),
      arithmetic="申报审批、采购合同、建设管理、试运行验收各阶段结束（批复、签订合同、建设完成、申请验收）后满 90 天，"
                 "仍没有任何材料归档的为违反。已有材料的阶段，缺哪一份由相应条款的规则判断。")
def stages_filed(facts: Facts) -> Verdict:
    """A dossier nobody brought in is one matter, not one for each paper it should hold."""
    ended = {group: day for group, event in CLOSES_WITH.items()
             if (day := anchor(facts, event).day) is not None and day <= facts.today and not _not_built(facts, group)}
    if not ended:
        return not_applicable("还没有结束的阶段，尚无须归档的材料。")
    grace = timedelta(days=facts.settings.stage_filing_days)
    empty = {group: day + grace for group, day in ended.items() if not filed(facts, group)}
    inputs: dict[str, Input] = {"stages": tuple(ended), "empty_stages": tuple(empty)}
    steps = tuple(f"{group}：{day} 结束，已归档 {filed(facts, group)} 份" for group, day in ended.items())
    if not empty:
        return passed(f"已结束的阶段（{'、'.join(ended)}）都有材料归档。", inputs=inputs, steps=steps)
    late = [group for group, last in empty.items() if last < facts.today]
    first = min(empty.values())
    clears = f"归档{'、'.join(empty)}阶段的材料。"
    notices = countdown(facts.settings.other_notice_days, None)
    if late:
        return failed(f"{'、'.join(late)}阶段已结束超过 {grace.days} 天，还没有任何材料归档。", clears_when=clears, due_on=first,
                      inputs=inputs, steps=steps, milestones=notices)
    return due(f"{'、'.join(empty)}阶段已结束，材料最迟应于 {first} 归档。", clears_when=clears, due_on=first,
               severity=Severity.M, inputs=inputs, steps=steps, milestones=notices)


def _not_built(facts: Facts, group: str) -> bool:
    """O&M is not built and not accepted under 第31条."""
    return facts.project.kind == OM and GROUPS[group] not in (GROUPS["申报审批"], GROUPS["采购合同"])

"""第18、19、25条: what is prepared for approval, what may be merged, what may be bought, and designs beyond the study."""

from collections.abc import Iterator

from retention.compliance import profile
from retention.compliance.facts import Facts, read_in
from retention.compliance.findings import Input, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.money import wan
from retention.compliance.papers import READ_BY_MACHINE, Paper, judge_paper
from retention.compliance.rule import rule
from retention.compliance.scope import merged, purchased, self_built, two_steps

CHAPTERS = ("系统整合", "集约化", "信息资源共享")
PER_CENT = 100


@rule("R18-2", title="整合、集约和共享分析专章", clause="18.1", severity=Severity.H, targets=("PM",), applies=self_built,
      evidence=("intensive_sharing_chapter", "feasibility_report", "preliminary_design", "implementation_scheme"),
      arithmetic="有单独的专篇，或者可研和初步设计（合并编报的为实施方案）的文字中都有系统整合、集约化、信息资源共享"
                 "（自动识别，待确认）；一个词也没有识别到的无法判断。")
def chapters(facts: Facts) -> Verdict:
    if own := facts.documents_of("intensive_sharing_chapter"):
        return passed("专篇已归档。", inputs={"documents": tuple(paper.id for paper in own)})
    wanted = ("implementation_scheme",) if not merged(facts) else ("feasibility_report", "preliminary_design")
    if absent := [key for key in wanted if not facts.documents_of(key)]:
        return judge_paper(facts, Paper((absent[0], "intensive_sharing_chapter"), "含整合、集约和共享分析专章的方案", "approval"))
    faults, silent, ids = [], [], []
    for key in wanted:
        papers = facts.documents_of(key)
        ids += [paper.id for paper in papers]
        said = read_in(papers)
        lacking = [word for word in CHAPTERS if word not in said]
        silent += [key] if len(lacking) == len(CHAPTERS) else []
        faults += lacking
    inputs: dict[str, Input] = {"documents": tuple(ids), "unconfirmed": ("文字内容",)}
    if silent:
        return unknown(("可研和设计文字中的系统整合、集约化、信息资源共享分析",), inputs=inputs)
    if faults:
        return failed(f"方案中没有识别到{'、'.join(dict.fromkeys(faults))}分析。{READ_BY_MACHINE}", inputs=inputs,
                      clears_when="补充专章并归档；已有的由审计人员核实后登记豁免。")
    return passed(f"方案中识别到整合、集约和共享分析。{READ_BY_MACHINE}", inputs=inputs)


@rule("R18-3", title="合并编报的条件", clause="18.2", severity=Severity.C, targets=("AUD",),
      applies=lambda facts: self_built(facts) or merged(facts),
      evidence=("implementation_scheme", "total_investment_fen", "profile", "merge_reason_evidence"),
      arithmetic="合并编报实施方案的，总投资不超过 2000 万元（含）；或者登记了国家或省明确要求、特殊紧急的理由并有合并编报依据。")
def may_merge(facts: Facts) -> Verdict:
    total, limit = facts.project.total_investment_fen, facts.settings.merge_limit_fen
    reason, proof = profile.choice(facts, "merge_reason"), facts.documents_of("merge_reason_evidence")
    inputs: dict[str, Input] = {"total_investment_fen": total, "limit_fen": limit, "merge_reason": reason,
                                "documents": tuple(paper.id for paper in proof)}
    special = reason in ("required", "security")
    if special and proof:
        return passed("登记了合并编报理由，依据已归档。", inputs=inputs)
    if total is None:
        return unknown(("总投资",), inputs=inputs)
    steps = (f"总投资 {wan(total)}", f"上限 {wan(limit)}（含）")
    if total <= limit:
        return passed(f"总投资 {wan(total)}，不超过 {wan(limit)}。", inputs=inputs, steps=steps)
    lacking = "合并编报依据没有归档" if special else "没有登记其他合并编报理由"
    return failed(f"总投资 {wan(total)} 超过 {wan(limit)}，{lacking}。", inputs=inputs, steps=steps,
                  clears_when="登记合并编报理由并归档依据，或分别编报可研和初步设计。")


@rule("R19-2", title="购买的是服务", clause="19(1)", severity=Severity.H, targets=("PROC", "AUD"), applies=purchased,
      evidence=("procurement",), arithmetic="登记簿“采购”中本项目的采购标的为服务，且没有登记为货物或工程与服务打包。")
def services_bought(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.rows("procurement") if row.choice("purpose") == "service"]
    if not rows:
        yield unknown(("采购登记（采购标的）",))
    for row in rows:
        subject = f"{row.text('number')} {row.text('package')}".strip()
        inputs: dict[str, Input] = {"object": row.shown("object"), "bundled": row.flag("bundled")}
        if row.choice("object") in ("goods", "works") or row.flag("bundled"):
            yield failed(f"{row.name} 的标的为{row.shown('object')}{'，与服务打包' if row.flag('bundled') else ''}，不属于购买服务。",
                         subject=subject, inputs=inputs, clears_when="改按货物、工程采购，或更正登记。")
        elif row.choice("object") == "undefined":
            yield unknown((f"{row.name} 的采购标的",), subject=subject, inputs=inputs)
        else:
            yield passed(f"{row.name} 的标的为服务。", subject=subject, inputs=inputs)


@rule("R19-3", title="购买服务明显节省", clause="19(2)", severity=Severity.M, targets=("FIN", "AUD"), applies=purchased,
      evidence=("profile", "economic_comparison"),
      arithmetic="“项目特征”登记的购买服务全期费用 ≤ 自行建设及运维测算的 80%（含）；没有登记费用的看有没有经济性比较分析。")
def clearly_cheaper(facts: Facts) -> Verdict:
    bought, built = profile.fen(facts, "service_total_fen"), profile.fen(facts, "self_build_cost_fen")
    share = facts.settings.purchase_share_percent
    if bought is None or built is None:
        verdict = judge_paper(facts, Paper(("economic_comparison",), "经济性比较分析", "approval"))
        if verdict.outcome != "passed":
            return verdict
        return unknown((profile.label("service_total_fen"), profile.label("self_build_cost_fen")), subject=verdict.subject,
                       inputs=verdict.inputs)
    inputs: dict[str, Input] = {"service_total_fen": bought, "self_build_cost_fen": built, "share_percent": share}
    steps = (f"自建及运维测算 {wan(built)} × {share}% = {wan(built * share // PER_CENT)}", f"购买服务全期费用 {wan(bought)}")
    if bought * PER_CENT <= built * share:
        return passed(f"购买服务费用不超过自建费用的 {share}%。", subject="economic_comparison", inputs=inputs, steps=steps)
    return failed(f"购买服务费用超过自建费用的 {share}%，节省不明显。", subject="economic_comparison", inputs=inputs, steps=steps,
                  clears_when="重新比选，或更正登记的费用。")


@rule("R19-4", title="有多家潜在供应商", clause="19(3)", severity=Severity.M, targets=("PROC", "AUD"), applies=purchased,
      evidence=("procurement", "market_survey"),
      arithmetic="采购方式不是单一来源，参与供应商不少于 2 家；没有采购登记的看合同的采购方式和市场调研报告。")
def several_suppliers(facts: Facts) -> Verdict:
    rows = [row for row in facts.rows("procurement") if row.choice("purpose") == "service"]
    single = [row.name for row in rows if row.choice("method") == "single_source" or row.integer("suppliers") == 1]
    single += [f"合同 {c.number}" for c in facts.contracts_of("service") if "单一来源" in c.method]
    inputs: dict[str, Input] = {"single": tuple(single)}
    if single:
        return failed(f"{'、'.join(single)}为单一来源或只有一家供应商，与有多家潜在供应商的条件不符。", inputs=inputs,
                      clears_when="改用竞争性方式采购；确属唯一的由审计人员核实后登记豁免。")
    if rows or any(c.method for c in facts.contracts_of("service")) or facts.documents_of("market_survey"):
        return passed("采购方式或市场调研表明有多家潜在供应商。", inputs=inputs)
    return unknown(("采购登记或市场调研报告",), inputs=inputs)


@rule("R25-1", title="设计超出可研的独立说明", clause="25", severity=Severity.M, targets=("PM",),
      applies=lambda facts: self_built(facts) or two_steps(facts), evidence=("approval", "design_change_chapter"),
      arithmetic="初步设计批复的总投资大于可研批复的，应有初步设计调整说明章节；登记簿“批准文件”没有两个金额的无法判断。")
def change_explained(facts: Facts) -> Verdict:
    study, design, inputs = _investments(facts)
    if study is None or design is None:
        return unknown(("可研批复和初步设计批复的批准总投资",), inputs=inputs)
    steps = (f"可研批复 {wan(study)}", f"初步设计批复 {wan(design)}")
    if design <= study and not _goals_changed(facts):
        return not_applicable("初步设计没有超出可研批复。", inputs=inputs)
    if papers := facts.documents_of("design_change_chapter"):
        return passed("初步设计调整说明已归档。", inputs=inputs | {"documents": tuple(p.id for p in papers)}, steps=steps)
    return failed(f"初步设计（{wan(design)}）超出可研批复（{wan(study)}），没有独立的调整说明。", inputs=inputs, steps=steps,
                  clears_when="归档初步设计调整说明章节。")


@rule("R25-2", title="重大变更重新审批可研", clause="25", also=("28", "invest.12"), severity=Severity.H, targets=("AUD",),
      applies=lambda facts: self_built(facts) or two_steps(facts), evidence=("approval",),
      arithmetic="初步设计总投资超过可研批复 10%（不含）或目标、规模有重大变化的，设计批复之前应有重新审批的可研批复。")
def study_again(facts: Facts) -> Verdict:
    study, design, inputs = _investments(facts)
    limit = facts.settings.design_over_percent
    if not _goals_changed(facts) and (study is None or design is None):
        return unknown(("可研批复和初步设计批复的批准总投资",), inputs=inputs)
    over = study is not None and design is not None and design * PER_CENT > study * (PER_CENT + limit)
    steps = (f"可研批复 {wan(study)}，加 {limit}% = {wan(study * (PER_CENT + limit) // PER_CENT)}", f"初步设计 {wan(design)}",
             ) if study is not None and design is not None else ()
    if not over and not _goals_changed(facts):
        return passed(f"初步设计没有超过可研批复 {limit}%，目标和规模没有重大变化。", inputs=inputs, steps=steps)
    if any(row.flag("again") for row in facts.rows("approval") if row.choice("kind") == "fsr"):
        return passed("已重新审批可研。", inputs=inputs, steps=steps)
    return failed("初步设计存在重大变更，没有重新审批可研。", inputs=inputs, steps=steps,
                  clears_when="登记重新审批的可研批复（“属重新审批”）。")


def _investments(facts: Facts) -> tuple[int | None, int | None, dict[str, Input]]:
    """The latest approved sums of study and design."""
    rows = facts.rows("approval")
    study = [row.fen("investment_fen") for row in rows if row.choice("kind") == "fsr" and not row.flag("again")]
    design = [row.fen("investment_fen") for row in rows if row.choice("kind") == "design"]
    first, last = next(filter(None, study), None), next(filter(None, reversed(design)), None)
    return first, last, {"study_fen": first, "design_fen": last}


def _goals_changed(facts: Facts) -> bool:
    return any(row.flag("goals_changed") for row in facts.rows("approval") if row.choice("kind") == "design")

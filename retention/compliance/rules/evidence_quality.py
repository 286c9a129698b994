"""第31条第2款, 第50条: tests and evaluations prove something only on the finished system and with a good result."""

from collections.abc import Iterator
from datetime import date

from retention.compliance.acceptance import acceptance_clock
from retention.compliance.conclusions import favourable
from retention.compliance.facts import DocumentFacts, Facts
from retention.compliance.findings import Input, Outcome, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.materials import matrix
from retention.compliance.rule import rule
from retention.compliance.scope import construction

WITH_CONCLUSION = ("third_party_test_report", "mlps_evaluation_report", "classified_evaluation_report",
                   "crypto_evaluation_report")
REPORTS = (*WITH_CONCLUSION, "data_security_assessment")


@rule("R31-10", title="测评报告的日期和结论", clause="31.2", also=("50",), severity=Severity.M, legacy=Severity.M, targets=("AUD",),
      applies=construction, evidence=REPORTS,
      arithmetic="测评、评估报告的成文日期不早于建设完成日期，不晚于验收申请日期；结论为通过、合格、符合或基本符合"
                 "（数据安全风险评估不看结论）。同类有多份的，有一份符合即可。")
def reports_prove(facts: Facts) -> Iterator[Verdict]:
    """One finding for each kind of report that is there; what is absent is the business of R31-5."""
    judged = [_judge(facts, key, found) for key in REPORTS if (found := facts.documents_of(key))]
    yield from judged or [not_applicable("尚无测评、评估报告。")]


def _judge(facts: Facts, key: str, found: tuple[DocumentFacts, ...]) -> Verdict:
    verdicts = [_one(facts, key, paper) for paper in found]
    for wanted in (Outcome.PASSED, Outcome.UNKNOWN):
        for verdict in verdicts:
            if verdict.outcome is wanted:
                return verdict
    return verdicts[-1]


def _one(facts: Facts, key: str, paper: DocumentFacts) -> Verdict:
    clock, name = acceptance_clock(facts), matrix()[key].name
    built, applied = clock.term.completed_on, clock.evidence.applied_on
    inputs: dict[str, Input] = {"document": paper.id, "doc_date": paper.doc_date, "conclusion": paper.conclusion,
                                "completed_on": built, "applied_on": applied}
    faults = _date_faults(paper, name, built if clock.term.completion_certain else None, applied)
    good = favourable(paper.conclusion)
    if good is False and key in WITH_CONCLUSION:
        faults.append(f"{name}的结论为“{paper.conclusion}”")
    if faults:
        return failed("；".join(faults) + "。", subject=key, inputs=inputs,
                      clears_when="归档建设完成后、申请验收前作出且结论合格的报告；登记有误的，更正成文日期或结论。")
    missing = [field for field, absent in (
        (f"{name}的成文日期", paper.doc_date is None), ("建设完成日期", not clock.term.completion_certain),
        (f"{name}的结论", good is None and key in WITH_CONCLUSION)) if absent]
    if missing:
        return unknown(tuple(missing), subject=key, inputs=inputs)
    until = f" ≤ 申请验收 {applied}" if applied else ""
    return passed(f"{name}的日期和结论符合要求。", subject=key, inputs=inputs,
                  steps=(f"建设完成 {built} ≤ 成文日期 {paper.doc_date}{until}",))


def _date_faults(paper: DocumentFacts, name: str, built: date | None, applied: date | None) -> list[str]:
    day = paper.doc_date
    if day is None:
        return []
    faults = []
    if built is not None and day < built:
        faults.append(f"{name}（{day}）早于建设完成日期 {built}，测的不是建成的系统")
    if applied is not None and day > applied:
        faults.append(f"{name}（{day}）晚于申请验收日期 {applied}")
    return faults

"""第31条第2款: the materials of acceptance. Which project needs which is the matrix of `materials`; here is what each
must say."""

from collections.abc import Iterator

from archive.chinese import squash
from retention.compliance.conclusions import favourable
from retention.compliance.facts import DocumentFacts, Facts, read_in
from retention.compliance.findings import Severity, Verdict
from retention.compliance.materials import Doubt, judge_material
from retention.compliance.rule import rule
from retention.compliance.scope import construction

_WHEN = "申请验收时齐备：尚未申请且未逾期的为待办，到期日即验收到期日；已申请、已验收或已逾期仍缺的为违反；经同意终止的不再要求。"
_PURCHASED = "购买服务项目按默认要求从轻（第31条第3款未列清单）。"
FUNCTION, PERFORMANCE = "功能", "性能"


@rule("R31-5a", title="项目建设总结", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M, targets=("PM", "ARCH"),
      version=2, applies=construction, evidence=("construction_summary",), arithmetic=_WHEN + _PURCHASED)
def construction_summary(facts: Facts) -> Verdict:
    return judge_material(facts, "construction_summary")


@rule("R31-5b", title="财务报告", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M, targets=("FIN", "ARCH"),
      version=2, applies=construction, evidence=("financial_report",), arithmetic=_WHEN + _PURCHASED)
def financial_report(facts: Facts) -> Verdict:
    return judge_material(facts, "financial_report")


@rule("R31-5c", title="第三方审计报告", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M, targets=("FIN", "AUD"),
      version=2, applies=construction, evidence=("third_party_audit_report",),
      arithmetic=_WHEN + "出具单位不得是项目单位自己。" + _PURCHASED)
def third_party_audit(facts: Facts) -> Verdict:
    return judge_material(facts, "third_party_audit_report", flaw=_own_audit)


def _own_audit(facts: Facts, found: tuple[DocumentFacts, ...]) -> Doubt | None:
    """Every report comes from the unit, or from an office that bears its name."""
    unit = squash(facts.project.unit)
    own = [paper for paper in found if unit and squash(paper.issuer).startswith(unit)]
    if len(own) < len(found):
        return None
    return Doubt(f"审计报告由项目单位自己（{own[0].issuer}）出具，不是第三方审计", "第三方机构出具的审计报告归档")


@rule("R31-5d", title="信息资源共享报告", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M, targets=("PM",),
      version=2, applies=construction, evidence=("sharing_report",), arithmetic=_WHEN + "按规定免予共享的登记豁免。" + _PURCHASED)
def sharing_report(facts: Facts) -> Verdict:
    return judge_material(facts, "sharing_report")


@rule("R31-5e", title="第三方测评报告（功能和性能）", clause="31.2", also=("31.3",), severity=Severity.H, legacy=Severity.M, version=2,
      targets=("PM",), applies=construction, evidence=("third_party_test_report",),
      arithmetic=_WHEN + "报告须同时包含功能和性能测评，可分为两份。" + _PURCHASED)
def third_party_test(facts: Facts) -> Verdict:
    return judge_material(facts, "third_party_test_report", flaw=_half_tested)


def _half_tested(facts: Facts, found: tuple[DocumentFacts, ...]) -> Doubt | None:
    said = read_in(found)
    tested = {name for name in (FUNCTION, PERFORMANCE) if name in said}
    if not tested:
        return Doubt("第三方测评报告已归档，但没有识别出功能或性能测评内容，无法判断是否齐全。",
                     missing=("测评报告的文字内容（功能、性能）",))
    absent = {FUNCTION, PERFORMANCE} - tested
    return Doubt(f"第三方测评报告缺{absent.pop()}测评", "补充该项测评的报告归档") if absent else None


@rule("R31-5f", title="安全风险评估报告", clause="31.2", also=("31.3", "51"), severity=Severity.C, legacy=Severity.M, version=2,
      targets=("SEC", "PM"), applies=construction,
      evidence=("mlps_evaluation_report", "classified_evaluation_report", "data_security_assessment"),
      arithmetic=_WHEN + "非涉密项目为等级保护测评报告，涉密项目为安全保密测评报告（只登记目录），"
                 "均另需数据安全风险评估报告。" + _PURCHASED)
def security_assessments(facts: Facts) -> Iterator[Verdict]:
    """第31条第2款. For classified projects only the classified evaluation is asked for, not the MLPS one."""
    classified = facts.project.classified
    yield judge_material(facts, "classified_evaluation_report" if classified else "mlps_evaluation_report")
    yield judge_material(facts, "data_security_assessment")


@rule("R31-5g", title="密码应用安全性评估报告", clause="31.2", also=("31.3", "51"), severity=Severity.C, legacy=Severity.M, version=2,
      targets=("SEC", "PM"), applies=construction, evidence=("crypto_evaluation_report",),
      arithmetic=_WHEN + "最近一份报告的结论不得为不符合。" + _PURCHASED)
def crypto_evaluation(facts: Facts) -> Verdict:
    return judge_material(facts, "crypto_evaluation_report", flaw=_not_conforming)


def _not_conforming(facts: Facts, found: tuple[DocumentFacts, ...]) -> Doubt | None:
    dated = [paper for paper in found if paper.doc_date is not None]
    last = (dated or list(found))[-1]
    if favourable(last.conclusion) is False:
        return Doubt(f"密码应用安全性评估结论为“{last.conclusion}”", "整改后复评，结论为符合或基本符合的报告归档")
    return None

"""第2、3、6、8条: what a project is, where it runs, and what is not to be built again."""

from collections.abc import Iterator

from archive.chinese import squash
from retention.compliance import profile
from retention.compliance.facts import Facts, read_in
from retention.compliance.findings import Input, Severity, Verdict, failed, not_applicable, passed, unknown
from retention.compliance.papers import READ_BY_MACHINE, Paper, judge_paper
from retention.compliance.rule import rule
from retention.compliance.scope import construction, unclassified

SHARED_HOSTS = ("gov_cloud", "intranet", "extranet")
DESIGNS = ("preliminary_design", "budget_estimate", "implementation_scheme", "app_implementation_plan")
HARDWARE = ("服务器", "存储", "交换机", "机房")
LINES = ("专线", "互联网出口", "专网")
COMMON = ("数字证书", "电子证照", "电子签章", "公共支付", "物流配套", "通知消息", "咨询投诉", "网站支撑平台", "移动客户端",
          "大数据处理", "大数据分析平台", "执法检查")


@rule("R02-1", title="属于办法规定的六类项目", clause="2", severity=Severity.L, targets=("ARCH",), evidence=("profile",),
      arithmetic="“项目特征”登记的项目类型是六类之一；登记为“不属于以上六类”的为违反，未登记的无法判断。")
def one_of_six(facts: Facts) -> Verdict:
    category = profile.choice(facts, "system_category")
    if not category:
        return unknown((profile.label("system_category"),))
    inputs: dict[str, Input] = {"system_category": category}
    if category == "outside":
        return failed("项目类型登记为不属于办法规定的六类，不应按本办法管理。", inputs=inputs,
                      clears_when="更正项目类型，或不再按政务信息化项目管理。")
    return passed("项目属于办法规定的六类之一。", inputs=inputs)


@rule("R03-1", title="建设方式明确", clause="3", severity=Severity.M, targets=("ARCH",), evidence=("mode",),
      arithmetic="台账登记了建设方式：自行建设或购买服务。")
def mode_known(facts: Facts) -> Verdict:
    if facts.project.mode not in ("self_build", "service_purchase"):
        return unknown(("建设方式",))
    return passed("建设方式已登记。", inputs={"mode": facts.project.mode})


@rule("R06-1", title="依托共用平台集约化建设", clause="6", severity=Severity.H, targets=("PM", "AUD"), applies=construction,
      evidence=("profile", "gov_cloud_plan"),
      arithmetic="“项目特征”的部署方式为省级政务云、电子政务内网或外网；自有机房或其他的为违反；未登记而有政务云需求方案的视为依托政务云。")
def on_shared_platforms(facts: Facts) -> Verdict:
    return _hosted(facts, SHARED_HOSTS, "应依托省级政务云、电子政务内网或外网建设，不建孤立系统")


@rule("R08-3", title="非涉密项目部署或迁移到省级政务云", clause="8(3)", severity=Severity.H, targets=("PM",),
      applies=lambda facts: construction(facts) or unclassified(facts), evidence=("profile", "gov_cloud_plan"),
      arithmetic="非涉密新建、扩建、升级改造项目的部署方式为省级政务云；未登记而有政务云需求方案的视为部署到政务云。")
def on_government_cloud(facts: Facts) -> Verdict:
    return _hosted(facts, SHARED_HOSTS[:1], "非涉密项目应部署或迁移到省级政务云")


def _hosted(facts: Facts, allowed: tuple[str, ...], demand: str) -> Verdict:
    host, plans = profile.choice(facts, "hosting"), facts.documents_of("gov_cloud_plan")
    inputs: dict[str, Input] = {"hosting": host, "documents": tuple(plan.id for plan in plans)}
    if not host and not plans:
        return unknown((profile.label("hosting"),), inputs=inputs)
    if not host or host in allowed:
        return passed("部署方式符合要求。" if host else "部署方式未登记，已有政务云需求方案。", inputs=inputs)
    row = profile.profile(facts)
    return failed(f"部署方式为{row.shown('hosting') if row else host}：{demand}。", inputs=inputs,
                  clears_when="改为部署到共用平台并更正登记；有法律法规依据的登记豁免。")


@rule("R08-0", title="可整合替代的系统终止运行", clause="8", severity=Severity.M, targets=("PM",),
      evidence=("system", "decommission_decision"),
      arithmetic="本单位系统目录中与本项目有关的系统，登记为可由统建系统替代或已有替代系统的，状态应为已整合或已停用，"
                 "或者有系统停用决定；仍在用的为违反。")
def replaced_systems_stop(facts: Facts) -> Iterator[Verdict]:
    rows = [row for row in facts.own_rows("system") if row.flag("can_be_merged") or row.text("replaced_by")]
    if not rows:
        yield not_applicable("系统目录中没有登记可整合或被替代的系统。")
    stopped = facts.documents_of("decommission_decision")
    for row in rows:
        inputs: dict[str, Input] = {"system": row.text("number"), "state": row.shown("status"), "replaced_by": row.text("replaced_by"),
                                    "documents": tuple(paper.id for paper in stopped)}
        if row.choice("status") in ("merged", "decommissioned") or stopped:
            yield passed(f"系统 {row.text('name')} 已整合、停用或已决定停用。", subject=row.text("number"), inputs=inputs)
        else:
            yield failed(f"系统 {row.text('name')} 可由{row.text('replaced_by') or '统建系统'}替代，仍在运行。", inputs=inputs,
                         subject=row.text("number"), clears_when="停用或整合该系统，并更新系统目录或归档停用决定。")


@rule("R08-1", title="不新建非涉密机房和硬件", clause="8(1)", severity=Severity.H, targets=("PM", "AUD"),
      applies=lambda facts: construction(facts) or unclassified(facts), evidence=("profile", *DESIGNS),
      arithmetic="“项目特征”登记为新建数据中心的为违反；登记不含硬件设备的为符合；其余看设计和概算文字中有无"
                 "服务器、存储、交换机、机房：有的须人工确认，没有的为符合（自动识别，待确认）。")
def no_new_hardware(facts: Facts) -> Verdict:
    if profile.flag(facts, "new_data_center"):
        return failed("项目登记为新建非涉密数据中心（机房），原则上不予立项。", inputs={"new_data_center": True},
                      clears_when="改用省级政务云并更正登记；有法律法规依据的登记豁免。")
    if profile.flag(facts, "hardware") is False:
        return passed("项目登记为不含硬件设备。", inputs={"hardware": False})
    return _scan(facts, HARDWARE, profile.label("hardware"))


@rule("R08-2", title="不租用专线专网", clause="8(2)", severity=Severity.H, targets=("PM", "AUD"), applies=construction,
      evidence=("profile", *DESIGNS), version=2,
      arithmetic="“项目特征”登记了是否租用互联网出口、专线或未整合的专网的，按登记；没有登记的看设计和概算文字："
                 "没有专线、互联网出口、专网的为符合（自动识别，待确认），有的须人工核对后登记。")
def no_private_lines(facts: Facts) -> Verdict:
    return _registered(facts, "private_lines", "项目登记为租用互联网出口、专线或未整合的专网，不予立项。", "改用电子政务内网或外网") \
        or _scan(facts, LINES, profile.label("private_lines"))


@rule("R08-4", title="不重复建设共性系统", clause="8(4)", severity=Severity.M, targets=("PM", "AUD"), applies=construction,
      evidence=("profile", "name", *DESIGNS),
      version=2,
      arithmetic="“项目特征”登记了是否建设共性系统或独立客户端的，按登记；没有登记的，业务类别为执法检查，或项目名称、设计和概算中出现"
                 "证书、证照、签章、支付、移动客户端等共性系统的，须人工核对后登记；没有的为符合（自动识别，待确认）。")
def no_common_components(facts: Facts) -> Verdict:
    if told := _registered(facts, "common_parts", "项目登记为建设共性系统或独立客户端，原则上不予立项。", "改用统建的共性系统"):
        return told
    named = tuple(word for word in COMMON if word in squash(facts.project.name))
    if named or profile.choice(facts, "service_class") == "enforcement":
        return unknown((profile.label("common_parts"),), inputs={"found": named},
                       clears_when=_REGISTER.format(profile.label("common_parts")),
                       reason=f"项目名称或业务类别涉及{'、'.join(named) or '执法检查'}，须人工确认不是重复建设共性系统。")
    return _scan(facts, COMMON, profile.label("common_parts"))


_REGISTER = "查阅设计和概算，在登记簿登记{}（是或否）。"


def _registered(facts: Facts, name: str, fault: str, instead: str) -> Verdict | None:
    """What a person registered after reading the papers, which no scan of words can overrule."""
    said = profile.flag(facts, name)
    if said is None:
        return None
    inputs: dict[str, Input] = {name: said}
    if said:
        return failed(fault, inputs=inputs, clears_when=f"{instead}并更正登记；有法律法规依据的登记豁免。")
    return passed(f"经核对登记：{profile.label(name)}为否。", inputs=inputs)


def _scan(facts: Facts, words: tuple[str, ...], question: str) -> Verdict:
    papers = facts.documents_of(*DESIGNS)
    said = read_in(papers)
    found = tuple(word for word in words if word in said)
    inputs: dict[str, Input] = {"documents": tuple(paper.id for paper in papers), "found": found, "unconfirmed": ("文字内容",)}
    if not papers:
        return unknown(("设计方案或概算",), inputs=inputs, clears_when="设计方案或概算归档后重新判断。")
    if found:
        return unknown((question,), inputs=inputs, clears_when=_REGISTER.format(question),
                       reason=f"设计或概算中出现{'、'.join(found)}，须查阅原文后登记：{question}。")
    return passed(f"设计和概算中没有识别到{'、'.join(words[:4])}等。{READ_BY_MACHINE}", inputs=inputs)


@rule("R08-5", title="接入一体化政务服务或协同办公平台", clause="8(5)", severity=Severity.H, targets=("PM",), applies=construction,
      evidence=("profile", "integration_proof"),
      arithmetic="业务类别为政务服务、公共服务的，以及非涉密的办公、决策辅助类，申请验收前应有接入证明；共享交换平台由 R11-1 判断。")
def integrated(facts: Facts) -> Verdict:
    kind = profile.choice(facts, "service_class")
    if not kind:
        return unknown((profile.label("service_class"),))
    office = kind in ("office", "decision_support") and not facts.project.classified
    if kind not in ("government_service", "public_service") and not office:
        return not_applicable("该业务类别不要求接入一体化政务服务平台或协同办公平台。")
    name = "协同办公平台接入证明" if office else "一体化政务服务平台接入证明"
    return judge_paper(facts, Paper(("integration_proof",), name, "acceptance", dated=False))


@rule("R08-7", title="基础设施、平台和数据共建共享", clause="8(7)", severity=Severity.M, targets=("PM",), applies=construction,
      evidence=("profile", "resource"),
      arithmetic="项目类型为基础设施、信息资源库、共性支撑平台的，信息资源目录中至少一项可共享；全部不予共享且没有领导小组批准的为违反。")
def shared(facts: Facts) -> Verdict:
    category = profile.choice(facts, "system_category")
    if not category:
        return unknown((profile.label("system_category"),))
    if category not in ("infrastructure", "information_base", "common_platform"):
        return not_applicable("本条针对基础设施、支撑平台和数据资源项目。")
    rows = facts.rows("resource")
    if not rows:
        return unknown(("信息资源目录登记",))
    inputs: dict[str, Input] = {"resources": tuple(row.text("number") for row in rows)}
    if all(row.choice("sharing") == "none" and not row.text("leading_group_no") for row in rows):
        return failed("登记的信息资源全部不予共享，也没有领导小组批准文号。", inputs=inputs,
                      clears_when="登记可共享的信息资源，或登记领导小组批准文号。")
    return passed("登记的信息资源可共享或不共享已经批准。", inputs=inputs)



"""Whom a rule concerns, in one place: the scopes that rules name. Each says why a project is outside, or ""."""

from collections.abc import Callable, Mapping

from retention.compliance.facts import OM, SELF_BUILD, SERVICE_PURCHASE, UPGRADE, Facts
from retention.compliance.profile import flag

Scope = Callable[[Facts], str]
"""Says in Chinese why a rule does not concern a project; "" where it does."""


def everything(facts: Facts) -> str:
    return ""


def construction(facts: Facts) -> str:
    """Self-built and purchased projects that are accepted under Art. 31; O&M is not built."""
    if facts.project.kind == OM:
        return "运维项目不组织建设验收，本条不适用。"
    return ""


def self_built(facts: Facts) -> str:
    if facts.project.kind == OM or facts.project.mode != SELF_BUILD:
        return construction(facts) or "本条只适用于自行建设项目。"
    return ""


def purchased(facts: Facts) -> str:
    if facts.project.kind == OM or facts.project.mode != SERVICE_PURCHASE:
        return construction(facts) or "本条只适用于购买服务项目。"
    return ""


def upgrade(facts: Facts) -> str:
    return "" if facts.project.kind == UPGRADE else "本条只适用于升级改造项目。"


def om_project(facts: Facts) -> str:
    return "" if facts.project.kind == OM else "本条只适用于运维项目。"


def classified(facts: Facts) -> str:
    return "" if facts.project.classified else "本条只适用于涉密项目。"


def unclassified(facts: Facts) -> str:
    return "涉密项目不适用本条。" if facts.project.classified else ""


def cross_department(facts: Facts) -> str:
    return "" if facts.project.cross_department else "本条只适用于跨部门共建共享项目。"


def merged(facts: Facts) -> str:
    """Feasibility and design in one scheme (第18条第2款)."""
    return "" if facts.documents_of("implementation_scheme") else "没有合并编报项目实施方案。"


def two_steps(facts: Facts) -> str:
    return "已合并编报项目实施方案。" if facts.documents_of("implementation_scheme") else ""


def city_sharing(facts: Facts) -> str:
    return "" if flag(facts, "needs_city_sharing") else "没有登记需市（州）共享协同。"


def shares(facts: Facts) -> str:
    return "已登记依法不共享。" if flag(facts, "sharing_exempt") else ""


def shares_not(facts: Facts) -> str:
    return "" if flag(facts, "sharing_exempt") else "没有登记依法不共享。"


def civil_works(facts: Facts) -> str:
    there = flag(facts, "civil_works") or flag(facts, "high_energy")
    return "" if there else "没有登记新建土建或高耗能，不需要这些审批。"


def hardware(facts: Facts) -> str:
    there = flag(facts, "hardware") or flag(facts, "new_data_center")
    return "" if there else "没有登记硬件设备或新建数据中心。"


def needs_review(facts: Facts) -> str:
    return "" if flag(facts, "security_review_required") else "没有登记需网络安全审查。"


def needs_province(facts: Facts) -> str:
    return "" if flag(facts, "provincial_consent_required") else "没有登记需报省政府审定。"


def tendered_works(facts: Facts) -> str:
    works = any(row.choice("object") == "works" for row in facts.rows("procurement"))
    return "" if works else "没有登记工程采购。"


def third_level(facts: Facts) -> str:
    level = facts.project.mlps_level
    return "" if any(mark in level for mark in ("三", "四", "3", "4")) else "没有登记等保三级以上。"


NAMED: Mapping[str, Scope] = {scope.__name__: scope for scope in (
    construction, self_built, purchased, upgrade, om_project, classified, unclassified, cross_department, merged,
    two_steps, city_sharing, shares, shares_not, civil_works, hardware, needs_review, needs_province, tendered_works,
    third_level)}
"""The scopes by the names paper_rules.yaml uses."""

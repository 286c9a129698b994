"""Whom a rule concerns, in one place: the scopes that rules name. Each says why a project is outside, or ""."""

from collections.abc import Callable, Mapping

from retention.compliance.facts import OM, SELF_BUILD, SERVICE_PURCHASE, UPGRADE, Facts

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


NAMED: Mapping[str, Scope] = {scope.__name__: scope for scope in (
    construction, self_built, purchased, upgrade, om_project, classified, unclassified, cross_department, merged,
    two_steps)}
"""The scopes by the names paper_rules.yaml uses."""

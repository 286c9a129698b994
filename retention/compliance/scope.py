"""Whom a rule concerns, in one place: the scopes that rules name. Each says why a project is outside, or ""."""

from retention.compliance.facts import OM, SELF_BUILD, SERVICE_PURCHASE, UPGRADE, Facts


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

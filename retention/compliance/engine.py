"""Evaluating rules over facts. Owns that one broken rule never hides the answers of the others.

Must not store, compare with yesterday, or tell anybody: alerts and notices do.
"""

import logging
from collections.abc import Iterable

from archive.errors import NotFound
from retention.compliance.facts import Facts
from retention.compliance.findings import Finding, unknown
from retention.compliance.rule import Rule
from retention.compliance.rules import all_rules

log = logging.getLogger(__name__)


def evaluate(facts: Facts, rules: Iterable[Rule] | None = None) -> tuple[Finding, ...]:
    """Every finding of every rule (all of them unless some are given), every outcome included, in register order."""
    return tuple([finding for rule in (all_rules().values() if rules is None else rules)
                  for finding in _ask(rule, facts)])


def rules_named(*ids: str) -> tuple[Rule, ...]:
    """The rules with these ids. Raises archive.errors.NotFound for an id the register does not know."""
    known = all_rules()
    for wanted in ids:
        if wanted not in known:
            raise NotFound(what="规则", key=wanted)
    return tuple(known[wanted] for wanted in ids)


def _ask(rule: Rule, facts: Facts) -> tuple[Finding, ...]:
    try:
        return rule(facts)
    except Exception as fault:  # whatever a rule does, the sweep goes on and the fault is a finding of its own
        log.exception("rule %s failed on project %s", rule.id, facts.project.code)
        named = f"{type(fault).__name__}: {fault}"
        return (rule.finding(facts, unknown(
            ("规则运行结果",), reason=f"规则 {rule.id} 运行出错（{named}），本次没有判断。请把这条信息转给系统管理员。",
            inputs={"fault": named})),)

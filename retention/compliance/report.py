"""The register and its clauses as people read them: for the pages and routes `/rules` and `/clauses`.

Owns the description, not the judging; must not know HTTP or templates.
"""

from dataclasses import dataclass

from retention.compliance.clauses import Clause, all_clauses
from retention.compliance.findings import Severity
from retention.compliance.rule import Rule
from retention.compliance.rule_settings import RuleSettings, documented
from retention.compliance.rules import all_rules


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule described. clause and also: ids of clauses; citation: the main clause in Chinese; arithmetic: how it
    counts, in plain Chinese; legacy: gravest severity for projects older than the measures, None: not judged."""

    id: str
    title: str
    clause: str
    citation: str
    also: tuple[str, ...]
    severity: Severity
    version: int
    arithmetic: str
    targets: tuple[str, ...]
    evidence: tuple[str, ...]
    legacy: Severity | None


@dataclass(frozen=True, slots=True)
class ClauseInfo:
    """A clause with the ids of the rules that rest on it."""

    clause: Clause
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SettingInfo:
    """A figure or reading the measures leave open. `mark` names the ambiguity it answers."""

    name: str
    value: object
    default: object
    mark: str
    doc: str


def rules() -> tuple[RuleInfo, ...]:
    """Every rule, in the order of the register."""
    return tuple(_describe(rule) for rule in all_rules().values())


def clauses() -> tuple[ClauseInfo, ...]:
    """Every clause, with the rules that cite it first or besides."""
    register = all_rules().values()
    return tuple(
        ClauseInfo(clause, tuple(rule.id for rule in register if clause.id in (rule.clause, *rule.also)))
        for clause in all_clauses().values())


def settings(chosen: RuleSettings | None = None) -> tuple[SettingInfo, ...]:
    """Every setting of the rules with its value, default and meaning."""
    values = chosen or RuleSettings()
    return tuple(SettingInfo(item.name, getattr(values, item.name), item.default, item.metadata["mark"],
                             item.metadata["doc"]) for item in documented())


def _describe(rule: Rule) -> RuleInfo:
    return RuleInfo(rule.id, rule.title, rule.clause, all_clauses()[rule.clause].citation, rule.also, rule.severity,
                    rule.version, rule.arithmetic, rule.targets, rule.evidence, rule.legacy)

"""The register and its clauses as people read them: for the pages and routes `/rules` and `/clauses`.

Owns the description, not the judging; must not know HTTP or templates.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from archive import taxonomy
from archive.registers import REGISTERS
from retention.compliance.clauses import Clause, all_clauses
from retention.compliance.engine import rules_named
from retention.compliance.findings import Severity
from retention.compliance.rule import MEASURES, Rule
from retention.compliance.rule_settings import IN_FORCE, RuleSettings, documented
from retention.compliance.rules import all_rules


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule described. clause and also: ids of clauses; citation: the main clause in Chinese; arithmetic: how it
    counts, in plain Chinese; legacy: gravest severity for projects older than the measures, None: not judged. pack: the
    measures or the statutes around them; since: the day they took effect."""

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
    pack: str
    since: date


@dataclass(frozen=True, slots=True)
class ClauseInfo:
    """A clause with all that covers it: the ids of the rules that rest on it, keys of the document types they read or
    the taxonomy assigns to it, keys of the registers (and so their pages) that keep what it asks for."""

    clause: Clause
    rules: tuple[str, ...]
    documents: tuple[str, ...]
    registers: tuple[str, ...]

    @property
    def covered(self) -> bool:
        """By rules, or with the reason why no record can show it."""
        return bool(self.rules or self.clause.unchecked)


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


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """A version of a rule and until when it holds, None for the newest."""

    rule: RuleInfo
    until: date | None


def versions(rule: str) -> tuple[VersionInfo, ...]:
    """Every version of a rule, the newest first. Raises NotFound."""
    (found,) = rules_named(rule)
    ends = (None, *(later.since - timedelta(days=1) if later.since else None for later in found.versions))
    return tuple(VersionInfo(_describe(version), end) for version, end in zip(found.versions, ends, strict=False))


def clauses() -> tuple[ClauseInfo, ...]:
    """Every clause, with what covers it."""
    return tuple(_cover(clause) for clause in all_clauses().values())


def settings(chosen: RuleSettings | None = None) -> tuple[SettingInfo, ...]:
    """Every setting of the rules with its value, default and meaning."""
    values = chosen or RuleSettings()
    return tuple(SettingInfo(item.name, getattr(values, item.name), item.default, item.metadata["mark"],
                             item.metadata["doc"]) for item in documented())


def _cover(clause: Clause) -> ClauseInfo:
    rules = [rule for rule in all_rules().values() if clause.id in (rule.clause, *rule.also)]
    read = dict.fromkeys(key for rule in rules for key in rule.evidence)
    types = {kind.key: None for kind in taxonomy.load().types if clause.instrument_key == MEASURES and kind.clause == clause.id}
    types |= {key: None for key in read if key in taxonomy.load()}
    kept = [key for key, form in REGISTERS.items()
            if key in read or (clause.instrument_key == MEASURES and rules and str(clause.article) in form.articles)]
    return ClauseInfo(clause, tuple(rule.id for rule in rules), tuple(types), tuple(kept))


def _describe(rule: Rule) -> RuleInfo:
    return RuleInfo(rule.id, rule.title, rule.clause, all_clauses()[rule.clause].citation, rule.also, rule.severity,
                    rule.version, rule.arithmetic, rule.targets, rule.evidence, rule.legacy, rule.pack, rule.since or IN_FORCE)

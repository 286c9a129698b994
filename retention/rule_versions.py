"""A rule's versions beside each other for one project: what each answers, which one holds for it, and what they looked at."""

from dataclasses import dataclass

from archive.access import Actor
from archive.queries import find_project
from retention.alerts import Judge
from retention.compliance.engine import evaluate, rules_named
from retention.compliance.findings import Finding
from retention.compliance.tracing import settings_read


@dataclass(frozen=True, slots=True)
class Side:
    """One version's answers. holds: it is the one in force on the project's own day. settings: names it looked at."""

    version: int
    holds: bool
    findings: tuple[Finding, ...]
    settings: tuple[str, ...]


def beside(judge: Judge, actor: Actor, rule: str, code: str) -> tuple[Side, ...]:
    """The newest version first. Raises NotFound for a rule or project there is not."""
    (known,) = rules_named(rule)
    (facts,) = judge.facts([find_project(actor, code)], judge.clock.today())
    holds = known.in_force(facts).version
    alone = [known.of_version(version.version) for version in known.versions]
    return tuple(Side(version.version, version.version == holds, evaluate(facts, (version,)), settings_read(version, facts))
                 for version in alone)

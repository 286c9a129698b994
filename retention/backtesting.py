"""Doing a back-test: project after project, both ways, only what differs is kept. It can be stopped anywhere and goes on behind
the last batch that is through; however many projects there are, it holds one batch.

Who calls `go_on` sees to it that nobody else does at the same time (the job's lease).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.access import system_actor
from archive.models import Project
from archive.transaction import Transaction, collection, write
from retention.alerts import Judge
from retention.change_models import (
    DONE,
    PROPOSED,
    RUNNING,
    SETTINGS,
    STOPPED,
    WAITING,
    BackTest,
    BackTestRow,
    RuleChange,
)
from retention.compliance.engine import evaluate
from retention.compliance.findings import Finding, Outcome
from retention.compliance.rule_settings import RuleSettings
from retention.compliance.rules import all_rules
from retention.compliance.setting_values import NAMES, changed, kept
from retention.differences import APPEARS, VANISHES, Difference, breaches, differing

ACTOR = system_actor("backtest")
BATCH = 50
Both = tuple[Project, Sequence[Finding], Sequence[Finding]]


@dataclass(slots=True)
class Progress:
    """What one call did."""

    projects: int = 0
    finished: int = 0


def go_on(judge: Judge, seconds: float, batch: int = BATCH) -> Progress:
    """Work on what was asked for, the oldest first, for about so long; one batch at least."""
    end, progress = time.monotonic() + seconds, Progress()
    while True:
        test: BackTest | None = BackTest.objects(state__in=(RUNNING, WAITING)).order_by("asked_at", "id").first()
        if test is None:
            return progress
        while _step(judge, test, batch, progress):
            if time.monotonic() > end:
                return progress


def _step(judge: Judge, test: BackTest, batch: int, progress: Progress) -> bool:
    """One batch; whether there is another."""
    if test.state == WAITING:
        _note(judge, test, state=RUNNING)
    if not _wanted(test):
        _end(judge, test, STOPPED)
        return False
    projects = list(Project.objects(code__gt=test.after).order_by("code").limit(batch))
    if not projects:
        _end(judge, test, DONE)
        progress.finished += 1
        return False
    _keep(test, projects, both_ways(judge, test, projects))
    _note(judge, test, after=projects[-1].code, done=test.done + len(projects))
    progress.projects += len(projects)
    return True


def both_ways(judge: Judge, test: BackTest, projects: Sequence[Project]) -> list[Both]:
    """Each project's answers before and after."""
    if test.kind == SETTINGS:
        sides = [[evaluate(facts) for facts in judge.facts(projects, test.day, _settings(values))]
                 for values in (test.left, test.right)]
    else:
        rules = [all_rules()[test.rule].of_version(side["version"]) for side in (test.left, test.right)]
        found = judge.facts(projects, test.day)
        sides = [[evaluate(facts, (rule,)) for facts in found] for rule in rules]
    return list(zip(projects, *sides, strict=True))


def _settings(values: dict[str, Any]) -> RuleSettings:
    return changed(RuleSettings(), {name: value for name, value in values.items() if name in NAMES})


def _wanted(test: BackTest) -> bool:
    """A proposal that was decided meanwhile needs no back-test."""
    return test.kind != SETTINGS or collection(RuleChange).find_one({"_id": test.subject, "state": PROPOSED}, {"_id": 1}) is not None


def _keep(test: BackTest, projects: Sequence[Project], answers: Sequence[Both]) -> None:
    """The rows of a batch in place of those an interrupted run may have left."""
    rows = [row.as_mongo() for project, before, after in answers if (row := _row(test, project, before, after))]
    codes = [project.code for project in projects]
    collection(BackTestRow).delete_many({"test": test.id, "project": {"$in": codes}})
    if rows:
        collection(BackTestRow).insert_many(rows, ordered=False)


def _row(test: BackTest, project: Project, before: Sequence[Finding], after: Sequence[Finding]) -> BackTestRow | None:
    changes = [_change(difference) for difference in differing(before, after)]
    if not changes:
        return None
    was, will = breaches(before), breaches(after)
    return BackTestRow(
        id=f"{test.id}/{project.id}", test=test.id, project=project.code, project_name=project.name, unit=project.unit,
        dossier=project.id, failed_before=was, failed_after=will,
        becomes="breaks" if will and not was else "heals" if was and not will else "", changes=changes,
        **{name: sum(change[name] for change in changes) for name in ("worse", "better", "appear", "vanish")})


def _change(difference: Difference) -> dict[str, Any]:
    was, will = _broken(difference.before), _broken(difference.after)
    return {"rule": difference.rule, "subject": difference.subject, "before": _side(difference.before),
            "after": _side(difference.after), "worse": int(will and not was), "better": int(was and not will),
            "appear": int(difference.alert == APPEARS), "vanish": int(difference.alert == VANISHES)}


def _broken(finding: Finding | None) -> bool:
    return finding is not None and finding.outcome is Outcome.FAILED


def _side(finding: Finding | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {"outcome": finding.outcome.value, "severity": finding.severity.value, "due_on": kept(finding.due_on),
            "reason": finding.reason, "steps": list(finding.steps), "rule_version": finding.rule_version,
            "settings_version": finding.settings_version}


def _note(judge: Judge, test: BackTest, **changes: Any) -> None:
    """How far it has come: progress, not a deed, and without an audit entry."""
    changes["beat_at"] = judge.clock.now()
    collection(BackTest).update_one({"_id": test.id}, {"$set": changes})
    for name, value in changes.items():
        setattr(test, name, value)


def _end(judge: Judge, test: BackTest, state: str) -> None:
    def work(tx: Transaction) -> None:
        tx.update(BackTest, test.id, {"$set": {"state": state, "ended_at": tx.now, "beat_at": tx.now}})
        tx.audit("rules.backtest-ended", f"backtest:{test.id}", about=test.subject, state=state, projects=test.done)

    write(ACTOR, judge.clock, work)
    test.state = state

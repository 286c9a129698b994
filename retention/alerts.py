"""Findings kept, and the life of their alerts: they open, change and clear by themselves, never twice for one cause.

A finding record stands for (project, rule, subject). Its alert is open while the rule fails, or while a deadline is so
near that somebody should be told. Every opening, change and clearing is in the record's history and in the audit.
"""

import hashlib
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.access import system_actor
from archive.clock import Clock
from archive.models import Project
from archive.transaction import Transaction, collection, write
from retention import standings
from retention.compliance.engine import evaluate
from retention.compliance.facts import Facts, RuleSettings
from retention.compliance.findings import Finding, Outcome
from retention.compliance.rules import all_rules
from retention.models import Change, FindingRecord, Standing
from retention.reading import facts_of
from retention.rule_changes import in_force, remember
from retention.turns import Overtaken, Turn
from retention.workdays import WorkCalendar

ACTOR = system_actor("compliance")
BATCH = 25
# Of two sweeps in this process, the one that reads first also writes first; those of several processes take turns in
# the database (`retention/turns.py`), as often as this before the other's findings are left to stand.
TURNS = 3
_TURN = threading.Lock()
GONE = "该事项已不存在"


@dataclass(frozen=True, slots=True)
class Judge:
    """What judging needs beside the facts. settings: those of the configuration; what holds on a day is `settings_on`."""

    clock: Clock
    calendar: WorkCalendar
    settings: RuleSettings
    timezone: str = "Asia/Shanghai"

    def facts(self, projects: Sequence[Project], today: date, settings: RuleSettings | None = None) -> list[Facts]:
        """As of that day, with the settings in force on it, or with others that are only tried."""
        return facts_of(projects, today, self.calendar, settings or self.settings_on(today), self.timezone)

    def settings_on(self, day: date) -> RuleSettings:
        """The values in force that day: those of the configuration, and what was approved over them."""
        return in_force(self.settings, day).settings

    def judge(self, projects: Sequence[Project], today: date) -> dict[str, tuple[Finding, ...]]:
        """Every finding of each project code; changes nothing."""
        return {facts.project.code: evaluate(facts) for facts in self.facts(projects, today)}


@dataclass(slots=True)
class Sweep:
    """What one evaluation did: projects judged, alerts opened, changed and cleared."""

    projects: int = 0
    opened: int = 0
    changed: int = 0
    cleared: int = 0


def finding_id(project: str, rule: str, subject: str) -> str:
    return hashlib.sha256(f"{project}\n{rule}\n{subject}".encode()).hexdigest()[:24]


def refresh(judge: Judge, codes: Iterable[str] | None = None, today: date | None = None, *,
            record_sweep: bool = False) -> Sweep:
    """Judge these projects (all where None), keep the findings, and open, change or clear their alerts.

    With `record_sweep` every project's evaluation is audited even where nothing changed: the proof that no day was
    left out.
    """
    day, sweep = today or judge.clock.today(), Sweep()
    remember(judge.clock, judge.settings_on(day))
    wanted = sorted(Project.objects.scalar("code") if codes is None else set(codes))
    for start in range(0, len(wanted), BATCH):
        with _TURN:
            _refresh(judge, wanted[start:start + BATCH], day, sweep, record_sweep)
    return sweep


def _refresh(judge: Judge, codes: Sequence[str], day: date, sweep: Sweep, record_sweep: bool) -> None:
    again: list[str] = []
    for turn_left in reversed(range(TURNS)):
        turn = Turn()
        turn.begin(codes)
        projects = list(Project.objects(code__in=codes).order_by("code"))
        answers = judge.judge(projects, day)
        drawn = standings.draw_up(projects, answers, day)
        for project in projects:
            try:
                _keep(judge.clock, turn, project, answers[project.code], drawn[project.code], day, sweep, record_sweep)
                sweep.projects += 1
            except Overtaken:  # by another process, which has newer facts: its findings stand
                again.append(project.code)
        if not again or not turn_left:
            return
        codes, again = again, []


def _keep(clock: Clock, turn: Turn, project: Project, findings: Sequence[Finding], standing: Standing, day: date,
          sweep: Sweep, record: bool) -> None:
    """Store one project's findings in one transaction, where there is anything to store. Raises Overtaken."""
    tally = Sweep()

    def work(tx: Transaction) -> None:
        tally.opened = tally.changed = tally.cleared = 0
        turn.keep(tx, project.code)
        rows = collection(FindingRecord).find({"project": project.code}, session=tx.session)
        stored = {row["_id"]: FindingRecord._from_son(row) for row in rows}
        now: dict[str, FindingRecord] = {}
        for finding in findings:
            key = finding_id(project.code, finding.rule, finding.subject)
            now[key] = _brought(tx, project, finding, stored.get(key), key, day, tally)
        for key in stored.keys() - now.keys():
            now[key] = _gone(tx, stored[key], day, tally)
        tx.insert_all([record for key, record in now.items() if key not in stored])
        tx.replace_all([record for key, record in now.items() if key in stored])
        tx.put(standing)
        tx.audit("compliance.evaluated", f"project:{project.code}", day=day.isoformat(), findings=len(findings),
                 opened=tally.opened, changed=tally.changed, cleared=tally.cleared)

    if record or standings.differs(standing) or _differs(project, findings, day):
        write(ACTOR, clock, work)
        sweep.opened += tally.opened
        sweep.changed += tally.changed
        sweep.cleared += tally.cleared


def _differs(project: Project, findings: Sequence[Finding], day: date) -> bool:
    """Whether keeping these findings would change anything: re-evaluations after every event mostly would not."""
    stored = {row.id: row for row in FindingRecord.objects(project=project.code)}
    keys = {finding_id(project.code, f.rule, f.subject): f for f in findings}
    if keys.keys() - stored.keys():
        return True
    if any(row.evaluated_on != day or row.alert == "open" or row.reason != GONE
           for key, row in stored.items() if key not in keys):
        return True
    return any(stored[key].evaluated_on != day or _facts_changed(stored[key], finding, project)
               for key, finding in keys.items())


def _brought(tx: Transaction, project: Project, finding: Finding, record: FindingRecord | None, key: str, day: date,
             tally: Sweep) -> FindingRecord:
    """The record brought up to what was found now; a new one where there was none."""
    new = record is None
    record = record or FindingRecord(id=key, project=project.code, rule=finding.rule, subject=finding.subject)
    turned = not new and (record.outcome, record.severity, record.due_on) != (
        finding.outcome.value, finding.severity.value, finding.due_on)
    _copy(record, finding, project, day)
    wanted = deserves_alert(finding)
    if wanted and record.alert != "open":
        record.alert, record.opened_on, record.episode = "open", day, record.episode + 1
        record.acknowledged_by, record.waiver = "", None
        _turn(tx, record, day, "opened", finding.reason)
        tally.opened += 1
    elif not wanted and record.alert == "open":
        record.alert = "cleared"
        _turn(tx, record, day, "cleared", finding.reason)
        tally.cleared += 1
    elif wanted and turned:
        _turn(tx, record, day, "changed", finding.reason)
        tally.changed += 1
    if record.alert == "open" and record.waiver and record.waiver.until < day:
        record.waiver = None
        _turn(tx, record, day, "lapsed", "豁免已到期")
    return record


def deserves_alert(finding: Finding) -> bool:
    """Failed, or due within the widest notice the rule gives; not where another finding tells people of it."""
    if finding.quiet:
        return False
    if finding.outcome is Outcome.FAILED:
        return True
    near = max(finding.milestones, default=-1)
    return finding.outcome is Outcome.DUE and finding.days_left is not None and finding.days_left <= near


def _gone(tx: Transaction, record: FindingRecord, day: date, tally: Sweep) -> FindingRecord:
    """A subject that is no more (a contract renumbered, a rule withdrawn): its alert clears, the record stays."""
    record.outcome, record.reason, record.evaluated_on = Outcome.NOT_APPLICABLE.value, GONE, day
    if record.alert == "open":
        record.alert = "cleared"
        _turn(tx, record, day, "cleared", record.reason)
        tally.cleared += 1
    return record


def _turn(tx: Transaction, record: FindingRecord, day: date, what: str, note: str) -> None:
    record.history.append(Change(at=tx.now, day=day, what=what, note=note[:500], by=tx.actor.id))
    tx.audit(f"alert.{what}", f"finding:{record.id}", project=record.project, rule=record.rule,
             about=record.subject, outcome=record.outcome, severity=record.severity,
             due_on=record.due_on.isoformat() if record.due_on else None)


def _copy(record: FindingRecord, finding: Finding, project: Project, day: date) -> None:
    record.project_name, record.dossier, record.unit = project.name, project.id, project.unit
    for name, value in _content(finding).items():
        setattr(record, name, value)
    record.evaluated_on = day


def _content(finding: Finding) -> dict[str, Any]:
    return {
        "rule_version": finding.rule_version, "settings_version": finding.settings_version,
        "title": all_rules()[finding.rule].title, "clause": finding.clause,
        "outcome": finding.outcome.value, "severity": finding.severity.value, "due_on": finding.due_on,
        "reason": finding.reason, "inputs": dict(finding.inputs), "steps": list(finding.steps),
        "clears_when": finding.clears_when, "provisional": finding.provisional, "targets": list(finding.targets),
        "milestones": list(finding.milestones)}


def _facts_changed(record: FindingRecord, finding: Finding, project: Project) -> bool:
    if (record.project_name, record.unit) != (project.name, project.unit):
        return True
    return any(getattr(record, name) != value for name, value in _content(finding).items())

"""Findings as people meet them, kept or computed now, and what people may do to an alert. Lists: `finding_lists`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import Invalid, NotFound
from archive.models import Project
from archive.permissions import Permission
from archive.queries import find_project, visible_keys
from archive.transaction import Transaction, collection, write
from retention.alerts import Judge, finding_id
from retention.compliance.counted import all_said, said, values_said
from retention.compliance.findings import Finding
from retention.compliance.rules import all_rules
from retention.kept import OUTCOME_ORDER, SEVERITY_ORDER
from retention.models import Change, FindingRecord, FindingWaiver, Standing

STATUSES = ("open", "acknowledged", "waiver_pending", "waived", "cleared", "none")
LONGEST_WAIVER_DAYS = 366


@dataclass(frozen=True, slots=True)
class FindingView:
    """One finding for a page, the API or a mail. `days_left` counts from the day it was asked for; negative: overdue."""

    id: str
    project: str
    project_name: str
    unit: str
    rule: str
    rule_version: int
    title: str
    clause: str
    subject: str
    outcome: str
    severity: str
    due_on: date | None
    days_left: int | None
    reason: str
    inputs: Mapping[str, Any]
    steps: tuple[str, ...]
    clears_when: str
    provisional: bool
    targets: tuple[str, ...]
    status: str
    opened_on: date | None
    evaluated_on: date
    waiver: FindingWaiver | None = None
    history: tuple[Change, ...] = ()
    settings_version: str = ""


def live_findings(judge: Judge, actor: Actor, code: str, today: date | None = None) -> list[FindingView]:
    """A project's findings computed now, as of a day, with the state of their alerts. Raises NotFound."""
    project = find_project(actor, code)
    day = today or judge.clock.today()
    records = _with_alerts(project=code)
    return sorted((_live(finding, project, records, day) for finding in judge.judge([project], day)[code]), key=urgency)


def live_findings_of_all(judge: Judge, actor: Actor, today: date, **only: str) -> list[FindingView]:
    """Every visible project's findings computed as of a day; `only` those of a project's `code` or of a `unit`."""
    require(actor, Permission.PROJECT_READ)
    keys = visible_keys(actor)
    of_these = {} if keys is None else {"id__in": sorted(keys)}
    projects = list(Project.objects(**of_these, **{name: value for name, value in only.items() if value}))
    of_them = {} if keys is None and not any(only.values()) else {"project__in": [project.code for project in projects]}
    records = _with_alerts(**of_them)
    answers = judge.judge(projects, today)
    return sorted((_live(finding, project, records, today) for project in projects
                   for finding in answers[project.code]), key=urgency)


def find_finding(actor: Actor, key: str) -> FindingRecord:
    """Raises NotFound where there is none or the actor may not see its project."""
    record: FindingRecord | None = FindingRecord.objects(id=key).first()
    if record is None:
        raise NotFound(what="事项", key=key)
    try:
        find_project(actor, record.project)
    except NotFound:
        raise NotFound(what="事项", key=key) from None
    return record


def view_finding(actor: Actor, key: str, today: date) -> FindingView:
    record = find_finding(actor, key)
    return stored_view(record, today, judged_on([record.dossier]).get(record.dossier))


def judged_on(dossiers: Sequence[str]) -> dict[str, date]:
    """When the projects of these dossiers were judged last: their findings say only since when they are what they are."""
    rows = collection(Standing).find({"_id": {"$in": list(set(dossiers))}}, {"evaluated_on": 1})
    return {row["_id"]: row["evaluated_on"].date() for row in rows}


def acknowledge(actor: Actor, clock: Clock, key: str, note: str = "") -> None:
    """Say that somebody has taken the matter up; the alert stays open until its cause is gone."""
    require(actor, Permission.ALERT_ACKNOWLEDGE)

    def change(record: FindingRecord, tx: Transaction) -> None:
        record.acknowledged_by = actor.id
        _note(record, tx, clock, "acknowledged", note)

    _change(actor, clock, key, change)


def ask_waiver(actor: Actor, clock: Clock, key: str, reason: str, until: date) -> None:
    """Ask for an exemption; it holds once a second person approves. Raises Invalid for a missing reason or bad day."""
    require(actor, Permission.ALERT_WAIVE)
    days = (until - clock.today()).days
    if not reason.strip():
        raise Invalid(field="理由", problem="申请豁免须写明理由。")
    if not 0 < days <= LONGEST_WAIVER_DAYS:
        raise Invalid(field="截止日期", problem=f"应在明天之后、{LONGEST_WAIVER_DAYS} 天之内。")

    def change(record: FindingRecord, tx: Transaction) -> None:
        record.waiver = FindingWaiver(reason=reason.strip(), until=until, asked_by=actor.id, asked_at=tx.now)
        tx.audit("alert.waiver-asked", f"finding:{key}", project=record.project, until=until.isoformat(),
                 reason=reason.strip())

    _change(actor, clock, key, change)


def approve_waiver(actor: Actor, clock: Clock, key: str) -> None:
    """The second person's yes. Raises Invalid where nothing was asked for or the asker approves."""
    require(actor, Permission.ALERT_WAIVE)

    def change(record: FindingRecord, tx: Transaction) -> None:
        if record.waiver is None or record.waiver.approved_by:
            raise Invalid(field="豁免", problem="没有待批准的申请。")
        if record.waiver.asked_by == actor.id:
            raise Invalid(field="豁免", problem="申请人不能批准自己的申请，请另一位有权人员批准。")
        record.waiver.approved_by, record.waiver.approved_at = actor.id, tx.now
        _note(record, tx, clock, "waived", record.waiver.reason)

    _change(actor, clock, key, change)


def _note(record: FindingRecord, tx: Transaction, clock: Clock, what: str, note: str) -> None:
    record.history.append(Change(at=tx.now, day=clock.today(), what=what, note=note[:500], by=tx.actor.id))
    tx.audit(f"alert.{what}", f"finding:{record.id}", project=record.project, rule=record.rule, note=note[:500])


def _change(actor: Actor, clock: Clock, key: str, change: Any) -> None:
    def work(tx: Transaction) -> None:
        record = find_finding(actor, key)
        if record.alert != "open":
            raise Invalid(field="事项", problem="它当前没有未了结的预警，无需处理。")
        change(record, tx)
        tx.replace(record)

    write(actor, clock, work)


def status_of(record: FindingRecord | None) -> str:
    if record is None or record.alert == "none":
        return "none"
    if record.alert == "cleared":
        return "cleared"
    if record.waiver:
        return "waived" if record.waiver.approved_by else "waiver_pending"
    return "acknowledged" if record.acknowledged_by else "open"


def urgency(view: FindingView) -> tuple[Any, ...]:
    """Failed before due before the rest, then by severity, then by day."""
    return (OUTCOME_ORDER.index(view.outcome), SEVERITY_ORDER.index(view.severity), view.due_on or date.max, view.project, view.rule,
            view.subject)


def stored_view(record: FindingRecord, today: date, judged: date | None = None) -> FindingView:
    """A kept finding as people meet it on this day."""
    return FindingView(
        record.id, record.project, record.project_name, record.unit, record.rule, record.rule_version, record.title,
        record.clause, record.subject, record.outcome, record.severity, record.due_on,
        (record.due_on - today).days if record.due_on else None, said(record.reason, today), values_said(record.inputs, today),
        all_said(record.steps, today),
        record.clears_when, record.provisional, tuple(record.targets), status_of(record), record.opened_on,
        judged or record.evaluated_on, record.waiver, tuple(record.history), record.settings_version)


def _with_alerts(**of: Any) -> dict[tuple[str, str, str], FindingRecord]:
    """By project, rule and subject. What never had an alert, nearly all of them, tells nothing that is not found anew."""
    return {(record.project, record.rule, record.subject): record for record in FindingRecord.objects(alert__ne="none", **of)}


def _live(finding: Finding, project: Project, records: Mapping[tuple[str, str, str], FindingRecord], day: date) -> FindingView:
    record = records.get((project.code, finding.rule, finding.subject))
    key = record.id if record else finding_id(project.code, finding.rule, finding.subject)
    return FindingView(
        key, project.code, project.name, project.unit, finding.rule, finding.rule_version,
        all_rules()[finding.rule].title, finding.clause, finding.subject, finding.outcome.value, finding.severity.value,
        finding.due_on, finding.days_left, finding.reason, finding.inputs, tuple(finding.steps), finding.clears_when,
        finding.provisional, tuple(finding.targets), status_of(record), record.opened_on if record else None, day,
        record.waiver if record else None, tuple(record.history) if record else (), finding.settings_version)

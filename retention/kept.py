"""Findings as rows of the database, and the life of their alerts: they open, change and clear by themselves, never twice for one cause.

A row stands for (project, rule, subject). It is there while the answer is unsettled, and for ever once an alert was opened: what
was always fine has no row, only its part in the digest of its project's evaluation (`Standing`). Rows are plain dictionaries here:
a night writes millions. Every opening, change and clearing is in the row's history, and in the audit, where those of one evaluation
are told together (`AlertLog`).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from retention.compliance.findings import UNSETTLED, Finding, Outcome
from retention.compliance.rules import all_rules

GONE = "该事项已不存在"
# Counted up when rows say more or other things of the same answer than before: then all are written anew.
REVISION = 3
SEVERITY_ORDER = "CHMLI"
OUTCOME_ORDER = ("failed", "due", "unknown", "passed", "not_applicable")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose findings they are: the project and its dossier."""

    code: str
    name: str
    dossier: str
    unit: str


@dataclass(slots=True)
class Tally:
    """Alerts opened, changed and cleared."""

    opened: int = 0
    changed: int = 0
    cleared: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(self.opened + other.opened, self.changed + other.changed, self.cleared + other.cleared)


@dataclass(slots=True)
class AlertLog:
    """What happened to the alerts of one project in one evaluation, and what the audit is to say of it. at, by: what histories name.
    taken: the alerts concerned, by what happened to them; of a first evaluation there are dozens, which are one entry."""

    at: datetime
    by: str
    taken: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def tally(self) -> Tally:
        return Tally(*(len(self.taken.get(what, ())) for what in ("opened", "changed", "cleared")))

    def turn(self, row: Row, day: date, what: str, note: str) -> None:
        """In the row's history too."""
        row["history"] = [*row["history"], {"at": self.at, "day": as_stored(day), "what": what, "note": note[:500], "by": self.by}]
        due = row.get("due_on")
        self.taken.setdefault(what, []).append({
            "finding": row["_id"], "rule": row["rule"], "about": row["subject"], "outcome": row["outcome"],
            "severity": row["severity"], "due_on": due.date().isoformat() if due else None})


def finding_id(project: str, rule: str, subject: str) -> str:
    """The name of a new row. Those of a project lie side by side, which halves what the database has to touch; rows of earlier
    versions keep the names they have."""
    return hashlib.sha256(project.encode()).hexdigest()[:8] + hashlib.sha256(f"{project}\n{rule}\n{subject}".encode()).hexdigest()[:16]


def deserves_alert(finding: Finding) -> bool:
    """Failed, or due within the widest notice the rule gives; not where another finding tells people of it."""
    if finding.quiet:
        return False
    if finding.outcome is Outcome.FAILED:
        return True
    near = max(finding.milestones, default=-1)
    return finding.outcome is Outcome.DUE and finding.days_left is not None and finding.days_left <= near


def digest_of(place: Place, findings: Iterable[Finding]) -> str:
    """Of every answer of an evaluation, and of all that their rows hold: the same digest, the same rows."""
    parts = [register(), f"{place}"]
    for one in findings:
        said = one.lasting or one
        parts += (one.rule, one.settings_version, one.subject, one.outcome, one.severity, str(one.due_on), said.reason)
        if one.outcome in UNSETTLED:
            parts.append(f"{said.inputs}{said.steps}{one.clears_when}{one.provisional}{one.milestones}{deserves_alert(one)}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@cache
def register() -> str:
    """A digest of what rows say of the rules themselves."""
    said = f"{REVISION} {[(rule.id, rule.version, rule.title, rule.clause, rule.targets) for rule in all_rules().values()]}"
    return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rows:
    """What becomes of a project's rows: new ones, changed ones with their new revision, and ids of those no longer needed."""

    added: Sequence[Row]
    changed: Sequence[Row]
    dropped: Sequence[str]


def brought_up(log: AlertLog, place: Place, findings: Iterable[Finding], stored: Iterable[Row], day: date) -> Rows:
    """The project's rows brought up to what was found on this day."""
    added, changed, dropped = list[Row](), list[Row](), list[str]()
    left = {(row["rule"], row["subject"]): row for row in stored}
    for finding in findings:
        old = left.pop((finding.rule, finding.subject), None)
        if finding.outcome not in UNSETTLED and not (old and old["history"]):
            dropped += [old["_id"]] if old else []
            continue
        row = _brought(log, place, finding, old, day)
        if old is None:
            added.append(row)
        elif row != old:
            changed.append({**row, "revision": old["revision"] + 1})
    for old in left.values():
        if not old["history"]:
            dropped.append(old["_id"])
        elif old["alert"] == "open" or old.get("reason") != GONE:
            changed.append({**_gone(log, old, day), "revision": old["revision"] + 1})
    return Rows(added, changed, dropped)


def as_stored(day: date | None) -> datetime | None:
    """A day as MongoDB gives it back."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _brought(log: AlertLog, place: Place, finding: Finding, old: Row | None, day: date) -> Row:
    row = {**(old or _new(finding_id(place.code, finding.rule, finding.subject))), **_content(place, finding)}
    _dated(row, finding.due_on)
    turned = old is not None and any(row.get(name) != old.get(name) for name in ("outcome", "severity", "due_on"))
    wanted = deserves_alert(finding)
    if wanted and row["alert"] != "open":
        row |= {"alert": "open", "opened_on": as_stored(day), "episode": row["episode"] + 1, "acknowledged_by": ""}
        row.pop("waiver", None)
        log.turn(row, day, "opened", finding.reason)
    elif not wanted and row["alert"] == "open":
        row["alert"] = "cleared"
        log.turn(row, day, "cleared", finding.reason)
    elif wanted and turned:
        log.turn(row, day, "changed", finding.reason)
    if row["alert"] == "open" and (waiver := row.get("waiver")) and waiver["until"] < as_stored(day):
        del row["waiver"]
        log.turn(row, day, "lapsed", "豁免已到期")
    if row != old:
        row["evaluated_on"] = as_stored(day)
    return row


def _gone(log: AlertLog, old: Row, day: date) -> Row:
    """A subject that is no more (a contract renumbered, a rule withdrawn): its alert clears, the row stays."""
    outcome = Outcome.NOT_APPLICABLE.value
    row = {**old, "outcome": outcome, "outcome_rank": OUTCOME_ORDER.index(outcome), "reason": GONE, "evaluated_on": as_stored(day)}
    if row["alert"] == "open":
        row["alert"] = "cleared"
        log.turn(row, day, "cleared", GONE)
    return row


def _new(key: str) -> Row:
    return {"_id": key, "revision": 1, "alert": "none", "episode": 0, "acknowledged_by": "", "escalations": [], "history": []}


def _order(finding: Finding) -> Row:
    return {"outcome_rank": OUTCOME_ORDER.index(finding.outcome.value), "rank": SEVERITY_ORDER.index(finding.severity.value),
            "undated": finding.due_on is None}


def _dated(row: Row, due_on: date | None) -> None:
    """What has no value has no field."""
    if due_on is None:
        row.pop("due_on", None)
    else:
        row["due_on"] = as_stored(due_on)


def _content(place: Place, finding: Finding) -> Row:
    kept = finding.kept
    return {
        "project": place.code, "project_name": place.name, "dossier": place.dossier, "unit": place.unit,
        "rule": finding.rule, "subject": finding.subject, "rule_version": finding.rule_version,
        "settings_version": finding.settings_version,
        "title": all_rules()[finding.rule].title, "clause": finding.clause, "outcome": finding.outcome.value,
        "severity": finding.severity.value, **_order(finding), "reason": kept.reason,
        "inputs": kept.inputs, "steps": list(kept.steps),
        "clears_when": finding.clears_when, "provisional": finding.provisional, "targets": list(finding.targets),
        "milestones": list(finding.milestones)}

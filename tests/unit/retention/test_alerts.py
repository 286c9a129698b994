"""Alerts open, change, clear and reopen by themselves; one record for one cause; nothing is rewritten for nothing."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from admin.system import System
from archive import audit
from archive.clock import FixedClock
from archive.models import AuditEntry, Contract, Project
from archive.operations.documents import catalogue_document
from archive.operations.projects import LedgerRow, import_ledger, update_project
from archive.queries import find_project
from archive.transaction import collection
from retention import alerts, keeping, open_alerts
from retention.alerts import GONE, Sweep, deserves_alert, finding_id, refresh
from retention.compliance.findings import Finding, Outcome, Severity
from retention.findings import live_findings, view_finding
from retention.models import FindingRecord, Standing
from retention.open_alerts import line_parts, open_lines
from tests.builders import SYSTEM, a_description, a_project
from tests.conftest import snapshot

CODE = "XM-2024-001"
ACCEPTANCE = finding_id(CODE, "R31-3", "")
DUE = date(2026, 7, 10)  # six months after the start of the trial, a working day


@pytest.fixture
def built(system: System) -> System:
    """A project in its trial, 130 days before its acceptance is due."""
    a_project(system, actual_completion=date(2026, 1, 5), trial_start=date(2026, 1, 10))
    return system


def on(system: System, day: date, **more: Any) -> Sweep:
    return refresh(system.judge, None, day, **more)


def before_due(days: int) -> date:
    return DUE - timedelta(days=days)


def acceptance() -> FindingRecord:
    record: FindingRecord = FindingRecord.objects.get(id=ACCEPTANCE)
    return record


def change(system: System, **values: Any) -> None:
    update_project(SYSTEM, system.clock, CODE, find_project(SYSTEM, CODE).revision, values)


def turns(record: FindingRecord) -> list[tuple[date, str]]:
    return [(change.day, change.what) for change in record.history]


# -- the life of one alert -----------------------------------------------------------------------------------------

def test_an_alert_opens_when_the_deadline_is_near(built: System) -> None:
    on(built, before_due(91))
    assert (acceptance().alert, acceptance().outcome, acceptance().due_on) == ("none", "due", DUE)
    on(built, before_due(90))
    record = acceptance()
    assert (record.alert, record.opened_on, record.episode) == ("open", before_due(90), 1)
    assert (record.project, record.project_name, record.unit) == (CODE, "一体化协同办公平台建设项目", "省数字政务厅")
    entry = AuditEntry.objects(action="alert.opened", subject=f"project:{CODE}").order_by("-id").first()
    told, = [alert for alert in entry.detail["alerts"] if alert["finding"] == ACCEPTANCE]
    assert (entry.actor, told["rule"], told["due_on"]) == ("system:compliance", "R31-3", "2026-07-10")


def test_rows_without_a_standing_are_gone_on_with(built: System) -> None:
    """As very old versions kept them: nothing is opened a second time."""
    on(built, before_due(10))
    before = snapshot()["findings"]
    collection(Standing).delete_many({})
    assert on(built, before_due(10)) == Sweep(projects=1)
    assert snapshot()["findings"] == before
    assert Standing.objects.get().open == FindingRecord.objects(alert="open").count() > 0


def test_what_happens_to_the_alerts_of_a_project_is_told_together(built: System) -> None:
    """By the audit: of a first evaluation that opens many, too."""
    swept = on(built, before_due(10))
    entry = AuditEntry.objects.get(action="alert.opened")
    told = {alert["finding"]: alert for alert in entry.detail["alerts"]}
    assert (entry.subject, entry.detail["day"], len(told)) == (f"project:{CODE}", before_due(10).isoformat(), swept.opened)
    for record in FindingRecord.objects(alert="open"):
        assert told.pop(record.id) == {
            "finding": record.id, "rule": record.rule, "about": record.subject, "outcome": record.outcome, "severity": record.severity,
            "due_on": record.due_on.isoformat() if record.due_on else None}
    assert not told
    assert audit.verify()[1] == []


def test_a_unit_is_judged_in_one_batch_where_it_can_be(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "BATCH", 3)
    for unit, count in (("甲", 2), ("乙", 2), ("丙", 4), ("丁", 1)):
        for number in range(count):
            a_project(system, f"{unit}-{number}", unit=unit)
    made = alerts.batches(None, frozenset({"丙-0"}))
    assert [[code[0] for code in batch] for batch in made] == [["丁"], ["丙"] * 3, ["乙"] * 2, ["甲"] * 2]
    assert [[code[0] for code in batch] for batch in alerts.batches(None, frozenset())] == [
        ["丁"], ["丙"] * 3, ["丙"] + ["乙"] * 2, ["甲"] * 2]
    assert alerts.batches(["乙-1", "甲-0", "乙-1", "none"], frozenset()) == [["乙-1", "甲-0"]]
    assert alerts.batches([], frozenset()) == []


def test_it_changes_as_it_gets_graver_and_clears_when_its_cause_is_gone(built: System) -> None:
    on(built, before_due(90))
    on(built, before_due(89))
    assert turns(acceptance()) == [(before_due(90), "opened")], "a day nearer is no turn"
    on(built, before_due(-1))
    on(built, before_due(-181))
    change(built, acceptance_date=DUE, acceptance_result="合格")
    swept = on(built, before_due(-182))
    record = acceptance()
    assert turns(record)[0] == (before_due(90), "opened")
    assert turns(record)[-3:] == [
        (before_due(-1), "changed"), (before_due(-181), "changed"), (before_due(-182), "cleared")]
    assert (record.alert, record.outcome, record.opened_on) == ("cleared", "passed", before_due(90))
    assert swept.cleared >= 1


def test_a_moved_date_is_a_change(built: System) -> None:
    on(built, before_due(90))
    change(built, extension_until=DUE + timedelta(days=1))
    on(built, before_due(89))
    assert turns(acceptance()) == [(before_due(90), "opened"), (before_due(89), "changed")]
    assert acceptance().due_on == DUE + timedelta(days=1)


def test_it_opens_again_as_a_new_episode_with_nothing_left_of_the_old(built: System) -> None:
    on(built, before_due(60))
    change(built, acceptance_date=before_due(60), acceptance_result="合格")
    record = acceptance()
    record.acknowledged_by = "somebody"
    record.save()
    on(built, before_due(59))
    change(built, acceptance_date=None, acceptance_result="")
    on(built, before_due(58))
    record = acceptance()
    assert (record.alert, record.episode, record.opened_on, record.acknowledged_by, record.waiver) == (
        "open", 2, before_due(58), "", None)
    assert [what for _, what in turns(record)] == ["opened", "cleared", "opened"]


def test_a_cleared_alert_stays_cleared(built: System) -> None:
    on(built, before_due(60))
    change(built, acceptance_date=before_due(60), acceptance_result="合格")
    for days in (59, 58, 57):
        on(built, before_due(days))
    assert [what for _, what in turns(acceptance())] == ["opened", "cleared"]


def test_a_day_more_is_counted_when_it_is_read_and_changes_no_row(built: System) -> None:
    on(built, before_due(-40))
    first = collection(FindingRecord).find_one({"_id": ACCEPTANCE})
    on(built, before_due(-41))
    assert collection(FindingRecord).find_one({"_id": ACCEPTANCE}) == first
    for days in (40, 41):
        day = before_due(-days)
        view = view_finding(SYSTEM, ACCEPTANCE, day)
        (line,) = [line for line in open_lines(day) if line.alert_id == ACCEPTANCE]
        assert view.reason.startswith(f"验收逾期 {days} 天：")
        assert (view.inputs["overdue_days"], view.days_left) == (days, -days)
        assert view.steps[-1] == f"今天 {day}，已逾期 {days} 天"
        assert (line.reason, line.steps) == (view.reason, view.steps)


def test_a_row_keeps_the_name_it_had(built: System) -> None:
    """Links in mails lead to it."""
    on(built, before_due(-40))
    row = collection(FindingRecord).find_one_and_delete({"_id": ACCEPTANCE})
    collection(FindingRecord).insert_one({**row, "_id": "0123456789abcdef01234567"})
    on(built, before_due(-41))
    assert [r.id for r in FindingRecord.objects(rule="R31-3")] == ["0123456789abcdef01234567"]
    assert "0123456789abcdef01234567" in {view.id for view in live_findings(built.judge, SYSTEM, CODE, before_due(-41))}
    change(built, acceptance_date=before_due(-41), acceptance_result="合格")
    on(built, before_due(-41))
    assert [(r.id, r.alert) for r in FindingRecord.objects(rule="R31-3")] == [("0123456789abcdef01234567", "cleared")]


def test_no_cause_has_two_records(built: System) -> None:
    for days in range(100, -40, -7):
        on(built, before_due(days))
        on(built, before_due(days))
    causes = [(r.project, r.rule, r.subject) for r in FindingRecord.objects]
    assert len(causes) == len(set(causes))
    assert all(r.id == finding_id(r.project, r.rule, r.subject) for r in FindingRecord.objects)
    assert all(r.alert != "open" or turns(r)[-1][1] != "cleared" for r in FindingRecord.objects)
    assert audit.verify()[1] == []


# -- subjects that come and go -------------------------------------------------------------------------------------

def test_a_subject_that_is_no_more_clears_and_stays_as_a_record(built: System) -> None:
    ending = LedgerRow("HT-1", "合同", 2, {"project": CODE, "type": "om", "start_on": date(2025, 3, 3),
                                          "end_on": date(2026, 3, 2)})
    import_ledger(SYSTEM, built.clock, [], [ending])
    day = date(2026, 3, 2)
    on(built, day)
    key = finding_id(CODE, "R42-3", "HT-1")
    assert FindingRecord.objects.get(id=key).alert == "open"
    Contract.objects(number="HT-1").update(project="elsewhere")
    on(built, day)
    record = FindingRecord.objects.get(id=key)
    assert (record.alert, record.outcome, record.reason, turns(record)[-1]) == (
        "cleared", "not_applicable", GONE, (day, "cleared"))
    before = snapshot()
    assert on(built, day) == Sweep(projects=1)
    assert snapshot() == before, "the same day again: what is gone is not gone anew"
    Contract.objects(number="HT-1").update(project=CODE)
    on(built, day)
    record = FindingRecord.objects.get(id=key)
    assert (record.alert, record.episode) == ("open", 2)


# -- nothing for nothing -------------------------------------------------------------------------------------------

def test_the_same_day_again_writes_nothing(built: System) -> None:
    day = before_due(20)
    assert on(built, day).opened > 0
    before = snapshot()
    assert on(built, day) == Sweep(projects=1)
    assert snapshot() == before


def test_a_document_that_settles_something_is_noticed_on_the_same_day(built: System) -> None:
    day = before_due(20)
    on(built, day)
    key = finding_id(CODE, "R31-1", "trial_run_report")
    assert FindingRecord.objects.get(id=key).alert == "open"
    catalogue_document(SYSTEM, built.clock, CODE, a_description(type="trial_run_report", doc_date=date(2026, 4, 15)), "柜")
    on(built, day)
    assert FindingRecord.objects.get(id=key).alert == "cleared"


def test_a_new_name_of_the_project_reaches_its_findings(built: System) -> None:
    day = before_due(20)
    on(built, day)
    change(built, name="改名")
    on(built, day)
    assert set(FindingRecord.objects.scalar("project_name")) == {"改名"}


def test_a_sweep_proves_that_every_project_was_looked_at(built: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_ROWS", 10_000)
    for number in range(3):
        a_project(built, f"XM-{number}")
    day = before_due(20)
    for _ in range(2):
        assert on(built, day, record_sweep=True).projects == 4
    entries = list(AuditEntry.objects(action="compliance.swept"))
    assert [e.detail["projects"] for e in entries] == 2 * [sorted(p.code for p in Project.objects)]
    assert {e.detail["day"] for e in entries} == {day.isoformat()}
    assert all(e.detail["findings"] > 0 for e in entries)
    assert entries[0].detail["digest"] == entries[1].detail["digest"], "the same was found"
    assert {s.evaluated_on for s in Standing.objects} == {day}


def test_what_one_transaction_cannot_hold_is_kept_in_several(built: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first evaluation of a hundred projects writes thousands of rows: more than fit into the database's cache."""
    for number in range(3):
        a_project(built, f"XM-{number}")
    codes, day, rows = sorted(p.code for p in Project.objects), before_due(20), dict[int, list[Any]]()
    for most in (10_000, 1):
        for model in (FindingRecord, Standing):
            model.objects.delete()
        monkeypatch.setattr(keeping, "MOST_ROWS", most)
        assert on(built, day, record_sweep=True).projects == 4
        rows[most] = [[{**row, "history": len(row.get("history", ()))} for row in collection(model).find().sort("_id", 1)]
                      for model in (FindingRecord, Standing)]
    assert rows[1] == rows[10_000]
    entries = list(AuditEntry.objects(action="compliance.swept").order_by("id"))
    assert [e.detail["projects"] for e in entries] == [codes, *([code] for code in codes)]


def test_a_sweep_that_was_killed_goes_on_where_it_was(built: System, monkeypatch: pytest.MonkeyPatch) -> None:
    a_project(built, "XM-1")
    a_project(built, "XM-2")
    day, keep, left = before_due(20), alerts.keep, [None, None]
    monkeypatch.setattr(alerts, "BATCH", 1)

    def killed(*arguments: Any) -> Any:
        left.pop()  # IndexError: the process is gone before it writes the third
        return keep(*arguments)

    monkeypatch.setattr(alerts, "keep", killed)
    with pytest.raises(IndexError):
        on(built, day, record_sweep=True)
    assert Standing.objects.count() == 2
    left += [None] * 9
    assert on(built, day, record_sweep=True).projects == 1
    assert Counter(code for e in AuditEntry.objects(action="compliance.swept") for code in e.detail["projects"]) == {
        CODE: 1, "XM-1": 1, "XM-2": 1}
    assert on(built, day, record_sweep=True).projects == 3, "that one was finished: asked again, it is another"
    left.clear()
    with pytest.raises(IndexError):
        on(built, day, record_sweep=True)
    left += [None] * 9
    assert on(built, day + timedelta(days=1), record_sweep=True).projects == 3, "what is left of a day that is over is not its successor's"


def test_what_was_always_fine_has_no_row_and_its_part_in_the_digest(built: System) -> None:
    day = before_due(20)
    on(built, day)
    (answers,) = built.judge.judge(list(Project.objects), day).values()
    unsettled = {finding_id(CODE, f.rule, f.subject) for f in answers if f.outcome.value in ("failed", "due", "unknown")}
    assert {record.id for record in FindingRecord.objects} == unsettled
    standing = Standing.objects.get()
    counts = Counter(finding.outcome.value for finding in answers)
    assert {name: getattr(standing, name) for name in counts} == counts
    change(built, kind="om")  # most of it is no longer asked of the project: what nobody was told of leaves no row
    on(built, day)
    kept = list(FindingRecord.objects)
    assert all(record.history for record in kept if record.outcome in ("passed", "not_applicable"))
    assert any(record.outcome == "not_applicable" and record.alert == "cleared" for record in kept)
    assert Standing.objects.get().digest != standing.digest


def test_rows_are_what_the_model_would_keep(built: System) -> None:
    on(built, before_due(20))
    rows = list(collection(FindingRecord).find())
    assert [FindingRecord._from_son(row).as_mongo() for row in rows] == [naive(row) for row in rows] != []
    rows = list(collection(Standing).find())
    assert [Standing._from_son(row).as_mongo() for row in rows] == [naive(row) for row in rows] != []


def naive(value: Any) -> Any:
    """As mongoengine hands values to the driver."""
    if isinstance(value, datetime):
        return value if value.time() != time() else value.replace(tzinfo=None)
    if isinstance(value, dict):
        return {key: naive(inner) for key, inner in value.items()}
    return [naive(inner) for inner in value] if isinstance(value, list) else value


def test_only_the_projects_asked_for_are_judged(built: System) -> None:
    a_project(built, "XM-OTHER")
    assert refresh(built.judge, [CODE, CODE, "XM-0"], before_due(20)).projects == 1
    assert set(FindingRecord.objects.distinct("project")) == {CODE}
    assert refresh(built.judge, [], before_due(20)).projects == 0


def test_without_a_day_it_is_the_clock_s(built: System, clock: FixedClock) -> None:
    refresh(built.judge)
    assert acceptance().evaluated_on == clock.today()


def test_a_waiver_lapses_the_day_after_its_last(built: System) -> None:
    from retention.models import FindingWaiver

    on(built, before_due(60))
    record = acceptance()
    record.waiver = FindingWaiver(reason="x", until=before_due(50), asked_by="a", asked_at=built.clock.now(),
                                  approved_by="b", approved_at=built.clock.now())
    record.save()
    on(built, before_due(50))
    assert acceptance().waiver is not None
    on(built, before_due(49))
    assert acceptance().waiver is None
    assert turns(acceptance())[-1] == (before_due(49), "lapsed")
    assert AuditEntry.objects(action="alert.lapsed").count() == 1


# -- what deserves an alert ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("outcome", "left", "milestones", "wanted"), [
    (Outcome.FAILED, None, (), True), (Outcome.FAILED, 9, (7,), True), (Outcome.DUE, 30, (30, 7, 0), True),
    (Outcome.DUE, 31, (30, 7, 0), False), (Outcome.DUE, -1, (), True), (Outcome.DUE, None, (30,), False),
    (Outcome.UNKNOWN, 1, (30,), False), (Outcome.PASSED, 1, (30,), False), (Outcome.NOT_APPLICABLE, 1, (30,), False)])
def test_what_deserves_an_alert(outcome: Outcome, left: int | None, milestones: tuple[int, ...], wanted: bool) -> None:
    finding = Finding("R", 1, "31.1", "", outcome, Severity.M, DUE, left, "", {}, (), "", False, (), milestones)
    assert deserves_alert(finding) is wanted


def test_open_alerts_come_in_parts(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        a_project(system, f"XM-{number}", actual_completion=date(2026, 1, 5), trial_start=date(2026, 1, 10))
    refresh(system.judge)
    monkeypatch.setattr(open_alerts, "AT_ONCE", 2)
    parts = list(line_parts(system.clock.today()))
    assert {len(part) for part in parts[:-1]} == {2}
    assert [line for part in parts for line in part] == open_lines(system.clock.today())
    assert open_lines(system.clock.today())

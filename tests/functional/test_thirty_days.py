"""Thirty days of jobs against a real mail server: every mention that is due comes once, on its day, to whom it concerns.

What is expected is worked out from dates alone, by the rules over plain facts and by `expected_mentions`, which counts
forwards; what happened is read from the mails that arrived and from the ledger.
"""

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from admin.jobs import run_job
from admin.system import System
from archive import audit
from archive.access import Actor
from archive.clock import FixedClock
from archive.models import AuditEntry
from archive.operations.projects import LedgerRow, import_ledger, update_project
from archive.queries import find_project
from retention.alerts import deserves_alert, finding_id
from retention.compliance.engine import evaluate
from retention.compliance.facts import ContractFacts, Facts, ProjectFacts
from retention.compliance.findings import Finding
from retention.models import FindingRecord, Mail, Mention
from retention.notices import AlertLine, expected_mentions
from tests.builders import SYSTEM, UNIT, UNIT_B
from tests.unit.admin.postbox import PostOffice, text_of

START, DAYS = date(2026, 3, 2), 30
MISSED = {START + timedelta(days=11), START + timedelta(days=12)}
RUN_DAYS = [day for n in range(DAYS) if (day := START + timedelta(days=n)) not in MISSED]
ACCEPTED_ON = START + timedelta(days=16)
ACCEPTED = {"acceptance_date": ACCEPTED_ON, "acceptance_result": "合格"}

Told = tuple[str, date, str]  # address, day, alert


def project(unit: str, due: date, **more: Any) -> dict[str, Any]:
    """Facts whose acceptance falls due on this day or, where that is one of rest, soon after it."""
    trial = date(due.year - (due.month <= 6), (due.month - 7) % 12 + 1, due.day)
    return {"name": f"项目{due}", "unit": unit, "mode": "self_build", "kind": "new", "approved_on": date(2024, 3, 1),
            "actual_completion": trial - timedelta(days=9), "trial_start": trial} | more


PROJECTS = {
    "P-SOON": project(UNIT, START + timedelta(days=8), contact_email="zhang@example.com", contact="张"),
    "P-GAP": project(UNIT, START + timedelta(days=18), supervisor_email="li@example.com"),  # 7 days left on a missed day
    "P-FAR": project(UNIT_B, START + timedelta(days=74)),
    "P-LATE": project(UNIT_B, START - timedelta(days=10), contact_email="unit_b@example.com"),
    "P-DONE": project(UNIT, START + timedelta(days=25)),
    "P-NEXT": project(UNIT, START + timedelta(days=150), contact_email="next@example.com"),
}
CONTRACTS: dict[str, tuple[str, dict[str, Any]]] = {"HT-1": ("P-FAR", {
    "type": "om", "signed_on": date(2025, 3, 1), "start_on": date(2025, 3, 25), "end_on": START + timedelta(days=22)})}
ALL = frozenset(PROJECTS)
OF_A = frozenset(code for code, values in PROJECTS.items() if values["unit"] == UNIT)
UNIT_TARGETS = {"PM", "FIN", "PROC", "SEC"}
AUDIENCE: list[tuple[str, set[str], frozenset[str]]] = [
    ("archivist@example.com", {"ARCH"}, ALL), ("auditor@example.com", {"AUD"}, ALL),
    ("supervisor@example.com", {"HEAD"}, ALL), ("unit_a@example.com", UNIT_TARGETS, OF_A),
    ("unit_b@example.com", UNIT_TARGETS, ALL - OF_A), ("zhang@example.com", UNIT_TARGETS, frozenset({"P-SOON"})),
    ("li@example.com", {"HEAD"}, frozenset({"P-GAP"})), ("next@example.com", UNIT_TARGETS, frozenset({"P-NEXT"}))]


# -- what should happen --------------------------------------------------------------------------------------------

@dataclass
class Life:
    """One alert with one due date, as its rule sees it on the days that are run; `since` opening or the date's move."""

    project: str
    since: date
    first: Finding
    begins_as: str = "opened"
    changes: list[tuple[date, str]] = field(default_factory=list)
    over: date | None = None

    def line(self) -> AlertLine:
        f = self.first
        return AlertLine(
            finding_id(self.project, f.rule, f.subject), self.project, "", "", f.rule, "", f.clause, f.subject,
            f.severity.value, f.outcome.value, f.due_on, f.days_left, f.reason, (), "", self.since, f.milestones,
            f.targets)


def findings_on(code: str, day: date) -> tuple[Finding, ...]:
    values = PROJECTS[code] | (ACCEPTED if code == "P-DONE" and day >= ACCEPTED_ON else {})
    contracts = tuple(ContractFacts(number, **facts) for number, (owner, facts) in CONTRACTS.items() if owner == code)
    return evaluate(Facts(ProjectFacts(code, **values), day, contracts=contracts))


def lives() -> list[Life]:
    alive: dict[str, Life] = {}
    ended: list[Life] = []
    for day in RUN_DAYS:
        for code in PROJECTS:
            for finding in findings_on(code, day):
                key = finding_id(code, finding.rule, finding.subject)
                known = alive.get(key)
                wanted = deserves_alert(finding)
                if known and wanted and known.first.due_on == finding.due_on:
                    known.changes.append((day, f"{finding.outcome.value}:{finding.severity.value}"))
                    continue
                if known:
                    known.over = day
                    ended.append(alive.pop(key))
                if wanted:
                    alive[key] = Life(code, day, finding, "moved" if known else "opened")
    return ended + list(alive.values())


STEPS = {"C": (3, 7), "H": (14, 30)}  # days in which nobody acknowledges: to the unit's head, to the supervisor
HEADS = {"P-GAP": "li@example.com"}


def escalations() -> Iterator[tuple[str, date, str, str]]:
    """(address, day, alert, reason): each level once an opening; where there is no head, the supervisor at once."""
    opened: dict[str, date] = {}
    told: dict[str, set[str]] = {}
    for day in RUN_DAYS:
        for code in PROJECTS:
            for finding in findings_on(code, day):
                key = finding_id(code, finding.rule, finding.subject)
                if not deserves_alert(finding):
                    opened.pop(key, None)
                    continue
                if key not in opened:
                    opened[key], told[key] = day, set()
                waited = (day - opened[key]).days
                if finding.outcome.value != "failed" and finding.due_on and (finding.due_on - day).days > 15:
                    continue
                for level, days in zip(("head", "supervisor"), STEPS.get(finding.severity.value, ()), strict=False):
                    to = level if code in HEADS else "supervisor"
                    if waited >= days and to not in told[key]:
                        told[key].add(to)
                        address = HEADS[code] if to == "head" else "supervisor@example.com"
                        yield address, day, key, f"esc-{to}-{waited}"


def expected() -> dict[Told, set[str]]:
    found: dict[Told, set[str]] = defaultdict(set)
    for life in lives():
        line = life.line()
        for planned, reason in expected_mentions(line, START, RUN_DAYS[-1], life.changes):
            day = next((run for run in RUN_DAYS if run >= planned), None)
            if day is None or (life.over and day >= life.over):
                continue
            reason = life.begins_as if reason == "opened" else reason
            for address, targets, codes in AUDIENCE:
                if life.project in codes and targets & set(line.targets):
                    found[address, day, line.alert_id].add(reason)
    for address, day, key, reason in escalations():
        found[address, day, key].add(reason)
    return found


# -- what happened -------------------------------------------------------------------------------------------------

def recorded() -> dict[Told, set[str]]:
    """The ledger as (address, day of the mail, alert) with the reasons told that day."""
    days = dict(Mail.objects.scalar("id", "day"))
    found: dict[Told, set[str]] = defaultdict(set)
    for mention in Mention.objects:
        found[mention.address, days[mention.mail], mention.key.partition("/")[0]].add(mention.key.rpartition("/")[2])
    return found


def live_through(system: System, clock: FixedClock) -> None:
    begin = clock.instant
    rows = [LedgerRow(code, "项目", 2, values) for code, values in PROJECTS.items()]
    contracts = [LedgerRow(number, "合同", 2, {"project": code} | facts) for number, (code, facts) in CONTRACTS.items()]
    assert import_ledger(SYSTEM, clock, rows, contracts).errors == []
    for day in RUN_DAYS:
        clock.instant = begin + (day - START)
        assert clock.today() == day
        if day == next(run for run in RUN_DAYS if run >= ACCEPTED_ON):
            update_project(SYSTEM, clock, "P-DONE", find_project(SYSTEM, "P-DONE").revision, ACCEPTED)
        for key in 2 * ("compliance.nightly", "notices.daily", "notices.resend"):
            assert run_job(system, SYSTEM, key).outcome == "done"
        clock.advance(timedelta(hours=1))


def test_every_mention_comes_once_on_its_day_to_whom_it_concerns(
    system: System, people: dict[str, Actor], clock: FixedClock, office: PostOffice
) -> None:
    live_through(dataclasses.replace(system, mailer=office.mailer()), clock)
    wanted, told = expected(), recorded()
    assert told.keys() == wanted.keys()
    assert {key: reasons for key, reasons in wanted.items() if not reasons & told[key]} == {}

    def climbed(found: dict[Told, set[str]]) -> dict[Told, set[str]]:
        return {key: some for key, reasons in found.items() if (some := {r for r in reasons if r.startswith("esc-")})}

    assert climbed(told) == climbed(wanted)
    assert {"li@example.com", "supervisor@example.com"} == {address for address, _, _ in climbed(wanted)}

    # The days were worth it: openings, milestones, weeks, changed states, and something a missed day left over.
    seen = Counter(re.sub(r"-?\d+$", "", reason) for reasons in wanted.values() for reason in reasons)
    assert {"opened", "moved", "m", "w"} <= seen.keys()
    assert any(":" in reason for reason in seen)
    assert any(day == max(MISSED) + timedelta(days=1) and reasons != {"opened"} for (_, day, _), reasons in wanted.items())
    assert any(turn == "cleared" for record in FindingRecord.objects for turn in (c.what for c in record.history))

    # What arrived is what was recorded: one mail for each address and day, none twice, each with so many lines.
    arrived = Counter((address, str(mail["Message-ID"])) for address, mail in office.box.mails)
    assert set(arrived.values()) == {1}
    lines = Counter((address, day) for address, day, _ in wanted)
    mails = {f"{mail.id}@": mail for mail in Mail.objects}
    assert len(arrived) == len(mails) == len(lines)
    titles = {(r.project, r.title) for r in FindingRecord.objects}
    for address, mail in office.box.mails:
        stored = mails[str(mail["Message-ID"]).strip("<>").partition("@")[0] + "@"]
        assert stored.address == address
        assert f" {lines[address, stored.day]} 项事项" in str(mail["Subject"])
        mentioned = {key for told_to, day, key in wanted if (told_to, day) == (address, stored.day)}
        codes = {r.project for r in FindingRecord.objects(id__in=sorted(mentioned))}
        assert {code for code in PROJECTS if code in text_of(mail)} == codes
        assert any(title in text_of(mail) for code, title in titles if code in codes)
    assert {mail.state for mail in Mail.objects} == {"sent"}

    # The trail of it all is whole, and no day that was run is left out of it.
    swept = AuditEntry.objects(action="compliance.swept")
    assert {e.detail["day"] for e in swept} == {day.isoformat() for day in RUN_DAYS}
    assert audit.verify()[1] == []
